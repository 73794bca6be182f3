with

    disputes as ({{ union_kinds("disputes") }}),

    document_references as ({{ resolved_references(ref("int_ar_documents"), "doc_id", "document_key") }}),

    disputes_keyed as (
        select
            disputes.source_system || ':' || disputes.dispute_id as dispute_key,
            document_references.document_key,
            disputes.source_system,
            disputes.dispute_id,
            disputes.doc_id,
            disputes.customer_id,
            disputes.reason,
            disputes.status,
            disputes.amount,
            disputes.opened_date,
            disputes.closed_date,
            {{ lineage("disputes") }}
        from disputes
        left join
            document_references
            on disputes.source_system = document_references.referring_source
            and disputes.doc_id = document_references.doc_id
    )

select *
from disputes_keyed
