-- When the money of what is ordered and not yet billed comes: no payment before its invoice is
-- posted, then as its payer settles.
with

    items as (select * from {{ ref("int_forecast_order_items") }}),

    weeks as (select * from {{ ref("int_forecast_weeks") }}),

    pay_days as (select * from {{ ref("int_forecast_pay_days") }}),

    usual_pay_runs as (select * from {{ ref("int_forecast_usual_pay_runs") }}),

    survival as (select * from {{ ref("int_forecast_usual_survival") }}),

    boundaries_listed as (
        select origin_date, 0 as horizon_week, origin_date as boundary_date
        from weeks
        where horizon_week = 1
        union all
        select origin_date, horizon_week, last_day as boundary_date
        from weeks
    ),

    items_on_runs as (
        -- of a payer that has not paid yet the company's pay runs each get their share
        select
            origin_date,
            order_key,
            line,
            legal_entity_id,
            currency,
            posting_date,
            due_date,
            settles_after_days,
            spread_days,
            amount,
            pay_calendar
        from items
        where is_pay_run_known
        union all
        select
            items.origin_date,
            items.order_key,
            items.line,
            items.legal_entity_id,
            items.currency,
            items.posting_date,
            items.due_date,
            items.settles_after_days,
            items.spread_days,
            items.amount * coalesce(usual_pay_runs.share, 1) as amount,
            items.payer_country || ' ' || coalesce(usual_pay_runs.pay_run, 'business_day') as pay_calendar
        from items
        left join usual_pay_runs on items.origin_date = usual_pay_runs.origin_date
        where not items.is_pay_run_known
    ),

    steps_taken as (
        select
            items_on_runs.origin_date,
            items_on_runs.order_key,
            items_on_runs.line,
            items_on_runs.legal_entity_id,
            items_on_runs.currency,
            items_on_runs.posting_date,
            items_on_runs.pay_calendar,
            items_on_runs.amount,
            boundaries_listed.horizon_week,
            {{
                survival_step(
                    "pay_days.last_pay_day",
                    "items_on_runs.due_date",
                    "items_on_runs.settles_after_days",
                    "items_on_runs.spread_days",
                )
            }} as step
        from items_on_runs
        inner join boundaries_listed on items_on_runs.origin_date = boundaries_listed.origin_date
        inner join
            pay_days
            on items_on_runs.pay_calendar = pay_days.pay_calendar
            and greatest(boundaries_listed.boundary_date, {{ add_days("items_on_runs.posting_date", "- 1") }})
            = pay_days.calendar_date
    ),

    shares_left as (
        select
            steps_taken.*,
            exp(
                first_value(survival.cumulative_hazard) over item_by_week - survival.cumulative_hazard
            ) as unpaid_share
        from steps_taken
        inner join
            survival on steps_taken.origin_date = survival.origin_date and steps_taken.step = survival.step
        window
            item_by_week as (
                partition by
                    steps_taken.origin_date,
                    steps_taken.order_key,
                    steps_taken.line,
                    steps_taken.posting_date,
                    steps_taken.pay_calendar
                order by steps_taken.horizon_week
            )
    ),

    shares_of_weeks as (
        select
            *,
            lag(unpaid_share) over (
                partition by origin_date, order_key, line, posting_date, pay_calendar order by horizon_week
            )
            - unpaid_share as paid_share
        from shares_left
    ),

    amounts_summed as (
        select
            origin_date,
            legal_entity_id,
            currency,
            line,
            horizon_week,
            {{ exact_sum("amount * paid_share") }} as amount
        from shares_of_weeks
        where paid_share > 0
        group by origin_date, legal_entity_id, currency, line, horizon_week
    )

select *
from amounts_summed
