-- Forecast and outcome of every model side by side, by week, entity and line, the group in its
-- reporting currency at the rate of the origin's day as entity '*'. The outcome is what is known
-- at the as-of date.
with

    model_lines as (select * from {{ ref("int_forecast_lines") }}),

    rates as (
        select distinct origin_date, legal_entity_id, group_rate from {{ ref("int_forecast_origin_rates") }}
    ),

    lines_of_entities as (
        select
            origin_date,
            model,
            legal_entity_id,
            line,
            horizon_week,
            {{ sum_money("amount_functional") }} as amount
        from model_lines
        group by origin_date, model, legal_entity_id, line, horizon_week
    ),

    lines_of_the_group as (
        select
            lines_of_entities.origin_date,
            lines_of_entities.model,
            '*' as legal_entity_id,
            lines_of_entities.line,
            lines_of_entities.horizon_week,
            cast(
                sum(round({{ times("lines_of_entities.amount", "rates.group_rate") }}, 2)) as decimal(18, 4)
            ) as amount
        from lines_of_entities
        inner join
            rates
            on lines_of_entities.origin_date = rates.origin_date
            and lines_of_entities.legal_entity_id = rates.legal_entity_id
        group by
            lines_of_entities.origin_date,
            lines_of_entities.model,
            lines_of_entities.line,
            lines_of_entities.horizon_week
    ),

    lines_unioned as (
        select *
        from lines_of_entities
        union all
        select *
        from lines_of_the_group
    )

select *
from lines_unioned
