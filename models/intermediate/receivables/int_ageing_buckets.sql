-- The standard buckets from the seed, or the company's own, cut at the upper ends in its settings.
with

    standard_buckets as (select * from {{ ref("ageing_buckets") }}),

    company_limits as (select * from {{ ref("stg_registry__ageing_buckets") }}),

    limits_chained as (
        select
            position as limit_position,
            upper_days,
            lag(upper_days) over (order by position) as previous_upper_days,
            max(position) over () as last_position
        from company_limits
    ),

    company_buckets_unioned as (
        select
            'due_date' as basis,
            'current' as bucket,
            1 as bucket_position,
            -9999999 as from_days,
            0 as to_days
        from limits_chained
        where limit_position = 1
        union all
        select
            'due_date' as basis,
            cast(coalesce(previous_upper_days + 1, 1) as string)
            || '-'
            || cast(upper_days as string) as bucket,
            limit_position + 1 as bucket_position,
            coalesce(previous_upper_days + 1, 1) as from_days,
            upper_days as to_days
        from limits_chained
        union all
        select
            'invoice_date' as basis,
            cast(coalesce(previous_upper_days + 1, 0) as string)
            || '-'
            || cast(upper_days as string) as bucket,
            limit_position as bucket_position,
            coalesce(previous_upper_days + 1, -9999999) as from_days,
            upper_days as to_days
        from limits_chained
        union all
        select
            bases.basis,
            cast(limits_chained.upper_days as string) || '+' as bucket,
            limits_chained.limit_position
            + case bases.basis when 'due_date' then 2 else 1 end as bucket_position,
            limits_chained.upper_days + 1 as from_days,
            9999999 as to_days
        from limits_chained
        cross join (select distinct basis from standard_buckets) as bases
        where limits_chained.limit_position = limits_chained.last_position
    ),

    buckets_chosen as (
        select
            basis,
            bucket,
            cast(bucket_position as integer) as bucket_position,
            cast(from_days as integer) as from_days,
            cast(to_days as integer) as to_days
        from company_buckets_unioned
        union all
        select basis, bucket, bucket_position, from_days, to_days
        from standard_buckets
        where not exists (select 1 from company_limits)
    )

select *
from buckets_chosen
