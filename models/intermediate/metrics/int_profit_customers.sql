-- Which customer the document behind a posting belongs to, where the posting is not what its
-- parts call for. An id that two sources use for different customers says nothing.
with

    postings_to_share as (
        select distinct legal_entity_id, source_type, posting_key
        from {{ ref("int_profit_postings") }}
        where not is_as_called_for and not is_month_end and posting_key is not null
    ),

    orders as (select * from {{ ref("int_orders") }}),

    shipments as (select * from {{ ref("int_shipments") }}),

    documents as (select * from {{ ref("int_ar_documents") }}),

    applications as (select * from {{ ref("int_applications") }}),

    receipts as (select * from {{ ref("int_receipts") }}),

    refunds as (select * from {{ ref("int_refunds") }}),

    write_offs as (select * from {{ ref("int_write_offs") }}),

    customers_unioned as (
        select
            orders.legal_entity_id,
            'shipment' as source_type,
            shipments.shipment_id as posting_key,
            orders.customer_key
        from shipments
        inner join orders on shipments.order_key = orders.order_key
        union all
        select
            legal_entity_id,
            case when doc_type = 'credit_memo' then 'credit_memo' else 'invoice' end as source_type,
            doc_id as posting_key,
            customer_key
        from documents
        union all
        select
            documents.legal_entity_id,
            'application' as source_type,
            applications.application_id as posting_key,
            documents.customer_key
        from applications
        inner join documents on applications.document_key = documents.document_key
        union all
        select legal_entity_id, 'customer_receipt' as source_type, payment_id as posting_key, customer_key
        from receipts
        union all
        select
            receipts.legal_entity_id,
            'customer_refund' as source_type,
            refunds.refund_id as posting_key,
            receipts.customer_key
        from refunds
        inner join receipts on refunds.receipt_key = receipts.receipt_key
        union all
        select
            documents.legal_entity_id,
            'write_off' as source_type,
            write_offs.write_off_id as posting_key,
            documents.customer_key
        from write_offs
        inner join documents on write_offs.document_key = documents.document_key
    ),

    customers_agreed as (
        select
            postings_to_share.legal_entity_id,
            postings_to_share.source_type,
            postings_to_share.posting_key,
            min(customers_unioned.customer_key) as customer_key
        from postings_to_share
        inner join
            customers_unioned
            on postings_to_share.legal_entity_id = customers_unioned.legal_entity_id
            and postings_to_share.source_type = customers_unioned.source_type
            and postings_to_share.posting_key = customers_unioned.posting_key
        group by
            postings_to_share.legal_entity_id, postings_to_share.source_type, postings_to_share.posting_key
        having min(customers_unioned.customer_key) = max(customers_unioned.customer_key)
    )

select *
from customers_agreed
