{{ config(alias="tw_01", meta={"control_id": "TW-01"}) }}
-- Guards against goods that nobody ordered. Judged at the end of each day on which something left or
-- came back: a replacement of returned goods is no over-delivery, and an over-delivery does not heal
-- when it is sent back. An order line that is cancelled after it was shipped fails.
with

    order_lines as (select * from {{ ref("int_order_line_terms") }}),

    shipments as (select * from {{ ref("int_shipments") }}),

    as_of as (select * from {{ ref("int_as_of") }}),

    -- what never came near what was ordered needs no closer look
    lines_suspected as (
        select order_lines.order_line_key
        from order_lines
        inner join shipments on order_lines.order_line_key = shipments.order_line_key
        where shipments.quantity > 0
        group by order_lines.order_line_key
        having sum(shipments.quantity) > max(order_lines.quantity_ordered)
    ),

    days_summed as (
        select shipments.order_line_key, shipments.ship_date, sum(shipments.quantity) as quantity
        from shipments
        inner join lines_suspected on shipments.order_line_key = lines_suspected.order_line_key
        inner join as_of on shipments.ship_date <= as_of.as_of
        group by shipments.order_line_key, shipments.ship_date
    ),

    quantities_run as (
        select
            order_line_key,
            ship_date,
            sum(quantity) over (
                partition by order_line_key
                order by ship_date
                rows between unbounded preceding and current row
            ) as quantity_shipped
        from days_summed
    ),

    excesses_ranked as (
        select
            order_lines.*,
            quantities_run.ship_date,
            quantities_run.quantity_shipped,
            quantities_run.quantity_shipped - order_lines.quantity_ordered as excess,
            row_number() over (
                partition by order_lines.order_line_key
                order by quantities_run.quantity_shipped desc, quantities_run.ship_date
            ) as excess_rank
        from quantities_run
        inner join order_lines on quantities_run.order_line_key = order_lines.order_line_key
        where quantities_run.quantity_shipped - order_lines.quantity_ordered > {{ tolerance_of("TW-01") }}
    ),

    failing_rows as (
        select
            'TW-01' as control_id,
            ship_date as as_of,
            legal_entity_id,
            business_key,
            {{ round_money(times("excess", "unit_price_functional"), "functional_minor_units") }}
            as amount_at_risk,
            'at most ' || cast(quantity_ordered as string) as expected,
            cast(quantity_shipped as string) as actual,
            cast(excess as decimal(18, 6)) as difference,
            source_system,
            source_file,
            source_line,
            customer_id,
            quantity,
            quantity_cancelled,
            quantity_shipped
        from excesses_ranked
        where excess_rank = 1
    )

select *
from failing_rows
