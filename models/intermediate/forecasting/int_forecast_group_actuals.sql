-- What came in, by entity and for the group at the rate of the origin's day, with the day from
-- which on it was known.
with

    actuals as (select * from {{ ref("int_forecast_actuals") }}),

    rates as (
        select distinct origin_date, legal_entity_id, group_rate from {{ ref("int_forecast_origin_rates") }}
    ),

    actuals_of_entities as (
        select
            origin_date,
            legal_entity_id,
            line,
            horizon_week,
            known_on,
            {{ sum_money("amount_functional") }} as amount
        from actuals
        group by origin_date, legal_entity_id, line, horizon_week, known_on
    ),

    actuals_of_the_group as (
        select
            actuals_of_entities.origin_date,
            '*' as legal_entity_id,
            actuals_of_entities.line,
            actuals_of_entities.horizon_week,
            actuals_of_entities.known_on,
            cast(
                sum(round({{ times("actuals_of_entities.amount", "rates.group_rate") }}, 2)) as decimal(18, 4)
            ) as amount
        from actuals_of_entities
        inner join
            rates
            on actuals_of_entities.origin_date = rates.origin_date
            and actuals_of_entities.legal_entity_id = rates.legal_entity_id
        group by
            actuals_of_entities.origin_date,
            actuals_of_entities.line,
            actuals_of_entities.horizon_week,
            actuals_of_entities.known_on
    ),

    actuals_unioned as (
        select *
        from actuals_of_entities
        union all
        select *
        from actuals_of_the_group
    )

select *
from actuals_unioned
