-- What reduces a document, and what pays for it: a receipt, a credit memo or a write-off, found by
-- the source's type.
with

    applications as ({{ union_kinds("applications") }}),

    documents as (select * from {{ ref("int_ar_documents") }}),

    legal_entities as (select * from {{ ref("int_legal_entities") }}),

    document_references as ({{ resolved_references(ref("int_ar_documents"), "doc_id", "document_key") }}),

    receipt_references as ({{ resolved_references(ref("int_receipts"), "payment_id", "receipt_key") }}),

    write_off_references as (
        {{ resolved_references(ref("int_write_offs"), "write_off_id", "write_off_key") }}
    ),

    applications_resolved as (
        select
            applications.source_system || ':' || applications.application_id as application_key,
            document_references.document_key,
            receipt_references.receipt_key,
            memo_references.document_key as credit_memo_key,
            write_off_references.write_off_key,
            applications.source_system,
            applications.application_id,
            applications.source_type,
            applications.source_id,
            applications.doc_id,
            documents.legal_entity_id,
            applications.amount,
            cast(coalesce(applications.discount, 0) as decimal(18, 4)) as discount,
            {{ is_opening_item("applications.posting_date") }} as is_opening_item,
            applications.posting_date,
            {{ lineage("applications") }}
        from applications
        left join
            document_references
            on applications.source_system = document_references.referring_source
            and applications.doc_id = document_references.doc_id
        left join documents on document_references.document_key = documents.document_key
        left join legal_entities on documents.legal_entity_id = legal_entities.legal_entity_id
        left join
            receipt_references
            on applications.source_type = 'payment'
            and applications.source_system = receipt_references.referring_source
            and applications.source_id = receipt_references.payment_id
        left join
            document_references as memo_references
            on applications.source_type = 'credit_memo'
            and applications.source_system = memo_references.referring_source
            and applications.source_id = memo_references.doc_id
        left join
            write_off_references
            on applications.source_type = 'write_off'
            and applications.source_system = write_off_references.referring_source
            and applications.source_id = write_off_references.write_off_id
    )

select *
from applications_resolved
