with

    newest as ({{ newest_version(source("raw_sap", "plants"), ["plant"]) }}),

    renamed as (
        select
            source_system,
            plant,
            plantname as plant_name,
            salesorganization as sales_organization,
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
