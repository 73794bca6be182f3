-- How far the published forecast has been off: the tenth, the middle and the ninetieth of a
-- hundred of its scaled errors on the origins complete before each origin, per entity, line and
-- week of the horizon, for the week and for the weeks until then together. Errors shrink while
-- the history grows, so single weeks learn from the last half year only and cut off a little more
-- than a tenth; spans of several weeks overlap, so they need the whole year.
{%- set fewest = forecast_setting("fewest_calibration_origins") %}
with

    origins as (select * from {{ ref("int_forecast_origins") }}),

    weeks as (select * from {{ ref("int_forecast_product_weeks") }}),

    horizon_ends as (select * from {{ ref("int_forecast_weeks") }}),

    actuals as (select * from {{ ref("int_forecast_group_actuals") }}),

    fallbacks as (
        select distinct origin_date, fallback_reason
        from {{ ref("int_forecast_choices") }}
        where fallback_reason is not null
    ),

    origins_described as (
        select origins.*, fallbacks.fallback_reason is not null as is_fallback
        from origins
        left join fallbacks on origins.origin_date = fallbacks.origin_date
    ),

    pairs_listed as (
        -- what was off while the history was too thin says nothing about the forecasts since
        select judging.origin_date as judged_on, judged.origin_date
        from origins_described as judging
        inner join
            origins_described as judged
            on judged.origin_date < judging.origin_date
            and judged.origin_date
            >= {{
                add_days(
                    "judging.origin_date", "- 7 * (" ~ forecast_setting("calibration_origins") ~ " + 13)"
                )
            }}
        where
            (judging.is_scored or judging.is_published)
            and judged.is_sunday
            and (judging.is_fallback or not judged.is_fallback)
    ),

    actuals_in_time as (
        select
            actuals.origin_date, actuals.legal_entity_id, actuals.line, actuals.horizon_week, actuals.amount
        from actuals
        inner join
            horizon_ends
            on actuals.origin_date = horizon_ends.origin_date
            and actuals.horizon_week = horizon_ends.horizon_week
            and actuals.known_on <= horizon_ends.last_day
    ),

    weeks_with_outcomes as (
        select
            weeks.origin_date,
            weeks.legal_entity_id,
            weeks.line,
            weeks.horizon_week,
            weeks.last_day,
            weeks.scale,
            weeks.scale_so_far,
            cast(weeks.amount as double) as amount,
            cast(weeks.amount_so_far as double) as amount_so_far,
            cast(coalesce(actuals_in_time.amount, 0) as double) as actual
        from weeks
        left join
            actuals_in_time
            on weeks.origin_date = actuals_in_time.origin_date
            and weeks.legal_entity_id = actuals_in_time.legal_entity_id
            and weeks.line = actuals_in_time.line
            and weeks.horizon_week = actuals_in_time.horizon_week
    ),

    late_actuals as (
        -- outcomes heard of after their week had ended, from the day on which they were
        select
            pairs_listed.judged_on,
            actuals.origin_date,
            actuals.legal_entity_id,
            actuals.line,
            actuals.horizon_week,
            cast(sum(actuals.amount) as double) as amount
        from actuals
        inner join
            horizon_ends
            on actuals.origin_date = horizon_ends.origin_date
            and actuals.horizon_week = horizon_ends.horizon_week
            and actuals.known_on > horizon_ends.last_day
        inner join
            pairs_listed
            on actuals.origin_date = pairs_listed.origin_date
            and actuals.known_on <= pairs_listed.judged_on
        group by
            pairs_listed.judged_on,
            actuals.origin_date,
            actuals.legal_entity_id,
            actuals.line,
            actuals.horizon_week
    ),

    outcomes_joined as (
        select
            pairs_listed.judged_on,
            weeks_with_outcomes.origin_date,
            weeks_with_outcomes.legal_entity_id,
            weeks_with_outcomes.line,
            weeks_with_outcomes.horizon_week,
            weeks_with_outcomes.last_day,
            weeks_with_outcomes.amount,
            weeks_with_outcomes.amount_so_far,
            weeks_with_outcomes.scale,
            weeks_with_outcomes.scale_so_far,
            round(weeks_with_outcomes.actual + coalesce(late_actuals.amount, 0), 4) as actual
        from pairs_listed
        inner join
            weeks_with_outcomes
            on pairs_listed.origin_date = weeks_with_outcomes.origin_date
            and weeks_with_outcomes.last_day <= pairs_listed.judged_on
            and (
                weeks_with_outcomes.line in ('total_receipts', 'receipts_open_invoices')
                or weeks_with_outcomes.last_day
                > {{
                    add_days(
                        "pairs_listed.judged_on",
                        "- 7 * " ~ forecast_setting("calibration_origins_of_weeks"),
                    )
                }}
            )
        left join
            late_actuals
            on pairs_listed.judged_on = late_actuals.judged_on
            and pairs_listed.origin_date = late_actuals.origin_date
            and weeks_with_outcomes.legal_entity_id = late_actuals.legal_entity_id
            and weeks_with_outcomes.line = late_actuals.line
            and weeks_with_outcomes.horizon_week = late_actuals.horizon_week
    ),

    outcomes_cumulated as (
        select
            *,
            round(
                sum(actual) over (
                    partition by judged_on, origin_date, legal_entity_id, line
                    order by horizon_week
                    rows between unbounded preceding and current row
                ),
                4
            ) as actual_so_far
        from outcomes_joined
    ),

    errors_scaled as (
        select
            judged_on,
            legal_entity_id,
            line,
            horizon_week,
            origin_date,
            'week' as span,
            round((actual - amount) / scale, 9) as error
        from outcomes_cumulated
        where
            last_day
            > {{ add_days("judged_on", "- 7 * " ~ forecast_setting("calibration_origins_of_weeks")) }}
        union all
        select
            judged_on,
            legal_entity_id,
            line,
            horizon_week,
            origin_date,
            'until' as span,
            round((actual_so_far - amount_so_far) / scale_so_far, 9) as error
        from outcomes_cumulated
        where
            line in ('total_receipts', 'receipts_open_invoices')
            and last_day > {{ add_days("judged_on", "- 7 * " ~ forecast_setting("calibration_origins")) }}
    ),

    errors_ranked as (
        select
            *,
            case
                span
                when 'week'
                then {{ forecast_setting("tail_of_weeks") }}
                else {{ forecast_setting("tail_of_spans") }}
            end as tail,
            row_number() over (
                partition by judged_on, legal_entity_id, line, horizon_week, span order by error, origin_date
            ) as place,
            count(*) over (partition by judged_on, legal_entity_id, line, horizon_week, span) as origins_seen
        from errors_scaled
    ),

    quantiles_taken as (
        select
            judged_on as origin_date,
            legal_entity_id,
            line,
            horizon_week,
            span,
            max(origins_seen) as origins_seen,
            {{ ranked_error_at("tail") }} as low_error,
            {{ ranked_error_at("0.5") }} as middle_error,
            {{ ranked_error_at("(1 - tail)") }} as high_error
        from errors_ranked
        where origins_seen >= {{ fewest }}
        group by judged_on, legal_entity_id, line, horizon_week, span
    )

select *
from quantiles_taken
