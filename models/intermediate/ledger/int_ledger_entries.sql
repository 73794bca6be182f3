{{ config(materialized="view") }}
-- The lines of the ledger with their place in the files: as booked, or, where an entity delivers no
-- ledger, what its documents call for, by the document that calls for it.
with

    journal_lines as (select * from {{ ref("int_journal_lines") }}),

    expected_postings as (select * from {{ ref("int_expected_postings") }}),

    legal_entities as (select * from {{ ref("int_legal_entities") }}),

    documents as (select * from {{ ref("int_ar_documents") }}),

    receipts as (select * from {{ ref("int_receipts") }}),

    applications as (select * from {{ ref("int_applications") }}),

    refunds as (select * from {{ ref("int_refunds") }}),

    write_offs as (select * from {{ ref("int_write_offs") }}),

    shipments as (select * from {{ ref("int_shipments") }}),

    documents_placed as (
        select
            source_system,
            case doc_type when 'credit_memo' then 'credit_memo' else 'invoice' end as source_type,
            doc_id as source_doc_id,
            source_file,
            source_line
        from documents
        union all
        select
            source_system,
            'customer_receipt' as source_type,
            payment_id as source_doc_id,
            source_file,
            source_line
        from receipts
        union all
        select
            source_system,
            'application' as source_type,
            application_id as source_doc_id,
            source_file,
            source_line
        from applications
        union all
        select
            source_system,
            'customer_refund' as source_type,
            refund_id as source_doc_id,
            source_file,
            source_line
        from refunds
        union all
        select
            source_system, 'write_off' as source_type, write_off_id as source_doc_id, source_file, source_line
        from write_offs
        union all
        select
            source_system,
            'shipment' as source_type,
            shipment_id as source_doc_id,
            min(source_file) as source_file,
            min(source_line) as source_line
        from shipments
        group by source_system, shipment_id
    ),

    derived_lines_summed as (
        select
            expected_postings.legal_entity_id,
            expected_postings.source_system,
            expected_postings.source_type,
            expected_postings.source_doc_id,
            expected_postings.account_id,
            expected_postings.posting_date,
            {{ sum_money("expected_postings.amount") }} as amount
        from expected_postings
        inner join legal_entities on expected_postings.legal_entity_id = legal_entities.legal_entity_id
        where legal_entities.ledger = 'derived'
        group by
            expected_postings.legal_entity_id,
            expected_postings.source_system,
            expected_postings.source_type,
            expected_postings.source_doc_id,
            expected_postings.account_id,
            expected_postings.posting_date
    ),

    ledgers_unioned as (
        select
            journal_lines.legal_entity_id,
            journal_lines.journal_line_key as line_key,
            journal_lines.journal_key,
            journal_lines.journal_id,
            journal_lines.line_no,
            journal_lines.source_type,
            journal_lines.source_doc_id,
            journal_lines.posting_date,
            journal_lines.account_id,
            journal_lines.amount,
            journal_lines.source_system,
            journal_lines.source_file,
            journal_lines.source_line,
            journal_lines.batch_id
        from journal_lines
        inner join legal_entities on journal_lines.legal_entity_id = legal_entities.legal_entity_id
        where legal_entities.ledger <> 'derived'
        union all
        select
            derived_lines_summed.legal_entity_id,
            coalesce(derived_lines_summed.source_system, '')
            || ':'
            || derived_lines_summed.source_type
            || ':'
            || derived_lines_summed.source_doc_id
            || ':'
            || derived_lines_summed.account_id as line_key,
            coalesce(derived_lines_summed.source_system, '')
            || ':'
            || derived_lines_summed.source_type
            || ':'
            || derived_lines_summed.source_doc_id as journal_key,
            cast(null as string) as journal_id,
            cast(null as string) as line_no,
            derived_lines_summed.source_type,
            derived_lines_summed.source_doc_id,
            derived_lines_summed.posting_date,
            derived_lines_summed.account_id,
            derived_lines_summed.amount,
            derived_lines_summed.source_system,
            documents_placed.source_file,
            documents_placed.source_line,
            cast(null as bigint) as batch_id
        from derived_lines_summed
        left join
            documents_placed
            on derived_lines_summed.source_system = documents_placed.source_system
            and derived_lines_summed.source_type = documents_placed.source_type
            and derived_lines_summed.source_doc_id = documents_placed.source_doc_id
    )

select *
from ledgers_unioned
