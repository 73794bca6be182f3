with

    newest as ({{ newest_version(source("raw_standard", "legal_entities"), ["legal_entity_id"]) }}),

    renamed as (
        select
            source_system,
            legal_entity_id,
            name,
            functional_currency,
            country,
            time_zone,
            parent_legal_entity_id,
            updated_at,
            source_file,
            source_line,
            batch_id,
            extracted_at,
            recorded_at,
            {{ known_at() }}
        from newest
    )

select *
from renamed
