-- What the loss matrix requires, bucket by bucket, beside the allowance that the ledger holds.
with

    report_dates as (select * from {{ ref("int_report_dates") }}),

    ageing_buckets as (select * from {{ ref("int_ageing_buckets") }}),

    loss_buckets as (select * from {{ ref("int_loss_buckets") }}),

    loss_matrix as (select * from {{ ref("int_loss_matrix") }}),

    control_account_balances as (select * from {{ ref("int_control_account_balances") }}),

    matrix_found as (select count(*) > 0 as has_loss_matrix from loss_matrix),

    buckets_listed as (
        select
            report_dates.as_of,
            report_dates.legal_entity_id,
            ageing_buckets.bucket,
            ageing_buckets.bucket_position
        from report_dates
        cross join ageing_buckets
        where ageing_buckets.basis = 'due_date'
        union all
        select as_of, legal_entity_id, bucket, 99 as bucket_position
        from loss_buckets
        where bucket = 'no_due_date'
    ),

    buckets_valued as (
        select
            buckets_listed.as_of,
            buckets_listed.legal_entity_id,
            buckets_listed.bucket,
            buckets_listed.bucket_position,
            coalesce(loss_buckets.open_items, 0) as open_items,
            coalesce(loss_buckets.items_without_rate, 0) as items_without_rate,
            case
                when loss_buckets.bucket is null
                then 0
                else {{ round_money("loss_buckets.exposure", "loss_buckets.functional_minor_units") }}
            end as exposure,
            loss_matrix.loss_rate,
            case
                when not matrix_found.has_loss_matrix
                then null
                when loss_buckets.bucket is null
                then 0
                else loss_buckets.required
            end as required
        from buckets_listed
        cross join matrix_found
        left join
            loss_buckets
            on buckets_listed.as_of = loss_buckets.as_of
            and buckets_listed.legal_entity_id = loss_buckets.legal_entity_id
            and buckets_listed.bucket = loss_buckets.bucket
        left join loss_matrix on buckets_listed.bucket = loss_matrix.bucket
    ),

    entities_summed as (
        -- a matrix that would turn credits into a claim requires nothing
        select
            as_of,
            legal_entity_id,
            sum(required) as required_of_buckets,
            case when count(*) = count(required) then greatest(sum(required), 0) end as allowance_required
        from buckets_valued
        group by as_of, legal_entity_id
    ),

    floors_added as (
        select
            as_of,
            legal_entity_id,
            bucket,
            bucket_position,
            open_items,
            items_without_rate,
            exposure,
            loss_rate,
            required,
            case
                when items_without_rate > 0 then 'missing_rate' when required is null then 'no_loss_rate'
            end as null_reason
        from buckets_valued
        union all
        select
            as_of,
            legal_entity_id,
            'floor_at_zero' as bucket,
            100 as bucket_position,
            0 as open_items,
            0 as items_without_rate,
            0 as exposure,
            cast(null as decimal(18, 8)) as loss_rate,
            - required_of_buckets as required,
            cast(null as string) as null_reason
        from entities_summed
        where allowance_required = 0 and required_of_buckets < 0
    ),

    allowances_booked as (
        select as_of, legal_entity_id, - balance as allowance_booked
        from control_account_balances
        where control_account = 'allowance'
    ),

    allowances_compared as (
        select
            floors_added.as_of,
            floors_added.legal_entity_id,
            floors_added.bucket,
            cast(floors_added.bucket_position as integer) as bucket_position,
            cast(floors_added.open_items as bigint) as open_items,
            cast(floors_added.items_without_rate as bigint) as items_without_rate,
            cast(floors_added.exposure as decimal(18, 4)) as exposure,
            cast(floors_added.loss_rate as decimal(18, 8)) as loss_rate,
            cast(floors_added.required as decimal(18, 4)) as required,
            floors_added.null_reason,
            cast(entities_summed.allowance_required as decimal(18, 4)) as allowance_required,
            cast(allowances_booked.allowance_booked as decimal(18, 4)) as allowance_booked,
            cast(
                allowances_booked.allowance_booked - entities_summed.allowance_required as decimal(18, 4)
            ) as allowance_difference
        from floors_added
        inner join
            entities_summed
            on floors_added.as_of = entities_summed.as_of
            and floors_added.legal_entity_id = entities_summed.legal_entity_id
        left join
            allowances_booked
            on floors_added.as_of = allowances_booked.as_of
            and floors_added.legal_entity_id = allowances_booked.legal_entity_id
    )

select *
from allowances_compared
