-- When the money of what is ordered and not yet billed comes: no payment before its invoice is
-- posted, then as its payer settles.
with

    items as (select * from {{ ref("int_forecast_order_items") }}),

    weeks as (select * from {{ ref("int_forecast_weeks") }}),

    pay_days as (select * from {{ ref("int_forecast_pay_days") }}),

    survival as (select * from {{ ref("int_forecast_usual_survival") }}),

    boundaries_listed as (
        select origin_date, 0 as horizon_week, origin_date as boundary_date
        from weeks
        where horizon_week = 1
        union all
        select origin_date, horizon_week, last_day as boundary_date
        from weeks
    ),

    steps_taken as (
        select
            items.origin_date,
            items.order_key,
            items.line,
            items.legal_entity_id,
            items.currency,
            items.posting_date,
            items.amount,
            boundaries_listed.horizon_week,
            {{
                survival_step(
                    "pay_days.last_pay_day",
                    "items.due_date",
                    "items.settles_after_days",
                    "items.spread_days",
                )
            }} as step
        from items
        inner join boundaries_listed on items.origin_date = boundaries_listed.origin_date
        inner join
            pay_days
            on items.pay_run = pay_days.pay_run
            and greatest(boundaries_listed.boundary_date, {{ add_days("items.posting_date", "- 1") }})
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
                    steps_taken.origin_date, steps_taken.order_key, steps_taken.line, steps_taken.posting_date
                order by steps_taken.horizon_week
            )
    ),

    shares_of_weeks as (
        select
            *,
            lag(unpaid_share) over (
                partition by origin_date, order_key, line, posting_date order by horizon_week
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
