-- The revenue forecast of every scored or published origin with its 80 % interval: what is billed
-- already, and so much of what is to come as such forecasts have been off by.
with

    origins as (select * from {{ ref("int_forecast_origins") }}),

    revenue as (select * from {{ ref("int_forecast_revenue") }}),

    errors as (select * from {{ ref("int_forecast_revenue_errors") }}),

    intervals_laid as (
        select
            revenue.*,
            origins.is_published,
            origins.is_sunday and origins.is_scored as is_scored,
            {%- for quantile, error in {
                "p10": "low_error",
                "p50": "middle_error",
                "p90": "high_error",
            }.items() %}
                {{
                    interval_bound(
                        "revenue.expected",
                        "errors." ~ error,
                        "sqrt(cast(revenue.backlog + revenue.new_orders as double))",
                    )
                }} as {{ quantile }} {%- if not loop.last %}, {%- endif %}
            {%- endfor %}
        from revenue
        inner join origins on revenue.origin_date = origins.origin_date
        left join
            errors
            on revenue.origin_date = errors.origin_date
            and revenue.legal_entity_id = errors.legal_entity_id
            and revenue.horizon_month = errors.horizon_month
        where origins.is_scored or origins.is_published
    )

select *
from intervals_laid
