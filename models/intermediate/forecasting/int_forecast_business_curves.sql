-- Which share of a week's business comes as cash, and is billed, so many weeks later, as each origin
-- has seen it. Of what was placed before an entity's first posting, part was billed before: it
-- says nothing of billing.
with

    origins as (select * from {{ ref("int_forecast_origins") }} where not is_kept),

    business_weeks as (select * from {{ ref("int_forecast_business_weeks") }}),

    placed_documents as (select * from {{ ref("int_forecast_placed_documents") }}),

    outcomes as (select * from {{ ref("int_forecast_business_outcomes") }}),

    rates as (select * from {{ ref("int_forecast_origin_rates") }}),

    lags_listed as ({{ number_range(0, 17, "lag_weeks") }}),

    first_postings as (
        select legal_entity_id, known_from, min(posting_date) as posting_date
        from placed_documents
        where not is_opening_item
        group by legal_entity_id, known_from
    ),

    first_weeks as (
        select
            origins.origin_date,
            first_postings.legal_entity_id,
            {{ week_start_of("min(first_postings.posting_date)") }} as first_week
        from origins
        inner join first_postings on first_postings.known_from <= origins.origin_date
        group by origins.origin_date, first_postings.legal_entity_id
    ),

    weeks_counted as (
        select 'cash' as measure, origin_date, legal_entity_id, business_week, weeks_ago, value
        from business_weeks
        union all
        select
            'billed' as measure,
            business_weeks.origin_date,
            business_weeks.legal_entity_id,
            business_weeks.business_week,
            business_weeks.weeks_ago,
            business_weeks.value
        from business_weeks
        inner join
            first_weeks
            on business_weeks.origin_date = first_weeks.origin_date
            and business_weeks.legal_entity_id = first_weeks.legal_entity_id
            and business_weeks.business_week >= first_weeks.first_week
    ),

    value_exposed as (
        select
            weeks_counted.measure,
            weeks_counted.origin_date,
            weeks_counted.legal_entity_id,
            lags_listed.lag_weeks,
            {{ exact_sum("weeks_counted.value") }} as value
        from weeks_counted
        inner join lags_listed on weeks_counted.weeks_ago > lags_listed.lag_weeks
        group by
            weeks_counted.measure,
            weeks_counted.origin_date,
            weeks_counted.legal_entity_id,
            lags_listed.lag_weeks
    ),

    outcomes_known as (
        select
            outcomes.measure,
            origins.origin_date,
            outcomes.legal_entity_id,
            lags_listed.lag_weeks,
            {{ exact_sum("outcomes.amount * cast(rates.origin_rate as double)") }} as amount
        from origins
        inner join
            outcomes
            on outcomes.counts_from <= origins.origin_date
            and outcomes.counts_before > origins.origin_date
            and outcomes.outcome_week < origins.first_week_start
            and outcomes.business_week
            > {{ add_days("origins.origin_date", "- " ~ forecast_setting("business_days_of_history")) }}
        inner join
            lags_listed
            on outcomes.outcome_week = {{ add_days("outcomes.business_week", "7 * lags_listed.lag_weeks") }}
        inner join
            rates
            on origins.origin_date = rates.origin_date
            and outcomes.legal_entity_id = rates.legal_entity_id
            and outcomes.currency = rates.currency
        left join
            first_weeks
            on origins.origin_date = first_weeks.origin_date
            and outcomes.legal_entity_id = first_weeks.legal_entity_id
        where outcomes.measure = 'cash' or outcomes.business_week >= first_weeks.first_week
        group by outcomes.measure, origins.origin_date, outcomes.legal_entity_id, lags_listed.lag_weeks
    ),

    curves_drawn as (
        select
            value_exposed.measure,
            value_exposed.origin_date,
            value_exposed.legal_entity_id,
            value_exposed.lag_weeks,
            coalesce(outcomes_known.amount, 0) / nullif(value_exposed.value, 0) as share
        from value_exposed
        left join
            outcomes_known
            on value_exposed.measure = outcomes_known.measure
            and value_exposed.origin_date = outcomes_known.origin_date
            and value_exposed.legal_entity_id = outcomes_known.legal_entity_id
            and value_exposed.lag_weeks = outcomes_known.lag_weeks
    )

select *
from curves_drawn
