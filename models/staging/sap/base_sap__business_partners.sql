with

    newest as ({{ newest_version(source("raw_sap", "business_partners"), ["businesspartner"]) }}),

    renamed as (
        select
            source_system,
            businesspartner as business_partner_id,
            customer as customer_id,
            businesspartnerfullname as full_name,
            businesspartnername as name,
            businesspartnergrouping as partner_group,
            businesspartnerisblocked as is_blocked,
            ismarkedforarchiving as is_marked_for_archiving,
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
