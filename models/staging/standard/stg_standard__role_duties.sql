with

    newest as ({{ newest_version(source("raw_standard", "role_duties"), ["role", "duty"]) }}),

    renamed as (
        select
            source_system,
            role,
            duty,
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
