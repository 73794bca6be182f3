-- Accounting documents of which half is missing: a posted header without lines (a parked one has
-- none, rightly), or lines without their header. Neither can stand in the ledger; both are named
-- here.
with

    headers as (select * from {{ ref("base_sap__bkpf") }}),

    lines as (select * from {{ ref("base_sap__bseg") }}),

    headers_without_lines as (
        select
            headers.source_system,
            'bkpf' as object,
            headers.company_code
            || '-'
            || headers.fiscal_year
            || '-'
            || headers.document_number as document_id,
            headers.company_code as legal_entity_id,
            'bseg' as missing_object,
            cast(0 as decimal(18, 4)) as amount_functional,
            headers.source_file,
            headers.source_line,
            headers.batch_id,
            headers.extracted_at,
            headers.recorded_at,
            {{ sap_known_at("headers.posting_date") }}
        from headers
        where
            {{ sap_is_posted("headers.document_status") }}
            and not exists (
                select 1
                from lines
                where
                    lines.source_system = headers.source_system
                    and lines.company_code = headers.company_code
                    and lines.fiscal_year = headers.fiscal_year
                    and lines.document_number = headers.document_number
            )
    ),

    lines_without_header as (
        select
            lines.source_system,
            'bseg' as object,
            lines.company_code || '-' || lines.fiscal_year || '-' || lines.document_number as document_id,
            lines.company_code as legal_entity_id,
            'bkpf' as missing_object,
            case
                lines.debit_credit when 'H' then - lines.amount_functional else lines.amount_functional
            end as amount_functional,
            lines.source_file,
            lines.source_line,
            lines.batch_id,
            lines.extracted_at,
            lines.recorded_at,
            {{ known_at() }}
        from lines
        where
            not exists (
                select 1
                from headers
                where
                    headers.source_system = lines.source_system
                    and headers.company_code = lines.company_code
                    and headers.fiscal_year = lines.fiscal_year
                    and headers.document_number = lines.document_number
            )
    ),

    documents_unioned as (
        select *
        from headers_without_lines
        union all
        select *
        from lines_without_header
    )

select *
from documents_unioned
