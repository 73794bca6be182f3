{{ config(alias="sq_01", meta={"control_id": "SQ-01"}) }}
-- depends_on: {{ ref("int_control_settings") }}
-- Guards completeness of billing: a missing legal number is an invoice that was not delivered, or
-- not written. A number that arrived and was deleted is documented; opening items are outside.
with

    document_versions as (select * from {{ ref("int_ar_document_versions") }}),

    named_series as (select * from {{ ref("stg_registry__number_series") }}),

    numbers_read as (
        select distinct
            legal_entity_id,
            document_key,
            doc_id,
            coalesce({{ text_before_last_number("doc_id") }}, '') as prefix,
            {{ last_number_in("doc_id") }} as document_number
        from document_versions
        where not is_opening_item
    ),

    named_series_counted as (select count(*) as named_series_count from named_series),

    numbers_in_series as (
        -- the series that the company names, else every non-empty prefix
        select numbers_read.*
        from numbers_read
        cross join named_series_counted
        left join named_series on numbers_read.prefix = named_series.prefix
        where
            numbers_read.document_number is not null
            and (
                named_series.prefix is not null
                or (named_series_counted.named_series_count = 0 and numbers_read.prefix <> '')
            )
    ),

    numbers_counted as (
        select
            legal_entity_id,
            prefix,
            document_number,
            count(distinct document_key) as documents,
            min(doc_id) as doc_id,
            max(doc_id) as other_doc_id
        from numbers_in_series
        group by legal_entity_id, prefix, document_number
    ),

    numbers_chained as (
        select
            *,
            lag(document_number) over (
                partition by legal_entity_id, prefix order by document_number
            ) as previous_number,
            lag(doc_id) over (
                partition by legal_entity_id, prefix order by document_number
            ) as previous_doc_id
        from numbers_counted
    ),

    lineage_of_documents as (
        select document_key, legal_entity_id, doc_id, source_system, source_file, source_line
        from {{ ref("int_ar_documents") }}
    ),

    failing_rows as (
        select
            'SQ-01' as control_id,
            cast(null as date) as as_of,
            numbers_chained.legal_entity_id,
            numbers_chained.prefix
            || cast(numbers_chained.previous_number + 1 as string)
            || case
                when numbers_chained.document_number - numbers_chained.previous_number > 2
                then ' to ' || numbers_chained.prefix || cast(numbers_chained.document_number - 1 as string)
                else ''
            end as business_key,
            cast(null as decimal(18, 4)) as amount_at_risk,
            'the numbers between '
            || numbers_chained.previous_doc_id
            || ' and '
            || numbers_chained.doc_id as expected,
            'missing' as actual,
            cast(
                numbers_chained.document_number - numbers_chained.previous_number - 1 as decimal(18, 4)
            ) as difference,
            lineage_of_documents.source_system,
            lineage_of_documents.source_file,
            lineage_of_documents.source_line,
            'gap' as cause
        from numbers_chained
        left join
            lineage_of_documents
            on numbers_chained.legal_entity_id = lineage_of_documents.legal_entity_id
            and numbers_chained.doc_id = lineage_of_documents.doc_id
        where numbers_chained.document_number - numbers_chained.previous_number > 1
        union all
        select
            'SQ-01' as control_id,
            cast(null as date) as as_of,
            numbers_chained.legal_entity_id,
            numbers_chained.doc_id as business_key,
            cast(null as decimal(18, 4)) as amount_at_risk,
            'one document' as expected,
            'also ' || numbers_chained.other_doc_id as actual,
            cast(numbers_chained.documents - 1 as decimal(18, 4)) as difference,
            lineage_of_documents.source_system,
            lineage_of_documents.source_file,
            lineage_of_documents.source_line,
            'repeat' as cause
        from numbers_chained
        left join
            lineage_of_documents
            on numbers_chained.legal_entity_id = lineage_of_documents.legal_entity_id
            and numbers_chained.doc_id = lineage_of_documents.doc_id
        where numbers_chained.documents > 1
    )

select *
from failing_rows
