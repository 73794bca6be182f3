-- Every day from the month of the first document, movement or month of delivered sales history on: rates
-- are looked up for each of them, and a rolling figure translates its history month by month.
with

    starts as (select * from {{ ref("int_report_starts") }}),

    documents as (select * from {{ ref("int_ar_documents") }}),

    receipts as (select * from {{ ref("int_receipts") }}),

    shipments as (select * from {{ ref("int_shipments") }}),

    sales_history as ({{ union_kinds("sales_history") }}),

    as_of as (select * from {{ ref("int_as_of") }}),

    first_dates_unioned as (
        select min(first_as_of_date) as first_date
        from starts
        union all
        select min(first_movement_date) as first_date
        from starts
        union all
        select min(ship_date) as first_date
        from shipments
        union all
        select min(posting_date) as first_date
        from documents
        union all
        select min(posting_date) as first_date
        from receipts
        union all
        select cast(min(period) || '-01' as date) as first_date
        from sales_history
    ),

    bounds_found as (
        select
            {{ month_start("min(first_dates_unioned.first_date)") }} as first_date,
            max(as_of.as_of) as last_date
        from first_dates_unioned
        cross join as_of
    ),

    days_listed as ({{ calendar_days("first_date", "last_date", "bounds_found") }}),

    days_described as (
        select
            calendar_date,
            {{ period_of("calendar_date") }} as period,
            {{ month_start("calendar_date") }} as month_start_date,
            {{ month_end("calendar_date") }} as month_end_date,
            calendar_date = {{ month_end("calendar_date") }} as is_month_end
        from days_listed
    )

select *
from days_described
