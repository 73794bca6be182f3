-- A reversal is a receipt with a negative amount; it lowers the rest of the receipt that it
-- reverses.
with

    payments as ({{ union_kinds("payments") }}),

    legal_entities as (select * from {{ ref("int_legal_entities") }}),

    currencies as (select * from {{ ref("currencies") }}),

    customer_references as (
        {{ resolved_references(ref("int_customers"), "customer_id", "customer_key", "source_group") }}
    ),

    receipts_signed as (
        select
            payments.*,
            payments.source_system || ':' || payments.payment_id as receipt_key,
            case
                when payments.reverses_payment_id is null then payments.amount else - payments.amount
            end as signed_amount,
            coalesce(
                payments.fx_rate, case when payments.currency = legal_entities.functional_currency then 1 end
            ) as receipt_rate,
            legal_entities.functional_currency,
            legal_entities.functional_minor_units,
            coalesce(currencies.minor_units, 2) as minor_units,
            {{ is_opening_item("payments.posting_date") }} as is_opening_item
        from payments
        left join legal_entities on payments.legal_entity_id = legal_entities.legal_entity_id
        left join currencies on payments.currency = currencies.currency
    ),

    reversed_references as ({{ resolved_references("receipts_signed", "payment_id", "receipt_key") }}),

    receipts_resolved as (
        select
            receipts_signed.receipt_key,
            receipts_signed.source_system,
            receipts_signed.payment_id,
            receipts_signed.legal_entity_id,
            receipts_signed.customer_id,
            customer_references.customer_key,
            receipts_signed.bank_account_id,
            receipts_signed.reverses_payment_id,
            reversed_references.receipt_key as reversed_receipt_key,
            receipts_signed.remittance_text,
            receipts_signed.end_to_end_id,
            receipts_signed.currency,
            receipts_signed.minor_units,
            receipts_signed.functional_currency,
            receipts_signed.functional_minor_units,
            cast(receipts_signed.receipt_rate as decimal(18, 8)) as fx_rate,
            cast(receipts_signed.signed_amount as decimal(18, 4)) as amount,
            {{
                translate(
                    "receipts_signed.signed_amount",
                    "receipts_signed.receipt_rate",
                    "receipts_signed.functional_minor_units",
                )
            }} as amount_functional,
            receipts_signed.is_opening_item,
            receipts_signed.posting_date,
            receipts_signed.updated_at,
            {{ lineage("receipts_signed") }}
        from receipts_signed
        left join
            customer_references
            on receipts_signed.source_system = customer_references.referring_source
            and receipts_signed.customer_id = customer_references.customer_id
        left join
            reversed_references
            on receipts_signed.source_system = reversed_references.referring_source
            and receipts_signed.reverses_payment_id = reversed_references.payment_id
    )

select *
from receipts_resolved
