-- Disputes as they were known over time: one row per version, from the day on which it was known
-- and before the one on which a newer one was, or on which a snapshot no longer held the dispute.
with

    versions as ({{ union_kinds_with_versions("disputes") }}),

    document_references as ({{ resolved_references(ref("int_ar_documents"), "doc_id", "document_key") }}),

    spans_taken as (
        select
            source_system,
            source_system || ':' || dispute_id as dispute_key,
            doc_id,
            opened_date,
            closed_date,
            is_deleted,
            cast(known_at as date) as known_from,
            least(
                coalesce(
                    min(cast(known_at as date)) over (
                        partition by source_system, dispute_id
                        order by version_age
                        rows between unbounded preceding and 1 preceding
                    ),
                    date '9999-12-31'
                ),
                coalesce(cast(absent_from as date), date '9999-12-31')
            ) as known_before
        from versions
    ),

    disputes_known as (
        select
            spans_taken.dispute_key,
            document_references.document_key,
            spans_taken.opened_date,
            spans_taken.closed_date,
            spans_taken.known_from,
            spans_taken.known_before
        from spans_taken
        inner join
            document_references
            on spans_taken.source_system = document_references.referring_source
            and spans_taken.doc_id = document_references.doc_id
        where not spans_taken.is_deleted
    )

select *
from disputes_known
where known_from < known_before
