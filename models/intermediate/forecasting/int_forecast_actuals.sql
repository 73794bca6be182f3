-- What came in after each origin, week by week: all receipts of the week, and the part of them by
-- what the money was for as the origin saw it. `known_on` says from when on this was known,
-- because a forecast may only learn from what was known when it was made.
with

    origins as (select * from {{ ref("int_forecast_origins") }} where is_sunday),

    weeks as (select * from {{ ref("int_forecast_weeks") }}),

    receipts as (select * from {{ ref("int_receipts") }}),

    reductions as (select * from {{ ref("int_forecast_reductions") }}),

    versions as (select * from {{ ref("int_forecast_document_versions") }}),

    open_items as (select * from {{ ref("int_forecast_items") }}),

    order_lines as (select * from {{ ref("int_forecast_order_lines") }}),

    orders_delivered as (select * from {{ ref("int_forecast_orders_shipped") }}),

    receipts_listed as (
        select
            weeks.origin_date,
            receipts.legal_entity_id,
            receipts.currency,
            'total_receipts' as line,
            weeks.horizon_week,
            greatest(cast(receipts.known_at as date), weeks.last_day) as known_on,
            receipts.amount_functional
        from origins
        inner join weeks on origins.origin_date = weeks.origin_date
        inner join receipts on receipts.posting_date between weeks.first_day and weeks.last_day
    ),

    documents_placed as (
        select document_key, order_key, legal_entity_id, currency, fx_rate, min(valid_from) as known_from
        from versions
        group by document_key, order_key, legal_entity_id, currency, fx_rate
    ),

    payments_listed as (
        select
            reductions.document_key,
            reductions.paid_on,
            reductions.counts_from,
            reductions.cash_amount,
            coalesce(
                case when receipts.currency = documents_placed.currency then receipts.fx_rate end,
                documents_placed.fx_rate
            ) as fx_rate,
            documents_placed.order_key,
            documents_placed.legal_entity_id,
            documents_placed.currency
        from reductions
        inner join documents_placed on reductions.document_key = documents_placed.document_key
        left join receipts on reductions.receipt_key = receipts.receipt_key
        where reductions.kind in ('cash', 'clearing') and reductions.counts_before = date '9999-12-31'
    ),

    orders_known as (select order_key, min(known_from) as known_from from order_lines group by order_key),

    payments_classified as (
        select
            weeks.origin_date,
            payments_listed.legal_entity_id,
            payments_listed.currency,
            case
                when open_items.document_key is not null
                then 'receipts_open_invoices'
                when orders_delivered.order_key is not null
                then 'receipts_shipped_not_billed'
                when orders_known.known_from <= weeks.origin_date
                then 'receipts_backlog'
                else 'receipts_new_orders'
            end as line,
            coalesce(open_items.has_open_dispute, false) as has_open_dispute,
            weeks.horizon_week,
            greatest(payments_listed.counts_from, weeks.last_day) as known_on,
            cast(payments_listed.cash_amount as double) * cast(payments_listed.fx_rate as double) as amount
        from origins
        inner join weeks on origins.origin_date = weeks.origin_date
        inner join payments_listed on payments_listed.paid_on between weeks.first_day and weeks.last_day
        left join
            open_items
            on weeks.origin_date = open_items.origin_date
            and payments_listed.document_key = open_items.document_key
        left join orders_known on payments_listed.order_key = orders_known.order_key
        left join
            orders_delivered
            on weeks.origin_date = orders_delivered.origin_date
            and payments_listed.order_key = orders_delivered.order_key
    ),

    lines_unioned as (
        select origin_date, legal_entity_id, currency, line, horizon_week, known_on, amount_functional
        from receipts_listed
        union all
        select
            origin_date,
            legal_entity_id,
            currency,
            line,
            horizon_week,
            known_on,
            cast(round(amount, 4) as decimal(18, 4)) as amount_functional
        from payments_classified
        union all
        select
            origin_date,
            legal_entity_id,
            currency,
            'receipts_disputed' as line,
            horizon_week,
            known_on,
            cast(round(amount, 4) as decimal(18, 4)) as amount_functional
        from payments_classified
        where has_open_dispute
    ),

    lines_summed as (
        select
            origin_date,
            legal_entity_id,
            currency,
            line,
            horizon_week,
            known_on,
            {{ sum_money("amount_functional") }} as amount_functional
        from lines_unioned
        where amount_functional is not null
        group by origin_date, legal_entity_id, currency, line, horizon_week, known_on
    )

select *
from lines_summed
