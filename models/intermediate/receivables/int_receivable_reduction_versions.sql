-- Every delivered version of what changes a document's rest after its posting: applications on the
-- document that they reduce and on the credit memo that they use up, write-offs, and clearings whose
-- counterpart is not delivered.
with

    applications as ({{ union_kinds_with_versions("applications") }}),

    write_offs as ({{ union_kinds_with_versions("write_offs") }}),

    clearings as (select * from {{ ref("int_unexplained_clearings") }}),

    document_versions as (
        select distinct source_system, doc_id, document_key from {{ ref("int_ar_document_versions") }}
    ),

    document_references as ({{ resolved_references("document_versions", "doc_id", "document_key") }}),

    written_off_by_themselves as (select distinct source_system, write_off_id from write_offs),

    reductions_unioned as (
        select
            applications.source_system || ':' || applications.application_id as reduction_key,
            applications.source_system,
            applications.doc_id,
            - applications.amount as amount,
            applications.posting_date,
            applications.version_age,
            applications.is_deleted,
            applications.snapshot_at,
            applications.absent_from,
            applications.known_at
        from applications
        left join
            written_off_by_themselves
            on applications.source_type = 'write_off'
            and applications.source_system = written_off_by_themselves.source_system
            and applications.source_id = written_off_by_themselves.write_off_id
        where written_off_by_themselves.write_off_id is null
        union all
        select
            source_system || ':' || application_id || ':credit_memo' as reduction_key,
            source_system,
            source_id as doc_id,
            amount,
            posting_date,
            version_age,
            is_deleted,
            snapshot_at,
            absent_from,
            known_at
        from applications
        where source_type = 'credit_memo'
        union all
        select
            source_system || ':' || write_off_id || ':write_off' as reduction_key,
            source_system,
            doc_id,
            - (net + tax) as amount,
            posting_date,
            version_age,
            is_deleted,
            snapshot_at,
            absent_from,
            known_at
        from write_offs
        union all
        select
            clearing_key || ':clearing' as reduction_key,
            source_system,
            doc_id,
            - amount as amount,
            posting_date,
            1 as version_age,
            false as is_deleted,
            extracted_at as snapshot_at,
            cast(null as timestamp) as absent_from,
            known_at
        from clearings
    ),

    reductions_keyed as (
        select reductions_unioned.*, document_references.document_key
        from reductions_unioned
        inner join
            document_references
            on reductions_unioned.source_system = document_references.referring_source
            and reductions_unioned.doc_id = document_references.doc_id
    )

select *
from reductions_keyed
