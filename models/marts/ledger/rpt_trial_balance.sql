with

    report_dates as (select * from {{ ref("int_report_dates") }}),

    balances_drawn as ({{ trial_balance("report_dates") }})

select *
from balances_drawn
