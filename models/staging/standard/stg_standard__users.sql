with

    newest as ({{ newest_version(source("raw_standard", "users"), ["user_id"]) }}),

    renamed as (
        select
            source_system,
            user_id,
            role,
            active,
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
