{{ config(alias="ca_01", meta={"control_id": "CA-01"}) }}
-- Guards against spending money twice: a receipt loaded once and applied, refunded or reversed for
-- more than it brought.
with

    receipts as (select * from {{ ref("fct_receipts") }}),

    as_of as (select * from {{ ref("int_as_of") }}),

    failing_rows as (
        select
            'CA-01' as control_id,
            as_of.as_of,
            receipts.legal_entity_id,
            receipts.payment_id as business_key,
            cast(
                {{ times("abs(receipts.unapplied_amount)", "coalesce(receipts.fx_rate, 1)") }} as decimal(
                    18, 4
                )
            ) as amount_at_risk,
            'at most ' || cast(receipts.amount as string) as expected,
            cast(receipts.amount - receipts.unapplied_amount as string) as actual,
            - receipts.unapplied_amount as difference,
            receipts.source_system,
            receipts.source_file,
            receipts.source_line,
            receipts.currency
        from receipts
        cross join as_of
        where
            receipts.posting_date <= as_of.as_of and - receipts.unapplied_amount > {{ tolerance_of("CA-01") }}
    )

select *
from failing_rows
