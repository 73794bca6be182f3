-- Which invoice a delivery of goods was billed by: first the one that names the shipment, then, both
-- in the order of their dates, what is left of the deliveries and of the invoices of the order line.
-- Goods that came back without a credit memo were not billed and need no invoice; they go last.
with

    order_lines as (select * from {{ ref("int_order_line_terms") }}),

    shipments as (select * from {{ ref("int_shipments") }}),

    documents as (select * from {{ ref("int_ar_documents") }}),

    document_lines as (select * from {{ ref("int_ar_document_lines") }}),

    billed_quantities as (select * from {{ ref("int_billed_quantities") }}),

    as_of as (select * from {{ ref("int_as_of") }}),

    -- what was credited in part was billed all the same; what was cancelled was not
    billings as (
        select document_key, order_line_key, shipment_id, document_date, quantity_billed as quantity
        from billed_quantities
        where quantity > 0
    ),

    movements as (
        select
            shipments.shipment_line_key,
            shipments.order_line_key,
            shipments.shipment_id,
            shipments.quantity,
            shipments.ship_date
        from shipments
        inner join as_of on shipments.ship_date <= as_of.as_of
        inner join order_lines on shipments.order_line_key = order_lines.order_line_key
        where order_lines.is_goods
    ),

    deliveries as (select * from movements where quantity > 0),

    billings_of_named_shipments as (
        select
            deliveries.shipment_line_key,
            deliveries.order_line_key,
            deliveries.quantity as delivered,
            billings.document_key,
            billings.quantity as billed,
            sum(billings.quantity) over (
                partition by deliveries.shipment_line_key
                order by billings.document_date, billings.document_key
                rows between unbounded preceding and current row
            ) as billed_until
        from deliveries
        inner join
            billings
            on deliveries.order_line_key = billings.order_line_key
            and deliveries.shipment_id = billings.shipment_id
    ),

    named_matches as (
        select
            shipment_line_key,
            order_line_key,
            document_key,
            least(delivered, billed_until) - least(delivered, billed_until - billed) as quantity
        from billings_of_named_shipments
        where billed_until - billed < delivered and billed > 0
    ),

    named_by_delivery as (
        select shipment_line_key, sum(quantity) as quantity from named_matches group by shipment_line_key
    ),

    named_by_billing as (
        select document_key, order_line_key, sum(quantity) as quantity
        from named_matches
        group by document_key, order_line_key
    ),

    deliveries_left as (
        select
            deliveries.order_line_key,
            deliveries.shipment_line_key,
            deliveries.ship_date,
            deliveries.quantity - coalesce(named_by_delivery.quantity, 0) as quantity
        from deliveries
        left join named_by_delivery on deliveries.shipment_line_key = named_by_delivery.shipment_line_key
        where deliveries.quantity > coalesce(named_by_delivery.quantity, 0)
    ),

    delivery_rests as (
        select
            order_line_key,
            shipment_line_key,
            quantity,
            sum(quantity) over (
                partition by order_line_key
                order by ship_date, shipment_line_key
                rows between unbounded preceding and current row
            ) as quantity_until
        from deliveries_left
    ),

    quantities_returned as (
        select order_line_key, - sum(quantity) as quantity
        from movements
        where quantity < 0
        group by order_line_key
    ),

    returns_credited as (
        select movements.order_line_key, sum(abs(document_lines.quantity)) as quantity
        from documents
        inner join as_of on documents.posting_date <= as_of.as_of
        inner join document_lines on documents.document_key = document_lines.document_key
        inner join
            movements
            on document_lines.order_line_key = movements.order_line_key
            and documents.shipment_id = movements.shipment_id
        where documents.doc_type = 'credit_memo' and movements.quantity < 0
        group by movements.order_line_key
    ),

    covers_unioned as (
        select
            billings.order_line_key,
            billings.document_key,
            false as is_returned,
            billings.document_date as cover_date,
            billings.quantity - coalesce(named_by_billing.quantity, 0) as quantity
        from billings
        left join
            named_by_billing
            on billings.document_key = named_by_billing.document_key
            and billings.order_line_key = named_by_billing.order_line_key
        where billings.quantity > coalesce(named_by_billing.quantity, 0)
        union all
        select
            quantities_returned.order_line_key,
            cast(null as string) as document_key,
            true as is_returned,
            cast(null as date) as cover_date,
            quantities_returned.quantity - coalesce(returns_credited.quantity, 0) as quantity
        from quantities_returned
        left join returns_credited on quantities_returned.order_line_key = returns_credited.order_line_key
        where quantities_returned.quantity > coalesce(returns_credited.quantity, 0)
    ),

    covers_run as (
        select
            *,
            sum(quantity) over (
                partition by order_line_key
                order by is_returned, cover_date, document_key
                rows between unbounded preceding and current row
            ) as quantity_until
        from covers_unioned
    ),

    rest_matches as (
        select
            delivery_rests.shipment_line_key,
            delivery_rests.order_line_key,
            covers_run.document_key,
            covers_run.is_returned,
            least(delivery_rests.quantity_until, covers_run.quantity_until) - greatest(
                delivery_rests.quantity_until - delivery_rests.quantity,
                covers_run.quantity_until - covers_run.quantity
            ) as quantity
        from delivery_rests
        inner join
            covers_run
            on delivery_rests.order_line_key = covers_run.order_line_key
            and delivery_rests.quantity_until > covers_run.quantity_until - covers_run.quantity
            and covers_run.quantity_until > delivery_rests.quantity_until - delivery_rests.quantity
    ),

    matches_unioned as (
        select shipment_line_key, document_key, false as is_returned, quantity
        from named_matches
        union all
        select shipment_line_key, document_key, is_returned, quantity
        from rest_matches
    ),

    matched_by_delivery as (
        select shipment_line_key, sum(quantity) as quantity from matches_unioned group by shipment_line_key
    ),

    matches_and_rests as (
        select *
        from matches_unioned
        union all
        select
            deliveries.shipment_line_key,
            cast(null as string) as document_key,
            false as is_returned,
            deliveries.quantity - coalesce(matched_by_delivery.quantity, 0) as quantity
        from deliveries
        left join matched_by_delivery on deliveries.shipment_line_key = matched_by_delivery.shipment_line_key
        where deliveries.quantity > coalesce(matched_by_delivery.quantity, 0)
    ),

    billings_dated as (
        select
            matches_and_rests.shipment_line_key,
            deliveries.order_line_key,
            matches_and_rests.document_key,
            cast(matches_and_rests.quantity as decimal(18, 6)) as quantity,
            matches_and_rests.is_returned,
            matches_and_rests.document_key is not null as is_billed,
            deliveries.ship_date,
            coalesce(documents.document_date, documents.posting_date) as document_date
        from matches_and_rests
        inner join deliveries on matches_and_rests.shipment_line_key = deliveries.shipment_line_key
        left join documents on matches_and_rests.document_key = documents.document_key
    )

select *
from billings_dated
