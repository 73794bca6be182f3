-- On which days a customer pays who keeps to a pay run: for each calendar, a rule in a country, and
-- date the last pay day until then and the next from then on. Nobody pays on weekends and public
-- holidays: a pay day that falls on one moves to the next open day, the end of a month to the last
-- one before. Calendars without a country know no holidays.
with

    as_of as (select * from {{ ref("int_as_of") }}),

    payer_countries as (select * from {{ ref("int_forecast_payer_countries") }}),

    public_holidays as (select * from {{ ref("stg_registry__public_holidays") }}),

    states as (select * from {{ ref("int_forecast_document_states") }}),

    spans_taken as (
        select
            {{ add_days("least(min(states.document_date), min(states.due_date))", "- 70") }} as first_date,
            {{ add_days("as_of.as_of", 800) }} as last_date
        from states
        inner join as_of on states.posting_date <= as_of.as_of
        where states.document_date >= {{ add_days("as_of.as_of", "- 3650") }}
        group by as_of.as_of
    ),

    days_listed as ({{ calendar_days("first_date", "last_date", "spans_taken") }}),

    countries_listed as (
        select country
        from payer_countries
        union
        select '' as country
    ),

    days_described as (
        select
            calendar_date,
            {{ weekday_of("calendar_date") }} as weekday,
            extract(day from calendar_date) as day_of_month,
            {{ days_between("calendar_date", month_end("calendar_date")) }} as days_to_month_end
        from days_listed
    ),

    days_of_countries as (
        select
            countries_listed.country,
            days_described.*,
            days_described.weekday < 5 and public_holidays.holiday_date is null as is_open
        from days_described
        cross join countries_listed
        left join
            public_holidays
            on countries_listed.country = public_holidays.country
            and days_described.calendar_date = public_holidays.holiday_date
    ),

    open_days_found as (
        select
            *,
            max(case when is_open then calendar_date end) over (
                partition by country order by calendar_date rows between unbounded preceding and current row
            ) as last_open_day,
            min(case when is_open then calendar_date end) over (
                partition by country order by calendar_date rows between current row and unbounded following
            ) as next_open_day
        from days_of_countries
    ),

    rules_tried as (
        {%- set rules = [
            ("every_day", 1, "calendar_date", "true"),
            (
                "business_day",
                forecast_setting("share_of_business_days"),
                "calendar_date",
                "is_open",
            ),
            ("monday", 0.143, "next_open_day", "weekday = 0"),
            ("tuesday", 0.143, "next_open_day", "weekday = 1"),
            ("wednesday", 0.143, "next_open_day", "weekday = 2"),
            ("thursday", 0.143, "next_open_day", "weekday = 3"),
            ("friday", 0.143, "next_open_day", "weekday = 4"),
            ("month_end", 0.033, "last_open_day", "days_to_month_end = 0"),
            ("first", 0.033, "next_open_day", "day_of_month = 1"),
            ("tenth", 0.033, "next_open_day", "day_of_month = 10"),
            ("fifteenth", 0.033, "next_open_day", "day_of_month = 15"),
            ("first_and_fifteenth", 0.066, "next_open_day", "day_of_month in (1, 15)"),
            ("fifth_and_twentieth", 0.066, "next_open_day", "day_of_month in (5, 20)"),
            ("tenth_and_twenty_fifth", 0.066, "next_open_day", "day_of_month in (10, 25)"),
        ] %}
        {%- for name, share, pay_day, condition in rules %}
            select distinct
                country,
                '{{ name }}' as pay_run,
                cast({{ share }} as double) as share_of_days,
                {{ pay_day }} as pay_day
            from open_days_found
            where {{ condition }} and {{ pay_day }} is not null
            {%- if not loop.last %}
                union all
            {%- endif %}
        {%- endfor %}
    ),

    calendars_listed as (select distinct country, pay_run, share_of_days from rules_tried),

    days_compared as (
        select
            calendars_listed.country || ' ' || calendars_listed.pay_run as pay_calendar,
            calendars_listed.country,
            calendars_listed.pay_run,
            calendars_listed.share_of_days,
            days_listed.calendar_date,
            rules_tried.pay_day is not null as is_pay_day
        from calendars_listed
        cross join days_listed
        left join
            rules_tried
            on calendars_listed.country = rules_tried.country
            and calendars_listed.pay_run = rules_tried.pay_run
            and days_listed.calendar_date = rules_tried.pay_day
    ),

    pay_days_found as (
        select
            pay_calendar,
            country,
            pay_run,
            share_of_days,
            calendar_date,
            is_pay_day,
            max(case when is_pay_day then calendar_date end) over (
                partition by pay_calendar
                order by calendar_date
                rows between unbounded preceding and current row
            ) as last_pay_day,
            max(case when is_pay_day then calendar_date end) over (
                partition by pay_calendar
                order by calendar_date
                rows between unbounded preceding and 1 preceding
            ) as previous_pay_day,
            min(case when is_pay_day then calendar_date end) over (
                partition by pay_calendar
                order by calendar_date
                rows between current row and unbounded following
            ) as next_pay_day
        from days_compared
    )

select *
from pay_days_found
where last_pay_day is not null and next_pay_day is not null
