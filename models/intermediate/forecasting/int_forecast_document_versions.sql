-- Which version of a document was the known one, and from which day to which: from the day on
-- which it became known until a newer one did, or until a snapshot no longer held the document.
with

    versions as (select * from {{ ref("int_ar_document_versions") }}),

    documents as (select * from {{ ref("int_ar_documents") }}),

    spans_taken as (
        select
            *,
            cast(known_at as date) as known_from,
            least(
                coalesce(
                    min(cast(known_at as date)) over (
                        partition by document_key
                        order by version_age
                        rows between unbounded preceding and 1 preceding
                    ),
                    date '9999-12-31'
                ),
                coalesce(cast(absent_from as date), date '9999-12-31')
            ) as known_before
        from versions
    ),

    versions_known as (
        select
            spans_taken.document_key,
            spans_taken.source_system,
            spans_taken.doc_id,
            spans_taken.doc_type,
            spans_taken.legal_entity_id,
            spans_taken.customer_id,
            documents.customer_key,
            documents.order_key,
            documents.original_document_key,
            spans_taken.currency,
            spans_taken.fx_rate,
            spans_taken.gross,
            spans_taken.document_date,
            spans_taken.posting_date,
            coalesce(spans_taken.due_date, spans_taken.document_date) as due_date,
            greatest(spans_taken.known_from, spans_taken.posting_date) as valid_from,
            spans_taken.known_before as valid_before
        from spans_taken
        left join documents on spans_taken.document_key = documents.document_key
        where not spans_taken.is_deleted and spans_taken.gross is not null
    )

select *
from versions_known
where valid_from < valid_before
