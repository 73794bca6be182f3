-- The ledger as posted: FI lines of posted documents, and the receivables items of documents whose
-- FI lines are not delivered, which are the lines of a control account only. An accounting line
-- stands here once.
with

    posted_lines as (select * from {{ ref("stg_sap__posted_lines") }}),

    receivable_items as (select * from {{ ref("stg_sap__receivable_items") }}),

    documents as (select * from {{ ref("stg_sap__invoices") }}),

    owners_found as (
        select
            receivable_items.source_system,
            receivable_items.document_id,
            min(receivable_items.owner_id) as owner_id,
            min(
                case
                    when receivable_items.owner_type = 'payment'
                    then 'customer_receipt'
                    when documents.doc_type = 'credit_memo'
                    then 'credit_memo'
                    when documents.doc_type is not null
                    then 'invoice'
                end
            ) as source_type
        from receivable_items
        left join
            documents
            on receivable_items.source_system = documents.source_system
            and receivable_items.owner_id = documents.doc_id
        group by receivable_items.source_system, receivable_items.document_id
    ),

    ledger_lines_described as (
        select
            posted_lines.source_system,
            posted_lines.document_id as journal_id,
            posted_lines.item_number as line_no,
            posted_lines.company_code as legal_entity_id,
            posted_lines.account_id,
            case
                when posted_lines.is_receivable then 'ar' when posted_lines.is_payable then 'ap'
            end as control_of,
            coalesce(
                owners_found.source_type,
                case
                    when posted_lines.document_type = 'WL'
                    then 'shipment'
                    when posted_lines.document_type in ('RE', 'RN', 'KR', 'KG', 'KN')
                    then 'supplier_invoice'
                    when posted_lines.document_type in ('KZ', 'ZP')
                    then 'supplier_payment'
                    when posted_lines.document_type in ('AF', 'AFA')
                    then 'depreciation'
                    when posted_lines.document_type in ('SA', 'SB')
                    then 'manual'
                    when posted_lines.billing_document_id is not null
                    then 'invoice'
                    else 'other'
                end
            ) as source_type,
            case
                when owners_found.source_type is not null
                then owners_found.owner_id
                when posted_lines.document_type = 'WL' and posted_lines.reference_text is not null
                then trim(leading '0' from posted_lines.reference_text)
                when posted_lines.origin_type = 'BKPF'
                then posted_lines.document_id
                else coalesce(posted_lines.origin_key, posted_lines.document_id)
            end as source_doc_id,
            posted_lines.customer_id,
            posted_lines.description,
            posted_lines.created_by,
            posted_lines.currency,
            posted_lines.amount_functional as amount,
            posted_lines.amount as amount_transaction,
            false as is_control_account_only,
            posted_lines.posting_date,
            posted_lines.entry_at,
            posted_lines.updated_at,
            posted_lines.source_file,
            posted_lines.source_line,
            posted_lines.batch_id,
            posted_lines.extracted_at,
            posted_lines.recorded_at,
            {{ sap_known_at("posted_lines.posting_date") }}
        from posted_lines
        left join
            owners_found
            on posted_lines.source_system = owners_found.source_system
            and posted_lines.document_id = owners_found.document_id
    ),

    receivable_lines_described as (
        select
            receivable_items.source_system,
            receivable_items.document_id as journal_id,
            receivable_items.item_number as line_no,
            receivable_items.company_code as legal_entity_id,
            receivable_items.account_id,
            'ar' as control_of,
            coalesce(owners_found.source_type, 'other') as source_type,
            coalesce(owners_found.owner_id, receivable_items.document_id) as source_doc_id,
            receivable_items.customer_id,
            cast(null as varchar) as description,
            cast(null as varchar) as created_by,
            receivable_items.currency,
            receivable_items.amount_functional as amount,
            receivable_items.amount as amount_transaction,
            true as is_control_account_only,
            receivable_items.posting_date,
            cast(null as timestamp) as entry_at,
            receivable_items.updated_at,
            receivable_items.source_file,
            receivable_items.source_line,
            receivable_items.batch_id,
            receivable_items.extracted_at,
            receivable_items.recorded_at,
            {{ sap_known_at("receivable_items.posting_date") }}
        from receivable_items
        left join
            owners_found
            on receivable_items.source_system = owners_found.source_system
            and receivable_items.document_id = owners_found.document_id
        where not receivable_items.is_ledger_line
    ),

    lines_unioned as (
        select *
        from ledger_lines_described
        union all
        select *
        from receivable_lines_described
    ),

    lines_completed as (
        select *, cast(null as varchar) as partner_legal_entity_id, cast(null as varchar) as approved_by
        from lines_unioned
    )

select *
from lines_completed
