select bridge.*, entities.functional_currency as currency
from dashboard.cut_cash_bridge as bridge
left join marts.dim_legal_entity as entities on bridge.legal_entity_id = entities.legal_entity_id
where bridge.legal_entity_id = $entity and bridge.horizon_week = $horizon
order by bridge.week_start desc
limit 26
