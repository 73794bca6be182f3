with

    versions as ({{ all_versions(source("raw_standard", "applications"), ["application_id"]) }}),

    renamed as (
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
            {{ version_state() }},
            {{ absent_from("application_id") }},
            source_file,
            source_line,
            batch_id,
            extracted_at,
            recorded_at,
            {{ known_at("posting_date") }}
        from versions
    )

select *
from renamed
