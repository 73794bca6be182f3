with

    newest as ({{ newest_version(source("raw_standard", "sod_conflicts"), ["duty_a", "duty_b"]) }}),

    renamed as (
        select
            source_system,
            duty_a,
            duty_b,
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
