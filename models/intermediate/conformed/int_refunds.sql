with

    refunds as ({{ union_kinds("refunds") }}),

    legal_entities as (select * from {{ ref("int_legal_entities") }}),

    receipt_references as ({{ resolved_references(ref("int_receipts"), "payment_id", "receipt_key") }}),

    refunds_keyed as (
        select
            refunds.source_system || ':' || refunds.refund_id as refund_key,
            receipt_references.receipt_key,
            refunds.source_system,
            refunds.refund_id,
            refunds.payment_id,
            refunds.legal_entity_id,
            refunds.customer_id,
            refunds.bank_account_id,
            refunds.approved_by,
            refunds.currency,
            refunds.fx_rate,
            refunds.amount,
            {{ is_opening_item("refunds.posting_date") }} as is_opening_item,
            refunds.posting_date,
            {{ lineage("refunds") }}
        from refunds
        left join legal_entities on refunds.legal_entity_id = legal_entities.legal_entity_id
        left join
            receipt_references
            on refunds.source_system = receipt_references.referring_source
            and refunds.payment_id = receipt_references.payment_id
    )

select *
from refunds_keyed
