with

    versions as ({{ all_versions(source("raw_sap", "bkpf"), ["bukrs", "belnr", "gjahr"]) }}),

    renamed as (
        select
            source_system,
            bukrs as company_code,
            belnr as document_number,
            gjahr as fiscal_year,
            blart as document_type,
            bldat as document_date,
            budat as posting_date,
            cpudt as entry_date,
            cputm as entry_time,
            usnam as created_by,
            tcode as transaction_code,
            xblnr as reference_text,
            bktxt as header_text,
            stblg as reversal_document_number,
            stjah as reversal_fiscal_year,
            waers as currency,
            hwaer as functional_currency,
            kursf as rate,
            bstat as document_status,
            awtyp as origin_type,
            awkey as origin_key,
            updated_at,
            source_file,
            source_line,
            batch_id,
            extracted_at,
            recorded_at,
            is_first_delivery,
            {{ sap_first_known(["bukrs", "belnr", "gjahr"]) }},
            version_age,
            is_present,
            coalesce(is_deleted, false) as is_deleted
        from versions
    ),

    newest as (select * from renamed where version_age = 1 and is_present and not is_deleted)

select *
from newest
