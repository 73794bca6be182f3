with

    orders as ({{ union_kinds("orders") }}),

    customer_references as (
        {{ resolved_references(ref("int_customers"), "customer_id", "customer_key", "source_group") }}
    ),

    orders_keyed as (
        select
            orders.source_system || ':' || orders.order_id as order_key,
            orders.source_system,
            orders.order_id,
            orders.legal_entity_id,
            orders.customer_id,
            customer_references.customer_key,
            orders.currency,
            orders.status,
            orders.channel,
            orders.created_by,
            orders.credit_approved_by,
            orders.external_order_id,
            orders.order_date,
            orders.confirmed_at,
            orders.credit_checked_at,
            orders.updated_at,
            {{ lineage("orders") }}
        from orders
        left join
            customer_references
            on orders.source_system = customer_references.referring_source
            and orders.customer_id = customer_references.customer_id
    )

select *
from orders_keyed
