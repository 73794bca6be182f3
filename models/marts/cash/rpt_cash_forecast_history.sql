with

    published as (select * from {{ ref("int_forecast_published") }}),

    forecast as (select * from {{ ref("rpt_cash_forecast") }}),

    this_run as (select min(run_of_this_build) as run_id from published),

    forecasts_unioned as (
        select
            run_id,
            origin_date,
            week_start,
            horizon_week,
            legal_entity_id,
            line,
            line_position,
            expected,
            p10,
            p50,
            p90,
            null_reason,
            model,
            fallback_reason
        from published
        where run_id is not null
        union all
        select
            this_run.run_id,
            forecast.origin_date,
            forecast.week_start,
            forecast.horizon_week,
            forecast.legal_entity_id,
            forecast.line,
            forecast.line_position,
            forecast.expected,
            forecast.p10,
            forecast.p50,
            forecast.p90,
            forecast.null_reason,
            forecast.model,
            forecast.fallback_reason
        from forecast
        cross join this_run
    )

select *
from forecasts_unioned
