with

    write_offs as ({{ union_kinds("write_offs") }}),

    legal_entities as (select * from {{ ref("int_legal_entities") }}),

    document_references as ({{ resolved_references(ref("int_ar_documents"), "doc_id", "document_key") }}),

    write_offs_keyed as (
        select
            write_offs.source_system || ':' || write_offs.write_off_id as write_off_key,
            document_references.document_key,
            write_offs.source_system,
            write_offs.write_off_id,
            write_offs.doc_id,
            write_offs.legal_entity_id,
            write_offs.customer_id,
            write_offs.reason,
            write_offs.approved_by,
            write_offs.currency,
            write_offs.net,
            write_offs.tax,
            write_offs.net + write_offs.tax as amount,
            {{ is_opening_item("write_offs.posting_date") }} as is_opening_item,
            write_offs.posting_date,
            {{ lineage("write_offs") }}
        from write_offs
        left join legal_entities on write_offs.legal_entity_id = legal_entities.legal_entity_id
        left join
            document_references
            on write_offs.source_system = document_references.referring_source
            and write_offs.doc_id = document_references.doc_id
    )

select *
from write_offs_keyed
