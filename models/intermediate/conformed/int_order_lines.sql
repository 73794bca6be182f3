with

    order_lines as ({{ union_kinds("order_lines") }}),

    orders as (select * from {{ ref("int_orders") }}),

    currencies as (select * from {{ ref("currencies") }}),

    order_references as ({{ resolved_references(ref("int_orders"), "order_id", "order_key") }}),

    product_references as ({{ resolved_references(ref("int_products"), "product_id", "product_key") }}),

    lines_keyed as (
        select
            order_lines.source_system
            || ':'
            || order_lines.order_id
            || ':'
            || order_lines.line_no as order_line_key,
            order_references.order_key,
            order_lines.source_system,
            order_lines.order_id,
            order_lines.line_no,
            orders.legal_entity_id,
            order_lines.product_id,
            product_references.product_key,
            order_lines.discount_approved_by,
            order_lines.quantity,
            coalesce(order_lines.quantity_cancelled, 0) as quantity_cancelled,
            order_lines.unit_price,
            order_lines.list_price,
            coalesce(
                order_lines.net_amount,
                {{
                    translate(
                        "order_lines.quantity",
                        "order_lines.unit_price",
                        "coalesce(currencies.minor_units, 2)",
                    )
                }}
            ) as net_amount,
            order_lines.promised_date,
            {{ lineage("order_lines") }}
        from order_lines
        left join
            order_references
            on order_lines.source_system = order_references.referring_source
            and order_lines.order_id = order_references.order_id
        left join orders on order_references.order_key = orders.order_key
        left join currencies on orders.currency = currencies.currency
        left join
            product_references
            on order_lines.source_system = product_references.referring_source
            and order_lines.product_id = product_references.product_id
    )

select *
from lines_keyed
