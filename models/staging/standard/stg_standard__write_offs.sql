with

    versions as (select * from {{ ref("stg_standard__write_offs_versions") }}),

    newest as (
        select
            source_system,
            write_off_id,
            doc_id,
            legal_entity_id,
            customer_id,
            posting_date,
            currency,
            net,
            tax,
            reason,
            approved_by,
            updated_at,
            {{ lineage() }}
        from versions
        where version_age = 1 and is_present and not is_deleted
    )

select *
from newest
