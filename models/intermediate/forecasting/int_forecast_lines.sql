-- The forecast of receipts of every model at every origin: those computed in this run and those
-- kept from earlier ones.
with

    origins as (select * from {{ ref("int_forecast_origins") }}),

    kept as (select * from {{ ref("stg_registry__scored_lines") }}),

    model_lines as (select * from {{ ref("int_forecast_model_lines") }}),

    computed as (
        select
            model_lines.origin_date,
            model_lines.model,
            model_lines.legal_entity_id,
            model_lines.currency,
            model_lines.line,
            cast(model_lines.horizon_week as integer) as horizon_week,
            cast(model_lines.amount_functional as decimal(18, 4)) as amount_functional
        from model_lines
        inner join origins on model_lines.origin_date = origins.origin_date and not origins.is_kept
    ),

    unioned as (
        select *
        from computed
        union all
        select
            kept.origin_date,
            kept.model,
            kept.legal_entity_id,
            kept.currency,
            kept.line,
            kept.horizon_week,
            kept.amount_functional
        from kept
        inner join origins on kept.origin_date = origins.origin_date and origins.is_kept
    )

select *
from unioned
