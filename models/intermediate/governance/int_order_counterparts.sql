-- Orders that two systems deliver: one names the other's id as external, both are of one entity. An
-- id that two systems use for different orders is no counterpart of either.
with

    orders as (select * from {{ ref("int_orders") }}),

    counterparts_found as (
        select
            orders.order_key,
            orders.source_system,
            orders.legal_entity_id,
            counterparts.order_key as counterpart_key,
            counterparts.source_system as counterpart_system,
            count(*) over (partition by orders.order_key) as counterparts
        from orders
        inner join
            orders as counterparts
            on orders.external_order_id = counterparts.order_id
            and orders.legal_entity_id = counterparts.legal_entity_id
            and orders.source_system <> counterparts.source_system
    ),

    counterparts_told as (
        select order_key, source_system, legal_entity_id, counterpart_key, counterpart_system
        from counterparts_found
        where counterparts = 1
    )

select *
from counterparts_told
