select *
from dashboard.cut_cash_forecast
where legal_entity_id = $entity and week_start = $week_start
order by line_position
