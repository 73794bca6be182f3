with

    newest as (
        {{ newest_version(source("raw_sap", "customer_company_assignments"), ["customer", "companycode"]) }}
    ),

    renamed as (
        select
            source_system,
            customer as customer_id,
            companycode as company_code,
            paymentterms as payment_terms_id,
            reconciliationaccount as reconciliation_account_id,
            deletionindicator as is_marked_for_deletion,
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
