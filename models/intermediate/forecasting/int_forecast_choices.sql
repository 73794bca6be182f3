-- Which model each origin uses per week of the horizon: the one with the smallest error on total
-- receipts of the group over the origins that were complete by then, in that week of the horizon
-- and those beside it. Another model replaces the time-to-pay model only for a gain of more than
-- two per cent. Until there are enough origins it is the time-to-pay model; where the history is
-- too thin for that, the due date, with the reason.
with

    origins as (select * from {{ ref("int_forecast_origins") }}),

    weeks as (select * from {{ ref("int_forecast_weeks") }}),

    lines as (
        select *
        from {{ ref("int_forecast_group_lines") }}
        where legal_entity_id = '*' and line = 'total_receipts'
    ),

    actuals as (
        select *
        from {{ ref("int_forecast_group_actuals") }}
        where legal_entity_id = '*' and line = 'total_receipts'
    ),

    histories as (select * from {{ ref("int_forecast_origin_histories") }}),

    models as (
        select 'time_to_pay' as model, 1 as precedence
        union all
        select 'customer_delay' as model, 2 as precedence
        union all
        select 'due_date' as model, 3 as precedence
        union all
        select 'run_rate' as model, 4 as precedence
    ),

    fallbacks_reasoned as (
        select
            origins.origin_date,
            case
                when coalesce(histories.payments, 0) = 0
                then 'no payments yet'
                when
                    {{ days_between("histories.first_posting_date", "origins.origin_date") }}
                    < {{ forecast_setting("fewest_history_days") }}
                then 'fewer than 3 months of history'
                when histories.payers < 2
                then 'one customer only'
            end as fallback_reason
        from origins
        left join histories on origins.origin_date = histories.origin_date
    ),

    weeks_complete as (
        select judging.origin_date as judged_on, weeks.origin_date, weeks.horizon_week
        from origins as judging
        inner join
            weeks
            on weeks.last_day <= judging.origin_date
            and weeks.last_day
            > {{ add_days("judging.origin_date", "- 7 * " ~ forecast_setting("calibration_origins")) }}
        inner join origins on weeks.origin_date = origins.origin_date and origins.is_sunday
        -- what was off while the history was too thin says nothing about the forecasts since
        inner join
            fallbacks_reasoned
            on weeks.origin_date = fallbacks_reasoned.origin_date
            and fallbacks_reasoned.fallback_reason is null
        where judging.is_scored or judging.is_published
    ),

    actuals_known as (
        select
            weeks_complete.judged_on,
            weeks_complete.origin_date,
            weeks_complete.horizon_week,
            sum(actuals.amount) as amount
        from weeks_complete
        inner join
            actuals
            on weeks_complete.origin_date = actuals.origin_date
            and weeks_complete.horizon_week = actuals.horizon_week
            and actuals.known_on <= weeks_complete.judged_on
        group by weeks_complete.judged_on, weeks_complete.origin_date, weeks_complete.horizon_week
    ),

    errors_summed as (
        select
            weeks_complete.judged_on,
            weeks_complete.horizon_week,
            models.model,
            models.precedence,
            count(lines.amount) as origins_scored,
            sum(abs(coalesce(lines.amount, 0) - coalesce(actuals_known.amount, 0))) as absolute_error
        from weeks_complete
        cross join models
        left join
            lines
            on weeks_complete.origin_date = lines.origin_date
            and weeks_complete.horizon_week = lines.horizon_week
            and models.model = lines.model
        left join
            actuals_known
            on weeks_complete.judged_on = actuals_known.judged_on
            and weeks_complete.origin_date = actuals_known.origin_date
            and weeks_complete.horizon_week = actuals_known.horizon_week
        group by weeks_complete.judged_on, weeks_complete.horizon_week, models.model, models.precedence
    ),

    errors_pooled as (
        -- the weeks beside it say much about a week, and one week's errors say little
        select
            weeks.judged_on,
            weeks.horizon_week,
            weeks.model,
            weeks.precedence,
            weeks.origins_scored,
            round(
                cast(sum(beside.absolute_error) as double) * case
                    when weeks.model = 'time_to_pay' then 1 else 1 + {{ forecast_setting("gain_to_replace") }}
                end,
                4
            ) as absolute_error
        from errors_summed as weeks
        inner join
            errors_summed as beside
            on weeks.judged_on = beside.judged_on
            and weeks.model = beside.model
            and abs(weeks.horizon_week - beside.horizon_week) <= {{ forecast_setting("weeks_beside") }}
        group by weeks.judged_on, weeks.horizon_week, weeks.model, weeks.precedence, weeks.origins_scored
    ),

    models_ranked as (
        select
            *,
            row_number() over (
                partition by judged_on, horizon_week order by absolute_error, precedence
            ) as place
        from errors_pooled
        where origins_scored >= {{ forecast_setting("fewest_calibration_origins") }}
    ),

    models_chosen as (
        select
            weeks.origin_date,
            weeks.horizon_week,
            case
                when fallbacks_reasoned.fallback_reason is not null
                then 'due_date'
                else coalesce(models_ranked.model, 'time_to_pay')
            end as model,
            fallbacks_reasoned.fallback_reason,
            coalesce(models_ranked.origins_scored, 0) as origins_scored
        from weeks
        inner join origins on weeks.origin_date = origins.origin_date
        left join fallbacks_reasoned on weeks.origin_date = fallbacks_reasoned.origin_date
        left join
            models_ranked
            on weeks.origin_date = models_ranked.judged_on
            and weeks.horizon_week = models_ranked.horizon_week
            and models_ranked.place = 1
    )

select *
from models_chosen
