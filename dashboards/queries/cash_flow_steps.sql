select *
from dashboard.cut_cash_flow_steps
where period = $period and legal_entity_id = $entity
order by step
