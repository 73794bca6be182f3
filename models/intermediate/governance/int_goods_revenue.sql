-- The revenue on each quantity of goods that was delivered, billed or both: what it comes to,
-- what of it was accrued at delivery, and the dates on which it was shipped and billed. A view:
-- each control asks for another small part of it.
{{ config(materialized="view") }}

with

    billed_parts as (select * from {{ ref("int_billed_parts") }}),

    accruals as (select * from {{ ref("int_delivery_accruals") }}),

    goods_unioned as (
        select
            legal_entity_id,
            order_line_key,
            shipment_line_key,
            document_key,
            doc_id,
            part,
            part_functional as revenue,
            cast(0 as decimal(18, 4)) as accrued,
            is_opening_item,
            ship_date,
            posting_date as billing_date
        from billed_parts
        where part = 'on_delivery' or (part = 'at_once' and shipment_line_key is not null)
        union all
        select
            accruals.legal_entity_id,
            accruals.order_line_key,
            accruals.shipment_line_key,
            accruals.document_key,
            billed_parts.doc_id,
            'accrued' as part,
            coalesce(billed_parts.part_functional, accruals.accrued_functional, 0) as revenue,
            coalesce(accruals.accrued_functional, 0) as accrued,
            accruals.is_opening_item or coalesce(billed_parts.is_opening_item, false) as is_opening_item,
            accruals.ship_date,
            accruals.billing_date
        from accruals
        left join
            billed_parts
            on accruals.document_line_key = billed_parts.document_line_key
            and accruals.shipment_line_key = billed_parts.shipment_line_key
            and billed_parts.part = 'accrued'
    )

select *
from goods_unioned
