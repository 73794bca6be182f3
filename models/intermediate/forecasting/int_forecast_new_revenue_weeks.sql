-- What orders not yet known bring to be billed in each week: their value, week by week, times the
-- share of it that is billed so many weeks later.
with

    origins as (select * from {{ ref("int_forecast_origins") }} where not is_kept),

    weeks as (select * from {{ ref("int_forecast_weeks") }}),

    placed_documents as (select * from {{ ref("int_forecast_placed_documents") }}),

    first_weeks as (select distinct legal_entity_id, first_week from placed_documents),

    -- only what was placed since the books began: of what came before, part was billed before
    business_weeks as (
        select business_weeks.*
        from {{ ref("int_forecast_business_weeks") }} as business_weeks
        inner join origins on business_weeks.origin_date = origins.origin_date
        inner join
            first_weeks
            on business_weeks.legal_entity_id = first_weeks.legal_entity_id
            and business_weeks.business_week >= first_weeks.first_week
    ),

    new_order_weeks as (select * from {{ ref("int_forecast_new_order_weeks") }}),

    usual_weeks as (select * from {{ ref("int_forecast_usual_weeks") }}),

    rates as (select * from {{ ref("int_forecast_origin_rates") }}),

    billings_listed as (
        select
            legal_entity_id,
            currency,
            business_week,
            {{ week_start_of("posting_date") }} as billed_week,
            known_from,
            {{ exact_sum("cast(net as double)") }} as net
        from placed_documents
        where not is_opening_item and business_week >= first_week
        group by legal_entity_id, currency, business_week, {{ week_start_of("posting_date") }}, known_from
    ),

    lags_listed as ({{ number_range(0, 17, "lag_weeks") }}),

    billings_known as (
        select
            origins.origin_date,
            billings_listed.legal_entity_id,
            cast(
                {{ days_between("billings_listed.business_week", "billings_listed.billed_week") }}
                / 7 as integer
            ) as lag_weeks,
            {{ exact_sum("billings_listed.net * cast(rates.origin_rate as double)") }} as net
        from origins
        inner join
            billings_listed
            on billings_listed.known_from <= origins.origin_date
            and billings_listed.billed_week < origins.first_week_start
            and billings_listed.billed_week >= billings_listed.business_week
            and billings_listed.billed_week <= {{ add_days("billings_listed.business_week", 119) }}
            and billings_listed.business_week
            > {{ add_days("origins.origin_date", "- " ~ forecast_setting("business_days_of_history")) }}
        inner join
            rates
            on origins.origin_date = rates.origin_date
            and billings_listed.legal_entity_id = rates.legal_entity_id
            and billings_listed.currency = rates.currency
        group by
            origins.origin_date,
            billings_listed.legal_entity_id,
            cast(
                {{ days_between("billings_listed.business_week", "billings_listed.billed_week") }}
                / 7 as integer
            )
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
            coalesce(billings_known.net, 0) / nullif(value_exposed.value, 0) as billed_share
        from value_exposed
        left join
            billings_known
            on value_exposed.origin_date = billings_known.origin_date
            and value_exposed.legal_entity_id = billings_known.legal_entity_id
            and value_exposed.lag_weeks = billings_known.lag_weeks
    ),

    entities_summed as (
        select origin_date, legal_entity_id, {{ exact_sum("weekly_value") }} as weekly_value
        from usual_weeks
        group by origin_date, legal_entity_id
    ),

    revenue_expected as (
        select
            entities_summed.origin_date,
            entities_summed.legal_entity_id,
            weeks.horizon_week,
            weeks.first_day,
            weeks.last_day,
            {{
                exact_sum(
                    "entities_summed.weekly_value * new_order_weeks.usual_weeks * curves.billed_share"
                )
            }} as amount_functional
        from entities_summed
        inner join weeks on entities_summed.origin_date = weeks.origin_date
        inner join
            new_order_weeks
            on entities_summed.origin_date = new_order_weeks.origin_date
            and entities_summed.legal_entity_id = new_order_weeks.legal_entity_id
            and weeks.horizon_week >= new_order_weeks.order_week
        inner join
            curves
            on entities_summed.origin_date = curves.origin_date
            and entities_summed.legal_entity_id = curves.legal_entity_id
            and weeks.horizon_week - new_order_weeks.order_week = curves.lag_weeks
        group by
            entities_summed.origin_date,
            entities_summed.legal_entity_id,
            weeks.horizon_week,
            weeks.first_day,
            weeks.last_day
    )

select *
from revenue_expected
