with

    unexplained_clearings as ({{ union_kinds("unexplained_clearings") }}),

    document_references as ({{ resolved_references(ref("int_ar_documents"), "doc_id", "document_key") }}),

    clearings_keyed as (
        select
            unexplained_clearings.source_system
            || ':'
            || unexplained_clearings.doc_id
            || ':'
            || unexplained_clearings.clearing_id as clearing_key,
            document_references.document_key,
            unexplained_clearings.source_system,
            unexplained_clearings.doc_id,
            unexplained_clearings.clearing_id,
            unexplained_clearings.amount,
            unexplained_clearings.posting_date,
            {{ lineage("unexplained_clearings") }}
        from unexplained_clearings
        left join
            document_references
            on unexplained_clearings.source_system = document_references.referring_source
            and unexplained_clearings.doc_id = document_references.doc_id
    )

select *
from clearings_keyed
