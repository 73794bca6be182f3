-- The rate of loss of each bucket by due date, from the matrix of the leading source that
-- delivers one; a bucket that it does not name takes the rate of `current`. No matrix, no row.
with

    ecl_matrix as ({{ union_kinds("ecl_matrix") }}),

    source_groups as (select * from {{ ref("int_source_groups") }}),

    ageing_buckets as (select * from {{ ref("int_ageing_buckets") }}),

    matrices_ranked as (
        select
            ecl_matrix.bucket,
            ecl_matrix.loss_rate,
            dense_rank() over (order by source_groups.source_rank) as matrix_rank
        from ecl_matrix
        inner join source_groups on ecl_matrix.source_system = source_groups.source_system
    ),

    loss_rates as (select bucket, loss_rate from matrices_ranked where matrix_rank = 1),

    buckets_listed as (
        select bucket
        from ageing_buckets
        where basis = 'due_date'
        union all
        select 'no_due_date' as bucket
    ),

    matrix_found as (select count(*) > 0 as has_loss_matrix from loss_rates),

    buckets_rated as (
        select buckets_listed.bucket, coalesce(loss_rates.loss_rate, current_rates.loss_rate) as loss_rate
        from buckets_listed
        inner join matrix_found on matrix_found.has_loss_matrix
        left join loss_rates on buckets_listed.bucket = loss_rates.bucket
        left join loss_rates as current_rates on current_rates.bucket = 'current'
    )

select *
from buckets_rated
