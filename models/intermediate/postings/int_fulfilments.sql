-- Which delivery a billed quantity is for: per order line, deliveries and billed lines are laid end
-- to end in order, and where they overlap, the one is for the other. A document that names its
-- shipment takes that shipment's place. What has no counterpart stands alone: delivered and not
-- billed, or billed and not delivered. Orders whose systems deliver no shipments at all are left out:
-- nothing would say when their goods leave, and what was deferred would never be released.
with

    shipments as (select * from {{ ref("int_shipments") }}),

    document_lines as (select * from {{ ref("int_ar_document_lines") }}),

    documents as (select * from {{ ref("int_ar_documents") }}),

    order_lines as (select * from {{ ref("int_order_lines") }}),

    products as (select * from {{ ref("int_products") }}),

    deliveries as (select * from {{ ref("stg_registry__deliveries") }}),

    source_groups as (select * from {{ ref("int_source_groups") }}),

    sources_with_shipments as (
        select members.source_system
        from deliveries
        inner join source_groups on deliveries.source_system = source_groups.source_system
        inner join source_groups as members on source_groups.source_group = members.source_group
        where deliveries.object in ('shipments', 'outbound_delivery_items') and deliveries.status = 'landed'
        union
        select order_lines.source_system
        from shipments
        inner join order_lines on shipments.order_line_key = order_lines.order_line_key
    ),

    goods_lines as (
        select order_lines.order_line_key
        from order_lines
        inner join sources_with_shipments on order_lines.source_system = sources_with_shipments.source_system
        left join products on order_lines.product_key = products.product_key
        where coalesce(products.kind, 'goods') = 'goods'
    ),

    deliveries_ordered as (
        select
            shipments.order_line_key,
            shipments.shipment_line_key,
            shipments.shipment_id,
            shipments.ship_date,
            shipments.quantity,
            sum(shipments.quantity) over (
                partition by shipments.order_line_key
                order by shipments.ship_date, shipments.shipment_id
                rows between unbounded preceding and current row
            ) as quantity_until
        from shipments
        inner join goods_lines on shipments.order_line_key = goods_lines.order_line_key
        where shipments.quantity > 0
    ),

    billed_lines as (
        select
            document_lines.order_line_key,
            document_lines.document_line_key,
            documents.posting_date,
            document_lines.quantity,
            coalesce(named_deliveries.ship_date, documents.posting_date) as place_date,
            coalesce(named_deliveries.shipment_id, '') as place_shipment
        from document_lines
        inner join documents on document_lines.document_key = documents.document_key
        inner join goods_lines on document_lines.order_line_key = goods_lines.order_line_key
        left join
            deliveries_ordered as named_deliveries
            on document_lines.order_line_key = named_deliveries.order_line_key
            and documents.shipment_id = named_deliveries.shipment_id
        where documents.doc_type <> 'credit_memo' and document_lines.quantity > 0
    ),

    billed_lines_ordered as (
        select
            *,
            sum(quantity) over (
                partition by order_line_key
                order by place_date, place_shipment, posting_date, document_line_key
                rows between unbounded preceding and current row
            ) as quantity_until
        from billed_lines
    ),

    overlaps_found as (
        select
            deliveries_ordered.order_line_key,
            deliveries_ordered.shipment_line_key,
            deliveries_ordered.ship_date,
            billed_lines_ordered.document_line_key,
            billed_lines_ordered.posting_date,
            least(deliveries_ordered.quantity_until, billed_lines_ordered.quantity_until) - greatest(
                deliveries_ordered.quantity_until - deliveries_ordered.quantity,
                billed_lines_ordered.quantity_until - billed_lines_ordered.quantity
            ) as quantity
        from deliveries_ordered
        inner join
            billed_lines_ordered
            on deliveries_ordered.order_line_key = billed_lines_ordered.order_line_key
            and deliveries_ordered.quantity_until
            > billed_lines_ordered.quantity_until - billed_lines_ordered.quantity
            and billed_lines_ordered.quantity_until
            > deliveries_ordered.quantity_until - deliveries_ordered.quantity
    ),

    matched_by_delivery as (
        select shipment_line_key, sum(quantity) as quantity from overlaps_found group by shipment_line_key
    ),

    matched_by_billed_line as (
        select document_line_key, sum(quantity) as quantity from overlaps_found group by document_line_key
    ),

    rests_unioned as (
        select order_line_key, shipment_line_key, ship_date, document_line_key, posting_date, quantity
        from overlaps_found
        union all
        select
            deliveries_ordered.order_line_key,
            deliveries_ordered.shipment_line_key,
            deliveries_ordered.ship_date,
            cast(null as string) as document_line_key,
            cast(null as date) as posting_date,
            deliveries_ordered.quantity - coalesce(matched_by_delivery.quantity, 0) as quantity
        from deliveries_ordered
        left join
            matched_by_delivery
            on deliveries_ordered.shipment_line_key = matched_by_delivery.shipment_line_key
        where deliveries_ordered.quantity > coalesce(matched_by_delivery.quantity, 0)
        union all
        select
            billed_lines_ordered.order_line_key,
            cast(null as string) as shipment_line_key,
            cast(null as date) as ship_date,
            billed_lines_ordered.document_line_key,
            billed_lines_ordered.posting_date,
            billed_lines_ordered.quantity - coalesce(matched_by_billed_line.quantity, 0) as quantity
        from billed_lines_ordered
        left join
            matched_by_billed_line
            on billed_lines_ordered.document_line_key = matched_by_billed_line.document_line_key
        where billed_lines_ordered.quantity > coalesce(matched_by_billed_line.quantity, 0)
    ),

    fulfilments_dated as (
        select
            order_line_key,
            shipment_line_key,
            document_line_key,
            cast(quantity as decimal(18, 6)) as quantity,
            ship_date,
            posting_date as billing_date
        from rests_unioned
    )

select *
from fulfilments_dated
