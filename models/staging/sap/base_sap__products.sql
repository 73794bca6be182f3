with

    newest as ({{ newest_version(source("raw_sap", "products"), ["product"]) }}),

    renamed as (
        select
            source_system,
            product as product_id,
            producttype as product_type,
            productgroup as product_group,
            baseunit as base_unit,
            ismarkedfordeletion as is_marked_for_deletion,
            updated_at,
            source_file,
            source_line,
            batch_id,
            extracted_at,
            recorded_at,
            is_first_delivery
        from newest
    )

select *
from renamed
