-- How an entity's figures become group figures: balances at the rate of the as-of date, flows of a
-- period at the mean over its calendar days (up to the as-of date) of the rate valid that day. An
-- entity in the reporting currency uses 1.
with

    legal_entities as (select * from {{ ref("int_legal_entities") }}),

    rates_by_day as (select * from {{ ref("int_fx_rates_by_day") }}),

    calendar_days as (select * from {{ ref("int_calendar_days") }}),

    rates_of_entities as (
        select
            legal_entities.legal_entity_id,
            legal_entities.reporting_minor_units,
            calendar_days.calendar_date as rate_date,
            calendar_days.period,
            rates_by_day.rate as closing_rate
        from legal_entities
        inner join
            rates_by_day
            on legal_entities.functional_currency = rates_by_day.from_currency
            and legal_entities.reporting_currency = rates_by_day.to_currency
        inner join calendar_days on rates_by_day.rate_date = calendar_days.calendar_date
    ),

    means_taken as (
        select legal_entity_id, period, {{ mean_rate("closing_rate") }} as average_rate
        from rates_of_entities
        group by legal_entity_id, period
    ),

    rates_joined as (
        select
            rates_of_entities.legal_entity_id,
            rates_of_entities.rate_date,
            rates_of_entities.period,
            rates_of_entities.reporting_minor_units,
            rates_of_entities.closing_rate,
            means_taken.average_rate
        from rates_of_entities
        inner join
            means_taken
            on rates_of_entities.legal_entity_id = means_taken.legal_entity_id
            and rates_of_entities.period = means_taken.period
    )

select *
from rates_joined
