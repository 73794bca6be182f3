-- The order line with what its order says of customer, currency and dates: what the controls on
-- orders judge. An order is confirmed from its confirmation, or without one from its order date, on.
with

    order_lines as (select * from {{ ref("int_order_lines") }}),

    orders as (select * from {{ ref("int_orders") }}),

    order_rates as (select * from {{ ref("int_order_rates") }}),

    products as (select * from {{ ref("int_products") }}),

    currencies as (select * from {{ ref("currencies") }}),

    lines_described as (
        select
            order_lines.order_line_key,
            order_lines.order_key,
            order_lines.source_system,
            order_lines.order_id || ' / ' || order_lines.line_no as business_key,
            orders.legal_entity_id,
            orders.customer_id,
            orders.customer_key,
            order_lines.product_id,
            order_lines.product_key,
            orders.currency,
            coalesce(currencies.minor_units, 2) as minor_units,
            coalesce(order_rates.functional_minor_units, 2) as functional_minor_units,
            orders.status,
            orders.created_by,
            order_lines.discount_approved_by,
            coalesce(products.kind, 'goods') = 'goods' as is_goods,
            orders.status in ('confirmed', 'shipped', 'closed') as is_confirmed,
            order_lines.quantity,
            order_lines.quantity_cancelled,
            order_lines.quantity - order_lines.quantity_cancelled as quantity_ordered,
            order_lines.unit_price,
            order_lines.list_price,
            order_rates.order_rate,
            cast(
                {{ times("order_lines.unit_price", "order_rates.order_rate") }} as decimal(18, 6)
            ) as unit_price_functional,
            orders.order_date,
            coalesce(cast(orders.confirmed_at as date), orders.order_date) as confirmed_date,
            order_lines.promised_date,
            order_lines.source_file,
            order_lines.source_line
        from order_lines
        inner join orders on order_lines.order_key = orders.order_key
        left join order_rates on orders.order_key = order_rates.order_key
        left join products on order_lines.product_key = products.product_key
        left join currencies on orders.currency = currencies.currency
    )

select *
from lines_described
