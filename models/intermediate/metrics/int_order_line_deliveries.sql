-- What of a kept order line has gone out, day by day: goods with their deliveries, services and
-- subscriptions as their billed value is recognised. What went out before the confirmation counts
-- on its day.
with

    lines_kept as (select * from {{ ref("int_confirmed_order_lines") }} where quantity_kept > 0),

    shipments as (select * from {{ ref("int_shipments") }}),

    document_lines as (select * from {{ ref("int_ar_document_lines") }}),

    billed_parts as (select * from {{ ref("int_billed_parts") }}),

    revenue_releases as (select * from {{ ref("int_revenue_releases") }}),

    services_billed as (
        -- the parts of one billed line are recognised alike, so its functional net says which
        -- share is
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
        inner join lines_kept on document_lines.order_line_key = lines_kept.order_line_key
        where
            not lines_kept.is_goods
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

    deliveries_unioned as (
        select
            lines_kept.order_line_key,
            greatest(shipments.ship_date, lines_kept.confirmed_date) as delivery_date,
            shipments.quantity,
            cast(0 as decimal(18, 4)) as recognised_value
        from lines_kept
        inner join shipments on lines_kept.order_line_key = shipments.order_line_key
        where lines_kept.is_goods and shipments.quantity > 0
        union all
        select
            lines_kept.order_line_key,
            greatest(values_recognised.change_date, lines_kept.confirmed_date) as delivery_date,
            cast(0 as decimal(18, 6)) as quantity,
            values_recognised.recognised_value
        from lines_kept
        inner join values_recognised on lines_kept.order_line_key = values_recognised.order_line_key
    ),

    deliveries_summed as (
        select
            order_line_key,
            delivery_date,
            cast(sum(quantity) as decimal(18, 6)) as quantity,
            cast(sum(recognised_value) as decimal(18, 4)) as recognised_value
        from deliveries_unioned
        group by order_line_key, delivery_date
    )

select *
from deliveries_summed
