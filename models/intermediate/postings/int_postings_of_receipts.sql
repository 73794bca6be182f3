-- Debit bank, credit unapplied cash, at the receipt's rate. A reversal is the mirror image:
-- unapplied cash at the value of what the reversed receipt loses, the bank at the reversal's own
-- rate, the rest realised exchange difference.
-- A view, since int_expected_postings alone reads it, and stores it.
{{ config(materialized="view") }}

with

    receipts as (select * from {{ ref("int_receipts") }}),

    receipt_movements as (select * from {{ ref("int_receipt_movements") }}),

    receipts_valued as (
        select
            receipts.*,
            coalesce(receipt_movements.functional_change, receipts.amount_functional) as unapplied_change
        from receipts
        left join
            receipt_movements
            on receipts.receipt_key = receipt_movements.movement_key
            and receipt_movements.movement_type in ('receipt', 'reversal')
        where not receipts.is_opening_item
    ),

    postings_named as (
        select
            case
                when receipts_valued.reverses_payment_id is not null
                then 'B2-28'
                when receipts_valued.customer_id is null
                then 'B2-16'
                else 'B2-10'
            end as rule_id,
            receipts_valued.source_system,
            'customer_receipt' as source_type,
            receipts_valued.payment_id as source_doc_id,
            receipts_valued.legal_entity_id,
            sides.role,
            case sides.role when 'bank' then receipts_valued.bank_account_id end as account_id,
            case
                sides.role
                when 'bank'
                then receipts_valued.amount_functional
                when 'unapplied'
                then - receipts_valued.unapplied_change
                else receipts_valued.unapplied_change - receipts_valued.amount_functional
            end as amount,
            receipts_valued.posting_date
        from receipts_valued
        cross join
            (
                select 'bank' as role
                union all
                select 'unapplied' as role
                union all
                select 'fx_realised' as role
            ) as sides
    )

select *
from postings_named
where amount <> 0
