-- When each open item is settled: the median day and the days that leave a tenth before and after
-- them, given that it was unpaid at the origin; how likely that is after the due date; and what
-- cash to expect.
with

    items as (select * from {{ ref("int_forecast_open_items") }}),

    pay_days as (select * from {{ ref("int_forecast_pay_days") }}),

    survival as (select * from {{ ref("int_forecast_usual_survival") }}),

    quantiles as (select * from {{ ref("int_forecast_quantiles") }}),

    chances as (
        select 'p10' as name, 0.1 as chance
        union all
        select 'p50' as name, 0.5 as chance
        union all
        select 'p90' as name, 0.9 as chance
    ),

    items_stepped as (
        select
            items.*,
            case
                when discount_days.last_pay_day > items.origin_date then items.discount_share else 0
            end as chance_of_discount,
            discount_days.last_pay_day as discount_day,
            {{
                survival_step(
                    "origin_days.last_pay_day",
                    "items.due_date",
                    "items.settles_after_days",
                    "items.spread_days",
                )
            }} as step_now,
            {{
                survival_step(
                    "greatest(due_days.last_pay_day, origin_days.last_pay_day)",
                    "items.due_date",
                    "items.settles_after_days",
                    "items.spread_days",
                )
            }} as step_due
        from items
        inner join
            pay_days as origin_days
            on items.pay_calendar = origin_days.pay_calendar
            and items.origin_date = origin_days.calendar_date
        left join
            pay_days as due_days
            on items.pay_calendar = due_days.pay_calendar
            and items.due_date = due_days.calendar_date
        left join
            pay_days as discount_days
            on items.pay_calendar = discount_days.pay_calendar
            and items.discount_until = discount_days.calendar_date
        where items.settles_after_days is not null
    ),

    hazards_found as (
        select
            items_stepped.*,
            now_survival.cumulative_hazard as hazard_now,
            exp(
                now_survival.cumulative_hazard
                - coalesce(due_survival.cumulative_hazard, now_survival.cumulative_hazard)
            ) as unpaid_at_due
        from items_stepped
        inner join
            survival as now_survival
            on items_stepped.origin_date = now_survival.origin_date
            and items_stepped.step_now = now_survival.step
        left join
            survival as due_survival
            on items_stepped.origin_date = due_survival.origin_date
            and items_stepped.step_due = due_survival.step
    ),

    chances_asked as (
        select
            hazards_found.*,
            chances.name,
            chances.chance <= hazards_found.chance_of_discount as is_within_discount,
            cast(
                least(
                    ceil(
                        round(
                            100 * (
                                hazards_found.hazard_now - ln(
                                    1
                                    - greatest(chances.chance - hazards_found.chance_of_discount, 0)
                                    / (1 - least(hazards_found.chance_of_discount, 0.99))
                                )
                            ),
                            6
                        )
                    ),
                    3000
                ) as integer
            ) as hundredth
        from hazards_found
        cross join chances
    ),

    days_reached as (
        select
            chances_asked.*,
            case
                when chances_asked.is_within_discount
                then chances_asked.discount_day
                else
                    {{
                        add_days(
                            "chances_asked.due_date",
                            "cast(ceil(round(chances_asked.settles_after_days"
                            ~ " + chances_asked.spread_days * (coalesce(quantiles.step, 1500) + 0.5) / 10"
                            ~ " - 0.5, 6)) as integer)",
                        )
                    }}
            end as day_reached
        from chances_asked
        left join
            quantiles
            on chances_asked.origin_date = quantiles.origin_date
            and chances_asked.hundredth = quantiles.hundredth
    ),

    pay_days_taken as (
        select
            days_reached.origin_date,
            days_reached.document_key,
            days_reached.name,
            days_reached.due_date,
            days_reached.chance_of_discount,
            days_reached.unpaid_at_due,
            coalesce(pay_days.next_pay_day, days_reached.day_reached) as pay_day
        from days_reached
        left join
            pay_days
            on days_reached.pay_calendar = pay_days.pay_calendar
            and least(
                greatest(days_reached.day_reached, {{ add_days("days_reached.origin_date", 1) }}),
                {{ add_days("days_reached.origin_date", 700) }}
            )
            = pay_days.calendar_date
    ),

    dates_beside_each_other as (
        select
            origin_date,
            document_key,
            max(case when name = 'p50' then pay_day end) as expected_date,
            max(case when name = 'p10' then pay_day end) as p10_date,
            max(case when name = 'p90' then pay_day end) as p90_date,
            round(
                max(
                    case when due_date < origin_date then 1 else (1 - chance_of_discount) * unpaid_at_due end
                ),
                6
            ) as probability_late
        from pay_days_taken
        group by origin_date, document_key
    )

select *
from dates_beside_each_other
