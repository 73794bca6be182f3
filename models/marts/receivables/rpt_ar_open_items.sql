with

    report_dates as (select * from {{ ref("int_report_dates") }}),

    items_opened as ({{ open_items("report_dates") }})

select *
from items_opened
