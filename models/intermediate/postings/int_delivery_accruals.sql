-- What a delivery is worth on the contract asset account from its ship date until its invoice is
-- posted: at order price and the rate of the ship date. A delivery billed on the same day, or
-- before, is no accrual.
with

    fulfilments as (select * from {{ ref("int_fulfilments") }}),

    shipments as (select * from {{ ref("int_shipments") }}),

    document_lines as (select * from {{ ref("int_ar_document_lines") }}),

    order_lines as (select * from {{ ref("int_order_lines") }}),

    orders as (select * from {{ ref("int_orders") }}),

    products as (select * from {{ ref("int_products") }}),

    legal_entities as (select * from {{ ref("int_legal_entities") }}),

    rates_by_day as (select * from {{ ref("int_fx_rates_by_day") }}),

    accruals_valued as (
        select
            fulfilments.shipment_line_key,
            fulfilments.document_line_key,
            document_lines.document_key,
            fulfilments.order_line_key,
            shipments.source_system,
            shipments.shipment_id,
            orders.legal_entity_id,
            products.revenue_account_id,
            fulfilments.quantity,
            {{
                translate(
                    "fulfilments.quantity",
                    "order_lines.unit_price * rates_by_day.rate",
                    "legal_entities.functional_minor_units",
                )
            }} as accrued_functional,
            {{ is_opening_item("fulfilments.ship_date") }} as is_opening_item,
            fulfilments.ship_date,
            fulfilments.billing_date
        from fulfilments
        inner join shipments on fulfilments.shipment_line_key = shipments.shipment_line_key
        inner join order_lines on fulfilments.order_line_key = order_lines.order_line_key
        inner join orders on order_lines.order_key = orders.order_key
        inner join legal_entities on orders.legal_entity_id = legal_entities.legal_entity_id
        left join products on order_lines.product_key = products.product_key
        left join document_lines on fulfilments.document_line_key = document_lines.document_line_key
        left join
            rates_by_day
            on orders.currency = rates_by_day.from_currency
            and legal_entities.functional_currency = rates_by_day.to_currency
            and fulfilments.ship_date = rates_by_day.rate_date
        where fulfilments.billing_date is null or fulfilments.billing_date > fulfilments.ship_date
    )

select *
from accruals_valued
