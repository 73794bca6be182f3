-- On which days a customer pays who keeps to a pay run: for each rule and date the last pay day
-- until then and the next from then on. A day of the month that falls on a weekend moves to the
-- Monday after it.
with

    as_of as (select * from {{ ref("int_as_of") }}),

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

    days_described as (
        select
            calendar_date,
            {{ weekday_of("calendar_date") }} as weekday,
            extract(day from calendar_date) as day_of_month,
            -- the nominal days that come to be paid on this date, as the span from first to last
            extract(
                day
                from
                    case
                        when {{ weekday_of("calendar_date") }} = 0
                        then {{ add_days("calendar_date", "- 2") }}
                        else calendar_date
                    end
            ) as first_nominal_day,
            {{ days_between("calendar_date", month_end("calendar_date")) }} as days_to_month_end
        from days_listed
    ),

    rules_tried as (
        {%- set rules = [
            ("every_day", 1, "true"),
            ("business_day", forecast_setting("share_of_business_days"), "weekday < 5"),
            ("monday", 0.143, "weekday = 0"),
            ("tuesday", 0.143, "weekday = 1"),
            ("wednesday", 0.143, "weekday = 2"),
            ("thursday", 0.143, "weekday = 3"),
            ("friday", 0.143, "weekday = 4"),
            (
                "month_end",
                0.033,
                "weekday < 5 and (days_to_month_end = 0 or (weekday = 4 and days_to_month_end <= 2))",
            ),
        ] %}
        {%- for name, days in {
            "first": [1],
            "tenth": [10],
            "fifteenth": [15],
            "first_and_fifteenth": [1, 15],
            "fifth_and_twentieth": [5, 20],
            "tenth_and_twenty_fifth": [10, 25],
        }.items() %}
            {%- set matches = [] %}
            {%- for day in days %}
                {%- do matches.append(
                    "day_of_month = "
                    ~ day
                    ~ " or (weekday = 0 and (first_nominal_day = "
                    ~ day
                    ~ " or first_nominal_day + 1 = "
                    ~ day
                    ~ " or (day_of_month = 2 and "
                    ~ day
                    ~ " = 1)))"
                ) %}
            {%- endfor %}
            {%- do rules.append(
                (name, days | length * 0.033, "weekday < 5 and (" ~ matches | join(" or ") ~ ")")
            ) %}
        {%- endfor %}
        {%- for name, share, condition in rules %}
            select
                '{{ name }}' as pay_run,
                cast({{ share }} as double) as share_of_days,
                calendar_date,
                {{ condition }} as is_pay_day
            from days_described
            {%- if not loop.last %}
                union all
            {%- endif %}
        {%- endfor %}
    ),

    pay_days_found as (
        select
            pay_run,
            share_of_days,
            calendar_date,
            is_pay_day,
            max(case when is_pay_day then calendar_date end) over (
                partition by pay_run order by calendar_date rows between unbounded preceding and current row
            ) as last_pay_day,
            max(case when is_pay_day then calendar_date end) over (
                partition by pay_run order by calendar_date rows between unbounded preceding and 1 preceding
            ) as previous_pay_day,
            min(case when is_pay_day then calendar_date end) over (
                partition by pay_run order by calendar_date rows between current row and unbounded following
            ) as next_pay_day
        from rules_tried
    )

select *
from pay_days_found
where last_pay_day is not null and next_pay_day is not null
