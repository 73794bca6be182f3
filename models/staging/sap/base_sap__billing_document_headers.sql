with

    versions as ({{ all_versions(source("raw_sap", "billing_document_headers"), ["billingdocument"]) }}),

    renamed as (
        select
            source_system,
            billingdocument as billing_document_id,
            billingdocumenttype as billing_type,
            sddocumentcategory as document_category,
            creationdate as creation_date,
            billingdocumentdate as billing_date,
            billingdocumentiscancelled as is_cancelled,
            cancelledbillingdocument as cancelled_billing_document_id,
            totalnetamount as net_amount,
            totaltaxamount as tax_amount,
            transactioncurrency as currency,
            companycode as company_code,
            fiscalyear as fiscal_year,
            accountingdocument as document_number,
            soldtoparty as customer_id,
            createdbyuser as created_by,
            updated_at,
            source_file,
            source_line,
            batch_id,
            extracted_at,
            recorded_at,
            is_first_delivery,
            {{ sap_first_known(["billingdocument"]) }},
            version_age,
            is_present,
            coalesce(is_deleted, false) as is_deleted
        from versions
    ),

    newest as (select * from renamed where version_age = 1 and is_present and not is_deleted)

select *
from newest
