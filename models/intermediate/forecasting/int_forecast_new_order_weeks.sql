-- The weeks whose orders each origin does not know yet, in weeks of a usual week's value: those to
-- come, each at its season, and of the last five what is still to become known.
with

    origins as (select * from {{ ref("int_forecast_origins") }} where not is_kept),

    weeks as (select * from {{ ref("int_forecast_weeks") }}),

    usual_weeks as (select * from {{ ref("int_forecast_usual_weeks") }}),

    order_delays as (select * from {{ ref("int_forecast_order_delays") }}),

    seasons as (select * from {{ ref("int_forecast_seasons") }}),

    entities as (select distinct origin_date, legal_entity_id from usual_weeks),

    weeks_unioned as (
        select
            entities.origin_date,
            entities.legal_entity_id,
            weeks.horizon_week as order_week,
            weeks.week_start,
            case
                when weeks.horizon_week = 1
                then ({{ days_between("weeks.first_day", "weeks.last_day") }} + 1) / 7.0
                else 1
            end as share_unknown
        from entities
        inner join weeks on entities.origin_date = weeks.origin_date
        union all
        select
            order_delays.origin_date,
            order_delays.legal_entity_id,
            1 - order_delays.weeks_ago as order_week,
            {{ add_days("origins.first_week_start", "(- 7 * order_delays.weeks_ago)") }} as week_start,
            1 - order_delays.known_share as share_unknown
        from order_delays
        inner join origins on order_delays.origin_date = origins.origin_date
        where order_delays.known_share < 1
    ),

    seasons_laid_on as (
        select
            weeks_unioned.origin_date,
            weeks_unioned.legal_entity_id,
            weeks_unioned.order_week,
            weeks_unioned.share_unknown * coalesce(seasons.season, 1) as usual_weeks
        from weeks_unioned
        left join
            seasons
            on weeks_unioned.origin_date = seasons.origin_date
            and weeks_unioned.legal_entity_id = seasons.legal_entity_id
            and extract(month from {{ add_days("weeks_unioned.week_start", 3) }}) = seasons.calendar_month
    )

select *
from seasons_laid_on
