with

    newest as ({{ newest_version(source("raw_sap", "product_descriptions"), ["product", "language"]) }}),

    renamed as (
        select
            source_system,
            product as product_id,
            language,
            productdescription as description,
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
