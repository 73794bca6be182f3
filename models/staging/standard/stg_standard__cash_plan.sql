with

    newest as ({{ newest_version(source("raw_standard", "cash_plan"), ["plan_id"]) }}),

    renamed as (
        select
            source_system,
            plan_id,
            legal_entity_id,
            bank_account_id,
            plan_date,
            currency,
            line,
            amount,
            certainty,
            note,
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
