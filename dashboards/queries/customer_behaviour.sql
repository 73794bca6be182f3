select
    kpis.as_of, kpis.legal_entity_id, kpis.customer_key, kpis.metric_id, definitions.name, definitions.unit,
    kpis.value, kpis.numerator, kpis.denominator, kpis.null_reason
from marts.rpt_kpis_by_customer as kpis
left join marts.dim_metric as definitions on kpis.metric_id = definitions.metric_id
where
    kpis.as_of <= $reported
    and kpis.customer_key = $customer_key
    and (kpis.legal_entity_id = $entity or $entity = '*')
order by kpis.as_of desc, kpis.metric_id
