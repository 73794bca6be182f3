-- How far the revenue forecast has been off, over the root of what was still to come, with which
-- the errors of a sum of many orders grow: the tenth, the middle and the ninetieth of a hundred of
-- the errors of the year before each origin, by entity and month of the horizon. Only months over by then
-- count, as they were known on their last day.
with

    origins as (select * from {{ ref("int_forecast_origins") }}),

    revenue as (select * from {{ ref("int_forecast_revenue") }}),

    errors_taken as (
        select
            judging.origin_date as judged_on,
            revenue.origin_date,
            revenue.legal_entity_id,
            revenue.horizon_month,
            round(
                cast(revenue.actual_at_the_time - revenue.expected as double)
                / sqrt(cast(revenue.backlog + revenue.new_orders as double)),
                9
            ) as error
        from origins as judging
        inner join
            revenue
            on revenue.last_day <= judging.origin_date
            and revenue.last_day
            > {{ add_days("judging.origin_date", "- 7 * " ~ forecast_setting("calibration_origins")) }}
        inner join origins as judged on revenue.origin_date = judged.origin_date and judged.is_sunday
        where (judging.is_scored or judging.is_published) and revenue.backlog + revenue.new_orders > 0
    ),

    errors_ranked as (
        select
            *,
            row_number() over (
                partition by judged_on, legal_entity_id, horizon_month order by error, origin_date
            ) as place,
            count(*) over (partition by judged_on, legal_entity_id, horizon_month) as origins_seen
        from errors_taken
    ),

    quantiles_taken as (
        select
            judged_on as origin_date,
            legal_entity_id,
            horizon_month,
            max(origins_seen) as origins_seen,
            {{ ranked_error_at(forecast_setting("tail_of_spans")) }} as low_error,
            {{ ranked_error_at("0.5") }} as middle_error,
            {{ ranked_error_at("(1 - " ~ forecast_setting("tail_of_spans") ~ ")") }} as high_error
        from errors_ranked
        where origins_seen >= {{ forecast_setting("fewest_calibration_origins") }}
        group by judged_on, legal_entity_id, horizon_month
    )

select *
from quantiles_taken
