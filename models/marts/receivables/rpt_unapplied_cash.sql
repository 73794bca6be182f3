with

    report_dates as (select * from {{ ref("int_report_dates") }}),

    balances as (select * from {{ ref("int_receipt_balances") }}),

    receipts as (select * from {{ ref("int_receipts") }}),

    unapplied_found as (
        select
            report_dates.as_of,
            receipts.legal_entity_id,
            receipts.source_system,
            receipts.receipt_key,
            receipts.payment_id,
            receipts.customer_id,
            receipts.customer_key,
            receipts.posting_date,
            receipts.currency,
            balances.unapplied_amount,
            balances.unapplied_functional,
            {{ days_between("receipts.posting_date", "report_dates.as_of") }} as age_days
        from report_dates
        inner join
            balances
            on report_dates.legal_entity_id = balances.legal_entity_id
            and report_dates.as_of >= balances.valid_from
            and report_dates.as_of < balances.valid_before
        inner join receipts on balances.receipt_key = receipts.receipt_key
    )

select *
from unapplied_found
