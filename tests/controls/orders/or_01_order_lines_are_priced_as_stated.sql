{{ config(alias="or_01", meta={"control_id": "OR-01"}) }}
-- Guards our own valuation of orders, on which backlog and credit exposure rest. The line is valued
-- anew from the very row in raw; where the source states its net instead, that is what counts. Sources
-- state no value of the whole order: it is compared with the delivered lines.
with

    staged_lines as ({{ union_kinds("order_lines") }}),

    raw_lines as (select * from {{ source("raw_standard", "order_lines") }}),

    order_lines as (select * from {{ ref("fct_order_lines") }}),

    orders as (select * from {{ ref("fct_orders") }}),

    order_references as ({{ resolved_references(ref("int_orders"), "order_id", "order_key") }}),

    order_rates as (select * from {{ ref("int_order_rates") }}),

    currencies as (select * from {{ ref("currencies") }}),

    as_of as (select * from {{ ref("int_as_of") }}),

    lines_delivered as (
        select
            staged_lines.source_system,
            staged_lines.order_id,
            staged_lines.line_no,
            order_references.order_key,
            coalesce(
                staged_lines.net_amount,
                {{
                    translate(
                        "coalesce(raw_lines.quantity, staged_lines.quantity)",
                        "coalesce(raw_lines.unit_price, staged_lines.unit_price)",
                        "coalesce(currencies.minor_units, 2)",
                    )
                }}
            ) as net_amount,
            staged_lines.source_file,
            staged_lines.source_line
        from staged_lines
        left join
            raw_lines
            on staged_lines.batch_id = raw_lines.batch_id
            and staged_lines.source_line = raw_lines.source_line
        left join
            order_references
            on staged_lines.source_system = order_references.referring_source
            and staged_lines.order_id = order_references.order_id
        left join orders on order_references.order_key = orders.order_key
        left join currencies on orders.currency = currencies.currency
    ),

    lines_compared as (
        select
            coalesce(order_lines.order_key, lines_delivered.order_key) as order_key,
            'line' as level,
            coalesce(order_lines.order_id, lines_delivered.order_id)
            || ' / '
            || coalesce(order_lines.line_no, lines_delivered.line_no) as business_key,
            lines_delivered.net_amount as stated,
            order_lines.net_amount as shown,
            coalesce(order_lines.source_system, lines_delivered.source_system) as source_system,
            coalesce(order_lines.source_file, lines_delivered.source_file) as source_file,
            coalesce(order_lines.source_line, lines_delivered.source_line) as source_line
        from lines_delivered
        full outer join
            order_lines
            on lines_delivered.source_system = order_lines.source_system
            and lines_delivered.order_id = order_lines.order_id
            and lines_delivered.line_no = order_lines.line_no
    ),

    lines_summed as (select order_key, sum(net_amount) as net_amount from lines_delivered group by order_key),

    orders_compared as (
        select
            orders.order_key,
            'order' as level,
            orders.order_id as business_key,
            cast(coalesce(lines_summed.net_amount, 0) as decimal(18, 4)) as stated,
            orders.net_amount as shown,
            orders.source_system,
            orders.source_file,
            orders.source_line
        from orders
        left join lines_summed on orders.order_key = lines_summed.order_key
    ),

    differences_found as (
        select *
        from lines_compared
        where
            stated is distinct from shown
            and coalesce(abs(stated - shown) > {{ tolerance_of("OR-01") }}, true)
        union all
        select *
        from orders_compared
        where
            stated is distinct from shown
            and coalesce(abs(stated - shown) > {{ tolerance_of("OR-01") }}, true)
    ),

    failing_rows as (
        select
            'OR-01' as control_id,
            as_of.as_of,
            orders.legal_entity_id,
            found.business_key,
            {{
                translate(
                    "abs(coalesce(found.shown, 0) - coalesce(found.stated, 0))",
                    "order_rates.order_rate",
                    "coalesce(order_rates.functional_minor_units, 2)",
                )
            }} as amount_at_risk,
            cast(found.stated as string) as expected,
            cast(found.shown as string) as actual,
            cast(found.shown - found.stated as decimal(18, 4)) as difference,
            found.source_system,
            found.source_file,
            found.source_line,
            found.level,
            orders.currency
        from differences_found as found
        cross join as_of
        left join orders on found.order_key = orders.order_key
        left join order_rates on found.order_key = order_rates.order_key
    )

select *
from failing_rows
