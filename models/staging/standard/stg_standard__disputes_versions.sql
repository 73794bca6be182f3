with

    versions as ({{ all_versions(source("raw_standard", "disputes"), ["dispute_id"]) }}),

    renamed as (
        select
            source_system,
            dispute_id,
            doc_id,
            opened_date,
            closed_date,
            updated_at,
            {{ version_state() }},
            {{ absent_from("dispute_id") }},
            source_file,
            source_line,
            batch_id,
            extracted_at,
            recorded_at,
            {{ known_at("opened_date") }}
        from versions
    )

select *
from renamed
