-- Billing items; for documents of which no items are delivered, the ledger lines that are neither
-- receivable nor tax. Lines of credit memos are negative. Net is exact, the price per piece is
-- derived from it.
with

    documents as (select source_system, doc_id, doc_type from {{ ref("stg_sap__invoices") }}),

    billing_items as (select * from {{ ref("base_sap__billing_document_items") }}),

    billing_orders as (select * from {{ ref("stg_sap__billing_orders") }}),

    receivable_items as (select * from {{ ref("stg_sap__receivable_items") }}),

    posted_lines as (select * from {{ ref("stg_sap__posted_lines") }}),

    billing_lines_signed as (
        select
            billing_items.source_system,
            billing_items.billing_document_id as doc_id,
            billing_items.billing_line_no as line_no,
            billing_orders.order_id,
            billing_orders.order_line_no,
            billing_items.product_id,
            case
                when documents.doc_type = 'credit_memo'
                then - billing_items.quantity
                else billing_items.quantity
            end as quantity,
            case
                when documents.doc_type = 'credit_memo'
                then - billing_items.net_amount
                else billing_items.net_amount
            end as net_amount,
            cast(null as decimal(18, 8)) as tax_rate,
            billing_items.updated_at,
            billing_items.source_file,
            billing_items.source_line,
            billing_items.batch_id,
            billing_items.extracted_at,
            billing_items.recorded_at,
            {{ known_at() }}
        from billing_items
        left join
            documents
            on billing_items.source_system = documents.source_system
            and billing_items.billing_document_id = documents.doc_id
        left join
            billing_orders
            on billing_items.source_system = billing_orders.source_system
            and billing_items.billing_document_id = billing_orders.billing_document_id
            and billing_items.billing_line_no = billing_orders.billing_line_no
    ),

    ledger_documents_found as (
        select distinct
            receivable_items.source_system, receivable_items.document_id, receivable_items.owner_id as doc_id
        from receivable_items
        inner join
            documents
            on receivable_items.source_system = documents.source_system
            and receivable_items.owner_id = documents.doc_id
        where
            receivable_items.owner_type = 'document'
            and receivable_items.is_ledger_line
            and not exists (
                select 1
                from billing_items
                where
                    billing_items.source_system = receivable_items.source_system
                    and billing_items.billing_document_id = receivable_items.owner_id
            )
    ),

    ledger_lines_found as (
        select ledger_documents_found.doc_id, posted_lines.*
        from posted_lines
        inner join
            ledger_documents_found
            on posted_lines.source_system = ledger_documents_found.source_system
            and posted_lines.document_id = ledger_documents_found.document_id
        where not posted_lines.is_receivable
    ),

    tax_rates_derived as (
        select
            source_system,
            doc_id,
            tax_code,
            cast(
                sum(case when is_tax then amount else 0 end)
                / nullif(sum(case when is_tax then 0 else amount end), 0) as decimal(18, 8)
            ) as tax_rate
        from ledger_lines_found
        group by source_system, doc_id, tax_code
    ),

    ledger_lines_signed as (
        select
            lines.source_system,
            lines.doc_id,
            lines.item_number as line_no,
            lines.order_id,
            lines.order_line_no,
            lines.product_id,
            case when lines.amount > 0 then - lines.quantity else lines.quantity end as quantity,
            cast(- lines.amount as decimal(18, 4)) as net_amount,
            tax_rates_derived.tax_rate,
            lines.updated_at,
            lines.source_file,
            lines.source_line,
            lines.batch_id,
            lines.extracted_at,
            lines.recorded_at,
            {{ sap_known_at("lines.posting_date") }}
        from ledger_lines_found as lines
        left join
            tax_rates_derived
            on lines.source_system = tax_rates_derived.source_system
            and lines.doc_id = tax_rates_derived.doc_id
            and lines.tax_code is not distinct from tax_rates_derived.tax_code
        where not lines.is_tax
    ),

    lines_unioned as (
        select *
        from billing_lines_signed
        union all
        select *
        from ledger_lines_signed
    ),

    lines_priced as (
        select
            source_system,
            doc_id,
            line_no,
            order_id,
            order_line_no,
            product_id,
            quantity,
            cast(net_amount / nullif(quantity, 0) as decimal(18, 6)) as unit_price,
            net_amount,
            tax_rate,
            cast(null as date) as service_start,
            cast(null as date) as service_end,
            updated_at,
            {{ lineage() }}
        from lines_unioned
    )

select *
from lines_priced
