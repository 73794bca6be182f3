with

    newest as (
        {{ newest_version(source("raw_sap", "billing_document_cancellations"), ["billingdocument"]) }}
    ),

    renamed as (
        select
            source_system,
            billingdocument as billing_document_id,
            billingdocumenttype as billing_type,
            billingdocumentiscancelled as is_cancelled,
            totalnetamount as net_amount,
            transactioncurrency as currency,
            companycode as company_code,
            accountingdocument as document_number,
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
