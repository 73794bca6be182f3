-- Which share of a week's new business is known one to five weeks after the week began, by the weeks
-- of the last year of which all is known: orders are confirmed, and delivered to us, some days late.
with

    origins as (select * from {{ ref("int_forecast_origins") }} where not is_kept),

    business_known as (select * from {{ ref("int_forecast_business_known") }}),

    rates as (select * from {{ ref("int_forecast_origin_rates") }}),

    ages_listed as ({{ number_range(1, 5, "weeks_ago") }}),

    business_seen as (
        select
            origins.origin_date,
            business_known.legal_entity_id,
            business_known.business_week,
            business_known.known_from,
            business_known.value * cast(rates.origin_rate as double) as value
        from origins
        inner join
            business_known
            on business_known.known_from <= origins.origin_date
            and business_known.business_week < {{ add_days("origins.first_week_start", -56) }}
            and business_known.business_week >= {{ add_days("origins.first_week_start", -420) }}
        inner join
            rates
            on origins.origin_date = rates.origin_date
            and business_known.legal_entity_id = rates.legal_entity_id
            and business_known.currency = rates.currency
    ),

    shares_taken as (
        select
            business_seen.origin_date,
            business_seen.legal_entity_id,
            ages_listed.weeks_ago,
            round(
                {{
                    exact_sum(
                        "case when business_seen.known_from < "
                        ~ add_days("business_seen.business_week", "7 * ages_listed.weeks_ago")
                        ~ " then business_seen.value else 0 end"
                    )
                }} / {{ exact_sum("business_seen.value") }}, 6
            ) as known_share
        from business_seen
        cross join ages_listed
        group by business_seen.origin_date, business_seen.legal_entity_id, ages_listed.weeks_ago
        having {{ exact_sum("business_seen.value") }} > 0
    )

select *
from shares_taken
