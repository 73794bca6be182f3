-- Timing, amounts and rates are attributed item by item; what is left of the week's variance came
-- from what was not open when the forecast was made. Over forecasts that were published and kept,
-- and over those of the backtest.
with

    outcomes as (select * from {{ ref("int_forecast_item_outcomes") }}),

    kept_outcomes as (select * from {{ ref("int_forecast_kept_outcomes") }}),

    kept_weeks as (select * from {{ ref("int_forecast_kept_weeks") }}),

    weeks as (select * from {{ ref("int_forecast_weeks") }}),

    backtest as (
        select *
        from {{ ref("rpt_cash_forecast_backtest") }}
        where model = 'product' and line = 'total_receipts' and legal_entity_id <> '*' and actual is not null
    ),

    forecasts_unioned as (
        select
            backtest.origin_date,
            'backtest' as origin_kind,
            weeks.week_start,
            backtest.horizon_week,
            backtest.legal_entity_id,
            backtest.expected,
            backtest.actual
        from backtest
        inner join
            weeks on backtest.origin_date = weeks.origin_date and backtest.horizon_week = weeks.horizon_week
        union all
        select
            origin_date,
            'kept' as origin_kind,
            week_start,
            horizon_week,
            legal_entity_id,
            expected,
            cast(actual as decimal(18, 4)) as actual
        from kept_weeks
    ),

    outcomes_unioned as (
        select
            origin_date,
            'backtest' as origin_kind,
            legal_entity_id,
            horizon_week,
            has_open_dispute,
            expected_date,
            last_day,
            first_paid_week,
            actual_at_receipt_rate,
            actual,
            other_reductions,
            case
                chosen_model
                when 'customer_delay'
                then customer_delay
                when 'due_date'
                then due_date
                else time_to_pay
            end as expected
        from outcomes
        union all
        select
            origin_date,
            'kept' as origin_kind,
            legal_entity_id,
            horizon_week,
            has_open_dispute,
            expected_date,
            last_day,
            first_paid_week,
            actual_at_receipt_rate,
            actual,
            other_reductions,
            expected
        from kept_outcomes
    ),

    differences_taken as (
        select
            origin_date,
            origin_kind,
            legal_entity_id,
            horizon_week,
            has_open_dispute,
            actual_at_receipt_rate - actual as fx_difference,
            other_reductions as short_paid,
            actual - expected as difference,
            case
                when actual <> 0 and expected_date > last_day
                then 'paid_early'
                when actual <> 0
                then 'paid_late'
                when first_paid_week < horizon_week
                then 'paid_early'
                else 'paid_late'
            end as timing
        from outcomes_unioned
    ),

    causes_split as (
        select origin_date, origin_kind, legal_entity_id, horizon_week, 'fx' as cause, fx_difference as amount
        from differences_taken
        union all
        select
            origin_date, origin_kind, legal_entity_id, horizon_week, 'disputed' as cause, difference as amount
        from differences_taken
        where has_open_dispute
        union all
        select
            origin_date,
            origin_kind,
            legal_entity_id,
            horizon_week,
            'short_paid' as cause,
            - short_paid as amount
        from differences_taken
        where not has_open_dispute
        union all
        select
            origin_date,
            origin_kind,
            legal_entity_id,
            horizon_week,
            timing as cause,
            difference + short_paid as amount
        from differences_taken
        where not has_open_dispute
    ),

    causes_summed as (
        select
            origin_date,
            origin_kind,
            legal_entity_id,
            horizon_week,
            cause,
            cast(round({{ exact_sum("amount") }}, 2) as decimal(18, 4)) as amount
        from causes_split
        group by origin_date, origin_kind, legal_entity_id, horizon_week, cause
    ),

    causes_explained as (
        select origin_date, origin_kind, legal_entity_id, horizon_week, {{ sum_money("amount") }} as amount
        from causes_summed
        group by origin_date, origin_kind, legal_entity_id, horizon_week
    ),

    cause_names as (
        {%- for cause in ["paid_early", "paid_late", "short_paid", "disputed", "not_in_forecast", "fx"] %}
            select '{{ cause }}' as cause
            {%- if not loop.last %}
                union all
            {%- endif %}
        {%- endfor %}
    ),

    causes_laid_out as (
        select
            forecasts_unioned.origin_date,
            forecasts_unioned.origin_kind,
            forecasts_unioned.week_start,
            forecasts_unioned.horizon_week,
            forecasts_unioned.legal_entity_id,
            cause_names.cause,
            case
                when cause_names.cause = 'not_in_forecast'
                then
                    cast(
                        forecasts_unioned.actual
                        - forecasts_unioned.expected
                        - coalesce(causes_explained.amount, 0) as decimal(18, 4)
                    )
                else cast(coalesce(causes_summed.amount, 0) as decimal(18, 4))
            end as amount,
            forecasts_unioned.expected as forecast,
            forecasts_unioned.actual,
            cast(forecasts_unioned.actual - forecasts_unioned.expected as decimal(18, 4)) as variance
        from forecasts_unioned
        cross join cause_names
        left join
            causes_summed
            on forecasts_unioned.origin_date = causes_summed.origin_date
            and forecasts_unioned.origin_kind = causes_summed.origin_kind
            and forecasts_unioned.legal_entity_id = causes_summed.legal_entity_id
            and forecasts_unioned.horizon_week = causes_summed.horizon_week
            and cause_names.cause = causes_summed.cause
        left join
            causes_explained
            on forecasts_unioned.origin_date = causes_explained.origin_date
            and forecasts_unioned.origin_kind = causes_explained.origin_kind
            and forecasts_unioned.legal_entity_id = causes_explained.legal_entity_id
            and forecasts_unioned.horizon_week = causes_explained.horizon_week
    )

select *
from causes_laid_out
