-- The price that a contract fixes for an order line: of the contracts with the customer for the
-- product that are valid on the order date, in the order's currency, the one agreed last.
with

    order_lines as (select * from {{ ref("int_order_lines") }}),

    orders as (select * from {{ ref("int_orders") }}),

    contract_prices as ({{ union_kinds("contract_prices") }}),

    customer_references as (
        {{ resolved_references(ref("int_customers"), "customer_id", "customer_key", "source_group") }}
    ),

    product_references as ({{ resolved_references(ref("int_products"), "product_id", "product_key") }}),

    contracts_keyed as (
        select
            contract_prices.source_system || ':' || contract_prices.contract_id as contract_key,
            contract_prices.contract_id,
            customer_references.customer_key,
            product_references.product_key,
            contract_prices.currency,
            contract_prices.unit_price,
            contract_prices.max_discount_pct,
            contract_prices.valid_from,
            contract_prices.valid_to
        from contract_prices
        inner join
            customer_references
            on contract_prices.source_system = customer_references.referring_source
            and contract_prices.customer_id = customer_references.customer_id
        inner join
            product_references
            on contract_prices.source_system = product_references.referring_source
            and contract_prices.product_id = product_references.product_id
    ),

    contracts_ranked as (
        select
            order_lines.order_line_key,
            contracts_keyed.contract_id,
            contracts_keyed.unit_price as contract_price,
            contracts_keyed.max_discount_pct,
            row_number() over (
                partition by order_lines.order_line_key
                order by contracts_keyed.valid_from desc, contracts_keyed.contract_key
            ) as contract_rank
        from order_lines
        inner join orders on order_lines.order_key = orders.order_key
        inner join
            contracts_keyed
            on orders.customer_key = contracts_keyed.customer_key
            and order_lines.product_key = contracts_keyed.product_key
            and orders.currency = contracts_keyed.currency
            and orders.order_date >= contracts_keyed.valid_from
            and (contracts_keyed.valid_to is null or orders.order_date <= contracts_keyed.valid_to)
    ),

    contracts_chosen as (
        select order_line_key, contract_id, contract_price, max_discount_pct
        from contracts_ranked
        where contract_rank = 1
    )

select *
from contracts_chosen
