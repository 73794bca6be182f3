-- The contract prices that stand for an order line: of its customer and product, valid on the day of
-- the order.
with

    contract_prices as ({{ union_kinds("contract_prices") }}),

    order_lines as (select * from {{ ref("int_order_line_terms") }}),

    customer_references as (
        {{ resolved_references(ref("int_customers"), "customer_id", "customer_key", "source_group") }}
    ),

    product_references as ({{ resolved_references(ref("int_products"), "product_id", "product_key") }}),

    contracts_keyed as (
        select contract_prices.*, customer_references.customer_key, product_references.product_key
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

    contracts_of_lines as (
        select
            order_lines.order_line_key,
            contracts_keyed.contract_id,
            contracts_keyed.currency,
            contracts_keyed.unit_price,
            contracts_keyed.max_discount_pct,
            contracts_keyed.valid_from,
            contracts_keyed.valid_to
        from order_lines
        inner join
            contracts_keyed
            on order_lines.customer_key = contracts_keyed.customer_key
            and order_lines.product_key = contracts_keyed.product_key
            and order_lines.order_date >= contracts_keyed.valid_from
            and order_lines.order_date <= coalesce(contracts_keyed.valid_to, date '9999-12-31')
    )

select *
from contracts_of_lines
