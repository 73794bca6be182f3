with

    newest as (
        {{
            newest_version(
                source("raw_sap", "payments_accounts_receivable"),
                ["companycode", "fiscalyear", "accountingdocument", "accountingdocumentitem"],
            )
        }}
    ),

    renamed as (
        select
            source_system,
            companycode as company_code,
            fiscalyear as fiscal_year,
            accountingdocument as document_number,
            accountingdocumentitem as item_number,
            clearingdate as clearing_date,
            clearingaccountingdocument as clearing_document_number,
            amountintransactioncurrency as amount,
            transactioncurrency as currency,
            customer as customer_id,
            postingdate as posting_date,
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
