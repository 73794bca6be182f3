with

    shipments as ({{ union_kinds("shipments") }}),

    orders as (select * from {{ ref("int_orders") }}),

    order_references as ({{ resolved_references(ref("int_orders"), "order_id", "order_key") }}),

    shipments_keyed as (
        select
            shipments.source_system
            || ':'
            || shipments.shipment_id
            || ':'
            || shipments.order_id
            || ':'
            || shipments.order_line_no as shipment_line_key,
            shipments.source_system,
            shipments.shipment_id,
            shipments.order_id,
            shipments.order_line_no,
            order_references.order_key,
            order_references.order_key || ':' || shipments.order_line_no as order_line_key,
            orders.legal_entity_id,
            shipments.quantity,
            shipments.ship_date,
            {{ lineage("shipments") }}
        from shipments
        left join
            order_references
            on shipments.source_system = order_references.referring_source
            and shipments.order_id = order_references.order_id
        left join orders on order_references.order_key = orders.order_key
    )

select *
from shipments_keyed
