-- An order is cancelled when every item is rejected, shipped when every other item has left in full.
-- A sales organisation belongs to one company code; which one shows on the invoices of its orders,
-- or is plain where the source has only one company code.
with

    headers as (select * from {{ ref("base_sap__sales_order_headers") }}),

    order_lines as (select * from {{ ref("stg_sap__order_lines") }}),

    shipments as (select * from {{ ref("stg_sap__shipments") }}),

    billing_documents as (select * from {{ ref("base_sap__billing_document_headers") }}),

    billing_orders as (select * from {{ ref("stg_sap__billing_orders") }}),

    legal_entities as (select * from {{ ref("stg_sap__legal_entities") }}),

    organizations_billed as (
        select
            headers.source_system,
            headers.sales_organization,
            case
                when count(distinct billing_documents.company_code) = 1
                then min(billing_documents.company_code)
            end as company_code
        from headers
        inner join
            billing_orders
            on headers.source_system = billing_orders.source_system
            and headers.order_id = billing_orders.order_id
        inner join
            billing_documents
            on billing_orders.source_system = billing_documents.source_system
            and billing_orders.billing_document_id = billing_documents.billing_document_id
        group by headers.source_system, headers.sales_organization
    ),

    only_company_codes_found as (
        select source_system, case when count(*) = 1 then min(legal_entity_id) end as company_code
        from legal_entities
        group by source_system
    ),

    quantities_shipped as (
        select source_system, order_id, order_line_no, sum(quantity) as quantity
        from shipments
        group by source_system, order_id, order_line_no
    ),

    progress_judged as (
        select
            order_lines.source_system,
            order_lines.order_id,
            bool_and(order_lines.quantity_cancelled = order_lines.quantity) as is_cancelled,
            bool_and(
                coalesce(quantities_shipped.quantity, 0)
                >= order_lines.quantity - order_lines.quantity_cancelled
            ) as is_shipped
        from order_lines
        left join
            quantities_shipped
            on order_lines.source_system = quantities_shipped.source_system
            and order_lines.order_id = quantities_shipped.order_id
            and order_lines.line_no = quantities_shipped.order_line_no
        group by order_lines.source_system, order_lines.order_id
    ),

    orders_described as (
        select
            headers.source_system,
            headers.order_id,
            coalesce(
                organizations_billed.company_code, only_company_codes_found.company_code
            ) as legal_entity_id,
            headers.customer_id,
            headers.currency,
            case
                when progress_judged.is_cancelled
                then 'cancelled'
                when progress_judged.is_shipped
                then 'shipped'
                else 'confirmed'
            end as status,
            headers.distribution_channel as channel,
            headers.created_by,
            cast(null as varchar) as credit_approved_by,
            headers.customer_order_number as external_order_id,
            headers.creation_date as order_date,
            cast(null as timestamp) as confirmed_at,
            cast(null as timestamp) as credit_checked_at,
            headers.updated_at,
            headers.source_file,
            headers.source_line,
            headers.batch_id,
            headers.extracted_at,
            headers.recorded_at,
            {{ known_at() }}
        from headers
        left join
            organizations_billed
            on headers.source_system = organizations_billed.source_system
            and headers.sales_organization = organizations_billed.sales_organization
        left join only_company_codes_found on headers.source_system = only_company_codes_found.source_system
        left join
            progress_judged
            on headers.source_system = progress_judged.source_system
            and headers.order_id = progress_judged.order_id
    )

select *
from orders_described
