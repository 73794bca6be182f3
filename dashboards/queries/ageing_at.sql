select ageing.as_of, ageing.legal_entity_id, entities.functional_currency as currency, ageing.basis, ageing.bucket,
    ageing.amount
from marts.ar_aging_at($as_of) as ageing
left join seeds.ageing_buckets as buckets on ageing.basis = buckets.basis and ageing.bucket = buckets.bucket
left join marts.dim_legal_entity as entities on ageing.legal_entity_id = entities.legal_entity_id
where ageing.legal_entity_id = $entity
order by ageing.basis, buckets.bucket_position
