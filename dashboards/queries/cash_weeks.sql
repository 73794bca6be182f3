select *
from dashboard.cut_cash_weeks
where legal_entity_id = $entity
order by horizon_week
