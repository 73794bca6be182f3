with

    starts as (select * from {{ ref("int_report_starts") }}),

    calendar_days as (select * from {{ ref("int_calendar_days") }}),

    as_of as (select * from {{ ref("int_as_of") }}),

    dates_of_entities as (
        select
            starts.legal_entity_id,
            calendar_days.calendar_date as as_of,
            calendar_days.period,
            calendar_days.month_start_date,
            calendar_days.is_month_end
        from starts
        cross join as_of
        inner join
            calendar_days on calendar_days.calendar_date between starts.first_as_of_date and as_of.as_of
        where calendar_days.is_month_end or calendar_days.calendar_date = as_of.as_of
    )

select *
from dates_of_entities
