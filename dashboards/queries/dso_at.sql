select dso.legal_entity_id, dso.metric_id, definitions.name, dso.value, dso.numerator, dso.denominator,
    dso.null_reason, entities.functional_currency as currency
from marts.dso_at($as_of) as dso
left join marts.dim_metric as definitions on dso.metric_id = definitions.metric_id
left join marts.dim_legal_entity as entities on dso.legal_entity_id = entities.legal_entity_id
where dso.legal_entity_id = $entity
order by dso.metric_id
