-- A view: the lines stand in int_journal_lines already, and storing 4.9 million twice took 10 s.
{{ config(materialized="view") }}

with

    journal_lines as (select * from {{ ref("int_journal_lines") }}),

    columns_chosen as (
        select
            journal_line_key,
            journal_key,
            source_system,
            journal_id,
            line_no,
            legal_entity_id,
            posting_date,
            period,
            account_id,
            account_key,
            amount,
            currency,
            amount_transaction,
            source_type,
            source_doc_id,
            customer_id,
            partner_legal_entity_id,
            description,
            created_by,
            approved_by,
            entry_at,
            {{ lineage() }}
        from journal_lines
    )

select *
from columns_chosen
