-- Promises to pay, each from the day on which it was known until the next one for the document
-- was.
with

    promises as ({{ union_kinds("promises_to_pay") }}),

    document_references as ({{ resolved_references(ref("int_ar_documents"), "doc_id", "document_key") }}),

    promises_known as (
        select
            document_references.document_key,
            promises.promised_date,
            greatest(promises.recorded_on, cast(promises.known_at as date)) as known_from,
            coalesce(
                lead(greatest(promises.recorded_on, cast(promises.known_at as date))) over (
                    partition by document_references.document_key
                    order by
                        greatest(promises.recorded_on, cast(promises.known_at as date)), promises.promise_id
                ),
                date '9999-12-31'
            ) as known_before
        from promises
        inner join
            document_references
            on promises.source_system = document_references.referring_source
            and promises.doc_id = document_references.doc_id
        where promises.promised_date is not null and promises.recorded_on is not null
    )

select *
from promises_known
