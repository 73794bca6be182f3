with

    newest as (
        {{
            newest_version(
                source("raw_standard", "budgets"),
                ["version", "legal_entity_id", "period", "statement_line"],
            )
        }}
    ),

    renamed as (
        select
            source_system,
            version,
            legal_entity_id,
            period,
            statement_line,
            amount,
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
