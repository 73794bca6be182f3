-- What the loss matrix requires of each company, bucket by bucket.
with

    loss_exposures as (select * from {{ ref("int_loss_exposures") }}),

    buckets_required as ({{ required_by_bucket("loss_exposures", ["legal_entity_id"]) }})

select *
from buckets_required
