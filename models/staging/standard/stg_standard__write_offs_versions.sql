with

    versions as ({{ all_versions(source("raw_standard", "write_offs"), ["write_off_id"]) }}),

    renamed as (
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
            {{ version_state() }},
            {{ absent_from("write_off_id") }},
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
