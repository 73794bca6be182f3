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
            items.pay_run,
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

    steps_taken as (
        select
            items_waiting.origin_date,
            items_waiting.payer_key,
            {%- for name, days in {"first": "first_days", "last": "last_days"}.items() %}
                {{
                    survival_step(
                        days ~ ".last_pay_day",
                        "items_waiting.due_date",
                        "items_waiting.settles_after_days",
                        "items_waiting.spread_days",
                    )
                }} as {{ name }}_step {%- if not loop.last %}, {%- endif %}
            {%- endfor %}
        from items_waiting
        inner join
            pay_days as first_days
            on items_waiting.pay_run = first_days.pay_run
            and items_waiting.waiting_since = first_days.calendar_date
        inner join
            pay_days as last_days
            on items_waiting.pay_run = last_days.pay_run
            and items_waiting.origin_date = last_days.calendar_date
        where items_waiting.waiting_since < items_waiting.origin_date
    ),

    payments_missed as (
        select
            steps_taken.origin_date,
            steps_taken.payer_key,
            {{ exact_sum("last_hazards.cumulative_hazard - first_hazards.cumulative_hazard") }} as missed
        from steps_taken
        inner join
            survival as first_hazards
            on steps_taken.origin_date = first_hazards.origin_date
            and steps_taken.first_step = first_hazards.step
        inner join
            survival as last_hazards
            on steps_taken.origin_date = last_hazards.origin_date
            and steps_taken.last_step = last_hazards.step
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
