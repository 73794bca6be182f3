with

    newest as ({{ newest_version(source("raw_standard", "cash_limits"), ["legal_entity_id", "currency"]) }}),

    renamed as (
        select
            source_system,
            legal_entity_id,
            currency,
            minimum_cash,
            facility,
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
