with

    scored_weeks as (select * from {{ ref("int_forecast_scored_weeks") }}),

    outcomes as (select * from {{ ref("int_forecast_item_outcomes") }} where fallback_reason is null),

    weeks_of_lines as (
        select
            model,
            line,
            case when legal_entity_id = '*' then 'all' else 'entity ' || legal_entity_id end as slice,
            origin_date,
            horizon_week,
            expected,
            p10,
            p50,
            p90,
            p10_so_far,
            p50_so_far,
            p90_so_far,
            actual
        from scored_weeks
        {%- for slice, condition in {
                "top 10 customers": "is_top_customer",
                "other customers": "not is_top_customer",
                "disputed": "has_open_dispute",
                "foreign currency": "is_foreign_currency",
                "past due": "is_past_due",
                "not past due": "not is_past_due",
            }.items() %}
            {%- for model in ["time_to_pay", "customer_delay", "due_date"] %}
                union all
                select
                    '{{ model }}' as model,
                    'receipts_open_invoices' as line,
                    '{{ slice }}' as slice,
                    origin_date,
                    horizon_week,
                    {{ exact_sum(model ~ " * group_rate") }} as expected,
                    null as p10,
                    null as p50,
                    null as p90,
                    null as p10_so_far,
                    null as p50_so_far,
                    null as p90_so_far,
                    {{ exact_sum("actual * group_rate") }} as actual
                from outcomes
                where {{ condition }}
                group by origin_date, horizon_week
            {%- endfor %}
        {%- endfor %}
    ),

    errors as ({{ forecast_errors("weeks_of_lines", ["model", "line", "slice"]) }}),

    accuracy_measured as (
        select {{ forecast_measures(["model", "line", "slice", "horizon"]) }}
        from errors
        group by model, line, slice, horizon
    ),

    columns_named as (
        select
            model,
            line,
            slice,
            horizon,
            cast(n_origins as bigint) as n_origins,
            wape,
            bias,
            coverage_80,
            mean_width,
            pinball,
            data_from,
            data_to
        from accuracy_measured
    )

select *
from columns_named
