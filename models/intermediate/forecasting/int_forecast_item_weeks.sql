-- In which week every open item of a scored origin was expected: computed in this run, or kept
-- from earlier ones.
with

    origins as (select * from {{ ref("int_forecast_origins") }}),

    kept as (select * from {{ ref("stg_registry__scored_item_weeks") }}),

    item_weeks as (select * from {{ ref("int_forecast_open_item_weeks") }}),

    computed as (
        select
            item_weeks.origin_date,
            item_weeks.document_key,
            cast(item_weeks.horizon_week as integer) as horizon_week,
            cast(item_weeks.model_share as double) as model_share,
            cast(item_weeks.due_date_share as integer) as due_date_share,
            cast(item_weeks.customer_delay_share as integer) as customer_delay_share
        from item_weeks
        inner join origins on item_weeks.origin_date = origins.origin_date
        where origins.is_scored or origins.is_published
    ),

    unioned as (
        select *
        from computed
        union all
        select
            kept.origin_date,
            kept.document_key,
            kept.horizon_week,
            kept.model_share,
            kept.due_date_share,
            kept.customer_delay_share
        from kept
        inner join origins on kept.origin_date = origins.origin_date and origins.is_kept
    )

select *
from unioned
