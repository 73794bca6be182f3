-- Every movement of every receipt, with what is left unapplied after it. Movements of one date go in
-- the order applications, reversals, refunds, each by id; values as in int_receivable_movements, at
-- the receipt's rate.
with

    receipts as (select * from {{ ref("int_receipts") }}),

    applications as (select * from {{ ref("int_applications") }}),

    refunds as (select * from {{ ref("int_refunds") }}),

    movements_unioned as (
        select
            receipt_key,
            receipt_key as movement_key,
            payment_id as movement_id,
            'receipt' as movement_type,
            1 as movement_order,
            posting_date,
            amount,
            is_opening_item
        from receipts
        where reverses_payment_id is null
        union all
        select
            receipt_key,
            application_key as movement_key,
            application_id as movement_id,
            'application' as movement_type,
            2 as movement_order,
            posting_date,
            - (amount - discount) as amount,
            is_opening_item
        from applications
        where source_type = 'payment'
        union all
        select
            reversed_receipt_key as receipt_key,
            receipt_key as movement_key,
            payment_id as movement_id,
            'reversal' as movement_type,
            3 as movement_order,
            posting_date,
            amount,
            is_opening_item
        from receipts
        where reverses_payment_id is not null
        union all
        select
            receipt_key,
            refund_key as movement_key,
            refund_id as movement_id,
            'refund' as movement_type,
            4 as movement_order,
            posting_date,
            - amount as amount,
            is_opening_item
        from refunds
    ),

    movements_of_receipts as (
        select
            movements_unioned.*,
            receipts.source_system,
            receipts.payment_id,
            receipts.legal_entity_id,
            receipts.currency,
            receipts.fx_rate,
            receipts.functional_minor_units,
            greatest(movements_unioned.posting_date, receipts.posting_date) as effective_date
        from movements_unioned
        inner join receipts on movements_unioned.receipt_key = receipts.receipt_key
    ),

    rests_run as (
        select
            *,
            sum(amount) over (
                partition by receipt_key
                order by effective_date, movement_order, movement_id, movement_key
                rows between unbounded preceding and current row
            ) as unapplied_after
        from movements_of_receipts
    ),

    rests_valued as (
        select
            *,
            {{ translate("unapplied_after", "fx_rate", "functional_minor_units") }}
            as unapplied_functional_after,
            {{ translate("unapplied_after - amount", "fx_rate", "functional_minor_units") }}
            as unapplied_functional_before
        from rests_run
    ),

    movements_valued as (
        select
            receipt_key,
            movement_key,
            movement_id,
            movement_type,
            source_system,
            payment_id,
            legal_entity_id,
            currency,
            cast(amount as decimal(18, 4)) as amount,
            cast(unapplied_after as decimal(18, 4)) as unapplied_after,
            unapplied_functional_after - unapplied_functional_before as functional_change,
            unapplied_functional_after,
            is_opening_item,
            posting_date,
            effective_date
        from rests_valued
    )

select *
from movements_valued
