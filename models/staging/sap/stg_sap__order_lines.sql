-- SAP delivers the net of the item; the price per piece is derived from it, so net_amount is what
-- counts. A rejected item is cancelled in full.
with

    items as (select * from {{ ref("base_sap__sales_order_items") }}),

    schedule_lines as (select * from {{ ref("base_sap__sales_order_schedule_lines") }}),

    confirmations_found as (
        select source_system, order_id, order_line_no, max(confirmed_delivery_date) as promised_date
        from schedule_lines
        where confirmed_quantity > 0
        group by source_system, order_id, order_line_no
    ),

    lines_priced as (
        select
            items.source_system,
            items.order_id,
            items.order_line_no as line_no,
            items.product_id,
            cast(null as varchar) as discount_approved_by,
            items.quantity,
            case
                when items.rejection_reason is null then cast(0 as decimal(18, 6)) else items.quantity
            end as quantity_cancelled,
            cast(items.net_amount / nullif(items.quantity, 0) as decimal(18, 6)) as unit_price,
            cast(null as decimal(18, 6)) as list_price,
            items.net_amount,
            confirmations_found.promised_date,
            items.updated_at,
            items.source_file,
            items.source_line,
            items.batch_id,
            items.extracted_at,
            items.recorded_at,
            {{ known_at() }}
        from items
        left join
            confirmations_found
            on items.source_system = confirmations_found.source_system
            and items.order_id = confirmations_found.order_id
            and items.order_line_no = confirmations_found.order_line_no
    )

select *
from lines_priced
