-- The dates at whose end a forecast can be made: the as-of date, which is published, and the
-- Sundays of the history, on which the same method is scored. Older Sundays only calibrate.
with

    as_of as (select * from {{ ref("int_as_of") }}),

    documents as (select * from {{ ref("int_ar_documents") }}),

    spans_taken as (
        select
            as_of.as_of,
            greatest(
                min(documents.posting_date),
                {{
                    add_days(
                        "as_of.as_of",
                        "- 7 * ("
                        ~ forecast_setting("scored_origins")
                        ~ " + "
                        ~ forecast_setting("earlier_origins")
                        ~ ")",
                    )
                }}
            ) as first_date
        from as_of
        inner join documents on documents.posting_date <= as_of.as_of
        group by as_of.as_of
    ),

    days_listed as ({{ calendar_days("first_date", "as_of", "spans_taken") }}),

    origins_chosen as (
        select
            days_listed.calendar_date as origin_date,
            {{ week_start_of(add_days("days_listed.calendar_date", 1)) }} as first_week_start,
            days_listed.calendar_date = as_of.as_of as is_published,
            {{ weekday_of("days_listed.calendar_date") }} = 6 as is_sunday,
            {{ weekday_of("days_listed.calendar_date") }} = 6
            and days_listed.calendar_date
            >= {{ add_days("as_of.as_of", "- 7 * " ~ forecast_setting("scored_origins")) }} as is_scored
        from days_listed
        cross join as_of
        where {{ weekday_of("days_listed.calendar_date") }} = 6 or days_listed.calendar_date = as_of.as_of
    )

select *
from origins_chosen
