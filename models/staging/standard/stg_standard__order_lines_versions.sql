with

    versions as ({{ all_versions(source("raw_standard", "order_lines"), ["order_id", "line_no"]) }}),

    renamed as (
        select
            source_system,
            order_id,
            line_no,
            quantity,
            quantity_cancelled,
            unit_price,
            updated_at,
            coalesce(is_deleted, false) as is_deleted,
            version_age,
            is_present,
            is_superseded,
            source_file,
            source_line,
            batch_id,
            extracted_at,
            recorded_at,
            {{ known_at() }}
        from versions
    )

select *
from renamed
