-- Every item on a customer account once, whichever family delivered it, and the document or receipt
-- that it belongs to. Where both families deliver an item, the ledger's line counts. Debit +, credit
-- −.
{{ config(materialized="table") }}

with

    posted_lines as (select * from {{ ref("stg_sap__posted_lines") }}),

    journal_entry_items as (select * from {{ ref("base_sap__journal_entry_items_accounts_receivable") }}),

    billing_documents as (select * from {{ ref("base_sap__billing_document_headers") }}),

    currencies as (select * from {{ ref("currencies") }}),

    items_unioned as (
        select
            source_system,
            document_id,
            company_code,
            fiscal_year,
            document_number,
            item_number,
            document_type,
            billing_document_id,
            reversal_document_id,
            invoice_document_id,
            clearing_id,
            account_id,
            customer_id,
            currency,
            functional_currency,
            functional_minor_units,
            created_by,
            rate,
            amount,
            amount_functional,
            true as is_ledger_line,
            document_date,
            posting_date,
            due_date,
            clearing_date,
            updated_at,
            source_file,
            source_line,
            batch_id,
            extracted_at,
            recorded_at,
            document_first_extracted_at,
            is_document_in_first_delivery,
            clearing_first_extracted_at,
            is_clearing_in_first_delivery
        from posted_lines
        where is_receivable
        union all
        select
            items.source_system,
            items.company_code || '-' || items.fiscal_year || '-' || items.document_number as document_id,
            items.company_code,
            items.fiscal_year,
            items.document_number,
            items.item_number,
            items.document_type,
            coalesce(
                billing_documents.billing_document_id,
                case when items.document_type = 'RV' then items.reference_document end
            ) as billing_document_id,
            cast(null as varchar) as reversal_document_id,
            items.company_code
            || '-'
            || coalesce(items.invoice_fiscal_year, items.fiscal_year)
            || '-'
            || items.invoice_document_number as invoice_document_id,
            items.company_code
            || '-'
            || coalesce(items.clearing_fiscal_year, substr(cast(items.clearing_date as varchar), 1, 4))
            || '-'
            || items.clearing_document_number as clearing_id,
            items.account_id,
            items.customer_id,
            items.currency,
            items.functional_currency,
            coalesce(currencies.minor_units, 2) as functional_minor_units,
            cast(null as varchar) as created_by,
            cast(null as decimal(18, 8)) as rate,
            items.amount,
            items.amount_functional,
            false as is_ledger_line,
            items.document_date,
            items.posting_date,
            items.due_date,
            items.clearing_date,
            items.updated_at,
            items.source_file,
            items.source_line,
            items.batch_id,
            items.extracted_at,
            items.recorded_at,
            items.document_first_extracted_at,
            items.is_document_in_first_delivery,
            items.clearing_first_extracted_at,
            items.is_clearing_in_first_delivery
        from journal_entry_items as items
        left join
            billing_documents
            on items.source_system = billing_documents.source_system
            and items.company_code = billing_documents.company_code
            and items.fiscal_year = billing_documents.fiscal_year
            and items.document_number = billing_documents.document_number
        left join currencies on items.functional_currency = currencies.currency
        where coalesce(items.account_class, 'D') = 'D' and items.special_ledger_indicator is null
    ),

    items_counted_per_line as (
        select
            *,
            row_number() over (
                partition by source_system, company_code, fiscal_year, document_number, item_number
                order by is_ledger_line desc
            ) as delivery_rank,
            coalesce(
                min(customer_id) over (partition by source_system, document_id)
                <> max(customer_id) over (partition by source_system, document_id),
                false
            ) as has_several_customers
        from items_unioned
    ),

    owners_named as (
        select
            *,
            case
                when billing_document_id is null and document_type in ('DZ', 'ZP')
                then 'payment'
                else 'document'
            end as owner_type,
            coalesce(
                billing_document_id,
                case when has_several_customers then document_id || '-' || customer_id else document_id end
            ) as owner_id
        from items_counted_per_line
        where delivery_rank = 1
    ),

    invoices_found as (
        select source_system, document_id, min(owner_id) as invoice_id
        from owners_named
        where owner_type = 'document'
        group by source_system, document_id
    ),

    -- A debit that a receipt leaves on the account for an invoice it has paid in part is the rest of
    -- that invoice, not a document of its own.
    rests_returned_to_their_invoice as (
        select
            owners_named.source_system,
            owners_named.document_id,
            owners_named.company_code,
            owners_named.fiscal_year,
            owners_named.document_number,
            owners_named.item_number,
            owners_named.document_type,
            case
                when
                    owners_named.owner_type = 'payment'
                    and owners_named.amount > 0
                    and invoices_found.invoice_id is not null
                then 'document'
                else owners_named.owner_type
            end as item_type,
            case
                when owners_named.owner_type = 'payment' and owners_named.amount > 0
                then coalesce(invoices_found.invoice_id, owners_named.owner_id)
                else owners_named.owner_id
            end as item_owner_id,
            owners_named.owner_type,
            owners_named.owner_id,
            invoices_found.invoice_id,
            owners_named.reversal_document_id,
            owners_named.clearing_id,
            owners_named.account_id,
            owners_named.customer_id,
            owners_named.currency,
            owners_named.functional_currency,
            owners_named.functional_minor_units,
            owners_named.created_by,
            owners_named.rate,
            owners_named.amount,
            owners_named.amount_functional,
            owners_named.is_ledger_line,
            owners_named.document_date,
            owners_named.posting_date,
            owners_named.due_date,
            owners_named.clearing_date,
            owners_named.updated_at,
            owners_named.source_file,
            owners_named.source_line,
            owners_named.batch_id,
            owners_named.extracted_at,
            owners_named.recorded_at,
            owners_named.document_first_extracted_at,
            owners_named.is_document_in_first_delivery,
            owners_named.clearing_first_extracted_at,
            owners_named.is_clearing_in_first_delivery
        from owners_named
        left join
            invoices_found
            on owners_named.source_system = invoices_found.source_system
            and owners_named.invoice_document_id = invoices_found.document_id
    )

select *
from rests_returned_to_their_invoice
