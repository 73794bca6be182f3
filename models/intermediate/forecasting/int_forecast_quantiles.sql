-- The survival curve read the other way: at which step the summed hazard first reaches each
-- hundredth. An invoice that stands at hazard h now is paid with chance q by the step that
-- reaches h - ln(1 - q).
with

    survival as (select * from {{ ref("int_forecast_usual_survival") }}),

    hundredths as ({{ number_range(0, 3000, "hundredth") }}),

    origins as (select distinct origin_date from survival),

    levels_and_steps as (
        select origins.origin_date, hundredths.hundredth / 100.0 as hazard, hundredths.hundredth, null as step
        from origins
        cross join hundredths
        union all
        select origin_date, cumulative_hazard as hazard, null as hundredth, step
        from survival
    ),

    steps_reached as (
        select
            origin_date,
            hundredth,
            min(step) over (
                partition by origin_date
                order by hazard, hundredth nulls last, step
                rows between current row and unbounded following
            ) as step
        from levels_and_steps
    )

select *
from steps_reached
where hundredth is not null
