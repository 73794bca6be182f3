-- What revenue rules leave on the balance sheet at each report date, from the documents alone:
-- delivered and not billed (contract asset), billed and not delivered or not yet passed in time
-- (contract liability).
with

    report_dates as (select * from {{ ref("int_report_dates") }}),

    accruals as (select * from {{ ref("int_delivery_accruals") }}),

    billed_parts as (select * from {{ ref("int_billed_parts") }}),

    revenue_releases as (select * from {{ ref("int_revenue_releases") }}),

    changes_unioned as (
        select legal_entity_id, ship_date as change_date, accrued_functional as unbilled, 0 as deferred
        from accruals
        union all
        select legal_entity_id, billing_date as change_date, - accrued_functional as unbilled, 0 as deferred
        from accruals
        where billing_date is not null
        union all
        select legal_entity_id, posting_date as change_date, 0 as unbilled, part_functional as deferred
        from billed_parts
        where part in ('on_delivery', 'over_time')
        union all
        select legal_entity_id, ship_date as change_date, 0 as unbilled, - part_functional as deferred
        from billed_parts
        where part = 'on_delivery' and ship_date is not null
        union all
        select legal_entity_id, release_date as change_date, 0 as unbilled, - amount as deferred
        from revenue_releases
    ),

    changes_by_date as (
        select legal_entity_id, change_date, sum(unbilled) as unbilled, sum(deferred) as deferred
        from changes_unioned
        group by legal_entity_id, change_date
    ),

    balances_taken as (
        select
            report_dates.as_of,
            report_dates.legal_entity_id,
            {{ sum_money("changes_by_date.unbilled") }} as unbilled,
            {{ sum_money("changes_by_date.deferred") }} as deferred
        from report_dates
        left join
            changes_by_date
            on report_dates.legal_entity_id = changes_by_date.legal_entity_id
            and report_dates.as_of >= changes_by_date.change_date
        group by report_dates.as_of, report_dates.legal_entity_id
    )

select *
from balances_taken
