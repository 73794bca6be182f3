with

    starts as (select * from {{ ref("int_report_starts") }}),

    calendar_days as (select * from {{ ref("int_calendar_days") }}),

    periods_of_entities as (
        select
            starts.legal_entity_id,
            calendar_days.period,
            calendar_days.month_start_date as first_date,
            max(calendar_days.calendar_date) as last_date
        from starts
        inner join calendar_days on calendar_days.month_end_date >= starts.first_movement_date
        group by starts.legal_entity_id, calendar_days.period, calendar_days.month_start_date
    )

select *
from periods_of_entities
