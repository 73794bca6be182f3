-- Every order placed until the as-of date with its lines, valued in functional currency at the
-- rate of the order date: as ordered, and the same quantity at list and at contract price where
-- there is one. An order without lines is one row.
with

    orders as (select * from {{ ref("int_orders") }}),

    order_lines as (select * from {{ ref("int_order_lines") }}),

    contract_prices as (select * from {{ ref("int_contract_prices_of_order_lines") }}),

    legal_entities as (select * from {{ ref("int_legal_entities") }}),

    rates_by_day as (select * from {{ ref("int_fx_rates_by_day") }}),

    as_of as (select * from {{ ref("int_as_of") }}),

    orders_rated as (
        -- in the functional currency itself no rate is needed
        select
            orders.order_key,
            orders.legal_entity_id,
            orders.customer_key,
            orders.channel,
            orders.order_date,
            {{ period_of("orders.order_date") }} as period,
            case
                when orders.status = 'draft'
                then 'draft'
                when orders.status = 'cancelled'
                then 'cancelled'
                else 'placed'
            end as order_state,
            legal_entities.functional_minor_units,
            case
                when orders.currency = legal_entities.functional_currency
                then cast(1 as decimal(18, 8))
                else rates_by_day.rate
            end as order_rate
        from orders
        inner join as_of on orders.order_date <= as_of.as_of
        inner join legal_entities on orders.legal_entity_id = legal_entities.legal_entity_id
        left join
            rates_by_day
            on orders.currency = rates_by_day.from_currency
            and legal_entities.functional_currency = rates_by_day.to_currency
            and orders.order_date = rates_by_day.rate_date
    ),

    lines_valued as (
        select
            orders_rated.order_key,
            orders_rated.legal_entity_id,
            orders_rated.customer_key,
            orders_rated.channel,
            orders_rated.order_date,
            orders_rated.period,
            orders_rated.order_state,
            order_lines.order_line_key,
            order_lines.product_key,
            orders_rated.order_rate is not null as has_rate,
            {{
                translate(
                    "order_lines.net_amount",
                    "orders_rated.order_rate",
                    "orders_rated.functional_minor_units",
                )
            }} as ordered_value,
            {{
                translate(
                    "order_lines.quantity_cancelled",
                    "order_lines.unit_price * orders_rated.order_rate",
                    "orders_rated.functional_minor_units",
                )
            }} as cancelled_value,
            case
                when order_lines.list_price > 0
                then
                    {{
                        translate(
                            "order_lines.quantity",
                            "order_lines.list_price * orders_rated.order_rate",
                            "orders_rated.functional_minor_units",
                        )
                    }}
            end as list_value,
            case
                when contract_prices.contract_price > 0
                then
                    {{
                        translate(
                            "order_lines.quantity",
                            "contract_prices.contract_price * orders_rated.order_rate",
                            "orders_rated.functional_minor_units",
                        )
                    }}
            end as contract_value
        from orders_rated
        left join order_lines on orders_rated.order_key = order_lines.order_key
        left join contract_prices on order_lines.order_line_key = contract_prices.order_line_key
    )

select *
from lines_valued
