-- What is released of each billed service line at which month end: straight line over the months of
-- its service period, the last month taking the remainder. A month that passed before the document
-- was posted is released with the first.
with

    billed_parts as (select * from {{ ref("int_billed_parts") }}),

    calendar_days as (select * from {{ ref("int_calendar_days") }}),

    services as (
        select *, {{ months_between(month_start("service_start"), month_start("service_end")) }} + 1 as months
        from billed_parts
        where part = 'over_time'
    ),

    releases_scheduled as (
        select
            services.document_line_key,
            services.legal_entity_id,
            services.revenue_account_id,
            services.functional_minor_units,
            services.part_functional,
            services.months,
            months_listed.month_end_date,
            greatest(months_listed.month_end_date, {{ month_end("services.posting_date") }}) as release_date,
            {{ months_between(month_start("services.service_start"), "months_listed.month_start_date") }}
            + 1 as month_number
        from services
        inner join
            (
                select distinct month_start_date, month_end_date from calendar_days where is_month_end
            ) as months_listed
            on months_listed.month_end_date >= services.service_start
            and months_listed.month_start_date <= services.service_end
    ),

    releases_valued as (
        select
            document_line_key,
            legal_entity_id,
            revenue_account_id,
            release_date,
            case
                when month_number < months
                then {{ divide_money("part_functional * 1.0000", "months", "functional_minor_units") }}
                else
                    part_functional
                    - (months - 1)
                    * {{ divide_money("part_functional * 1.0000", "months", "functional_minor_units") }}
            end as amount
        from releases_scheduled
    )

select *
from releases_valued
