-- The days between the stages of an order, as they stand at the run's date; a stage that has not
-- come yet leaves its days null.
with

    as_of as (select * from {{ ref("int_as_of") }}),

    orders as (select * from {{ ref("int_orders") }}),

    order_lines as (select * from {{ ref("int_order_lines") }}),

    products as (select * from {{ ref("int_products") }}),

    shipments as (select * from {{ ref("int_shipments") }}),

    documents as (select * from {{ ref("int_ar_documents") }}),

    document_lines as (select * from {{ ref("int_ar_document_lines") }}),

    applications as (select * from {{ ref("int_applications") }}),

    receipts as (select * from {{ ref("int_receipts") }}),

    balances as (select * from {{ ref("int_receivable_balances") }}),

    invoices_posted as (
        select documents.document_key, documents.order_key, documents.document_date
        from documents
        inner join as_of on documents.posting_date <= as_of.as_of
        where documents.doc_type <> 'credit_memo'
    ),

    -- an invoice belongs to the order it names, and to the orders that its lines name
    invoices_of_orders as (
        select order_key, document_key, document_date
        from invoices_posted
        where order_key is not null
        union
        select document_lines.order_key, invoices_posted.document_key, invoices_posted.document_date
        from invoices_posted
        inner join document_lines on invoices_posted.document_key = document_lines.document_key
        where document_lines.order_key is not null
    ),

    quantities_shipped as (
        select shipments.order_line_key, sum(shipments.quantity) as quantity
        from shipments
        inner join as_of on shipments.ship_date <= as_of.as_of
        where shipments.quantity > 0
        group by shipments.order_line_key
    ),

    quantities_invoiced as (
        select document_lines.order_line_key, sum(document_lines.quantity) as quantity
        from document_lines
        inner join invoices_posted on document_lines.document_key = invoices_posted.document_key
        group by document_lines.order_line_key
    ),

    lines_judged as (
        select
            order_lines.order_key,
            count(*) = count(
                case
                    when
                        order_lines.quantity - order_lines.quantity_cancelled
                        <= coalesce(quantities_invoiced.quantity, 0)
                        and (
                            coalesce(products.kind, 'goods') <> 'goods'
                            or order_lines.quantity - order_lines.quantity_cancelled
                            <= coalesce(quantities_shipped.quantity, 0)
                        )
                    then 1
                end
            ) as is_fulfilled
        from order_lines
        left join products on order_lines.product_key = products.product_key
        left join quantities_shipped on order_lines.order_line_key = quantities_shipped.order_line_key
        left join quantities_invoiced on order_lines.order_line_key = quantities_invoiced.order_line_key
        group by order_lines.order_key
    ),

    first_deliveries_found as (
        select shipments.order_key, min(shipments.ship_date) as first_ship_date
        from shipments
        inner join as_of on shipments.ship_date <= as_of.as_of
        where shipments.quantity > 0
        group by shipments.order_key
    ),

    invoices_judged as (
        select
            invoices_of_orders.order_key,
            min(invoices_of_orders.document_date) as first_invoice_date,
            count(balances.document_key) as invoices_open
        from invoices_of_orders
        cross join as_of
        left join
            balances
            on invoices_of_orders.document_key = balances.document_key
            and as_of.as_of >= balances.valid_from
            and as_of.as_of < balances.valid_before
        group by invoices_of_orders.order_key
    ),

    applications_of_orders as (
        select
            invoices_of_orders.order_key,
            applications.receipt_key,
            applications.amount - applications.discount as cash_amount,
            applications.posting_date
        from invoices_of_orders
        inner join applications on invoices_of_orders.document_key = applications.document_key
        inner join as_of on applications.posting_date <= as_of.as_of
    ),

    last_applications_found as (
        select order_key, max(posting_date) as last_application_date
        from applications_of_orders
        group by order_key
    ),

    receipts_of_orders as (
        -- a receipt whose applications were taken back in full was no cash
        select order_key, receipt_key
        from applications_of_orders
        where receipt_key is not null
        group by order_key, receipt_key
        having sum(cash_amount) > 0
    ),

    first_cash_found as (
        select receipts_of_orders.order_key, min(receipts.posting_date) as first_cash_date
        from receipts_of_orders
        inner join receipts on receipts_of_orders.receipt_key = receipts.receipt_key
        group by receipts_of_orders.order_key
    ),

    stages_dated as (
        select
            orders.order_key,
            orders.source_system,
            orders.order_id,
            orders.legal_entity_id,
            orders.customer_id,
            orders.customer_key,
            orders.order_date,
            case
                when cast(orders.confirmed_at as date) <= as_of.as_of then cast(orders.confirmed_at as date)
            end as confirmed_date,
            first_deliveries_found.first_ship_date,
            invoices_judged.first_invoice_date,
            first_cash_found.first_cash_date,
            last_applications_found.last_application_date,
            (orders.status = 'cancelled' or coalesce(lines_judged.is_fulfilled, false))
            and coalesce(invoices_judged.invoices_open, 0) = 0 as is_closed,
            orders.source_file,
            orders.source_line
        from orders
        inner join as_of on orders.order_date <= as_of.as_of
        left join lines_judged on orders.order_key = lines_judged.order_key
        left join first_deliveries_found on orders.order_key = first_deliveries_found.order_key
        left join invoices_judged on orders.order_key = invoices_judged.order_key
        left join first_cash_found on orders.order_key = first_cash_found.order_key
        left join last_applications_found on orders.order_key = last_applications_found.order_key
    ),

    days_counted as (
        select
            order_key,
            source_system,
            order_id,
            legal_entity_id,
            customer_id,
            customer_key,
            order_date,
            confirmed_date,
            first_ship_date,
            first_invoice_date,
            first_cash_date,
            last_application_date,
            {{ days_between("order_date", "confirmed_date") }} as days_order_to_confirm,
            {{ days_between("confirmed_date", "first_ship_date") }} as days_confirm_to_ship,
            {{ days_between("first_ship_date", "first_invoice_date") }} as days_ship_to_invoice,
            {{ days_between("first_invoice_date", "first_cash_date") }} as days_invoice_to_first_cash,
            case
                when is_closed then {{ days_between("order_date", "last_application_date") }}
            end as days_order_to_cash,
            is_closed,
            source_file,
            source_line
        from stages_dated
    )

select *
from days_counted
