-- At which rate an origin values each entity's forecast for the group, and whether every entity has
-- such a rate: without one there is no figure for the group.
with

    origin_rates as (select * from {{ ref("int_forecast_origin_rates") }}),

    legal_entities as (select * from {{ ref("int_legal_entities") }}),

    rates_of_entities as (
        select distinct
            origin_rates.origin_date,
            origin_rates.legal_entity_id,
            case when origin_rates.has_group_rate then origin_rates.group_rate end as group_rate,
            legal_entities.reporting_minor_units
        from origin_rates
        inner join legal_entities on origin_rates.legal_entity_id = legal_entities.legal_entity_id
        where legal_entities.reporting_currency is not null
    ),

    rates_counted as (
        select
            origin_date,
            legal_entity_id,
            group_rate,
            reporting_minor_units,
            count(*) over (partition by origin_date)
            = count(group_rate) over (partition by origin_date) as is_complete
        from rates_of_entities
    )

select *
from rates_counted
