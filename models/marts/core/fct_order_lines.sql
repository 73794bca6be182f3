with

    order_lines as (select * from {{ ref("int_order_lines") }}),

    shipments as (select * from {{ ref("int_shipments") }}),

    document_lines as (select * from {{ ref("int_ar_document_lines") }}),

    as_of as (select * from {{ ref("int_as_of") }}),

    documents as (select * from {{ ref("int_ar_documents") }}),

    deliveries_summed as (
        select shipments.order_line_key, sum(shipments.quantity) as quantity
        from shipments
        cross join as_of
        where shipments.quantity > 0 and shipments.ship_date <= as_of.as_of
        group by shipments.order_line_key
    ),

    invoices_summed as (
        select document_lines.order_line_key, sum(document_lines.quantity) as quantity
        from document_lines
        inner join documents on document_lines.document_key = documents.document_key
        cross join as_of
        where documents.doc_type <> 'credit_memo' and documents.posting_date <= as_of.as_of
        group by document_lines.order_line_key
    ),

    lines_fulfilled as (
        select
            order_lines.order_line_key,
            order_lines.order_key,
            order_lines.source_system,
            order_lines.order_id,
            order_lines.line_no,
            order_lines.legal_entity_id,
            order_lines.product_id,
            order_lines.product_key,
            order_lines.quantity,
            cast(order_lines.quantity_cancelled as decimal(18, 6)) as quantity_cancelled,
            cast(coalesce(deliveries_summed.quantity, 0) as decimal(18, 6)) as quantity_shipped,
            cast(coalesce(invoices_summed.quantity, 0) as decimal(18, 6)) as quantity_invoiced,
            order_lines.unit_price,
            order_lines.list_price,
            order_lines.net_amount,
            order_lines.promised_date,
            {{ lineage("order_lines") }}
        from order_lines
        left join deliveries_summed on order_lines.order_line_key = deliveries_summed.order_line_key
        left join invoices_summed on order_lines.order_line_key = invoices_summed.order_line_key
    )

select *
from lines_fulfilled
