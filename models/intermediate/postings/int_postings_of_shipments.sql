-- Debit cost of goods sold, credit inventory: at delivery, unit cost x quantity; a return is the
-- mirror image.
-- Debit contract asset, credit revenue: delivered, not yet billed.
-- Debit contract liability, credit revenue: billed before, delivered now.
-- A view, since int_expected_postings alone reads it, and stores it.
{{ config(materialized="view") }}

with

    shipments as (select * from {{ ref("fct_shipments") }}),

    legal_entities as (select * from {{ ref("int_legal_entities") }}),

    accruals as (select * from {{ ref("int_delivery_accruals") }}),

    billed_parts as (select * from {{ ref("int_billed_parts") }}),

    costs_posted as (
        select
            case when shipments.quantity < 0 then 'B2-08' else 'B2-02' end as rule_id,
            shipments.source_system,
            shipments.shipment_id,
            shipments.legal_entity_id,
            shipments.ship_date,
            sides.role,
            cast(null as string) as account_id,
            shipments.cost_functional * sides.side as amount
        from shipments
        inner join legal_entities on shipments.legal_entity_id = legal_entities.legal_entity_id
        cross join
            (
                select 'cogs' as role, 1 as side
                union all
                select 'inventory' as role, -1 as side
            ) as sides
        where shipments.cost_functional is not null and not {{ is_opening_item("shipments.ship_date") }}
    ),

    accruals_posted as (
        select
            'B2-04' as rule_id,
            source_system,
            shipment_id,
            legal_entity_id,
            ship_date,
            'unbilled' as role,
            cast(null as string) as account_id,
            accrued_functional as amount
        from accruals
        where not is_opening_item
        union all
        select
            'B2-04' as rule_id,
            source_system,
            shipment_id,
            legal_entity_id,
            ship_date,
            'revenue' as role,
            revenue_account_id as account_id,
            - accrued_functional as amount
        from accruals
        where not is_opening_item
    ),

    deliveries_of_billed_goods as (
        select
            'B2-07' as rule_id,
            shipments.source_system,
            shipments.shipment_id,
            shipments.legal_entity_id,
            shipments.ship_date,
            sides.role,
            case sides.role when 'revenue' then billed_parts.revenue_account_id end as account_id,
            billed_parts.part_functional * sides.side as amount
        from billed_parts
        inner join shipments on billed_parts.shipment_line_key = shipments.shipment_line_key
        inner join legal_entities on shipments.legal_entity_id = legal_entities.legal_entity_id
        cross join
            (
                select 'deferred' as role, 1 as side
                union all
                select 'revenue' as role, -1 as side
            ) as sides
        where billed_parts.part = 'on_delivery' and not {{ is_opening_item("shipments.ship_date") }}
    ),

    postings_unioned as (
        select *
        from costs_posted
        union all
        select *
        from accruals_posted
        union all
        select *
        from deliveries_of_billed_goods
    ),

    postings_named as (
        select
            rule_id,
            source_system,
            'shipment' as source_type,
            shipment_id as source_doc_id,
            legal_entity_id,
            role,
            account_id,
            amount,
            ship_date as posting_date
        from postings_unioned
    )

select *
from postings_named
