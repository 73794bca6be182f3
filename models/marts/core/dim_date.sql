with

    calendar_days as (select * from {{ ref("int_calendar_days") }}),

    days_described as (
        select
            calendar_date as date_day,
            period,
            month_start_date,
            month_end_date,
            is_month_end,
            cast(extract(year from calendar_date) as integer) as year_number,
            cast(extract(quarter from calendar_date) as integer) as quarter_number,
            cast(extract(month from calendar_date) as integer) as month_number
        from calendar_days
    )

select *
from days_described
