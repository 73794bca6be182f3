with

    newest as (
        {{
            newest_version(
                source("raw_sap", "billing_document_items"), ["billingdocument", "billingdocumentitem"]
            )
        }}
    ),

    renamed as (
        select
            source_system,
            billingdocument as billing_document_id,
            billingdocumentitem as billing_line_no,
            material as product_id,
            billingquantity as quantity,
            netamount as net_amount,
            transactioncurrency as currency,
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
