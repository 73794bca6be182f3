{{ config(alias="sy_02", meta={"control_id": "SY-02", "escalates": true}) }}
-- depends_on: {{ ref("int_control_settings") }}
-- Guards against two truths: a shop that promises what the ERP does not know. A difference counts
-- once both systems were extracted later than the last change plus the grace. One external order may
-- become several orders, which then have its value together and no common status.
with

    orders as (select * from {{ ref("fct_orders") }}),

    customers as (select * from {{ ref("int_customers") }}),

    counterparts as (select * from {{ ref("int_order_counterparts") }}),

    order_versions as (select * from {{ ref("int_orders") }}),

    order_systems as (select * from {{ ref("int_order_systems") }}),

    order_rates as (select * from {{ ref("int_order_rates") }}),

    as_of as (select * from {{ ref("int_as_of") }}),

    orders_described as (
        select
            orders.*,
            customers.source_group as customer_group,
            coalesce(
                order_versions.updated_at, orders.confirmed_at, cast(orders.order_date as timestamp)
            ) as changed_at,
            order_systems.newest_extracted_at,
            order_systems.has_lines,
            {{
                translate(
                    "orders.net_amount", "order_rates.order_rate", "order_rates.functional_minor_units"
                )
            }} as net_functional
        from orders
        inner join order_versions on orders.order_key = order_versions.order_key
        inner join order_systems on orders.source_system = order_systems.source_system
        left join customers on orders.customer_key = customers.customer_key
        left join order_rates on orders.order_key = order_rates.order_key
    ),

    orders_paired as (
        select
            counterparts.counterpart_key,
            own.order_id,
            own.legal_entity_id,
            own.order_date,
            own.source_system,
            own.source_file,
            own.source_line,
            own.status,
            own.currency,
            own.customer_id,
            own.customer_key,
            own.customer_group,
            own.has_lines and other.has_lines as has_lines,
            own.changed_at,
            own.newest_extracted_at,
            other.source_system as other_system,
            other.order_id as other_order_id,
            other.status as other_status,
            other.currency as other_currency,
            other.customer_id as other_customer_id,
            other.customer_key as other_customer_key,
            other.customer_group as other_customer_group,
            other.net_amount as other_net_amount,
            other.net_functional as other_net_functional,
            count(*) over (partition by counterparts.counterpart_key, own.source_system) as parts,
            sum(own.net_amount) over (
                partition by counterparts.counterpart_key, own.source_system
            ) as net_amount,
            sum(own.net_functional) over (
                partition by counterparts.counterpart_key, own.source_system
            ) as net_functional,
            row_number() over (
                partition by counterparts.counterpart_key, own.source_system order by own.order_id
            ) as part_rank,
            other.changed_at as other_changed_at,
            other.newest_extracted_at as other_newest_extracted_at
        from counterparts
        inner join orders_described as own on counterparts.order_key = own.order_key
        inner join orders_described as other on counterparts.counterpart_key = other.order_key
        cross join as_of
        where own.order_date <= as_of.as_of and other.order_date <= as_of.as_of
    ),

    pairs_due as (
        select *, abs(net_functional - other_net_functional) as value_difference
        from orders_paired
        where
            {{
                minutes_between(
                    "greatest(changed_at, other_changed_at)",
                    "least(newest_extracted_at, other_newest_extracted_at)",
                )
            }} > {{ limit_of("SY-02", "grace_minutes") }}
    ),

    attributes_compared as (
        select *, 'status' as attribute, other_status as expected, status as actual
        from pairs_due
        where parts = 1 and status <> other_status
        union all
        select *, 'currency' as attribute, other_currency as expected, currency as actual
        from pairs_due
        where currency <> other_currency
        union all
        select *, 'customer' as attribute, other_customer_id as expected, customer_id as actual
        from pairs_due
        where customer_group = other_customer_group and customer_key <> other_customer_key
        union all
        select
            *,
            'value' as attribute,
            cast(other_net_amount as string) || ' ' || other_currency as expected,
            cast(net_amount as string) || ' ' || currency as actual
        from pairs_due
        where part_rank = 1 and has_lines and (net_amount <> other_net_amount or currency <> other_currency)
    ),

    days_valued as (
        select legal_entity_id, source_system, order_date, sum(net_functional) as day_value
        from orders_described
        group by legal_entity_id, source_system, order_date
    ),

    differences_by_day as (
        select legal_entity_id, source_system, order_date, sum(value_difference) as value_difference
        from attributes_compared
        where attribute = 'value'
        group by legal_entity_id, source_system, order_date
    ),

    failing_rows as (
        select
            'SY-02' as control_id,
            as_of.as_of,
            compared.legal_entity_id,
            compared.order_id as business_key,
            cast(
                case
                    when compared.attribute = 'value'
                    then compared.value_difference
                    else compared.other_net_functional
                end as decimal(18, 4)
            ) as amount_at_risk,
            compared.expected,
            compared.actual,
            cast(
                case
                    when compared.attribute = 'value' and compared.currency = compared.other_currency
                    then compared.net_amount - compared.other_net_amount
                end as decimal(18, 4)
            ) as difference,
            compared.source_system,
            compared.source_file,
            compared.source_line,
            compared.attribute,
            compared.other_system,
            compared.other_order_id,
            coalesce(
                compared.attribute = 'value'
                and differences_by_day.value_difference
                > days_valued.day_value * {{ limit_of("SY-02", "blocking_share") }},
                false
            ) as blocks
        from attributes_compared as compared
        cross join as_of
        left join
            days_valued
            on compared.legal_entity_id = days_valued.legal_entity_id
            and compared.source_system = days_valued.source_system
            and compared.order_date = days_valued.order_date
        left join
            differences_by_day
            on compared.legal_entity_id = differences_by_day.legal_entity_id
            and compared.source_system = differences_by_day.source_system
            and compared.order_date = differences_by_day.order_date
    )

select *
from failing_rows
