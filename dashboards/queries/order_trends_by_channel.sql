select trends.*, entities.functional_currency as currency
from marts.rpt_order_trends_by_channel as trends
left join marts.dim_legal_entity as entities on trends.legal_entity_id = entities.legal_entity_id
where (trends.legal_entity_id = $entity or $entity = '*') and trends.period = $period
order by trends.ordered_value desc
