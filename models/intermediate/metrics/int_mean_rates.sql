-- What a currency cost on average in each month: the mean, over the days with a rate, of the rate
-- valid that day.
with

    rates_by_day as (select * from {{ ref("int_fx_rates_by_day") }}),

    calendar_days as (select * from {{ ref("int_calendar_days") }}),

    means_taken as (
        select
            rates_by_day.from_currency,
            rates_by_day.to_currency,
            calendar_days.month_start_date,
            {{ add_days("calendar_days.month_end_date", 1) }} as next_month_start_date,
            {{ mean_rate("rates_by_day.rate") }} as mean_rate
        from rates_by_day
        inner join calendar_days on rates_by_day.rate_date = calendar_days.calendar_date
        group by
            rates_by_day.from_currency,
            rates_by_day.to_currency,
            calendar_days.month_start_date,
            {{ add_days("calendar_days.month_end_date", 1) }}
    )

select *
from means_taken
