with

    receipts as (select * from {{ ref("int_receipts") }}),

    movements as (select * from {{ ref("int_receipt_movements") }}),

    as_of as (select * from {{ ref("int_as_of") }}),

    movements_summed as (
        select
            movements.receipt_key,
            sum(
                case when movements.movement_type = 'application' then - movements.amount else 0 end
            ) as applied_amount,
            sum(
                case when movements.movement_type = 'refund' then - movements.amount else 0 end
            ) as refunded_amount,
            sum(movements.amount) as unapplied_amount
        from movements
        cross join as_of
        where movements.posting_date <= as_of.as_of
        group by movements.receipt_key
    ),

    receipts_with_rests as (
        select
            receipts.receipt_key,
            receipts.source_system,
            receipts.payment_id,
            receipts.legal_entity_id,
            receipts.customer_id,
            receipts.customer_key,
            receipts.bank_account_id,
            receipts.posting_date,
            receipts.currency,
            receipts.fx_rate,
            receipts.amount,
            receipts.amount_functional,
            cast(coalesce(movements_summed.applied_amount, 0) as decimal(18, 4)) as applied_amount,
            cast(coalesce(movements_summed.refunded_amount, 0) as decimal(18, 4)) as refunded_amount,
            cast(coalesce(movements_summed.unapplied_amount, 0) as decimal(18, 4)) as unapplied_amount,
            receipts.reverses_payment_id,
            receipts.end_to_end_id,
            receipts.remittance_text,
            receipts.is_opening_item,
            {{ lineage("receipts") }}
        from receipts
        left join movements_summed on receipts.receipt_key = movements_summed.receipt_key
    )

select *
from receipts_with_rests
