-- The published forecast by week, entity and line, zero rows included, and cumulated over the
-- weeks, each with the scale on which its errors are compared: between the line and what a usual
-- week brings.
with

    lines as (select * from {{ ref("int_forecast_product_lines") }}),

    weeks as (select * from {{ ref("int_forecast_weeks") }}),

    run_rates as (select * from {{ ref("int_forecast_run_rates") }}),

    rates as (
        select distinct origin_date, legal_entity_id, group_rate from {{ ref("int_forecast_origin_rates") }}
    ),

    line_names as (
        {%- for name in [
            "receipts_open_invoices",
            "receipts_disputed",
            "receipts_shipped_not_billed",
            "receipts_backlog",
            "receipts_new_orders",
            "total_receipts",
        ] %}
            select '{{ name }}' as line
            {%- if not loop.last %}
                union all
            {%- endif %}
        {%- endfor %}
    ),

    lines_of_entities as (
        select
            origin_date, legal_entity_id, line, horizon_week, {{ sum_money("amount_functional") }} as amount
        from lines
        group by origin_date, legal_entity_id, line, horizon_week
    ),

    amounts_of_entities as (
        select
            rates.origin_date,
            rates.legal_entity_id,
            line_names.line,
            weeks.horizon_week,
            weeks.week_start,
            weeks.last_day,
            rates.group_rate,
            coalesce(lines_of_entities.amount, 0) as amount
        from rates
        inner join weeks on rates.origin_date = weeks.origin_date
        cross join line_names
        left join
            lines_of_entities
            on rates.origin_date = lines_of_entities.origin_date
            and rates.legal_entity_id = lines_of_entities.legal_entity_id
            and line_names.line = lines_of_entities.line
            and weeks.horizon_week = lines_of_entities.horizon_week
    ),

    usual_weeks as (
        select
            run_rates.origin_date,
            run_rates.legal_entity_id,
            {{ exact_sum("run_rates.weekly_receipts") }} as weekly_receipts
        from run_rates
        group by run_rates.origin_date, run_rates.legal_entity_id
        union all
        select
            run_rates.origin_date,
            '*' as legal_entity_id,
            {{ exact_sum("run_rates.weekly_receipts * cast(rates.group_rate as double)") }} as weekly_receipts
        from run_rates
        inner join
            rates
            on run_rates.origin_date = rates.origin_date
            and run_rates.legal_entity_id = rates.legal_entity_id
        group by run_rates.origin_date
    ),

    amounts_unioned as (
        select origin_date, legal_entity_id, line, horizon_week, week_start, last_day, amount
        from amounts_of_entities
        union all
        select
            origin_date,
            '*' as legal_entity_id,
            line,
            horizon_week,
            week_start,
            last_day,
            cast(sum(round({{ times("amount", "group_rate") }}, 2)) as decimal(18, 4)) as amount
        from amounts_of_entities
        group by origin_date, line, horizon_week, week_start, last_day
    ),

    amounts_cumulated as (
        select
            *,
            cast(
                sum(amount) over (
                    partition by origin_date, legal_entity_id, line
                    order by horizon_week
                    rows between unbounded preceding and current row
                ) as decimal(18, 4)
            ) as amount_so_far
        from amounts_unioned
    ),

    usual_forecasts as (
        -- what the forecast itself takes for a week, for the time in which little has been
        -- received yet
        select
            origin_date,
            legal_entity_id,
            greatest({{ exact_sum("cast(amount as double)") }} / 13, 1) as weekly_receipts
        from amounts_cumulated
        where line = 'total_receipts'
        group by origin_date, legal_entity_id
    ),

    levels_compared as (
        select
            usual_forecasts.origin_date,
            usual_forecasts.legal_entity_id,
            greatest(
                coalesce(usual_weeks.weekly_receipts, 0), usual_forecasts.weekly_receipts
            ) as weekly_receipts
        from usual_forecasts
        left join
            usual_weeks
            on usual_forecasts.origin_date = usual_weeks.origin_date
            and usual_forecasts.legal_entity_id = usual_weeks.legal_entity_id
    ),

    scales_taken as (
        select
            amounts_cumulated.*,
            round(
                sqrt(
                    greatest(
                        cast(amounts_cumulated.amount as double), 0.01 * levels_compared.weekly_receipts, 1
                    )
                    * greatest(levels_compared.weekly_receipts, 1)
                ),
                6
            ) as scale,
            round(
                greatest(cast(amounts_cumulated.amount_so_far as double), levels_compared.weekly_receipts, 1),
                6
            ) as scale_so_far
        from amounts_cumulated
        inner join
            levels_compared
            on amounts_cumulated.origin_date = levels_compared.origin_date
            and amounts_cumulated.legal_entity_id = levels_compared.legal_entity_id
    )

select *
from scales_taken
