-- The published forecast of receipts with its 80 % interval, per origin, entity, line and week,
-- and for the weeks until then together (span `until`).
with

    origins as (select * from {{ ref("int_forecast_origins") }}),

    groups_without_rate as (
        select distinct origin_date from {{ ref("int_forecast_group_rates") }} where not is_complete
    ),

    -- without every rate there is no figure of the group
    weeks as (
        select
            product_weeks.origin_date,
            product_weeks.legal_entity_id,
            product_weeks.line,
            product_weeks.horizon_week,
            product_weeks.week_start,
            product_weeks.last_day,
            product_weeks.scale,
            product_weeks.scale_so_far,
            case when groups_without_rate.origin_date is null then product_weeks.amount end as amount,
            case
                when groups_without_rate.origin_date is null then product_weeks.amount_so_far
            end as amount_so_far
        from {{ ref("int_forecast_product_weeks") }} as product_weeks
        left join
            groups_without_rate
            on product_weeks.origin_date = groups_without_rate.origin_date
            and product_weeks.legal_entity_id = '*'
    ),

    calibrations as (select * from {{ ref("int_forecast_calibrations") }}),

    choices as (select * from {{ ref("int_forecast_choices") }}),

    actuals as (
        select origin_date, legal_entity_id, line, horizon_week, {{ sum_money("amount") }} as amount
        from {{ ref("int_forecast_group_actuals") }}
        group by origin_date, legal_entity_id, line, horizon_week
    ),

    as_of as (select * from {{ ref("int_as_of") }}),

    spans_listed as (
        select
            weeks.origin_date,
            weeks.legal_entity_id,
            weeks.line,
            weeks.horizon_week,
            weeks.week_start,
            weeks.last_day,
            'week' as span,
            weeks.amount,
            weeks.scale
        from weeks
        inner join origins on weeks.origin_date = origins.origin_date
        where origins.is_scored or origins.is_published
        union all
        select
            weeks.origin_date,
            weeks.legal_entity_id,
            weeks.line,
            weeks.horizon_week,
            weeks.week_start,
            weeks.last_day,
            'until' as span,
            weeks.amount_so_far as amount,
            weeks.scale_so_far as scale
        from weeks
        inner join origins on weeks.origin_date = origins.origin_date
        where origins.is_scored or origins.is_published
    ),

    actuals_spanned as (
        select
            spans_listed.origin_date,
            spans_listed.legal_entity_id,
            spans_listed.line,
            spans_listed.horizon_week,
            spans_listed.span,
            {{ sum_money("actuals.amount") }} as actual
        from spans_listed
        cross join as_of
        inner join origins on spans_listed.origin_date = origins.origin_date
        left join
            actuals
            on spans_listed.origin_date = actuals.origin_date
            and spans_listed.legal_entity_id = actuals.legal_entity_id
            and spans_listed.line = actuals.line
            and (
                (spans_listed.span = 'week' and spans_listed.horizon_week = actuals.horizon_week)
                or (spans_listed.span = 'until' and spans_listed.horizon_week >= actuals.horizon_week)
            )
        where spans_listed.last_day <= as_of.as_of and origins.is_sunday
        group by
            spans_listed.origin_date,
            spans_listed.legal_entity_id,
            spans_listed.line,
            spans_listed.horizon_week,
            spans_listed.span
    ),

    intervals_laid as (
        select
            spans_listed.origin_date,
            spans_listed.legal_entity_id,
            spans_listed.line,
            spans_listed.horizon_week,
            spans_listed.week_start,
            spans_listed.last_day,
            spans_listed.span,
            choices.model,
            choices.fallback_reason,
            spans_listed.amount as expected,
            {{ interval_bound("spans_listed.amount", "calibrations.low_error", "spans_listed.scale") }}
            as p10,
            {{ interval_bound("spans_listed.amount", "calibrations.middle_error", "spans_listed.scale") }}
            as p50,
            {{ interval_bound("spans_listed.amount", "calibrations.high_error", "spans_listed.scale") }}
            as p90,
            calibrations.origins_seen,
            actuals_spanned.actual
        from spans_listed
        inner join
            choices
            on spans_listed.origin_date = choices.origin_date
            and spans_listed.horizon_week = choices.horizon_week
        left join
            calibrations
            on spans_listed.origin_date = calibrations.origin_date
            and spans_listed.legal_entity_id = calibrations.legal_entity_id
            and spans_listed.line = calibrations.line
            and spans_listed.horizon_week = calibrations.horizon_week
            and spans_listed.span = calibrations.span
        left join
            actuals_spanned
            on spans_listed.origin_date = actuals_spanned.origin_date
            and spans_listed.legal_entity_id = actuals_spanned.legal_entity_id
            and spans_listed.line = actuals_spanned.line
            and spans_listed.horizon_week = actuals_spanned.horizon_week
            and spans_listed.span = actuals_spanned.span
    )

select *
from intervals_laid
