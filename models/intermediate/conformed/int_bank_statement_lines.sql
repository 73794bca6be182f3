with

    bank_statement_lines as ({{ union_kinds("bank_statement_lines") }}),

    receipts as (select * from {{ ref("int_receipts") }}),

    receipt_references as ({{ resolved_references(ref("int_receipts"), "payment_id", "receipt_key") }}),

    end_to_end_references as (
        select end_to_end_id, min(receipt_key) as receipt_key
        from receipts
        where end_to_end_id is not null
        group by end_to_end_id
        having count(*) = 1
    ),

    bank_lines_keyed as (
        select
            bank_statement_lines.source_system
            || ':'
            || bank_statement_lines.bank_account_id
            || ':'
            || bank_statement_lines.entry_ref as bank_line_key,
            coalesce(receipt_references.receipt_key, end_to_end_references.receipt_key) as receipt_key,
            bank_statement_lines.source_system,
            bank_statement_lines.bank_account_id,
            bank_statement_lines.entry_ref,
            bank_statement_lines.counterparty,
            bank_statement_lines.remittance_text,
            bank_statement_lines.end_to_end_id,
            bank_statement_lines.payment_id,
            bank_statement_lines.currency,
            bank_statement_lines.amount,
            bank_statement_lines.booking_date,
            bank_statement_lines.value_date,
            {{ lineage("bank_statement_lines") }}
        from bank_statement_lines
        left join
            receipt_references
            on bank_statement_lines.source_system = receipt_references.referring_source
            and bank_statement_lines.payment_id = receipt_references.payment_id
        left join
            end_to_end_references on bank_statement_lines.end_to_end_id = end_to_end_references.end_to_end_id
    )

select *
from bank_lines_keyed
