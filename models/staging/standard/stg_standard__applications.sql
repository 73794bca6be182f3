with

    versions as (select * from {{ ref("stg_standard__applications_versions") }}),

    newest as (
        select
            source_system,
            application_id,
            source_type,
            source_id,
            doc_id,
            posting_date,
            amount,
            discount,
            updated_at,
            {{ lineage() }}
        from versions
        where version_age = 1 and is_present and not is_deleted
    )

select *
from newest
