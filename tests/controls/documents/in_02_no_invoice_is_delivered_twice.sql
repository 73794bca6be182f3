{{ config(alias="in_02", meta={"control_id": "IN-02"}) }}
-- depends_on: {{ ref("int_control_settings") }}
-- Guards against billing the same thing twice, and against a number that two documents carry. Two
-- invoices bill the same where they name the same customer, order line and quantity, and the same
-- shipment, or the same service period, or, with neither, the same date. Where one of them names no
-- shipment although the goods were delivered, the month decides, unless the line has a delivery of
-- that quantity for each of them. What a credit memo cancelled is not billed. Legal numbers are those
-- of an entity, whichever source wrote them.
with

    documents as (select * from {{ ref("int_ar_documents") }}),

    document_lines as (select * from {{ ref("int_ar_document_lines") }}),

    billed_quantities as (select * from {{ ref("int_billed_quantities") }}),

    order_lines as (select * from {{ ref("int_order_line_terms") }}),

    shipments as (select * from {{ ref("int_shipments") }}),

    as_of as (select * from {{ ref("int_as_of") }}),

    deliveries_counted as (
        select shipments.order_line_key, shipments.quantity, count(*) as deliveries
        from shipments
        inner join as_of on shipments.ship_date <= as_of.as_of
        where shipments.quantity > 0
        group by shipments.order_line_key, shipments.quantity
    ),

    lines_with_deliveries as (select distinct order_line_key from deliveries_counted),

    lines_billed_again as (
        select order_line_key
        from billed_quantities
        where quantity > 0
        group by order_line_key
        having count(*) > 1
    ),

    parts_billed as (
        select
            documents.document_key,
            documents.legal_entity_id,
            coalesce(documents.customer_key, documents.customer_id) as customer,
            document_lines.order_line_key,
            documents.shipment_id,
            document_lines.service_start,
            document_lines.service_end,
            coalesce(documents.document_date, documents.posting_date) as document_date,
            sum(document_lines.quantity) as quantity
        from document_lines
        inner join documents on document_lines.document_key = documents.document_key
        inner join
            billed_quantities
            on document_lines.document_key = billed_quantities.document_key
            and document_lines.order_line_key = billed_quantities.order_line_key
        inner join lines_billed_again on document_lines.order_line_key = lines_billed_again.order_line_key
        where documents.doc_type = 'invoice' and billed_quantities.quantity > 0
        group by
            documents.document_key,
            documents.legal_entity_id,
            documents.customer_key,
            documents.customer_id,
            document_lines.order_line_key,
            documents.shipment_id,
            document_lines.service_start,
            document_lines.service_end,
            documents.document_date,
            documents.posting_date
    ),

    parts_described as (
        select
            parts_billed.*,
            coalesce(order_lines.business_key, parts_billed.order_line_key) as order_line_id,
            {{ period_of("parts_billed.document_date") }} as document_month,
            parts_billed.service_start is not null and parts_billed.service_end is not null as is_over_time,
            lines_with_deliveries.order_line_key is not null and order_lines.is_goods as is_delivered_goods,
            coalesce(deliveries_counted.deliveries, 0) as deliveries
        from parts_billed
        left join order_lines on parts_billed.order_line_key = order_lines.order_line_key
        left join lines_with_deliveries on parts_billed.order_line_key = lines_with_deliveries.order_line_key
        left join
            deliveries_counted
            on parts_billed.order_line_key = deliveries_counted.order_line_key
            and parts_billed.quantity = deliveries_counted.quantity
    ),

    occasions_named as (
        select *, 'shipment ' || shipment_id as occasion, cast(1 as bigint) as occasions
        from parts_described
        where shipment_id is not null and not is_over_time
        union all
        select
            *,
            cast(service_start as string) || ' to ' || cast(service_end as string) as occasion,
            cast(1 as bigint) as occasions
        from parts_described
        where is_over_time
        union all
        -- with or without a shipment: each may be for a delivery of its own
        select *, 'month ' || document_month as occasion, greatest(deliveries, 1) as occasions
        from parts_described
        where is_delivered_goods and not is_over_time
        union all
        select *, cast(document_date as string) as occasion, cast(1 as bigint) as occasions
        from parts_described
        where shipment_id is null and not is_over_time and not coalesce(is_delivered_goods, false)
    ),

    occasions_counted as (
        select
            *,
            count(*) over same_parts as times_billed,
            count(case when shipment_id is null then 1 end) over same_parts as times_without_shipment,
            min(document_key) over same_parts as first_document_key,
            max(document_key) over same_parts as last_document_key
        from occasions_named
        window same_parts as (partition by legal_entity_id, customer, order_line_key, quantity, occasion)
    ),

    repeated_parts as (
        select
            document_key,
            'billed already' as cause,
            'order line ' || min(order_line_id) || ', ' || min(occasion) as what,
            min(
                case when document_key = first_document_key then last_document_key else first_document_key end
            ) as other_document_key
        from occasions_counted
        where
            times_billed > occasions and (substring(occasion, 1, 6) <> 'month ' or times_without_shipment > 0)
        group by document_key
    ),

    numbers_used_again as (
        select
            documents.legal_entity_id,
            documents.doc_id,
            min(documents.document_key) as first_document_key,
            max(documents.document_key) as last_document_key
        from documents
        inner join as_of on documents.posting_date <= as_of.as_of
        group by documents.legal_entity_id, documents.doc_id
        having count(*) > 1
    ),

    repeated_numbers as (
        select
            documents.document_key,
            'number used already' as cause,
            'number ' || documents.doc_id as what,
            case
                when documents.document_key = numbers_used_again.first_document_key
                then numbers_used_again.last_document_key
                else numbers_used_again.first_document_key
            end as other_document_key
        from documents
        inner join as_of on documents.posting_date <= as_of.as_of
        inner join
            numbers_used_again
            on documents.legal_entity_id = numbers_used_again.legal_entity_id
            and documents.doc_id = numbers_used_again.doc_id
    ),

    repetitions_unioned as (
        select *
        from repeated_parts
        union all
        select *
        from repeated_numbers
    ),

    failing_rows as (
        select
            'IN-02' as control_id,
            as_of.as_of,
            documents.legal_entity_id,
            documents.doc_id as business_key,
            abs(coalesce(documents.gross_functional, documents.net_functional)) as amount_at_risk,
            'one invoice for ' || found.what as expected,
            'also ' || others.doc_id || ' of ' || others.source_system as actual,
            cast(null as decimal(18, 4)) as difference,
            documents.source_system,
            documents.source_file,
            documents.source_line,
            found.cause,
            documents.customer_id,
            others.doc_id as other_doc_id
        from repetitions_unioned as found
        cross join as_of
        inner join documents on found.document_key = documents.document_key
        inner join documents as others on found.other_document_key = others.document_key
    )

select *
from failing_rows
