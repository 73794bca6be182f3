-- What an invoice bills of an order line, less what a credit memo took back: one that credits at the
-- billed price, as a cancellation does, takes back the quantity; a price correction does not, nor
-- does the memo for a return, whose delivery stands. A debit memo that names an original corrects
-- its price and bills nothing anew.
with

    documents as (select * from {{ ref("int_ar_documents") }}),

    document_lines as (select * from {{ ref("int_ar_document_lines") }}),

    shipments as (select * from {{ ref("int_shipments") }}),

    as_of as (select * from {{ ref("int_as_of") }}),

    lines_posted as (
        select
            document_lines.document_key,
            document_lines.order_line_key,
            document_lines.quantity,
            document_lines.unit_price,
            documents.doc_type,
            documents.shipment_id,
            documents.original_doc_id,
            documents.original_document_key,
            documents.is_opening_item,
            coalesce(documents.document_date, documents.posting_date) as document_date
        from document_lines
        inner join documents on document_lines.document_key = documents.document_key
        inner join as_of on documents.posting_date <= as_of.as_of
        where document_lines.order_line_key is not null
    ),

    returns as (
        select distinct order_line_key, shipment_id
        from shipments
        where quantity < 0 and order_line_key is not null
    ),

    lines_billed as (
        select
            document_key,
            order_line_key,
            shipment_id,
            is_opening_item,
            document_date,
            sum(quantity) as quantity_billed
        from lines_posted
        where doc_type = 'invoice' or (doc_type = 'debit_memo' and original_doc_id is null)
        group by document_key, order_line_key, shipment_id, is_opening_item, document_date
    ),

    prices_billed as (
        select distinct document_key, order_line_key, abs(unit_price) as unit_price from lines_posted
    ),

    quantities_taken_back as (
        select
            lines_posted.original_document_key as document_key,
            lines_posted.order_line_key,
            sum(abs(lines_posted.quantity)) as quantity
        from lines_posted
        inner join
            prices_billed
            on lines_posted.original_document_key = prices_billed.document_key
            and lines_posted.order_line_key = prices_billed.order_line_key
            and abs(lines_posted.unit_price) = prices_billed.unit_price
        left join
            returns
            on lines_posted.order_line_key = returns.order_line_key
            and lines_posted.shipment_id = returns.shipment_id
        where lines_posted.doc_type = 'credit_memo' and returns.shipment_id is null
        group by lines_posted.original_document_key, lines_posted.order_line_key
    ),

    quantities_left as (
        select
            lines_billed.document_key,
            lines_billed.order_line_key,
            lines_billed.shipment_id,
            lines_billed.is_opening_item,
            lines_billed.document_date,
            cast(lines_billed.quantity_billed as decimal(18, 6)) as quantity_billed,
            cast(
                greatest(
                    lines_billed.quantity_billed - coalesce(quantities_taken_back.quantity, 0), 0
                ) as decimal(18, 6)
            ) as quantity
        from lines_billed
        left join
            quantities_taken_back
            on lines_billed.document_key = quantities_taken_back.document_key
            and lines_billed.order_line_key = quantities_taken_back.order_line_key
    )

select *
from quantities_left
