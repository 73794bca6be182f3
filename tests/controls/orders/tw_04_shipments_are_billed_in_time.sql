{{ config(alias="tw_04", meta={"control_id": "TW-04"}) }}
-- Guards completeness of revenue from the side of the goods: a delivery that nobody bills is a gift.
-- Days count from the ship date to the date of the invoice, or to the as-of date where there is none.
-- Goods that came back without a credit memo need no invoice. Orders of a source whose invoices name
-- no order lines are not judged.
with

    delivery_billings as (select * from {{ ref("int_delivery_billings") }}),

    billed_quantities as (select * from {{ ref("int_billed_quantities") }}),

    shipments as (select * from {{ ref("int_shipments") }}),

    documents as (select * from {{ ref("int_ar_documents") }}),

    order_lines as (select * from {{ ref("int_order_line_terms") }}),

    as_of as (select * from {{ ref("int_as_of") }}),

    sources_with_billing as (
        select distinct order_lines.source_system
        from billed_quantities
        inner join order_lines on billed_quantities.order_line_key = order_lines.order_line_key
    ),

    deliveries_timed as (
        select
            delivery_billings.*,
            as_of.as_of,
            {{
                days_between(
                    "delivery_billings.ship_date",
                    "coalesce(delivery_billings.document_date, as_of.as_of)",
                )
            }} as days
        from delivery_billings
        cross join as_of
    ),

    deliveries_late as (
        select * from deliveries_timed where not is_returned and days > {{ tolerance_of("TW-04") }}
    ),

    failing_rows as (
        select
            'TW-04' as control_id,
            deliveries_late.as_of,
            order_lines.legal_entity_id,
            shipments.shipment_id || ' / ' || order_lines.business_key as business_key,
            {{
                round_money(
                    times("deliveries_late.quantity", "order_lines.unit_price_functional"),
                    "order_lines.functional_minor_units",
                )
            }} as amount_at_risk,
            'an invoice within ' || cast({{ tolerance_of("TW-04") }} as string) || ' days' as expected,
            coalesce(documents.doc_id, 'none')
            || ' after '
            || cast(deliveries_late.days as string)
            || ' days' as actual,
            cast(deliveries_late.days - {{ tolerance_of("TW-04") }} as decimal(18, 4)) as difference,
            shipments.source_system,
            shipments.source_file,
            shipments.source_line,
            order_lines.customer_id,
            deliveries_late.ship_date,
            documents.doc_id,
            deliveries_late.quantity,
            deliveries_late.days
        from deliveries_late
        inner join shipments on deliveries_late.shipment_line_key = shipments.shipment_line_key
        inner join order_lines on deliveries_late.order_line_key = order_lines.order_line_key
        inner join sources_with_billing on order_lines.source_system = sources_with_billing.source_system
        left join documents on deliveries_late.document_key = documents.document_key
    )

select *
from failing_rows
