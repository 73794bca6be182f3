{{ config(alias="cl_03", meta={"control_id": "CL-03"}) }}
-- Guards the month of delivery where the invoice is posted in a later one: legal, but only an
-- accrual at delivery keeps the revenue in its month. Judged are goods; services have no accrual
-- in the posting rules.
with

    judged_ledgers as (select * from {{ ref("int_judged_ledgers") }}),

    goods as (select * from {{ ref("int_goods_revenue") }}),

    shipments as (select * from {{ ref("int_shipments") }}),

    documents as (select * from {{ ref("int_ar_documents") }}),

    journal_lines as (select * from {{ ref("int_journal_lines") }}),

    role_accounts as (select * from {{ ref("int_role_accounts") }}),

    as_of as (select * from {{ ref("int_as_of") }}),

    accruals_called_for as (
        -- what a shipment accrues, and how much of it was billed in a later month
        select
            goods.legal_entity_id,
            shipments.shipment_id,
            {{ period_of("goods.ship_date") }} as period,
            sum(goods.accrued) as accrued,
            sum(
                case
                    when
                        goods.billing_date <= as_of.as_of
                        and {{ month_start("goods.billing_date") }} > goods.ship_date
                    then goods.accrued
                    else 0
                end
            ) as billed_late
        from goods
        cross join as_of
        inner join judged_ledgers on goods.legal_entity_id = judged_ledgers.legal_entity_id
        inner join
            role_accounts
            on goods.legal_entity_id = role_accounts.legal_entity_id
            and role_accounts.control_of = 'unbilled'
            and not role_accounts.is_assumed
        inner join shipments on goods.shipment_line_key = shipments.shipment_line_key
        where goods.part = 'accrued' and not goods.is_opening_item
        group by goods.legal_entity_id, shipments.shipment_id, {{ period_of("goods.ship_date") }}
    ),

    accruals_booked as (
        select legal_entity_id, source_doc_id as shipment_id, period, sum(amount) as booked
        from journal_lines
        where control_of = 'unbilled' and source_type = 'shipment'
        group by legal_entity_id, source_doc_id, period
    ),

    shipments_not_accrued as (
        select
            accruals_called_for.legal_entity_id,
            accruals_called_for.shipment_id,
            accruals_called_for.period,
            coalesce(accruals_booked.booked, 0) as booked,
            accruals_called_for.accrued - coalesce(accruals_booked.booked, 0) as unaccrued
        from accruals_called_for
        left join
            accruals_booked
            on accruals_called_for.legal_entity_id = accruals_booked.legal_entity_id
            and accruals_called_for.shipment_id = accruals_booked.shipment_id
            and accruals_called_for.period = accruals_booked.period
        where
            accruals_called_for.billed_late <> 0
            and accruals_called_for.accrued - coalesce(accruals_booked.booked, 0)
            > {{ tolerance_of("CL-03") }}
    ),

    late_postings as (
        select
            shipments_not_accrued.legal_entity_id,
            shipments_not_accrued.shipment_id,
            shipments_not_accrued.period,
            shipments_not_accrued.booked,
            shipments_not_accrued.unaccrued,
            goods.doc_id,
            goods.ship_date,
            goods.billing_date,
            max(documents.document_date) as document_date,
            sum(goods.accrued) as value,
            min(shipments.source_system) as source_system,
            min(shipments.source_file) as source_file,
            min(shipments.source_line) as source_line
        from shipments_not_accrued
        cross join as_of
        inner join
            shipments
            on shipments_not_accrued.legal_entity_id = shipments.legal_entity_id
            and shipments_not_accrued.shipment_id = shipments.shipment_id
        inner join goods on shipments.shipment_line_key = goods.shipment_line_key
        left join documents on goods.document_key = documents.document_key
        where
            goods.part = 'accrued'
            and goods.billing_date <= as_of.as_of
            and {{ month_start("goods.billing_date") }} > goods.ship_date
        group by
            shipments_not_accrued.legal_entity_id,
            shipments_not_accrued.shipment_id,
            shipments_not_accrued.period,
            shipments_not_accrued.booked,
            shipments_not_accrued.unaccrued,
            goods.doc_id,
            goods.ship_date,
            goods.billing_date
    ),

    failing_rows as (
        select
            'CL-03' as control_id,
            {{ month_end("ship_date") }} as as_of,
            legal_entity_id,
            doc_id as business_key,
            cast(least(unaccrued, abs(value)) as decimal(18, 4)) as amount_at_risk,
            'accrued in ' || period as expected,
            case
                when booked = 0 then 'not accrued' else 'accrued with ' || cast(booked as string)
            end as actual,
            cast(- least(unaccrued, abs(value)) as decimal(18, 4)) as difference,
            source_system,
            source_file,
            source_line,
            shipment_id,
            cast(value as decimal(18, 4)) as value,
            ship_date,
            document_date,
            billing_date,
            {{ days_between("ship_date", "billing_date") }} as days_late,
            period
        from late_postings
    )

select *
from failing_rows
