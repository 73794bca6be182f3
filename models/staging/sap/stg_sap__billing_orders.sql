-- Which order line a billing item charges. Billing refers to the delivery, the delivery to the
-- order; billing without delivery refers to the order itself.
with

    billing_items as (select * from {{ ref("base_sap__billing_document_items") }}),

    delivery_items as (select * from {{ ref("base_sap__outbound_delivery_items") }}),

    deliveries as (select * from {{ ref("base_sap__outbound_delivery_headers") }}),

    order_items as (select * from {{ ref("base_sap__sales_order_items") }}),

    references_followed as (
        select
            billing_items.source_system,
            billing_items.billing_document_id,
            billing_items.billing_line_no,
            case when deliveries.goods_issue_date is not null then deliveries.delivery_id end as shipment_id,
            coalesce(delivery_items.reference_document_id, order_items.order_id) as order_id,
            coalesce(delivery_items.reference_line_no, order_items.order_line_no) as order_line_no
        from billing_items
        left join
            delivery_items
            on billing_items.source_system = delivery_items.source_system
            and billing_items.reference_document_id = delivery_items.delivery_id
            and billing_items.reference_line_no = delivery_items.delivery_line_no
        left join
            deliveries
            on delivery_items.source_system = deliveries.source_system
            and delivery_items.delivery_id = deliveries.delivery_id
        left join
            order_items
            on delivery_items.delivery_id is null
            and billing_items.source_system = order_items.source_system
            and billing_items.reference_document_id = order_items.order_id
            and billing_items.reference_line_no = order_items.order_line_no
    )

select *
from references_followed
