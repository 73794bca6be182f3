with

    origins as (select * from {{ ref("int_forecast_origins") }} where is_published),

    weeks as (select * from {{ ref("int_forecast_weeks") }}),

    lines as (select * from {{ ref("int_forecast_product_lines") }}),

    rates as (select * from {{ ref("int_forecast_origin_rates") }}),

    currencies as (select * from {{ ref("currencies") }}),

    lines_of_the_origin as (
        select
            lines.origin_date,
            weeks.week_start,
            cast(lines.horizon_week as integer) as horizon_week,
            lines.legal_entity_id,
            lines.currency,
            lines.line,
            lines.model,
            {{
                round_money(
                    "cast(lines.amount_functional as double) / cast(rates.origin_rate as double)",
                    "coalesce(currencies.minor_units, 2)",
                )
            }} as expected,
            cast(lines.amount_functional as decimal(18, 4)) as expected_functional
        from lines
        inner join origins on lines.origin_date = origins.origin_date
        inner join weeks on lines.origin_date = weeks.origin_date and lines.horizon_week = weeks.horizon_week
        inner join
            rates
            on lines.origin_date = rates.origin_date
            and lines.legal_entity_id = rates.legal_entity_id
            and lines.currency = rates.currency
        left join currencies on lines.currency = currencies.currency
    )

select *
from lines_of_the_origin
