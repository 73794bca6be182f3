with

    newest as ({{ newest_version(source("raw_standard", "ecl_matrix"), ["bucket"]) }}),

    renamed as (
        select
            source_system,
            bucket,
            loss_rate,
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
