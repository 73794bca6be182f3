-- When each source last said which orders it has: only an extract taken after an order was due can
-- show that the order is missing or different there.
with

    orders as (select * from {{ ref("int_orders") }}),

    order_lines as (select * from {{ ref("int_order_lines") }}),

    deliveries as (select * from {{ ref("stg_registry__deliveries") }}),

    order_objects as (
        select distinct deliveries.source_system, deliveries.object
        from orders
        inner join deliveries on orders.batch_id = deliveries.batch_id
    ),

    newest_extracts_found as (
        select deliveries.source_system, max(deliveries.extracted_at) as newest_extracted_at
        from deliveries
        inner join
            order_objects
            on deliveries.source_system = order_objects.source_system
            and deliveries.object = order_objects.object
        where deliveries.status = 'landed'
        group by deliveries.source_system
    ),

    sources_with_lines as (
        select distinct orders.source_system
        from order_lines
        inner join orders on order_lines.order_key = orders.order_key
    ),

    systems_described as (
        select
            newest_extracts_found.source_system,
            newest_extracts_found.newest_extracted_at,
            sources_with_lines.source_system is not null as has_lines
        from newest_extracts_found
        left join sources_with_lines on newest_extracts_found.source_system = sources_with_lines.source_system
    )

select *
from systems_described
