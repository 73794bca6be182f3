{{ config(alias="or_02", meta={"control_id": "OR-02"}) }}
-- Guards promises to customers, and revenue that waits in the backlog unnoticed. Judged is what the
-- backlog still holds of goods; services are not shipped, and a source that delivers no shipments at
-- all cannot show any. A reason for the delay is not delivered.
with

    order_lines as (select * from {{ ref("int_order_line_terms") }}),

    backlog as (select * from {{ ref("int_order_line_balances") }}),

    shipments as (select * from {{ ref("int_shipments") }}),

    as_of as (select * from {{ ref("int_as_of") }}),

    sources_with_shipments as (
        select distinct order_lines.source_system
        from shipments
        inner join order_lines on shipments.order_line_key = order_lines.order_line_key
    ),

    lines_late as (
        select
            order_lines.*,
            as_of.as_of,
            backlog.open_quantity,
            {{ days_between("order_lines.promised_date", "as_of.as_of") }} as days_late
        from backlog
        inner join order_lines on backlog.order_line_key = order_lines.order_line_key
        inner join sources_with_shipments on order_lines.source_system = sources_with_shipments.source_system
        inner join as_of on as_of.as_of >= backlog.valid_from and as_of.as_of < backlog.valid_before
        where order_lines.is_goods
    ),

    failing_rows as (
        select
            'OR-02' as control_id,
            as_of,
            legal_entity_id,
            business_key,
            {{ round_money(times("open_quantity", "unit_price_functional"), "functional_minor_units") }}
            as amount_at_risk,
            'shipped by ' || cast(promised_date as string) as expected,
            cast(open_quantity as string) || ' open after ' || cast(days_late as string) || ' days' as actual,
            cast(days_late - {{ tolerance_of("OR-02") }} as decimal(18, 4)) as difference,
            source_system,
            source_file,
            source_line,
            customer_id,
            open_quantity,
            days_late
        from lines_late
        where days_late > {{ tolerance_of("OR-02") }}
    )

select *
from failing_rows
