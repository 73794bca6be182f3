with

    newest as ({{ newest_version(source("raw_sap", "outbound_delivery_headers"), ["deliverydocument"]) }}),

    renamed as (
        select
            source_system,
            deliverydocument as delivery_id,
            sddocumentcategory as document_category,
            actualgoodsmovementdate as goods_issue_date,
            overallgoodsmovementstatus as goods_movement_status,
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
