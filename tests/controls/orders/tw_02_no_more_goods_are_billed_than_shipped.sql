{{ config(alias="tw_02", meta={"control_id": "TW-02"}) }}
-- Guards revenue: an invoice for goods that never left is a claim to nothing. At the as-of date goods
-- billed ahead of their delivery fail while they are undelivered. What a cancellation took back is not
-- billed. An opening invoice may bill deliveries from before what was delivered to us. A source that
-- delivers no shipments at all cannot show any.
with

    order_lines as (select * from {{ ref("int_order_line_terms") }}),

    billed_quantities as (select * from {{ ref("int_billed_quantities") }}),

    shipments as (select * from {{ ref("int_shipments") }}),

    legal_entities as (select * from {{ ref("int_legal_entities") }}),

    as_of as (select * from {{ ref("int_as_of") }}),

    sources_with_shipments as (
        select distinct order_lines.source_system
        from shipments
        inner join order_lines on shipments.order_line_key = order_lines.order_line_key
    ),

    deliveries_dated as (
        select
            shipments.order_line_key,
            shipments.quantity,
            {{ is_opening_item("shipments.ship_date") }} as is_opening_item
        from shipments
        inner join as_of on shipments.ship_date <= as_of.as_of
        left join legal_entities on shipments.legal_entity_id = legal_entities.legal_entity_id
        where shipments.quantity > 0
    ),

    quantities_shipped as (
        select
            order_line_key,
            sum(quantity) as quantity,
            sum(case when is_opening_item then quantity else 0 end) as opening_quantity
        from deliveries_dated
        group by order_line_key
    ),

    quantities_billed as (
        select
            order_line_key,
            sum(quantity) as quantity,
            sum(case when is_opening_item then quantity else 0 end) as opening_quantity,
            max(document_key) as last_document_key
        from billed_quantities
        where quantity > 0
        group by order_line_key
    ),

    lines_compared as (
        select
            order_lines.*,
            quantities_billed.last_document_key,
            quantities_billed.quantity as quantity_billed,
            coalesce(quantities_shipped.quantity, 0) + greatest(
                quantities_billed.opening_quantity - coalesce(quantities_shipped.opening_quantity, 0), 0
            ) as quantity_shipped
        from quantities_billed
        inner join order_lines on quantities_billed.order_line_key = order_lines.order_line_key
        inner join sources_with_shipments on order_lines.source_system = sources_with_shipments.source_system
        left join quantities_shipped on order_lines.order_line_key = quantities_shipped.order_line_key
        where order_lines.is_goods
    ),

    failing_rows as (
        select
            'TW-02' as control_id,
            as_of.as_of,
            lines_compared.legal_entity_id,
            lines_compared.business_key,
            {{
                round_money(
                    times(
                        "(lines_compared.quantity_billed - lines_compared.quantity_shipped)",
                        "lines_compared.unit_price_functional",
                    ),
                    "lines_compared.functional_minor_units",
                )
            }} as amount_at_risk,
            'at most ' || cast(lines_compared.quantity_shipped as string) || ' billed' as expected,
            cast(lines_compared.quantity_billed as string) || ' billed' as actual,
            cast(
                lines_compared.quantity_billed - lines_compared.quantity_shipped as decimal(18, 6)
            ) as difference,
            lines_compared.source_system,
            lines_compared.source_file,
            lines_compared.source_line,
            lines_compared.customer_id,
            lines_compared.last_document_key
        from lines_compared
        cross join as_of
        where lines_compared.quantity_billed - lines_compared.quantity_shipped > {{ tolerance_of("TW-02") }}
    )

select *
from failing_rows
