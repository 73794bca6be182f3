-- How much later than usual payers settle what falls due in the month of the origin and in those
-- before it, of all payers together: each shift that may be is weighed by how well
-- it explains what was paid and what is still open, and by how rare it is. Most months are like
-- the others; one in so many is not, and then by days.
{%- set first_shift, last_shift, days_of_a_shift = -4, 8, 2 %}
{%- set least_likelihood = 0.0025 %}
with

    history as (select * from {{ ref("int_forecast_history") }}),

    habits as (select * from {{ ref("int_forecast_habits") }}),

    pay_days as (select * from {{ ref("int_forecast_pay_days") }}),

    survival as (select * from {{ ref("int_forecast_survival") }}),

    invoices_asked as (
        -- an invoice was paid after the pay day before, or not until the last one
        select
            history.origin_date,
            history.document_key,
            history.due_date,
            history.is_paid,
            {{ months_due_before("history.due_date", "history.origin_date") }} as months_before,
            habits.level_days,
            habits.spread_days,
            case
                when not history.is_paid
                then pay_days.last_pay_day
                when pay_days.is_pay_day and pay_days.previous_pay_day is not null
                then pay_days.previous_pay_day
                else {{ add_days("history.seen_until", -1) }}
            end as unpaid_until,
            case when history.is_paid then history.seen_until end as paid_on
        from history
        inner join habits on history.origin_date = habits.origin_date and history.payer_key = habits.payer_key
        inner join
            pay_days
            on history.pay_calendar = pay_days.pay_calendar
            and history.seen_until = pay_days.calendar_date
        where
            not history.is_disputed
            and {{ shows_habit("history") }}
            and history.due_date
            >= {{ months_later(month_start("history.origin_date"), "- " ~ forecast_setting("slow_months")) }}
            and history.due_date < {{ months_later(month_start("history.origin_date"), 2) }}
    ),

    shifts_listed as (
        select shift * {{ days_of_a_shift }} as shift_days
        from ({{ number_range(first_shift, last_shift, "shift") }}) as shifts
    ),

    shifts_weighed as (
        select
            shift_days,
            {{ forecast_setting("odd_month_share") }}
            * exp(-0.5 * power(shift_days / {{ forecast_setting("odd_month_days") }}, 2))
            / sum(exp(-0.5 * power(shift_days / {{ forecast_setting("odd_month_days") }}, 2))) over ()
            + (1 - {{ forecast_setting("odd_month_share") }})
            * exp(-0.5 * power(shift_days / {{ forecast_setting("usual_month_days") }}, 2))
            / sum(exp(-0.5 * power(shift_days / {{ forecast_setting("usual_month_days") }}, 2))) over (
            ) as chance
        from shifts_listed
    ),

    invoices_shifted as (
        select
            invoices_asked.*,
            shifts_weighed.shift_days,
            {{
                survival_step(
                    "invoices_asked.unpaid_until",
                    "invoices_asked.due_date",
                    "(invoices_asked.level_days + shifts_weighed.shift_days)",
                    "invoices_asked.spread_days",
                )
            }} as step_unpaid,
            {{
                survival_step(
                    "invoices_asked.paid_on",
                    "invoices_asked.due_date",
                    "(invoices_asked.level_days + shifts_weighed.shift_days)",
                    "invoices_asked.spread_days",
                )
            }} as step_paid
        from invoices_asked
        cross join shifts_weighed
    ),

    likelihoods_summed as (
        select
            invoices_shifted.origin_date,
            invoices_shifted.months_before,
            invoices_shifted.shift_days,
            {{
                exact_sum(
                    "ln(greatest(exp(-unpaid.cumulative_hazard)"
                    ~ " - case when invoices_shifted.is_paid then exp(-paid.cumulative_hazard) else 0 end, "
                    ~ least_likelihood
                    ~ "))"
                )
            }} as log_likelihood
        from invoices_shifted
        inner join
            survival as unpaid
            on invoices_shifted.origin_date = unpaid.origin_date
            and invoices_shifted.step_unpaid = unpaid.step
        left join
            survival as paid
            on invoices_shifted.origin_date = paid.origin_date
            and invoices_shifted.step_paid = paid.step
            and invoices_shifted.is_paid
        group by invoices_shifted.origin_date, invoices_shifted.months_before, invoices_shifted.shift_days
    ),

    shifts_judged as (
        select
            likelihoods_summed.origin_date,
            likelihoods_summed.months_before,
            likelihoods_summed.shift_days,
            shifts_weighed.chance * exp(
                likelihoods_summed.log_likelihood - max(likelihoods_summed.log_likelihood) over (
                    partition by likelihoods_summed.origin_date, likelihoods_summed.months_before
                )
            ) as weight
        from likelihoods_summed
        inner join shifts_weighed on likelihoods_summed.shift_days = shifts_weighed.shift_days
    ),

    months_found as (
        -- weights are small, and sums keep six decimals
        select
            origin_date,
            months_before,
            round(
                {{ exact_sum("1000 * weight * shift_days") }} / {{ exact_sum("1000 * weight") }}, 6
            ) as later_days
        from shifts_judged
        group by origin_date, months_before
    )

select *
from months_found
