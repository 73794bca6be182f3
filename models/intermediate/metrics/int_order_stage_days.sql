-- How many stages of orders began in a month, and for how many days they lasted or have lasted by
-- the as-of date. Drafts have not begun any. A stage that does not apply, or whose days the
-- source does not deliver, does not count: no delivery of services, no confirmation of an order
-- that went on without one.
with

    cycles as (select * from {{ ref("rpt_order_to_cash_cycle") }}),

    orders as (
        select
            *,
            bool_or(credit_checked_at is not null) over (partition by source_system) as has_checks_delivered,
            bool_or(confirmed_at is not null) over (partition by source_system) as has_confirmations_delivered
        from {{ ref("int_orders") }}
    ),

    order_lines as (select * from {{ ref("int_order_lines") }}),

    products as (select * from {{ ref("int_products") }}),

    shipments as (select * from {{ ref("int_shipments") }}),

    documents as (select * from {{ ref("int_ar_documents") }}),

    document_lines as (select * from {{ ref("int_ar_document_lines") }}),

    as_of as (select * from {{ ref("int_as_of") }}),

    quantities_shipped as (
        select
            shipments.order_line_key,
            sum(shipments.quantity) as quantity,
            max(shipments.ship_date) as last_ship_date
        from shipments
        inner join as_of on shipments.ship_date <= as_of.as_of
        where shipments.quantity > 0
        group by shipments.order_line_key
    ),

    goods_of_orders as (
        select
            order_lines.order_key,
            bool_and(
                order_lines.quantity - order_lines.quantity_cancelled
                <= coalesce(quantities_shipped.quantity, 0)
            ) as is_shipped,
            max(quantities_shipped.last_ship_date) as last_ship_date
        from order_lines
        left join products on order_lines.product_key = products.product_key
        left join quantities_shipped on order_lines.order_line_key = quantities_shipped.order_line_key
        where
            coalesce(products.kind, 'goods') = 'goods'
            and order_lines.quantity > order_lines.quantity_cancelled
        group by order_lines.order_key
    ),

    documents_of_orders as (
        select order_key, document_key
        from documents
        where order_key is not null
        union
        select order_key, document_key
        from document_lines
        where order_key is not null
    ),

    first_due_dates_found as (
        select documents_of_orders.order_key, documents.document_date, min(documents.due_date) as due_date
        from documents_of_orders
        inner join documents on documents_of_orders.document_key = documents.document_key
        inner join as_of on documents.posting_date <= as_of.as_of
        where documents.doc_type <> 'credit_memo'
        group by documents_of_orders.order_key, documents.document_date
    ),

    orders_dated as (
        select
            cycles.order_key,
            cycles.legal_entity_id,
            orders.status = 'cancelled' as is_cancelled,
            orders.credit_checked_at is not null
            or (orders.has_checks_delivered and orders.status in ('submitted', 'cancelled')) as awaits_check,
            orders.confirmed_at is not null
            or (
                orders.has_confirmations_delivered and orders.status in ('submitted', 'cancelled')
            ) as awaits_confirmation,
            goods_of_orders.order_key is not null as has_goods,
            cycles.is_closed,
            cycles.order_date,
            case
                when cast(orders.credit_checked_at as date) <= as_of.as_of
                then cast(orders.credit_checked_at as date)
            end as checked_date,
            cycles.confirmed_date,
            cycles.first_ship_date,
            case when goods_of_orders.is_shipped then goods_of_orders.last_ship_date end as shipped_date,
            cycles.first_invoice_date,
            first_due_dates_found.due_date as first_due_date,
            cycles.first_cash_date,
            case when cycles.is_closed then cycles.last_application_date end as cleared_date
        from cycles
        cross join as_of
        inner join orders on cycles.order_key = orders.order_key
        left join goods_of_orders on cycles.order_key = goods_of_orders.order_key
        left join
            first_due_dates_found
            on cycles.order_key = first_due_dates_found.order_key
            and cycles.first_invoice_date = first_due_dates_found.document_date
        where orders.status <> 'draft'
    ),

    stages_unioned as (
        select *, 'order_to_credit_check' as stage, order_date as start_date, checked_date as end_date
        from orders_dated
        where awaits_check
        union all
        select *, 'order_to_confirm' as stage, order_date as start_date, confirmed_date as end_date
        from orders_dated
        where awaits_confirmation
        union all
        select
            *, 'confirm_to_first_delivery' as stage, confirmed_date as start_date, first_ship_date as end_date
        from orders_dated
        where has_goods or first_ship_date is not null
        union all
        select *, 'confirm_to_last_delivery' as stage, confirmed_date as start_date, shipped_date as end_date
        from orders_dated
        where has_goods
        union all
        select
            *, 'delivery_to_invoice' as stage, first_ship_date as start_date, first_invoice_date as end_date
        from orders_dated
        union all
        select *, 'invoice_to_due' as stage, first_invoice_date as start_date, first_due_date as end_date
        from orders_dated
        where first_due_date is not null
        union all
        select *, 'due_to_first_cash' as stage, first_due_date as start_date, first_cash_date as end_date
        from orders_dated
        where not is_closed or first_cash_date is not null
        union all
        select
            *, 'invoice_to_first_cash' as stage, first_invoice_date as start_date, first_cash_date as end_date
        from orders_dated
        where not is_closed or first_cash_date is not null
        union all
        select *, 'first_cash_to_cleared' as stage, first_cash_date as start_date, cleared_date as end_date
        from orders_dated
        union all
        select *, 'order_to_cash' as stage, order_date as start_date, cleared_date as end_date
        from orders_dated
        where not is_closed or cleared_date is not null or is_cancelled
    ),

    stages_judged as (
        select
            stages_unioned.legal_entity_id,
            {{ period_of("stages_unioned.start_date") }} as period,
            stages_unioned.stage,
            case
                when stages_unioned.end_date is not null
                then 'ended'
                when stages_unioned.is_cancelled
                then 'abandoned'
                else 'open'
            end as stage_state,
            {{ days_between("stages_unioned.start_date", "coalesce(stages_unioned.end_date, as_of.as_of)") }}
            as days
        from stages_unioned
        cross join as_of
        where stages_unioned.start_date is not null
    ),

    stages_counted as (
        select legal_entity_id, period, stage, stage_state, days, count(*) as stages
        from stages_judged
        group by legal_entity_id, period, stage, stage_state, days
    )

select *
from stages_counted
