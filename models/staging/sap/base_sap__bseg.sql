with

    versions as ({{ all_versions(source("raw_sap", "bseg"), ["bukrs", "belnr", "gjahr", "buzei"]) }}),

    renamed as (
        select
            source_system,
            bukrs as company_code,
            belnr as document_number,
            gjahr as fiscal_year,
            buzei as item_number,
            buzid as line_class,
            bschl as posting_key,
            koart as account_class,
            umskz as special_ledger_indicator,
            shkzg as debit_credit,
            dmbtr as amount_functional,
            wrbtr as amount,
            mwskz as tax_code,
            ktosl as transaction_key,
            hkont as account_id,
            kunnr as customer_id,
            lifnr as supplier_id,
            augdt as clearing_date,
            augbl as clearing_document_number,
            auggj as clearing_fiscal_year,
            rebzg as invoice_document_number,
            rebzj as invoice_fiscal_year,
            zfbdt as baseline_date,
            zbd1t as days_1,
            zbd2t as days_2,
            zbd3t as days_3,
            xbilk as is_balance_sheet,
            gvtyp as result_type,
            matnr as product_id,
            menge as quantity,
            vbel2 as order_id,
            posn2 as order_line_no,
            sgtxt as line_text,
            updated_at,
            source_file,
            source_line,
            batch_id,
            extracted_at,
            recorded_at,
            is_first_delivery,
            {{ sap_first_known(["bukrs", "belnr", "gjahr", "buzei"]) }},
            {{ sap_first_known(["bukrs", "belnr", "gjahr", "buzei", "augdt", "augbl"], "clearing") }},
            version_age,
            is_present,
            coalesce(is_deleted, false) as is_deleted
        from versions
    ),

    newest as (select * from renamed where version_age = 1 and is_present and not is_deleted)

select *
from newest
