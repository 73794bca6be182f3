-- Every dispute with the entity, customer and currency of its document.
with

    disputes as (select * from {{ ref("int_disputes") }}),

    documents as (select * from {{ ref("int_ar_documents") }}),

    disputes_placed as (
        select
            disputes.dispute_key,
            documents.legal_entity_id,
            documents.customer_key,
            disputes.source_system,
            disputes.dispute_id,
            disputes.doc_id,
            disputes.reason,
            disputes.status,
            documents.currency,
            disputes.amount,
            disputes.opened_date,
            disputes.closed_date
        from disputes
        inner join documents on disputes.document_key = documents.document_key
    )

select *
from disputes_placed
