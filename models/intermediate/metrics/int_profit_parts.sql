-- What each document says about the customers and products behind its revenue and its cost.
-- Amounts are those that the document calls for, gain +; the value beside them says how to share
-- where the books hold another amount.
with

    shipments as (select * from {{ ref("fct_shipments") }}),

    order_lines as (select * from {{ ref("int_order_lines") }}),

    orders as (select * from {{ ref("int_orders") }}),

    products as (select * from {{ ref("int_products") }}),

    documents as (select * from {{ ref("int_ar_documents") }}),

    document_lines as (select * from {{ ref("int_ar_document_lines") }}),

    accruals as (select * from {{ ref("int_delivery_accruals") }}),

    billed_parts as (select * from {{ ref("int_billed_parts") }}),

    revenue_releases as (select * from {{ ref("int_revenue_releases") }}),

    applications as (select * from {{ ref("int_applications") }}),

    accounts as (select * from {{ ref("int_ledger_accounts") }}),

    role_accounts as (select * from {{ ref("int_role_accounts") }}),

    returns as (select distinct shipment_id from shipments where quantity < 0),

    products_of_orders as (
        select
            order_lines.order_line_key, order_lines.product_key, order_lines.unit_price, orders.customer_key
        from order_lines
        inner join orders on order_lines.order_key = orders.order_key
    ),

    products_of_documents as (
        select
            document_lines.document_line_key,
            document_lines.document_key,
            documents.legal_entity_id,
            documents.doc_id,
            documents.doc_type,
            documents.customer_key,
            coalesce(document_lines.product_key, order_lines.product_key) as product_key,
            returns.shipment_id is not null as is_return,
            {{ translate("document_lines.net", "documents.fx_rate", "documents.functional_minor_units") }}
            as net_functional
        from document_lines
        inner join documents on document_lines.document_key = documents.document_key
        left join order_lines on document_lines.order_line_key = order_lines.order_line_key
        left join returns on documents.shipment_id = returns.shipment_id
    ),

    accruals_of_parts as (
        select document_line_key, shipment_line_key, accrued_functional
        from accruals
        where document_line_key is not null
    ),

    revenue_of_billed_lines as (
        -- what waits for delivery or for the months of a service is no revenue of the document
        -- itself
        select
            billed_parts.document_line_key,
            sum(
                case
                    billed_parts.part
                    when 'accrued'
                    then billed_parts.part_functional - coalesce(accruals_of_parts.accrued_functional, 0)
                    when 'at_once'
                    then billed_parts.part_functional
                    else 0
                end
            ) as amount
        from billed_parts
        left join
            accruals_of_parts
            on billed_parts.part = 'accrued'
            and billed_parts.document_line_key = accruals_of_parts.document_line_key
            and billed_parts.shipment_line_key = accruals_of_parts.shipment_line_key
        group by billed_parts.document_line_key
    ),

    parts_unioned as (
        select
            shipments.legal_entity_id,
            'shipment' as source_type,
            shipments.shipment_id as posting_key,
            'cost' as part,
            'cogs' as role,
            products_of_orders.customer_key,
            products_of_orders.product_key,
            - shipments.cost_functional as amount,
            case
                when shipments.cost_functional is null
                then {{ times("abs(shipments.quantity)", "products_of_orders.unit_price") }}
                else abs(shipments.cost_functional)
            end as line_value
        from shipments
        inner join products_of_orders on shipments.order_line_key = products_of_orders.order_line_key
        union all
        select
            accruals.legal_entity_id,
            'shipment' as source_type,
            accruals.shipment_id as posting_key,
            'revenue' as part,
            'revenue' as role,
            products_of_orders.customer_key,
            products_of_orders.product_key,
            accruals.accrued_functional as amount,
            abs(accruals.accrued_functional) as line_value
        from accruals
        inner join products_of_orders on accruals.order_line_key = products_of_orders.order_line_key
        union all
        select
            shipments.legal_entity_id,
            'shipment' as source_type,
            shipments.shipment_id as posting_key,
            'revenue' as part,
            'revenue' as role,
            products_of_documents.customer_key,
            products_of_documents.product_key,
            billed_parts.part_functional as amount,
            abs(billed_parts.part_functional) as line_value
        from billed_parts
        inner join shipments on billed_parts.shipment_line_key = shipments.shipment_line_key
        inner join
            products_of_documents on billed_parts.document_line_key = products_of_documents.document_line_key
        where billed_parts.part = 'on_delivery'
        union all
        select
            products_of_documents.legal_entity_id,
            'invoice' as source_type,
            products_of_documents.doc_id as posting_key,
            'revenue' as part,
            'revenue' as role,
            products_of_documents.customer_key,
            products_of_documents.product_key,
            revenue_of_billed_lines.amount,
            abs(products_of_documents.net_functional) as line_value
        from products_of_documents
        left join
            revenue_of_billed_lines
            on products_of_documents.document_line_key = revenue_of_billed_lines.document_line_key
        where products_of_documents.doc_type <> 'credit_memo'
        union all
        select
            legal_entity_id,
            'credit_memo' as source_type,
            doc_id as posting_key,
            'revenue' as part,
            case when is_return then 'revenue' else 'discount' end as role,
            customer_key,
            product_key,
            net_functional as amount,
            abs(net_functional) as line_value
        from products_of_documents
        where doc_type = 'credit_memo'
        union all
        -- a discount goes to what the document was written for, line by line
        select
            products_of_documents.legal_entity_id,
            'application' as source_type,
            applications.application_id as posting_key,
            'revenue' as part,
            'discount' as role,
            products_of_documents.customer_key,
            products_of_documents.product_key,
            cast(null as decimal(18, 4)) as amount,
            abs(products_of_documents.net_functional) as line_value
        from applications
        inner join products_of_documents on applications.document_key = products_of_documents.document_key
        where applications.discount <> 0
        union all
        select
            revenue_releases.legal_entity_id,
            'revenue_release' as source_type,
            'revenue_release-' || {{ period_of("revenue_releases.release_date") }} as posting_key,
            'revenue' as part,
            'revenue' as role,
            products_of_documents.customer_key,
            products_of_documents.product_key,
            revenue_releases.amount,
            abs(revenue_releases.amount) as line_value
        from revenue_releases
        inner join
            products_of_documents
            on revenue_releases.document_line_key = products_of_documents.document_line_key
    ),

    parts_placed as (
        select
            parts_unioned.*,
            coalesce(named_accounts.statement_line, accounts_of_roles.statement_line) as statement_line
        from parts_unioned
        left join products on parts_unioned.product_key = products.product_key
        left join
            accounts as named_accounts
            on parts_unioned.role = 'revenue'
            and parts_unioned.legal_entity_id = named_accounts.legal_entity_id
            and products.revenue_account_id = named_accounts.account_id
        left join
            role_accounts
            on parts_unioned.legal_entity_id = role_accounts.legal_entity_id
            and parts_unioned.role = role_accounts.control_of
        left join
            accounts as accounts_of_roles
            on role_accounts.legal_entity_id = accounts_of_roles.legal_entity_id
            and role_accounts.account_id = accounts_of_roles.account_id
    ),

    columns_chosen as (
        select
            legal_entity_id,
            source_type,
            posting_key,
            part,
            statement_line,
            customer_key,
            product_key,
            cast(amount as decimal(18, 4)) as amount,
            cast(round(coalesce(line_value, 0), 4) as decimal(18, 4)) as line_value
        from parts_placed
    )

select *
from columns_chosen
