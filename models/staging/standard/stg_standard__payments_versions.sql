with

    versions as ({{ all_versions(source("raw_standard", "payments"), ["payment_id"]) }}),

    renamed as (
        select
            source_system,
            payment_id,
            legal_entity_id,
            currency,
            amount,
            updated_at,
            coalesce(is_deleted, false) as is_deleted,
            version_age,
            is_present,
            is_superseded,
            source_file,
            source_line,
            batch_id,
            extracted_at,
            recorded_at
        from versions
    )

select *
from renamed
