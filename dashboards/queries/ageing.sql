select ageing.as_of, ageing.legal_entity_id, ageing.segment, ageing.currency_view, ageing.currency,
    ageing.basis, ageing.bucket, ageing.amount
from dashboard.cut_ageing as ageing
left join seeds.ageing_buckets as buckets on ageing.basis = buckets.basis and ageing.bucket = buckets.bucket
where
    ageing.as_of = $reported
    and ageing.legal_entity_id = $entity
    and ageing.segment = $segment
    and ageing.currency_view = $view
order by ageing.basis, buckets.bucket_position
