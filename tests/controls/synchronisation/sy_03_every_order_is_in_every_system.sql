{{ config(alias="sy_03", meta={"control_id": "SY-03"}) }}
-- depends_on: {{ ref("int_control_settings") }}
-- Guards completeness where orders begin: one that stayed in the shop is never shipped and billed,
-- one that the shop lost has no customer who knows of it. Two systems are linked for an entity once
-- one names an order of the other. An order of the naming system is judged by its channel, since other
-- channels may name systems that deliver nothing here. It is missing once the other system was
-- extracted later than its confirmation plus the grace.
with

    orders as (select * from {{ ref("fct_orders") }}),

    counterparts as (select * from {{ ref("int_order_counterparts") }}),

    order_systems as (select * from {{ ref("int_order_systems") }}),

    order_lines as (select * from {{ ref("int_order_line_terms") }}),

    as_of as (select * from {{ ref("int_as_of") }}),

    values_summed as (
        select
            order_key,
            sum(
                {{ round_money(times("quantity", "unit_price_functional"), "functional_minor_units") }}
            ) as net_functional
        from order_lines
        group by order_key
    ),

    orders_confirmed as (
        select
            orders.*,
            order_systems.newest_extracted_at,
            coalesce(orders.confirmed_at, cast(orders.order_date as timestamp)) as due_from
        from orders
        inner join order_systems on orders.source_system = order_systems.source_system
        inner join as_of on orders.order_date <= as_of.as_of
        where orders.status in ('confirmed', 'shipped', 'closed')
    ),

    systems_linked as (select distinct source_system, counterpart_system, legal_entity_id from counterparts),

    channels_linked as (
        select distinct
            counterparts.source_system, counterparts.legal_entity_id, coalesce(orders.channel, '') as channel
        from counterparts
        inner join orders on counterparts.order_key = orders.order_key
    ),

    external_orders_due as (
        select orders_confirmed.*, systems_linked.source_system as missing_in
        from orders_confirmed
        inner join
            systems_linked
            on orders_confirmed.source_system = systems_linked.counterpart_system
            and orders_confirmed.legal_entity_id = systems_linked.legal_entity_id
        inner join order_systems as naming on systems_linked.source_system = naming.source_system
        where
            {{ minutes_between("orders_confirmed.due_from", "naming.newest_extracted_at") }}
            > {{ limit_of("SY-03", "grace_minutes") }}
    ),

    external_orders_missing as (
        select external_orders_due.*
        from external_orders_due
        left join
            counterparts
            on external_orders_due.order_key = counterparts.counterpart_key
            and external_orders_due.missing_in = counterparts.source_system
        where counterparts.order_key is null
    ),

    linked_systems_summarised as (
        select
            systems_linked.source_system,
            systems_linked.legal_entity_id,
            min(systems_linked.counterpart_system) as counterpart_system,
            min(order_systems.newest_extracted_at) as newest_extracted_at
        from systems_linked
        inner join order_systems on systems_linked.counterpart_system = order_systems.source_system
        group by systems_linked.source_system, systems_linked.legal_entity_id
    ),

    named_orders_missing as (
        select orders_confirmed.*, linked_systems_summarised.counterpart_system as missing_in
        from orders_confirmed
        inner join
            linked_systems_summarised
            on orders_confirmed.source_system = linked_systems_summarised.source_system
            and orders_confirmed.legal_entity_id = linked_systems_summarised.legal_entity_id
        inner join
            channels_linked
            on orders_confirmed.source_system = channels_linked.source_system
            and orders_confirmed.legal_entity_id = channels_linked.legal_entity_id
            and coalesce(orders_confirmed.channel, '') = channels_linked.channel
        left join counterparts on orders_confirmed.order_key = counterparts.order_key
        where
            orders_confirmed.external_order_id is not null
            and counterparts.order_key is null
            and {{
                minutes_between(
                    "orders_confirmed.due_from", "linked_systems_summarised.newest_extracted_at"
                )
            }} > {{ limit_of("SY-03", "grace_minutes") }}
    ),

    orders_missing as (
        select *, order_id as sought_order_id
        from external_orders_missing
        union all
        select *, external_order_id as sought_order_id
        from named_orders_missing
    ),

    failing_rows as (
        select
            'SY-03' as control_id,
            as_of.as_of,
            orders_missing.legal_entity_id,
            orders_missing.order_id as business_key,
            cast(values_summed.net_functional as decimal(18, 4)) as amount_at_risk,
            'order ' || orders_missing.sought_order_id || ' in ' || orders_missing.missing_in as expected,
            'none' as actual,
            cast(null as decimal(18, 4)) as difference,
            orders_missing.source_system,
            orders_missing.source_file,
            orders_missing.source_line,
            orders_missing.source_system as present_in,
            orders_missing.missing_in,
            {{ days_between("orders_missing.order_date", "as_of.as_of") }} as age_days
        from orders_missing
        cross join as_of
        left join values_summed on orders_missing.order_key = values_summed.order_key
    )

select *
from failing_rows
