select ageing.as_of, ageing.legal_entity_id, ageing.basis, ageing.bucket, ageing.amount
from marts.rpt_ar_aging as ageing
left join seeds.ageing_buckets as buckets on ageing.basis = buckets.basis and ageing.bucket = buckets.bucket
where ageing.as_of = $as_of and ageing.legal_entity_id = $entity
order by ageing.basis, buckets.bucket_position
