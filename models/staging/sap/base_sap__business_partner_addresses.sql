with

    newest as (
        {{
            newest_version(
                source("raw_sap", "business_partner_addresses"), ["businesspartner", "addressid"]
            )
        }}
    ),

    renamed as (
        select
            source_system,
            businesspartner as business_partner_id,
            addressid as address_id,
            country,
            validitystartdate as validity_start_date,
            validityenddate as validity_end_date,
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
