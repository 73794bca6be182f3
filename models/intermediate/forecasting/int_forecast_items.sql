-- What was open at every origin and when it was expected: computed in this run, or kept from
-- earlier ones.
with

    origins as (select * from {{ ref("int_forecast_origins") }}),

    kept as (select * from {{ ref("stg_registry__scored_items") }}),

    items as (select * from {{ ref("int_forecast_open_items") }}),

    dates as (select * from {{ ref("int_forecast_open_item_dates") }}),

    computed as (
        select
            items.origin_date,
            items.document_key,
            items.legal_entity_id,
            items.payer_key,
            items.currency,
            items.functional_currency,
            cast(items.open_amount as decimal(18, 4)) as open_amount,
            cast(items.origin_rate as decimal(18, 8)) as origin_rate,
            items.due_date,
            items.has_open_dispute,
            items.due_date_baseline,
            items.customer_delay_baseline,
            dates.expected_date
        from items
        left join dates on items.origin_date = dates.origin_date and items.document_key = dates.document_key
    ),

    unioned as (
        select *
        from computed
        union all
        select
            kept.origin_date,
            kept.document_key,
            kept.legal_entity_id,
            kept.payer_key,
            kept.currency,
            kept.functional_currency,
            kept.open_amount,
            kept.origin_rate,
            kept.due_date,
            kept.has_open_dispute,
            kept.due_date_baseline,
            kept.customer_delay_baseline,
            kept.expected_date
        from kept
        inner join origins on kept.origin_date = origins.origin_date and origins.is_kept
    )

select *
from unioned
