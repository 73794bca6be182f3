with

    versions as (
        {{
            all_versions(
                source("raw_sap", "journal_entry_items_accounts_receivable"),
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
            accountingdocumenttype as document_type,
            financialaccounttype as account_class,
            specialglcode as special_ledger_indicator,
            glaccount as account_id,
            referencedocument as reference_document,
            invoicereference as invoice_document_number,
            invoicereferencefiscalyear as invoice_fiscal_year,
            customer as customer_id,
            transactioncurrency as currency,
            amountintransactioncurrency as amount,
            companycodecurrency as functional_currency,
            amountincompanycodecurrency as amount_functional,
            documentdate as document_date,
            postingdate as posting_date,
            netduedate as due_date,
            clearingdate as clearing_date,
            clearingaccountingdocument as clearing_document_number,
            clearingdocfiscalyear as clearing_fiscal_year,
            updated_at,
            source_file,
            source_line,
            batch_id,
            extracted_at,
            recorded_at,
            is_first_delivery,
            {{
                sap_first_known(
                    ["companycode", "fiscalyear", "accountingdocument", "accountingdocumentitem"]
                )
            }},
            {{
                sap_first_known(
                    [
                        "companycode",
                        "fiscalyear",
                        "accountingdocument",
                        "accountingdocumentitem",
                        "clearingdate",
                        "clearingaccountingdocument",
                    ],
                    "clearing",
                )
            }},
            version_age,
            is_present,
            coalesce(is_deleted, false) as is_deleted
        from versions
    ),

    newest as (select * from renamed where version_age = 1 and is_present and not is_deleted)

select *
from newest
