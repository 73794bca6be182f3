-- Net comes from billing, gross from the receivables item, and neither is derived from the other:
-- where only one is delivered the other is null, and tax is null unless tax lines or a tax amount
-- are delivered. Where there is no billing document at all, net is what the ledger's receivable
-- leaves after its tax lines. A cancellation is a credit memo to the document it cancels. Pro forma
-- documents are none.
{{ config(materialized="table") }}

with

    billing_documents as (select * from {{ ref("stg_sap__billing_documents") }}),

    billing_orders as (select * from {{ ref("stg_sap__billing_orders") }}),

    receivable_items as (select * from {{ ref("stg_sap__receivable_items") }}),

    posted_lines as (select * from {{ ref("stg_sap__posted_lines") }}),

    document_items as (
        select
            *,
            row_number() over (
                partition by source_system, owner_id order by posting_date, document_id, item_number
            ) as item_rank
        from receivable_items
        where owner_type = 'document'
    ),

    items_summed as (
        select
            source_system,
            owner_id,
            cast(sum(amount) as decimal(18, 4)) as gross,
            cast(sum(amount_functional) as decimal(18, 4)) as gross_functional,
            max(invoice_id) as invoice_id,
            bool_or(is_ledger_line) as is_in_ledger
        from document_items
        group by source_system, owner_id
    ),

    documents_posted as (
        select
            document_items.*,
            items_summed.gross,
            items_summed.gross_functional,
            items_summed.is_in_ledger,
            coalesce(items_summed.invoice_id, reversed_items.owner_id) as referenced_doc_id
        from document_items
        inner join
            items_summed
            on document_items.source_system = items_summed.source_system
            and document_items.owner_id = items_summed.owner_id
        left join
            document_items as reversed_items
            on document_items.source_system = reversed_items.source_system
            and document_items.reversal_document_id = reversed_items.document_id
            and reversed_items.item_rank = 1
        where document_items.item_rank = 1
    ),

    taxes_summed as (
        select
            posted_lines.source_system,
            documents_posted.owner_id,
            cast(- sum(posted_lines.amount) as decimal(18, 4)) as tax
        from posted_lines
        inner join
            documents_posted
            on posted_lines.source_system = documents_posted.source_system
            and posted_lines.document_id = documents_posted.document_id
        where posted_lines.is_tax
        group by posted_lines.source_system, documents_posted.owner_id
    ),

    orders_agreed as (
        select
            source_system,
            billing_document_id,
            case when count(distinct order_id) = 1 then min(order_id) end as order_id,
            case when count(distinct shipment_id) = 1 then min(shipment_id) end as shipment_id
        from billing_orders
        group by source_system, billing_document_id
    ),

    documents_matched as (
        select
            coalesce(billing.source_system, posted.source_system) as source_system,
            coalesce(billing.billing_document_id, posted.owner_id) as doc_id,
            case
                when posted.gross < 0
                then 'credit_memo'
                when posted.gross > 0 and coalesce(billing.doc_type, 'credit_memo') = 'credit_memo'
                then
                    case
                        when billing.billing_type is null and posted.document_type in ('RV', 'DR')
                        then 'invoice'
                        else 'debit_memo'
                    end
                else coalesce(billing.doc_type, 'invoice')
            end as doc_type,
            coalesce(posted.company_code, billing.company_code) as legal_entity_id,
            coalesce(posted.customer_id, billing.customer_id) as customer_id,
            orders_agreed.order_id,
            orders_agreed.shipment_id,
            coalesce(billing.cancelled_billing_document_id, posted.referenced_doc_id) as referenced_doc_id,
            coalesce(posted.document_date, billing.billing_date) as document_date,
            coalesce(posted.posting_date, billing.billing_date) as posting_date,
            posted.due_date,
            coalesce(posted.currency, billing.currency) as currency,
            posted.functional_currency,
            posted.functional_minor_units,
            posted.rate,
            billing.net_amount as billed_net,
            case when posted.is_in_ledger then coalesce(taxes_summed.tax, 0) end as posted_tax,
            billing.tax_amount as billed_tax,
            posted.gross,
            posted.gross_functional,
            coalesce(billing.created_by, posted.created_by) as created_by,
            coalesce(billing.updated_at, posted.updated_at) as updated_at,
            coalesce(billing.source_file, posted.source_file) as source_file,
            coalesce(billing.source_line, posted.source_line) as source_line,
            coalesce(billing.batch_id, posted.batch_id) as batch_id,
            coalesce(billing.extracted_at, posted.extracted_at) as extracted_at,
            coalesce(billing.recorded_at, posted.recorded_at) as recorded_at,
            coalesce(
                billing.document_first_extracted_at, posted.document_first_extracted_at
            ) as document_first_extracted_at,
            coalesce(
                billing.is_document_in_first_delivery, posted.is_document_in_first_delivery
            ) as is_document_in_first_delivery
        from billing_documents as billing
        full outer join
            documents_posted as posted
            on billing.source_system = posted.source_system
            and billing.billing_document_id = posted.owner_id
        left join
            taxes_summed
            on posted.source_system = taxes_summed.source_system
            and posted.owner_id = taxes_summed.owner_id
        left join
            orders_agreed
            on billing.source_system = orders_agreed.source_system
            and billing.billing_document_id = orders_agreed.billing_document_id
        where billing.billing_document_id is not null or posted.gross <> 0
    ),

    amounts_signed as (
        select
            *,
            coalesce(
                case when doc_type = 'credit_memo' then - billed_net else billed_net end, gross - posted_tax
            ) as net,
            coalesce(
                posted_tax, case when doc_type = 'credit_memo' then - billed_tax else billed_tax end
            ) as tax
        from documents_matched
    ),

    documents_described as (
        select
            source_system,
            doc_id,
            doc_type,
            legal_entity_id,
            customer_id,
            order_id,
            shipment_id,
            case when doc_type = 'invoice' then null else referenced_doc_id end as original_doc_id,
            document_date,
            posting_date,
            due_date,
            currency,
            {{
                sap_rate(
                    "gross",
                    "gross_functional",
                    "rate",
                    "currency",
                    "functional_currency",
                    "functional_minor_units",
                )
            }} as fx_rate,
            cast(net as decimal(18, 4)) as net,
            cast(tax as decimal(18, 4)) as tax,
            gross,
            created_by,
            updated_at,
            source_file,
            source_line,
            batch_id,
            extracted_at,
            recorded_at,
            {{ sap_known_at("posting_date") }}
        from amounts_signed
    )

select *
from documents_described
