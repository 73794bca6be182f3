-- What payers have promised on open items, as each origin knows it. A promise counts until a week
-- after its day: the item is then awaited on the payer's pay day that lies there, in the middle
-- between it and the one before, as close to it as payments have been to promises.
with

    history as (select * from {{ ref("int_forecast_history") }}),

    promises_known as (select * from {{ ref("int_forecast_promises") }}),

    pay_days as (select * from {{ ref("int_forecast_pay_days") }}),

    promises_kept as (
        -- how far payments were from what had been promised, as if five had been three days off
        select
            history.origin_date,
            (
                {{
                    exact_sum(
                        "least(abs("
                        ~ days_between("promises_known.promised_date", "history.last_paid_on")
                        ~ "), 30)"
                    )
                }} + 15
            )
            / (count(*) + 5) as days_off
        from history
        inner join
            promises_known
            on history.document_key = promises_known.document_key
            and promises_known.known_from <= history.last_paid_on
        where history.is_paid
        group by history.origin_date
    ),

    promises_open as (
        select
            history.origin_date,
            history.document_key,
            history.due_date,
            history.pay_calendar,
            promises_known.promised_date,
            coalesce(promises_kept.days_off, 3) as days_off
        from history
        inner join
            promises_known
            on history.document_key = promises_known.document_key
            and promises_known.known_from <= history.origin_date
            and promises_known.known_before > history.origin_date
        left join promises_kept on history.origin_date = promises_kept.origin_date
        where history.open_amount > 0
    ),

    pay_days_found as (
        -- a day between two pay days means the next one, unless it follows on one
        select
            promises_open.*,
            case
                when same_days.is_pay_day
                then same_days.previous_pay_day
                when days_before.is_pay_day
                then days_before.previous_pay_day
                else same_days.last_pay_day
            end as previous_pay_day,
            case
                when same_days.is_pay_day
                then same_days.calendar_date
                when days_before.is_pay_day
                then days_before.calendar_date
                else same_days.next_pay_day
            end as pay_day
        from promises_open
        left join
            pay_days as same_days
            on promises_open.pay_calendar = same_days.pay_calendar
            and promises_open.promised_date = same_days.calendar_date
        left join
            pay_days as days_before
            on promises_open.pay_calendar = days_before.pay_calendar
            and {{ add_days("promises_open.promised_date", -1) }} = days_before.calendar_date
    ),

    promises_placed as (
        select
            origin_date,
            document_key,
            promised_date,
            promised_date < origin_date as is_broken,
            case
                when promised_date >= {{ add_days("origin_date", "- " ~ forecast_setting("promise_days")) }}
                then
                    coalesce(
                        (
                            {{ days_between("due_date", "previous_pay_day") }}
                            + {{ days_between("due_date", "pay_day") }}
                            + 1
                        )
                        / 2.0,
                        {{ days_between("due_date", "promised_date") }}
                    )
            end as settles_after_days,
            days_off
        from pay_days_found
    )

select *
from promises_placed
