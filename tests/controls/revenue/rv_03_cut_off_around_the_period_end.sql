{{ config(alias="rv_03", meta={"control_id": "RV-03"}) }}
-- Guards the cut-off, starting from the deliveries: goods shipped or billed within a few days of
-- a month end whose revenue, by accrual or by invoice, does not stand in the month of the ship
-- date.
with

    judged_ledgers as (select * from {{ ref("int_judged_ledgers") }}),

    goods as (select * from {{ ref("int_goods_revenue") }}),

    booked_revenue as (select * from {{ ref("int_booked_revenue") }}),

    shipments as (select * from {{ ref("int_shipments") }}),

    documents as (select * from {{ ref("int_ar_documents") }}),

    calendar_days as (select * from {{ ref("int_calendar_days") }}),

    as_of as (select * from {{ ref("int_as_of") }}),

    days_near_a_period_end as (
        select calendar_date
        from calendar_days
        where
            {{ days_between("calendar_date", "month_end_date") }} <= {{ tolerance_of("RV-03") }}
            or {{ days_between("month_start_date", "calendar_date") }} < {{ tolerance_of("RV-03") }}
    ),

    goods_delivered as (
        select goods.*, documents.document_date
        from goods
        cross join as_of
        inner join judged_ledgers on goods.legal_entity_id = judged_ledgers.legal_entity_id
        left join documents on goods.document_key = documents.document_key
        where goods.ship_date <= as_of.as_of and not goods.is_opening_item
    ),

    deliveries_judged as (
        select
            goods_delivered.legal_entity_id,
            shipments.shipment_id,
            goods_delivered.doc_id,
            goods_delivered.ship_date,
            goods_delivered.document_date,
            goods_delivered.billing_date,
            sum(goods_delivered.revenue) as revenue,
            min(shipments.source_system) as source_system,
            min(shipments.source_file) as source_file,
            min(shipments.source_line) as source_line
        from goods_delivered
        inner join shipments on goods_delivered.shipment_line_key = shipments.shipment_line_key
        where
            goods_delivered.ship_date in (select near.calendar_date from days_near_a_period_end as near)
            or goods_delivered.document_date
            in (select near.calendar_date from days_near_a_period_end as near)
            or goods_delivered.billing_date in (select near.calendar_date from days_near_a_period_end as near)
        group by
            goods_delivered.legal_entity_id,
            shipments.shipment_id,
            goods_delivered.doc_id,
            goods_delivered.ship_date,
            goods_delivered.document_date,
            goods_delivered.billing_date
        having sum(goods_delivered.revenue) <> 0
    ),

    journals_of_deliveries as (
        select
            deliveries_judged.legal_entity_id,
            deliveries_judged.shipment_id,
            deliveries_judged.doc_id,
            deliveries_judged.ship_date,
            booked_revenue.period,
            booked_revenue.posting_date,
            booked_revenue.revenue,
            booked_revenue.journal_id
        from deliveries_judged
        inner join
            booked_revenue
            on deliveries_judged.legal_entity_id = booked_revenue.legal_entity_id
            and booked_revenue.source_type = 'shipment'
            and deliveries_judged.shipment_id = booked_revenue.source_doc_id
        union all
        select
            deliveries_judged.legal_entity_id,
            deliveries_judged.shipment_id,
            deliveries_judged.doc_id,
            deliveries_judged.ship_date,
            booked_revenue.period,
            booked_revenue.posting_date,
            booked_revenue.revenue,
            booked_revenue.journal_id
        from deliveries_judged
        inner join
            booked_revenue
            on deliveries_judged.legal_entity_id = booked_revenue.legal_entity_id
            and booked_revenue.source_type = 'invoice'
            and deliveries_judged.doc_id = booked_revenue.source_doc_id
    ),

    journals_summed as (
        select
            legal_entity_id,
            shipment_id,
            doc_id,
            ship_date,
            sum(case when period = {{ period_of("ship_date") }} then revenue else 0 end) as revenue_in_month,
            min(posting_date) as revenue_date,
            min(journal_id) as journal_id
        from journals_of_deliveries
        group by legal_entity_id, shipment_id, doc_id, ship_date
    ),

    failing_rows as (
        select
            'RV-03' as control_id,
            {{ month_end("deliveries_judged.ship_date") }} as as_of,
            deliveries_judged.legal_entity_id,
            deliveries_judged.shipment_id || coalesce(' / ' || deliveries_judged.doc_id, '') as business_key,
            cast(abs(deliveries_judged.revenue) as decimal(18, 4)) as amount_at_risk,
            'revenue in ' || {{ period_of("deliveries_judged.ship_date") }} as expected,
            coalesce('revenue on ' || cast(journals_summed.revenue_date as string), 'no revenue') as actual,
            cast(- deliveries_judged.revenue as decimal(18, 4)) as difference,
            deliveries_judged.source_system,
            deliveries_judged.source_file,
            deliveries_judged.source_line,
            deliveries_judged.ship_date,
            deliveries_judged.document_date,
            deliveries_judged.billing_date,
            journals_summed.revenue_date,
            journals_summed.journal_id,
            {{ period_of("deliveries_judged.ship_date") }} as period
        from deliveries_judged
        left join
            journals_summed
            on deliveries_judged.legal_entity_id = journals_summed.legal_entity_id
            and deliveries_judged.shipment_id = journals_summed.shipment_id
            and deliveries_judged.doc_id is not distinct from journals_summed.doc_id
            and deliveries_judged.ship_date = journals_summed.ship_date
        where
            coalesce(journals_summed.revenue_in_month, 0) = 0
            -- what was billed on its day and is not booked at all lacks its journal: GL-03
            and (
                journals_summed.shipment_id is not null
                or deliveries_judged.billing_date is null
                or deliveries_judged.billing_date > deliveries_judged.ship_date
            )
    )

select *
from failing_rows
