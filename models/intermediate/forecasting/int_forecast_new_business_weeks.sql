-- Money from orders not yet placed: the orders that are not known yet, week by week, times the share of
-- them that comes so many weeks later, both as seen before the origin.
with

    origins as (select * from {{ ref("int_forecast_origins") }} where not is_kept),

    weeks as (select * from {{ ref("int_forecast_weeks") }}),

    business_weeks as (
        select business_weeks.*
        from {{ ref("int_forecast_business_weeks") }} as business_weeks
        inner join origins on business_weeks.origin_date = origins.origin_date
    ),

    placed_documents as (select * from {{ ref("int_forecast_placed_documents") }}),

    new_order_weeks as (select * from {{ ref("int_forecast_new_order_weeks") }}),

    usual_weeks as (select * from {{ ref("int_forecast_usual_weeks") }}),

    reductions as (select * from {{ ref("int_forecast_reductions") }}),

    rates as (select * from {{ ref("int_forecast_origin_rates") }}),

    cash_listed as (
        select
            placed_documents.legal_entity_id,
            placed_documents.currency,
            placed_documents.business_week,
            {{ week_start_of("reductions.paid_on") }} as paid_week,
            reductions.counts_from,
            reductions.counts_before,
            {{ exact_sum("cast(reductions.cash_amount as double)") }} as cash
        from reductions
        inner join placed_documents on reductions.document_key = placed_documents.document_key
        where reductions.kind in ('cash', 'clearing') and not placed_documents.is_credit_memo
        group by
            placed_documents.legal_entity_id,
            placed_documents.currency,
            placed_documents.business_week,
            {{ week_start_of("reductions.paid_on") }},
            reductions.counts_from,
            reductions.counts_before
    ),

    lags_listed as ({{ number_range(0, 17, "lag_weeks") }}),

    cash_known as (
        select
            origins.origin_date,
            cash_listed.legal_entity_id,
            cast(
                {{ days_between("cash_listed.business_week", "cash_listed.paid_week") }} / 7 as integer
            ) as lag_weeks,
            {{ exact_sum("cash_listed.cash * cast(rates.origin_rate as double)") }} as cash
        from origins
        inner join
            cash_listed
            on cash_listed.counts_from <= origins.origin_date
            and cash_listed.counts_before > origins.origin_date
            and cash_listed.paid_week < {{ week_start_of("origins.first_week_start") }}
            and cash_listed.paid_week >= cash_listed.business_week
            and cash_listed.paid_week <= {{ add_days("cash_listed.business_week", 119) }}
            and cash_listed.business_week
            > {{ add_days("origins.origin_date", "- " ~ forecast_setting("business_days_of_history")) }}
        inner join
            rates
            on origins.origin_date = rates.origin_date
            and cash_listed.legal_entity_id = rates.legal_entity_id
            and cash_listed.currency = rates.currency
        group by
            origins.origin_date,
            cash_listed.legal_entity_id,
            cast({{ days_between("cash_listed.business_week", "cash_listed.paid_week") }} / 7 as integer)
    ),

    value_exposed as (
        select
            business_weeks.origin_date,
            business_weeks.legal_entity_id,
            lags_listed.lag_weeks,
            {{ exact_sum("business_weeks.value") }} as value
        from business_weeks
        inner join lags_listed on business_weeks.weeks_ago > lags_listed.lag_weeks
        group by business_weeks.origin_date, business_weeks.legal_entity_id, lags_listed.lag_weeks
    ),

    curves as (
        select
            value_exposed.origin_date,
            value_exposed.legal_entity_id,
            value_exposed.lag_weeks,
            coalesce(cash_known.cash, 0) / nullif(value_exposed.value, 0) as cash_share
        from value_exposed
        left join
            cash_known
            on value_exposed.origin_date = cash_known.origin_date
            and value_exposed.legal_entity_id = cash_known.legal_entity_id
            and value_exposed.lag_weeks = cash_known.lag_weeks
    ),

    receipts_expected as (
        select
            usual_weeks.origin_date,
            usual_weeks.legal_entity_id,
            usual_weeks.currency,
            weeks.horizon_week,
            {{ exact_sum("usual_weeks.weekly_value * new_order_weeks.usual_weeks * curves.cash_share") }}
            as amount_functional
        from usual_weeks
        inner join weeks on usual_weeks.origin_date = weeks.origin_date
        inner join
            new_order_weeks
            on usual_weeks.origin_date = new_order_weeks.origin_date
            and usual_weeks.legal_entity_id = new_order_weeks.legal_entity_id
            and weeks.horizon_week >= new_order_weeks.order_week
        inner join
            curves
            on usual_weeks.origin_date = curves.origin_date
            and usual_weeks.legal_entity_id = curves.legal_entity_id
            and weeks.horizon_week - new_order_weeks.order_week = curves.lag_weeks
        group by
            usual_weeks.origin_date, usual_weeks.legal_entity_id, usual_weeks.currency, weeks.horizon_week
    )

select *
from receipts_expected
