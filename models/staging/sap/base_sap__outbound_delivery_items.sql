with

    newest as (
        {{
            newest_version(
                source("raw_sap", "outbound_delivery_items"), ["deliverydocument", "deliverydocumentitem"]
            )
        }}
    ),

    renamed as (
        select
            source_system,
            deliverydocument as delivery_id,
            deliverydocumentitem as delivery_line_no,
            material as product_id,
            actualdeliveryquantity as quantity,
            referencesddocument as reference_document_id,
            referencesddocumentitem as reference_line_no,
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
