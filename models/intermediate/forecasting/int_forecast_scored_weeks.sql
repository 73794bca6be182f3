-- Every scored forecast beside its outcome, with the interval of the weeks until then together:
-- what the accuracy reports measure. Only origins whose history was long enough for more than the
-- due date.
with

    backtest as (select * from {{ ref("int_forecast_backtest") }}),

    receipts as (select * from {{ ref("int_forecast_receipts") }}),

    run as (select * from {{ ref("stg_registry__run") }}),

    choices as (
        select distinct origin_date from {{ ref("int_forecast_choices") }} where fallback_reason is null
    ),

    intervals_joined as (
        select
            backtest.*,
            run.code_version as model_version,
            receipts.p10 as p10_so_far,
            receipts.p50 as p50_so_far,
            receipts.p90 as p90_so_far
        from backtest
        cross join run
        inner join choices on backtest.origin_date = choices.origin_date
        left join
            receipts
            on backtest.model = 'product'
            and receipts.span = 'until'
            and backtest.origin_date = receipts.origin_date
            and backtest.legal_entity_id = receipts.legal_entity_id
            and backtest.line = receipts.line
            and backtest.horizon_week = receipts.horizon_week
    )

select *
from intervals_joined
