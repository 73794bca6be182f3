-- The dates at whose end a forecast is made. One that was scored by an earlier run, from the same
-- known data and by the same code, is not computed again (is_kept). Where the backtest is left
-- out, only such dates stand beside the as-of date.
with

    days as (select * from {{ ref("int_forecast_days") }}),

    known_data as (select * from {{ ref("int_forecast_known_data") }}),

    scored_origins as (select * from {{ ref("stg_registry__scored_origins") }}),

    requests as (
        select coalesce(min(case when with_backtest then 1 else 0 end), 1) = 1 as with_backtest
        from {{ ref("stg_registry__forecast_request") }}
    ),

    origins_compared as (
        select
            days.origin_date,
            days.first_week_start,
            days.is_published,
            days.is_sunday,
            days.is_scored,
            known_data.known_data,
            not days.is_published
            and scored_origins.origin_date is not null
            and (scored_origins.has_item_weeks or not days.is_scored) as is_kept
        from days
        inner join known_data on days.origin_date = known_data.origin_date
        left join
            scored_origins
            on days.origin_date = scored_origins.origin_date
            and known_data.known_data = scored_origins.known_data
    ),

    origins_wanted as (
        select origins_compared.*
        from origins_compared
        cross join requests
        where requests.with_backtest or origins_compared.is_published or origins_compared.is_kept
    )

select *
from origins_wanted
