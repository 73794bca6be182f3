{{ config(alias="ca_05", meta={"control_id": "CA-05"}) }}
-- Guards customers' balances: money that stays unapplied leaves invoices open that are paid, and
-- customers are chased for them. What is younger than the agreed days is shown in rpt_unapplied_cash.
with

    unapplied_cash as (select * from {{ ref("rpt_unapplied_cash") }}),

    receipts as (select * from {{ ref("int_receipts") }}),

    as_of as (select * from {{ ref("int_as_of") }}),

    failing_rows as (
        select
            'CA-05' as control_id,
            unapplied_cash.as_of,
            unapplied_cash.legal_entity_id,
            unapplied_cash.payment_id as business_key,
            abs(unapplied_cash.unapplied_functional) as amount_at_risk,
            'applied or refunded within '
            || cast(cast({{ tolerance_of("CA-05") }} as bigint) as string)
            || ' days' as expected,
            'unapplied for ' || cast(unapplied_cash.age_days as string) || ' days' as actual,
            unapplied_cash.unapplied_amount as difference,
            unapplied_cash.source_system,
            receipts.source_file,
            receipts.source_line,
            unapplied_cash.customer_id,
            unapplied_cash.currency,
            unapplied_cash.age_days
        from unapplied_cash
        inner join as_of on unapplied_cash.as_of = as_of.as_of
        inner join receipts on unapplied_cash.receipt_key = receipts.receipt_key
        where unapplied_cash.unapplied_amount > 0 and unapplied_cash.age_days > {{ tolerance_of("CA-05") }}
    )

select *
from failing_rows
