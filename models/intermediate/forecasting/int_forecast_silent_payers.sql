-- The chance that a payer still pays at all: how many payments its habit let expect since its last
-- one, against how rare it is that a payer stops. Invoices are often paid together, so that a
-- payment which did not come counts only in part. Disputed invoices say nothing of it. The curve is
-- the first one, of all payments alike: the one used for forecasting rests on this.
with

    items as (select * from {{ ref("int_forecast_open_items") }}),

    history as (select * from {{ ref("int_forecast_history") }}),

    pay_days as (select * from {{ ref("int_forecast_pay_days") }}),

    survival as (select * from {{ ref("int_forecast_survival") }}),

    last_payments as (
        select origin_date, payer_key, max(last_paid_on) as last_paid_on
        from history
        where last_paid_on is not null
        group by origin_date, payer_key
    ),

    items_waiting as (
        select
            items.origin_date,
            items.document_key,
            items.payer_key,
            items.pay_calendar,
            items.due_date,
            items.settles_after_days,
            items.spread_days,
            greatest(
                coalesce(last_payments.last_paid_on, items.document_date),
                items.document_date,
                {{ add_days("items.origin_date", "- " ~ forecast_setting("delay_days_of_history")) }}
            ) as waiting_since
        from items
        left join
            last_payments
            on items.origin_date = last_payments.origin_date
            and items.payer_key = last_payments.payer_key
        where items.settles_after_days is not null and not items.is_credit_memo and not items.has_open_dispute
    ),

    days_asked as (
        -- of the chance to have been paid until now, what had gone by when the payer last paid
        select
            origin_date,
            payer_key,
            pay_calendar,
            due_date,
            settles_after_days,
            spread_days,
            origin_date as asked_on,
            1 as factor
        from items_waiting
        where waiting_since < origin_date
        union all
        select
            origin_date,
            payer_key,
            pay_calendar,
            due_date,
            settles_after_days,
            spread_days,
            waiting_since as asked_on,
            -1 as factor
        from items_waiting
        where waiting_since < origin_date
    ),

    steps_taken as (
        select
            days_asked.origin_date,
            days_asked.payer_key,
            days_asked.factor,
            {{
                survival_step(
                    "pay_days.last_pay_day",
                    "days_asked.due_date",
                    "days_asked.settles_after_days",
                    "days_asked.spread_days",
                )
            }} as step
        from days_asked
        inner join
            pay_days
            on days_asked.pay_calendar = pay_days.pay_calendar
            and days_asked.asked_on = pay_days.calendar_date
    ),

    payments_missed as (
        select
            steps_taken.origin_date,
            steps_taken.payer_key,
            {{ exact_sum("steps_taken.factor * survival.cumulative_hazard") }} as missed
        from steps_taken
        inner join
            survival on steps_taken.origin_date = survival.origin_date and steps_taken.step = survival.step
        group by steps_taken.origin_date, steps_taken.payer_key
    ),

    chances_taken as (
        select
            origin_date,
            payer_key,
            round(
                1 / (
                    1
                    + {{ forecast_setting("stopped_payer_share") }}
                    * exp(least({{ forecast_setting("missed_payment_weight") }} * missed, 50))
                ),
                6
            ) as still_pays
        from payments_missed
    )

select *
from chances_taken
