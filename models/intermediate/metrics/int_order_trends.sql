-- Orders by month, cut four ways: the company, its customers, products and channels. Orders
-- placed count; drafts and cancelled orders are counted beside them and are in no other figure.
with

    ordered_lines as (select * from {{ ref("int_ordered_lines") }}),

    order_errors as (select * from {{ ref("int_order_errors") }}),

    legal_entities as (select * from {{ ref("int_legal_entities") }}),

    products_of_orders as (
        select
            legal_entity_id,
            period,
            order_key,
            order_state,
            customer_key,
            channel,
            order_date,
            product_key,
            bool_and(has_rate) as has_rate,
            count(order_line_key) as order_lines,
            sum(ordered_value) as ordered_value,
            sum(cancelled_value) as cancelled_value,
            sum(list_value) as list_value,
            sum(case when list_value is not null then ordered_value end) as ordered_value_with_list,
            sum(contract_value) as contract_value,
            sum(case when contract_value is not null then ordered_value end) as ordered_value_with_contract
        from ordered_lines
        group by
            legal_entity_id, period, order_key, order_state, customer_key, channel, order_date, product_key
    ),

    orders_whole as (
        select
            legal_entity_id,
            period,
            order_key,
            order_state,
            customer_key,
            channel,
            order_date,
            cast(null as string) as product_key,
            bool_and(has_rate) as has_rate,
            sum(order_lines) as order_lines,
            sum(ordered_value) as ordered_value,
            sum(cancelled_value) as cancelled_value,
            sum(list_value) as list_value,
            sum(ordered_value_with_list) as ordered_value_with_list,
            sum(contract_value) as contract_value,
            sum(ordered_value_with_contract) as ordered_value_with_contract
        from products_of_orders
        group by legal_entity_id, period, order_key, order_state, customer_key, channel, order_date
    ),

    orders_by_member as (
        select 'company' as dimension, '' as member_key, orders_whole.*
        from orders_whole
        union all
        select 'customer' as dimension, coalesce(customer_key, 'unallocated') as member_key, orders_whole.*
        from orders_whole
        union all
        select 'channel' as dimension, coalesce(channel, 'unallocated') as member_key, orders_whole.*
        from orders_whole
        union all
        select
            'product' as dimension, coalesce(product_key, 'unallocated') as member_key, products_of_orders.*
        from products_of_orders
    ),

    orders_followed as (
        -- the days since the customer's order before this one, in the same cut
        select
            dimension,
            member_key,
            legal_entity_id,
            period,
            {{
                days_between(
                    "lag(order_date) over (partition by legal_entity_id, dimension, member_key, customer_key order by order_date, order_key)",
                    "order_date",
                )
            }}
            as days_since_order_before
        from orders_by_member
        where order_state = 'placed' and customer_key is not null
    ),

    frequencies_summed as (
        select
            dimension,
            member_key,
            legal_entity_id,
            period,
            count(*) as repeat_orders,
            sum(days_since_order_before) as days_since_orders_before
        from orders_followed
        where days_since_order_before is not null
        group by dimension, member_key, legal_entity_id, period
    ),

    months_summed as (
        select
            dimension,
            member_key,
            legal_entity_id,
            period,
            count(case when order_state = 'placed' then 1 end) as orders,
            count(case when order_state = 'cancelled' then 1 end) as cancelled_orders,
            count(case when order_state = 'draft' then 1 end) as draft_orders,
            count(case when order_state = 'placed' and not has_rate then 1 end) as orders_without_rate,
            count(distinct case when order_state = 'placed' then customer_key end) as active_customers,
            cast(
                coalesce(sum(case when order_state = 'placed' then order_lines end), 0) as bigint
            ) as order_lines,
            {{ sum_money("case when order_state = 'placed' then ordered_value end") }} as ordered_value,
            {{ sum_money("case when order_state = 'placed' then cancelled_value end") }} as cancelled_value,
            case
                when count(case when order_state = 'cancelled' and not has_rate then 1 end) = 0
                then {{ sum_money("case when order_state = 'cancelled' then ordered_value end") }}
            end as cancelled_orders_value,
            {{ sum_money("case when order_state = 'placed' then list_value end") }} as list_value,
            {{ sum_money("case when order_state = 'placed' then ordered_value_with_list end") }}
            as ordered_value_with_list,
            {{ sum_money("case when order_state = 'placed' then contract_value end") }} as contract_value,
            {{ sum_money("case when order_state = 'placed' then ordered_value_with_contract end") }}
            as ordered_value_with_contract
        from orders_by_member
        group by dimension, member_key, legal_entity_id, period
    ),

    errors_by_member as (
        select
            orders_by_member.dimension,
            orders_by_member.member_key,
            orders_by_member.legal_entity_id,
            orders_by_member.period,
            count(
                distinct case when order_errors.error_type = 'credit_memo' then order_errors.error_key end
            ) as credit_memos,
            count(
                distinct case when order_errors.error_type = 'dispute' then order_errors.error_key end
            ) as disputes,
            count(distinct order_errors.order_key) as orders_with_errors
        from orders_by_member
        inner join
            order_errors
            on orders_by_member.order_key = order_errors.order_key
            and (
                orders_by_member.dimension <> 'product'
                or orders_by_member.member_key = coalesce(order_errors.product_key, 'unallocated')
            )
        where orders_by_member.order_state = 'placed'
        group by
            orders_by_member.dimension,
            orders_by_member.member_key,
            orders_by_member.legal_entity_id,
            orders_by_member.period
    ),

    months_measured as (
        select
            months_summed.dimension,
            months_summed.member_key,
            months_summed.legal_entity_id,
            months_summed.period,
            months_summed.orders,
            months_summed.order_lines,
            months_summed.cancelled_orders,
            months_summed.draft_orders,
            months_summed.orders_without_rate,
            months_summed.active_customers,
            coalesce(frequencies_summed.repeat_orders, 0) as repeat_orders,
            case
                when months_summed.orders_without_rate = 0 then months_summed.ordered_value
            end as ordered_value,
            case
                when months_summed.orders_without_rate = 0 then months_summed.cancelled_value
            end as cancelled_value,
            months_summed.cancelled_orders_value,
            case
                when months_summed.orders_without_rate = 0 and months_summed.orders > 0
                then
                    {{
                        divide_money(
                            "months_summed.ordered_value",
                            "months_summed.orders",
                            "legal_entities.functional_minor_units",
                        )
                    }}
            end as average_order_value,
            case
                when months_summed.active_customers > 0
                then
                    cast(
                        cast(months_summed.orders as double)
                        / cast(months_summed.active_customers as double) as decimal(18, 6)
                    )
            end as orders_per_customer_ratio,
            case
                when frequencies_summed.repeat_orders > 0
                then
                    cast(
                        cast(frequencies_summed.days_since_orders_before as double)
                        / cast(frequencies_summed.repeat_orders as double) as decimal(18, 6)
                    )
            end as days_between_orders,
            case when months_summed.orders_without_rate = 0 then months_summed.list_value end as list_value,
            case
                when months_summed.orders_without_rate = 0 and months_summed.list_value > 0
                then
                    cast(
                        cast(months_summed.ordered_value_with_list as double)
                        / cast(months_summed.list_value as double) as decimal(18, 6)
                    )
            end as price_to_list_ratio,
            case
                when months_summed.orders_without_rate = 0 then months_summed.contract_value
            end as contract_value,
            case
                when months_summed.orders_without_rate = 0 and months_summed.contract_value > 0
                then
                    cast(
                        cast(months_summed.ordered_value_with_contract as double)
                        / cast(months_summed.contract_value as double) as decimal(18, 6)
                    )
            end as price_to_contract_ratio,
            coalesce(errors_by_member.credit_memos, 0) as credit_memos,
            coalesce(errors_by_member.disputes, 0) as disputes,
            coalesce(errors_by_member.orders_with_errors, 0) as orders_with_errors,
            case
                when months_summed.orders > 0
                then
                    cast(
                        cast(coalesce(errors_by_member.credit_memos, 0) as double)
                        / cast(months_summed.orders as double) as decimal(18, 6)
                    )
            end as credit_memos_per_order_ratio,
            case
                when months_summed.orders > 0
                then
                    cast(
                        cast(coalesce(errors_by_member.disputes, 0) as double)
                        / cast(months_summed.orders as double) as decimal(18, 6)
                    )
            end as disputes_per_order_ratio
        from months_summed
        inner join legal_entities on months_summed.legal_entity_id = legal_entities.legal_entity_id
        left join
            frequencies_summed
            on months_summed.dimension = frequencies_summed.dimension
            and months_summed.member_key = frequencies_summed.member_key
            and months_summed.legal_entity_id = frequencies_summed.legal_entity_id
            and months_summed.period = frequencies_summed.period
        left join
            errors_by_member
            on months_summed.dimension = errors_by_member.dimension
            and months_summed.member_key = errors_by_member.member_key
            and months_summed.legal_entity_id = errors_by_member.legal_entity_id
            and months_summed.period = errors_by_member.period
    )

select *
from months_measured
