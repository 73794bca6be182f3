select bridge.*, entities.functional_currency as currency
from marts.rpt_revenue_bridge as bridge
left join marts.dim_legal_entity as entities on bridge.legal_entity_id = entities.legal_entity_id
where (bridge.legal_entity_id = $entity or $entity = '*') and bridge.period <= $period
order by bridge.period desc, bridge.legal_entity_id
limit 40
