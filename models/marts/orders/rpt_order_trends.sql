with

    trends as (select * from {{ ref("int_order_trends") }}),

    companies_chosen as (
        select
            trends.period,
            trends.legal_entity_id,
            trends.orders,
            trends.order_lines,
            trends.cancelled_orders,
            trends.draft_orders,
            trends.orders_without_rate,
            trends.active_customers,
            trends.repeat_orders,
            trends.ordered_value,
            trends.cancelled_value,
            trends.cancelled_orders_value,
            trends.average_order_value,
            trends.orders_per_customer_ratio,
            trends.days_between_orders,
            trends.list_value,
            trends.price_to_list_ratio,
            trends.contract_value,
            trends.price_to_contract_ratio,
            trends.credit_memos,
            trends.disputes,
            trends.orders_with_errors,
            trends.credit_memos_per_order_ratio,
            trends.disputes_per_order_ratio
        from trends
        where trends.dimension = 'company'
    )

select *
from companies_chosen
