with

    orders as (select * from {{ ref("int_orders") }}),

    order_lines as (select * from {{ ref("int_order_lines") }}),

    lines_summed as (select order_key, sum(net_amount) as net_amount from order_lines group by order_key),

    orders_valued as (
        select
            orders.order_key,
            orders.source_system,
            orders.order_id,
            orders.legal_entity_id,
            orders.customer_id,
            orders.customer_key,
            orders.order_date,
            orders.confirmed_at,
            orders.currency,
            orders.status,
            orders.channel,
            orders.external_order_id,
            cast(coalesce(lines_summed.net_amount, 0) as decimal(18, 4)) as net_amount,
            {{ lineage("orders") }}
        from orders
        left join lines_summed on orders.order_key = lines_summed.order_key
    )

select *
from orders_valued
