select *
from dashboard.cut_cash_lines
where legal_entity_id = $entity
order by line_position
