-- The lines of posted accounting documents, each with its header. Debit +, credit −, in whole units
-- of each currency.
{{ config(materialized="table") }}

with

    headers as (select * from {{ ref("base_sap__bkpf") }}),

    lines as (select * from {{ ref("base_sap__bseg") }}),

    currencies as (select * from {{ ref("currencies") }}),

    -- The last of the three terms counts; a credit without an invoice is due at once.
    lines_given_terms as (
        select
            *,
            cast(
                case
                    when debit_credit = 'H' and invoice_document_number is null
                    then 0
                    else coalesce(nullif(days_3, 0), nullif(days_2, 0), days_1, 0)
                end as integer
            ) as days_to_pay
        from lines
    ),

    lines_joined_to_headers as (
        select
            lines.source_system,
            lines.company_code || '-' || lines.fiscal_year || '-' || lines.document_number as document_id,
            lines.company_code,
            lines.fiscal_year,
            lines.document_number,
            lines.item_number,
            headers.document_type,
            headers.transaction_code,
            headers.origin_type,
            headers.origin_key,
            headers.reference_text,
            case when headers.origin_type = 'VBRK' then headers.origin_key end as billing_document_id,
            headers.company_code
            || '-'
            || coalesce(headers.reversal_fiscal_year, headers.fiscal_year)
            || '-'
            || headers.reversal_document_number as reversal_document_id,
            lines.company_code
            || '-'
            || coalesce(lines.invoice_fiscal_year, lines.fiscal_year)
            || '-'
            || lines.invoice_document_number as invoice_document_id,
            lines.company_code
            || '-'
            || coalesce(lines.clearing_fiscal_year, substr(cast(lines.clearing_date as varchar), 1, 4))
            || '-'
            || lines.clearing_document_number as clearing_id,
            lines.account_id,
            lines.account_class,
            lines.customer_id,
            lines.tax_code,
            lines.transaction_key,
            lines.order_id,
            lines.order_line_no,
            lines.product_id,
            headers.currency,
            headers.functional_currency,
            coalesce(functional_currencies.minor_units, 2) as functional_minor_units,
            coalesce(lines.line_text, headers.header_text) as description,
            headers.created_by,
            headers.rate,
            lines.quantity,
            {{ sap_amount("lines.amount", "lines.debit_credit", "currencies.minor_units") }} as amount,
            {{
                sap_amount(
                    "lines.amount_functional", "lines.debit_credit", "functional_currencies.minor_units"
                )
            }} as amount_functional,
            lines.account_class = 'D' and lines.special_ledger_indicator is null as is_receivable,
            lines.account_class = 'K' and lines.special_ledger_indicator is null as is_payable,
            coalesce(lines.line_class = 'T', false) as is_tax,
            lines.result_type is not null as is_result,
            headers.document_date,
            headers.posting_date,
            cast({{ add_days("lines.baseline_date", "lines.days_to_pay") }} as date) as due_date,
            lines.clearing_date,
            -- SAP's clock has no zone; it is read as UTC.
            try_cast(
                cast(headers.entry_date as varchar) || ' ' || headers.entry_time as timestamp
            ) as entry_at,
            lines.updated_at,
            lines.source_file,
            lines.source_line,
            lines.batch_id,
            lines.extracted_at,
            lines.recorded_at,
            lines.document_first_extracted_at,
            lines.is_document_in_first_delivery,
            lines.clearing_first_extracted_at,
            lines.is_clearing_in_first_delivery
        from lines_given_terms as lines
        inner join
            headers
            on lines.source_system = headers.source_system
            and lines.company_code = headers.company_code
            and lines.fiscal_year = headers.fiscal_year
            and lines.document_number = headers.document_number
        left join currencies on headers.currency = currencies.currency
        left join
            currencies as functional_currencies
            on headers.functional_currency = functional_currencies.currency
        where {{ sap_is_posted("headers.document_status") }}
    )

select *
from lines_joined_to_headers
