with

    shipments as (select * from {{ ref("int_shipments") }}),

    order_lines as (select * from {{ ref("int_order_lines") }}),

    products as (select * from {{ ref("int_products") }}),

    legal_entities as (select * from {{ ref("int_legal_entities") }}),

    rates_by_day as (select * from {{ ref("int_fx_rates_by_day") }}),

    costs_found as (
        select
            shipments.*,
            products.unit_cost,
            rates_by_day.rate as cost_rate,
            legal_entities.functional_minor_units
        from shipments
        left join order_lines on shipments.order_line_key = order_lines.order_line_key
        left join products on order_lines.product_key = products.product_key
        left join legal_entities on shipments.legal_entity_id = legal_entities.legal_entity_id
        left join
            rates_by_day
            on products.cost_currency = rates_by_day.from_currency
            and legal_entities.functional_currency = rates_by_day.to_currency
            and shipments.ship_date = rates_by_day.rate_date
    ),

    costs_translated as (
        select
            shipment_line_key,
            source_system,
            shipment_id,
            order_key,
            order_line_key,
            order_id,
            order_line_no,
            legal_entity_id,
            quantity,
            {{ translate("quantity", "unit_cost * cost_rate", "functional_minor_units") }} as cost_functional,
            ship_date,
            {{ lineage() }}
        from costs_found
    )

select *
from costs_translated
