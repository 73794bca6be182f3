select *
from dashboard.cut_cash_outlook
where legal_entity_id = $entity
