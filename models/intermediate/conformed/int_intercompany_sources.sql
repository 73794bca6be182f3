-- What a company does with a company of its group: its documents, and what settles them, by the names
-- under which they are posted.
with

    documents as (select * from {{ ref("int_ar_documents") }} where partner_legal_entity_id is not null),

    applications as (select * from {{ ref("int_applications") }}),

    write_offs as (select * from {{ ref("int_write_offs") }}),

    receipts as (select * from {{ ref("int_receipts") }}),

    refunds as (select * from {{ ref("int_refunds") }}),

    customers as (select * from {{ ref("int_customers") }} where intercompany_legal_entity_id is not null),

    receipts_of_partners as (
        select receipts.*, customers.intercompany_legal_entity_id as partner_legal_entity_id
        from receipts
        inner join customers on receipts.customer_key = customers.customer_key
    ),

    sources_unioned as (
        select
            legal_entity_id,
            source_system,
            case doc_type when 'credit_memo' then 'credit_memo' else 'invoice' end as source_type,
            doc_id as source_doc_id,
            partner_legal_entity_id,
            receivable_role
        from documents
        union all
        select
            documents.legal_entity_id,
            applications.source_system,
            'application' as source_type,
            applications.application_id as source_doc_id,
            documents.partner_legal_entity_id,
            documents.receivable_role
        from applications
        inner join documents on applications.document_key = documents.document_key
        union all
        select
            documents.legal_entity_id,
            write_offs.source_system,
            'write_off' as source_type,
            write_offs.write_off_id as source_doc_id,
            documents.partner_legal_entity_id,
            documents.receivable_role
        from write_offs
        inner join documents on write_offs.document_key = documents.document_key
        union all
        select
            legal_entity_id,
            source_system,
            'customer_receipt' as source_type,
            payment_id as source_doc_id,
            partner_legal_entity_id,
            'ar' as receivable_role
        from receipts_of_partners
        union all
        select
            receipts_of_partners.legal_entity_id,
            refunds.source_system,
            'customer_refund' as source_type,
            refunds.refund_id as source_doc_id,
            receipts_of_partners.partner_legal_entity_id,
            'ar' as receivable_role
        from refunds
        inner join receipts_of_partners on refunds.receipt_key = receipts_of_partners.receipt_key
    )

select *
from sources_unioned
