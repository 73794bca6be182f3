with

    backtest as (select * from {{ ref("int_forecast_backtest") }}),

    columns_typed as (
        select
            origin_date,
            model,
            week_start,
            horizon_week,
            legal_entity_id,
            line,
            expected,
            cast(p10 as decimal(18, 4)) as p10,
            cast(p50 as decimal(18, 4)) as p50,
            cast(p90 as decimal(18, 4)) as p90,
            cast(actual as decimal(18, 4)) as actual,
            chosen_model,
            fallback_reason
        from backtest
    )

select *
from columns_typed
