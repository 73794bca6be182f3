-- What is open per bucket by due date at each report date, at the closing rate, beside the rate of
-- loss that the matrix of the leading source names for the bucket; a bucket that it does not name
-- takes the rate of `current`.
with

    open_items as (select * from {{ ref("rpt_ar_open_items") }}),

    legal_entities as (select * from {{ ref("int_legal_entities") }}),

    rates_by_day as (select * from {{ ref("int_fx_rates_by_day") }}),

    ecl_matrix as ({{ union_kinds("ecl_matrix") }}),

    source_groups as (select * from {{ ref("int_source_groups") }}),

    matrices_ranked as (
        select
            ecl_matrix.bucket,
            ecl_matrix.loss_rate,
            dense_rank() over (order by source_groups.source_rank) as matrix_rank
        from ecl_matrix
        inner join source_groups on ecl_matrix.source_system = source_groups.source_system
    ),

    loss_rates as (select bucket, loss_rate from matrices_ranked where matrix_rank = 1),

    exposures_summed as (
        select
            open_items.as_of,
            open_items.legal_entity_id,
            coalesce(open_items.customer_key, '') as customer_key,
            open_items.due_date_bucket as bucket,
            cast(
                sum(
                    {{
                        times(
                            "open_items.open_amount",
                            "case when open_items.currency = legal_entities.functional_currency then 1 else rates_by_day.rate end",
                        )
                    }}
                ) as decimal(38, 12)
            ) as exposure,
            count(*) > count(
                case
                    when open_items.currency = legal_entities.functional_currency
                    then 1
                    else rates_by_day.rate
                end
            ) as lacks_rate
        from open_items
        inner join legal_entities on open_items.legal_entity_id = legal_entities.legal_entity_id
        left join
            rates_by_day
            on open_items.currency = rates_by_day.from_currency
            and legal_entities.functional_currency = rates_by_day.to_currency
            and open_items.as_of = rates_by_day.rate_date
        group by
            open_items.as_of,
            open_items.legal_entity_id,
            coalesce(open_items.customer_key, ''),
            open_items.due_date_bucket
    ),

    exposures_rated as (
        select
            exposures_summed.*,
            legal_entities.functional_minor_units,
            coalesce(loss_rates.loss_rate, current_rates.loss_rate) as loss_rate
        from exposures_summed
        inner join legal_entities on exposures_summed.legal_entity_id = legal_entities.legal_entity_id
        left join loss_rates on exposures_summed.bucket = loss_rates.bucket
        left join loss_rates as current_rates on current_rates.bucket = 'current'
    )

select *
from exposures_rated
