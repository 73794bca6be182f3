-- Confirmed order lines with what the forecast needs of them: value, when the order was known and
-- for when delivery was promised.
with

    order_lines as (select * from {{ ref("int_order_lines") }}),

    orders as (select * from {{ ref("int_orders") }}),

    lines_known as (
        select
            order_lines.order_line_key,
            order_lines.order_key,
            orders.legal_entity_id,
            coalesce(orders.customer_key, orders.source_system) as payer_key,
            orders.currency,
            orders.order_date,
            order_lines.promised_date,
            order_lines.unit_price,
            greatest(
                orders.order_date,
                coalesce(cast(orders.confirmed_at as date), orders.order_date),
                cast(orders.known_at as date)
            ) as known_from,
            cast(
                case
                    when order_lines.quantity <> 0
                    then
                        cast(order_lines.net_amount as double)
                        * cast(order_lines.quantity - order_lines.quantity_cancelled as double)
                        / cast(order_lines.quantity as double)
                    else 0
                end as decimal(18, 4)
            ) as ordered_value
        from order_lines
        inner join orders on order_lines.order_key = orders.order_key
        where
            orders.status in ('confirmed', 'shipped', 'closed')
            and order_lines.quantity > order_lines.quantity_cancelled
    )

select *
from lines_known
