-- What is open per bucket by due date at each report date, at the closing rate, beside the rate
-- of loss that the matrix has for the bucket.
with

    open_items as (select * from {{ ref("rpt_ar_open_items") }}),

    legal_entities as (select * from {{ ref("int_legal_entities") }}),

    rates_by_day as (select * from {{ ref("int_fx_rates_by_day") }}),

    loss_matrix as (select * from {{ ref("int_loss_matrix") }}),

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
            count(*) as open_items,
            count(
                case
                    when
                        open_items.currency <> legal_entities.functional_currency
                        and rates_by_day.rate is null
                    then 1
                end
            ) as items_without_rate
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
            exposures_summed.items_without_rate > 0 as lacks_rate,
            legal_entities.functional_minor_units,
            loss_matrix.loss_rate
        from exposures_summed
        inner join legal_entities on exposures_summed.legal_entity_id = legal_entities.legal_entity_id
        left join loss_matrix on exposures_summed.bucket = loss_matrix.bucket
    )

select *
from exposures_rated
