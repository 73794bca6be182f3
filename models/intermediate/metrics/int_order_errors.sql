-- What went wrong with an order by the as-of date: credit memos and disputes on its documents,
-- with the products they are about. A credit memo belongs to the order that it or one of its
-- lines names, else to the orders of the document it corrects.
with

    documents as (select * from {{ ref("int_ar_documents") }}),

    document_lines as (select * from {{ ref("int_ar_document_lines") }}),

    order_lines as (select * from {{ ref("int_order_lines") }}),

    disputes as (select * from {{ ref("int_disputes") }}),

    as_of as (select * from {{ ref("int_as_of") }}),

    lines_with_products as (
        select
            document_lines.document_key,
            document_lines.order_key,
            coalesce(document_lines.product_key, order_lines.product_key) as product_key
        from document_lines
        left join order_lines on document_lines.order_line_key = order_lines.order_line_key
    ),

    documents_of_orders as (
        select order_key, document_key
        from documents
        where order_key is not null
        union
        select order_key, document_key
        from lines_with_products
        where order_key is not null
    ),

    documents_with_orders as (
        select order_key, document_key
        from documents_of_orders
        union all
        select documents_of_orders.order_key, documents.document_key
        from documents
        inner join documents_of_orders on documents.original_document_key = documents_of_orders.document_key
        where
            documents.doc_type = 'credit_memo'
            and documents.document_key not in (select placed.document_key from documents_of_orders as placed)
    ),

    errors_unioned as (
        select documents.document_key as error_key, 'credit_memo' as error_type, documents.document_key
        from documents
        inner join as_of on documents.posting_date <= as_of.as_of
        where documents.doc_type = 'credit_memo'
        union all
        select disputes.dispute_key as error_key, 'dispute' as error_type, disputes.document_key
        from disputes
        inner join as_of on disputes.opened_date <= as_of.as_of
    ),

    errors_placed as (
        -- a line without an order of its own is about the orders of its document
        select distinct
            documents_with_orders.order_key,
            lines_with_products.product_key,
            errors_unioned.error_type,
            errors_unioned.error_key
        from errors_unioned
        inner join documents_with_orders on errors_unioned.document_key = documents_with_orders.document_key
        left join
            lines_with_products
            on errors_unioned.document_key = lines_with_products.document_key
            and coalesce(lines_with_products.order_key, documents_with_orders.order_key)
            = documents_with_orders.order_key
    )

select *
from errors_placed
