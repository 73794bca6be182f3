-- Control passes with goods issue: a delivery that is only picked is no shipment, whatever the
-- order's status says. Several items of one delivery for the same order line (batches) are one row.
with

    deliveries as (select * from {{ ref("base_sap__outbound_delivery_headers") }}),

    delivery_items as (select * from {{ ref("base_sap__outbound_delivery_items") }}),

    items_issued as (
        select
            delivery_items.source_system,
            delivery_items.delivery_id as shipment_id,
            delivery_items.reference_document_id as order_id,
            delivery_items.reference_line_no as order_line_no,
            case
                when deliveries.document_category = 'T'
                then - delivery_items.quantity
                else delivery_items.quantity
            end as quantity,
            deliveries.goods_issue_date as ship_date,
            delivery_items.updated_at,
            delivery_items.source_file,
            delivery_items.source_line,
            delivery_items.batch_id,
            delivery_items.extracted_at,
            delivery_items.recorded_at,
            delivery_items.is_first_delivery,
            row_number() over (
                partition by
                    delivery_items.source_system,
                    delivery_items.delivery_id,
                    delivery_items.reference_document_id,
                    delivery_items.reference_line_no
                order by delivery_items.delivery_line_no
            ) as item_rank
        from delivery_items
        inner join
            deliveries
            on delivery_items.source_system = deliveries.source_system
            and delivery_items.delivery_id = deliveries.delivery_id
        where deliveries.goods_issue_date is not null
    ),

    quantities_summed as (
        select
            source_system,
            shipment_id,
            order_id,
            order_line_no,
            cast(sum(quantity) as decimal(18, 6)) as quantity
        from items_issued
        group by source_system, shipment_id, order_id, order_line_no
    ),

    shipments_listed as (
        select
            items_issued.source_system,
            items_issued.shipment_id,
            items_issued.order_id,
            items_issued.order_line_no,
            quantities_summed.quantity,
            items_issued.ship_date,
            items_issued.updated_at,
            items_issued.source_file,
            items_issued.source_line,
            items_issued.batch_id,
            items_issued.extracted_at,
            items_issued.recorded_at,
            {{ known_at() }}
        from items_issued
        inner join
            quantities_summed
            on items_issued.source_system = quantities_summed.source_system
            and items_issued.shipment_id = quantities_summed.shipment_id
            and items_issued.order_id is not distinct from quantities_summed.order_id
            and items_issued.order_line_no is not distinct from quantities_summed.order_line_no
        where items_issued.item_rank = 1
    )

select *
from shipments_listed
