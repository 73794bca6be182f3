-- Business placed week by week as each origin knows it, at its rates.
with

    origins as (select * from {{ ref("int_forecast_origins") }} where not is_kept),

    business_listed as (select * from {{ ref("int_forecast_business_known") }}),

    rates as (select * from {{ ref("int_forecast_origin_rates") }}),

    business_known as (
        select
            origins.origin_date,
            business_listed.legal_entity_id,
            business_listed.currency,
            business_listed.business_week,
            cast(
                {{ days_between("business_listed.business_week", "origins.first_week_start") }} / 7 as integer
            ) as weeks_ago,
            {{ exact_sum("business_listed.value * cast(rates.origin_rate as double)") }} as value
        from origins
        inner join
            business_listed
            on business_listed.known_from <= origins.origin_date
            and business_listed.business_week
            > {{ add_days("origins.origin_date", "- " ~ forecast_setting("business_days_of_history")) }}
            -- whole weeks only
            and business_listed.business_week < origins.first_week_start
        inner join
            rates
            on origins.origin_date = rates.origin_date
            and business_listed.legal_entity_id = rates.legal_entity_id
            and business_listed.currency = rates.currency
        group by
            origins.origin_date,
            origins.first_week_start,
            business_listed.legal_entity_id,
            business_listed.currency,
            business_listed.business_week
    )

select *
from business_known
