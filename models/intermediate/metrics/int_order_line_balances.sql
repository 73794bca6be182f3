-- What of a confirmed order line is still to be delivered over time: one row from each date on which
-- it changes until the day before the next. Goods go out with their deliveries, services and
-- subscriptions as their billed value is recognised.
with

    order_lines as (select * from {{ ref("int_order_lines") }}),

    orders as (select * from {{ ref("int_orders") }}),

    products as (select * from {{ ref("int_products") }}),

    shipments as (select * from {{ ref("int_shipments") }}),

    document_lines as (select * from {{ ref("int_ar_document_lines") }}),

    billed_parts as (select * from {{ ref("int_billed_parts") }}),

    revenue_releases as (select * from {{ ref("int_revenue_releases") }}),

    lines_confirmed as (
        select
            order_lines.order_line_key,
            order_lines.quantity - order_lines.quantity_cancelled as quantity,
            {{
                times(
                    "(order_lines.quantity - order_lines.quantity_cancelled)",
                    "order_lines.unit_price",
                )
            }} as ordered_value,
            coalesce(products.kind, 'goods') = 'goods' as is_goods,
            coalesce(cast(orders.confirmed_at as date), orders.order_date) as confirmed_date
        from order_lines
        inner join orders on order_lines.order_key = orders.order_key
        left join products on order_lines.product_key = products.product_key
        where
            order_lines.quantity > order_lines.quantity_cancelled
            and orders.status in ('confirmed', 'shipped', 'closed')
    ),

    services_billed as (
        -- the parts of one billed line are recognised alike, so its functional net says which share is
        select
            document_lines.order_line_key,
            document_lines.document_line_key,
            document_lines.net,
            document_lines.minor_units,
            billed_parts.net_functional,
            billed_parts.part,
            billed_parts.posting_date
        from billed_parts
        inner join document_lines on billed_parts.document_line_key = document_lines.document_line_key
        inner join lines_confirmed on document_lines.order_line_key = lines_confirmed.order_line_key
        where
            not lines_confirmed.is_goods
            and billed_parts.part in ('over_time', 'at_once')
            and billed_parts.net_functional <> 0
    ),

    releases_summed as (
        select document_line_key, release_date, sum(amount) as amount
        from revenue_releases
        group by document_line_key, release_date
    ),

    releases_run as (
        select
            document_line_key,
            release_date,
            amount,
            cast(
                sum(amount) over (
                    partition by document_line_key
                    order by release_date
                    rows between unbounded preceding and current row
                ) as decimal(18, 4)
            ) as released_until
        from releases_summed
    ),

    values_recognised as (
        select order_line_key, posting_date as change_date, net as recognised_value
        from services_billed
        where part = 'at_once'
        union all
        select
            services_billed.order_line_key,
            releases_run.release_date as change_date,
            {{
                divide_money(
                    times("services_billed.net", "releases_run.released_until"),
                    "services_billed.net_functional",
                    "services_billed.minor_units",
                )
            }}
            - {{
                divide_money(
                    times("services_billed.net", "(releases_run.released_until - releases_run.amount)"),
                    "services_billed.net_functional",
                    "services_billed.minor_units",
                )
            }} as recognised_value
        from services_billed
        inner join releases_run on services_billed.document_line_key = releases_run.document_line_key
        where services_billed.part = 'over_time'
    ),

    changes_unioned as (
        select
            order_line_key,
            confirmed_date as change_date,
            quantity as quantity_change,
            ordered_value as value_change
        from lines_confirmed
        union all
        select
            lines_confirmed.order_line_key,
            greatest(shipments.ship_date, lines_confirmed.confirmed_date) as change_date,
            - shipments.quantity as quantity_change,
            cast(0 as decimal(18, 4)) as value_change
        from lines_confirmed
        inner join shipments on lines_confirmed.order_line_key = shipments.order_line_key
        where lines_confirmed.is_goods and shipments.quantity > 0
        union all
        select
            lines_confirmed.order_line_key,
            greatest(values_recognised.change_date, lines_confirmed.confirmed_date) as change_date,
            cast(0 as decimal(18, 6)) as quantity_change,
            - values_recognised.recognised_value as value_change
        from lines_confirmed
        inner join values_recognised on lines_confirmed.order_line_key = values_recognised.order_line_key
    ),

    changes_by_date as (
        select
            order_line_key,
            change_date as valid_from,
            sum(quantity_change) as quantity_change,
            sum(value_change) as value_change
        from changes_unioned
        group by order_line_key, change_date
    ),

    rests_run as (
        select
            order_line_key,
            valid_from,
            coalesce(
                lead(valid_from) over (partition by order_line_key order by valid_from), date '9999-12-31'
            ) as valid_before,
            sum(quantity_change) over (
                partition by order_line_key
                order by valid_from
                rows between unbounded preceding and current row
            ) as quantity_left,
            sum(value_change) over (
                partition by order_line_key
                order by valid_from
                rows between unbounded preceding and current row
            ) as value_left
        from changes_by_date
    ),

    rests_of_lines as (
        select
            rests_run.order_line_key,
            lines_confirmed.is_goods,
            rests_run.valid_from,
            rests_run.valid_before,
            case
                when lines_confirmed.is_goods
                then cast(rests_run.quantity_left as decimal(18, 6))
                when lines_confirmed.ordered_value <> 0
                then
                    cast(
                        cast(lines_confirmed.quantity as double)
                        * cast(rests_run.value_left as double)
                        / cast(lines_confirmed.ordered_value as double) as decimal(18, 6)
                    )
            end as open_quantity,
            case
                when not lines_confirmed.is_goods then cast(rests_run.value_left as decimal(18, 4))
            end as open_value
        from rests_run
        inner join lines_confirmed on rests_run.order_line_key = lines_confirmed.order_line_key
    ),

    open_rests as (select * from rests_of_lines where open_quantity > 0)

select *
from open_rests
