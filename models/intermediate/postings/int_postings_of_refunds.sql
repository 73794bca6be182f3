-- Debit unapplied cash at the value of what the receipt loses, credit bank at the refund's rate; the
-- rest is realised exchange difference.
-- A view, since int_expected_postings alone reads it, and stores it.
{{ config(materialized="view") }}

with

    refunds as (select * from {{ ref("int_refunds") }}),

    receipts as (select * from {{ ref("int_receipts") }}),

    receipt_movements as (select * from {{ ref("int_receipt_movements") }}),

    refunds_valued as (
        select
            refunds.*,
            - receipt_movements.functional_change as unapplied_functional,
            {{
                translate(
                    "refunds.amount",
                    "coalesce(refunds.fx_rate, receipts.fx_rate)",
                    "receipts.functional_minor_units",
                )
            }} as cash_functional
        from refunds
        inner join receipts on refunds.receipt_key = receipts.receipt_key
        inner join
            receipt_movements
            on refunds.refund_key = receipt_movements.movement_key
            and receipt_movements.movement_type = 'refund'
        where not refunds.is_opening_item
    ),

    postings_named as (
        select
            'B2-18' as rule_id,
            refunds_valued.source_system,
            'customer_refund' as source_type,
            refunds_valued.refund_id as source_doc_id,
            refunds_valued.legal_entity_id,
            sides.role,
            case sides.role when 'bank' then refunds_valued.bank_account_id end as account_id,
            case
                sides.role
                when 'unapplied'
                then refunds_valued.unapplied_functional
                when 'bank'
                then - refunds_valued.cash_functional
                else refunds_valued.cash_functional - refunds_valued.unapplied_functional
            end as amount,
            refunds_valued.posting_date
        from refunds_valued
        cross join
            (
                select 'unapplied' as role
                union all
                select 'bank' as role
                union all
                select 'fx_realised' as role
            ) as sides
    )

select *
from postings_named
where amount <> 0
