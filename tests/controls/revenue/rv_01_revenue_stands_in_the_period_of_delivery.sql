{{ config(alias="rv_01", meta={"control_id": "RV-01"}) }}
-- Guards the month in which revenue on goods is shown, starting from what is booked: revenue
-- dated before its delivery, in another month than it, or without one. A journal of a delivery
-- belongs to the ship date. An invoice may carry revenue for what was delivered in the same month
-- by then, for what is no delivery, and the rest of a price beyond what the delivery accrued.
with

    judged_ledgers as (select * from {{ ref("int_judged_ledgers") }}),

    booked_revenue as (select * from {{ ref("int_booked_revenue") }}),

    goods as (select * from {{ ref("int_goods_revenue") }}),

    billed_parts as (select * from {{ ref("int_billed_parts") }}),

    shipments as (select * from {{ ref("int_shipments") }}),

    documented_types as (select * from {{ ref("int_documented_source_types") }}),

    booked_by_period as (
        select
            legal_entity_id,
            source_type,
            source_doc_id,
            period,
            sum(revenue) as revenue,
            min(posting_date) as first_posting_date,
            max(posting_date) as last_posting_date,
            min(journal_id) as journal_id,
            min(account_id) as account_id,
            min(source_system) as source_system,
            min(source_file) as source_file,
            min(source_line) as source_line
        from booked_revenue
        where source_doc_id is not null
        group by legal_entity_id, source_type, source_doc_id, period
        having sum(revenue) <> 0
    ),

    shipments_dated as (
        select legal_entity_id, shipment_id, min(ship_date) as ship_date
        from shipments
        group by legal_entity_id, shipment_id
    ),

    deliveries_compared as (
        select booked_by_period.*, shipments_dated.ship_date, booked_by_period.revenue as revenue_outside
        from booked_by_period
        inner join documented_types on booked_by_period.source_type = documented_types.source_type
        left join
            shipments_dated
            on booked_by_period.legal_entity_id = shipments_dated.legal_entity_id
            and booked_by_period.source_doc_id = shipments_dated.shipment_id
        where
            booked_by_period.source_type = 'shipment'
            and documented_types.is_delivered
            and (
                shipments_dated.ship_date is null
                or booked_by_period.first_posting_date < shipments_dated.ship_date
                or booked_by_period.period <> {{ period_of("shipments_dated.ship_date") }}
            )
    ),

    revenue_of_no_delivery as (
        select legal_entity_id, doc_id, sum(part_functional) as revenue
        from billed_parts
        where part = 'at_once' and shipment_line_key is null
        group by legal_entity_id, doc_id
    ),

    invoices_compared as (
        select
            booked_by_period.legal_entity_id,
            booked_by_period.source_doc_id,
            booked_by_period.period,
            max(booked_by_period.revenue) as revenue,
            max(booked_by_period.last_posting_date) as last_posting_date,
            coalesce(max(revenue_of_no_delivery.revenue), 0) + sum(
                case
                    when
                        booked_by_period.period = {{ period_of("goods.ship_date") }}
                        and booked_by_period.last_posting_date >= goods.ship_date
                    then goods.revenue
                    when goods.part = 'accrued'
                    then goods.revenue - goods.accrued
                    else 0
                end
            ) as revenue_inside,
            -- the delivery that is furthest from the month, or none
            case
                when count(*) > count(goods.ship_date)
                then cast(null as date)
                else
                    max(
                        case
                            when
                                booked_by_period.period <> {{ period_of("goods.ship_date") }}
                                or booked_by_period.last_posting_date < goods.ship_date
                            then goods.ship_date
                        end
                    )
            end as ship_date,
            count(
                case
                    when
                        booked_by_period.period = {{ period_of("goods.ship_date") }}
                        and booked_by_period.last_posting_date >= goods.ship_date
                    then 1
                end
            ) as deliveries_inside,
            count(*) as deliveries
        from booked_by_period
        inner join
            goods
            on booked_by_period.legal_entity_id = goods.legal_entity_id
            and booked_by_period.source_doc_id = goods.doc_id
        left join
            revenue_of_no_delivery
            on booked_by_period.legal_entity_id = revenue_of_no_delivery.legal_entity_id
            and booked_by_period.source_doc_id = revenue_of_no_delivery.doc_id
        where booked_by_period.source_type = 'invoice'
        group by booked_by_period.legal_entity_id, booked_by_period.source_doc_id, booked_by_period.period
    ),

    invoices_in_question as (
        -- what a journal line is off by rounding is a matter of GL-04
        select *, revenue - revenue_inside as revenue_outside
        from invoices_compared
        where deliveries_inside < deliveries and revenue - revenue_inside > {{ tolerance_of("GL-04") }}
    ),

    deliveries_of_other_invoices as (
        -- where two invoices claim one delivery and one of them is booked, the delivery is that one's
        select
            invoices_in_question.legal_entity_id,
            invoices_in_question.source_doc_id,
            invoices_in_question.period,
            sum(other_goods.revenue) as revenue
        from invoices_in_question
        inner join
            (select distinct legal_entity_id, doc_id, order_line_key from goods) as order_lines
            on invoices_in_question.legal_entity_id = order_lines.legal_entity_id
            and invoices_in_question.source_doc_id = order_lines.doc_id
        inner join
            goods as other_goods
            on order_lines.order_line_key = other_goods.order_line_key
            and order_lines.doc_id <> other_goods.doc_id
            and invoices_in_question.period = {{ period_of("other_goods.ship_date") }}
            and invoices_in_question.last_posting_date >= other_goods.ship_date
        left join
            booked_by_period
            on other_goods.legal_entity_id = booked_by_period.legal_entity_id
            and other_goods.doc_id = booked_by_period.source_doc_id
            and booked_by_period.source_type = 'invoice'
        where booked_by_period.source_doc_id is null
        group by
            invoices_in_question.legal_entity_id,
            invoices_in_question.source_doc_id,
            invoices_in_question.period
    ),

    invoices_found as (
        select
            invoices_in_question.legal_entity_id,
            invoices_in_question.source_doc_id,
            invoices_in_question.period,
            invoices_in_question.ship_date,
            invoices_in_question.revenue_outside
            - coalesce(deliveries_of_other_invoices.revenue, 0) as revenue_outside
        from invoices_in_question
        left join
            deliveries_of_other_invoices
            on invoices_in_question.legal_entity_id = deliveries_of_other_invoices.legal_entity_id
            and invoices_in_question.source_doc_id = deliveries_of_other_invoices.source_doc_id
            and invoices_in_question.period = deliveries_of_other_invoices.period
    ),

    findings_unioned as (
        select
            legal_entity_id,
            source_type,
            source_doc_id,
            journal_id,
            account_id,
            period,
            first_posting_date as revenue_date,
            ship_date,
            revenue_outside,
            source_system,
            source_file,
            source_line
        from deliveries_compared
        union all
        select
            booked_by_period.legal_entity_id,
            booked_by_period.source_type,
            booked_by_period.source_doc_id,
            booked_by_period.journal_id,
            booked_by_period.account_id,
            booked_by_period.period,
            booked_by_period.last_posting_date as revenue_date,
            invoices_found.ship_date,
            invoices_found.revenue_outside,
            booked_by_period.source_system,
            booked_by_period.source_file,
            booked_by_period.source_line
        from invoices_found
        inner join
            booked_by_period
            on invoices_found.legal_entity_id = booked_by_period.legal_entity_id
            and invoices_found.source_doc_id = booked_by_period.source_doc_id
            and invoices_found.period = booked_by_period.period
            and booked_by_period.source_type = 'invoice'
        where invoices_found.revenue_outside > {{ tolerance_of("GL-04") }}
    ),

    failing_rows as (
        select
            'RV-01' as control_id,
            findings_unioned.revenue_date as as_of,
            findings_unioned.legal_entity_id,
            findings_unioned.source_doc_id as business_key,
            cast(abs(findings_unioned.revenue_outside) as decimal(18, 4)) as amount_at_risk,
            coalesce(
                'delivered on ' || cast(findings_unioned.ship_date as string), 'not delivered'
            ) as expected,
            'revenue on ' || cast(findings_unioned.revenue_date as string) as actual,
            cast(findings_unioned.revenue_outside as decimal(18, 4)) as difference,
            findings_unioned.source_system,
            findings_unioned.source_file,
            findings_unioned.source_line,
            case
                when findings_unioned.ship_date is null
                then 'without delivery'
                when findings_unioned.revenue_date < findings_unioned.ship_date
                then 'before delivery'
                else 'after the month of delivery'
            end as cause,
            findings_unioned.source_type,
            findings_unioned.journal_id,
            findings_unioned.account_id,
            findings_unioned.period,
            findings_unioned.revenue_date,
            findings_unioned.ship_date
        from findings_unioned
        inner join judged_ledgers on findings_unioned.legal_entity_id = judged_ledgers.legal_entity_id
    )

select *
from failing_rows
