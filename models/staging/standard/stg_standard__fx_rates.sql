with

    newest as (
        {{
            newest_version(
                source("raw_standard", "fx_rates"), ["from_currency", "to_currency", "rate_date"]
            )
        }}
    ),

    renamed as (
        select
            source_system,
            from_currency,
            to_currency,
            rate_date,
            rate,
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
