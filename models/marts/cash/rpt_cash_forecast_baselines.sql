with

    origins as (select * from {{ ref("int_forecast_origins") }} where is_published),

    weeks as (select * from {{ ref("int_forecast_weeks") }}),

    lines as (select * from {{ ref("int_forecast_group_lines") }}),

    lines_of_the_origin as (
        select
            lines.origin_date,
            lines.model,
            weeks.week_start,
            cast(lines.horizon_week as integer) as horizon_week,
            lines.legal_entity_id,
            lines.line,
            cast(lines.amount as decimal(18, 4)) as expected
        from lines
        inner join origins on lines.origin_date = origins.origin_date
        inner join weeks on lines.origin_date = weeks.origin_date and lines.horizon_week = weeks.horizon_week
        where lines.legal_entity_id <> '*'
    )

select *
from lines_of_the_origin
