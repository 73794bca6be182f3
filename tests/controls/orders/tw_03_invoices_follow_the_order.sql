{{ config(alias="tw_03", meta={"control_id": "TW-03"}) }}
-- Guards against bills that differ from what was ordered: the customer will not pay them, or should
-- not. Corrections of a price are exempt; goods returned may be credited at less than the order's
-- price, not at more. A customer of the same family may get the bill; one that cannot be resolved is a
-- finding of RI-01. Where a source states nets and prices follow from them, the net decides, to one
-- minor unit. Order lines carry no tax code.
with

    documents as (select * from {{ ref("int_ar_documents") }}),

    document_lines as (select * from {{ ref("int_ar_document_lines") }}),

    billed_quantities as (select * from {{ ref("int_billed_quantities") }}),

    order_lines as (select * from {{ ref("int_order_line_terms") }}),

    shipments as (select * from {{ ref("int_shipments") }}),

    families as (select * from {{ ref("int_customer_families") }}),

    as_of as (select * from {{ ref("int_as_of") }}),

    staged_lines as ({{ union_kinds("invoice_lines") }}),

    sources_stating_nets as (select distinct source_system from staged_lines where net_amount is not null),

    returns as (
        select distinct order_line_key, shipment_id
        from shipments
        where quantity < 0 and order_line_key is not null
    ),

    lines_that_differ as (
        select
            document_lines.document_key,
            document_lines.doc_id,
            document_lines.line_no,
            document_lines.order_line_key,
            document_lines.legal_entity_id,
            document_lines.quantity,
            document_lines.unit_price,
            document_lines.net,
            document_lines.minor_units,
            document_lines.source_system,
            document_lines.source_file,
            document_lines.source_line,
            documents.doc_type,
            documents.shipment_id,
            documents.currency,
            documents.customer_id,
            documents.customer_key,
            documents.fx_rate,
            documents.functional_minor_units,
            order_lines.business_key as order_line_id,
            order_lines.unit_price as order_price,
            order_lines.currency as order_currency,
            order_lines.customer_id as order_customer_id,
            order_lines.customer_key as order_customer_key
        from document_lines
        inner join documents on document_lines.document_key = documents.document_key
        inner join order_lines on document_lines.order_line_key = order_lines.order_line_key
        inner join as_of on documents.posting_date <= as_of.as_of
        where
            document_lines.unit_price <> order_lines.unit_price
            or documents.currency <> order_lines.currency
            or documents.customer_key <> order_lines.customer_key
    ),

    lines_judged as (
        select
            lines_that_differ.*,
            lines_that_differ.doc_type = 'credit_memo' as is_return,
            families.family_key,
            order_families.family_key as order_family_key,
            abs(lines_that_differ.unit_price) - lines_that_differ.order_price as price_difference,
            sources_stating_nets.source_system is not null as is_price_derived,
            abs(
                abs(lines_that_differ.net)
                - {{ times("abs(lines_that_differ.quantity)", "lines_that_differ.order_price") }}
            ) as net_difference,
            case lines_that_differ.minor_units when 0 then 1 when 3 then 0.001 else 0.01 end as minor_unit
        from lines_that_differ
        left join
            billed_quantities
            on lines_that_differ.document_key = billed_quantities.document_key
            and lines_that_differ.order_line_key = billed_quantities.order_line_key
        left join
            returns
            on lines_that_differ.order_line_key = returns.order_line_key
            and lines_that_differ.shipment_id = returns.shipment_id
        left join families on lines_that_differ.customer_key = families.customer_key
        left join
            families as order_families on lines_that_differ.order_customer_key = order_families.customer_key
        left join sources_stating_nets on lines_that_differ.source_system = sources_stating_nets.source_system
        where
            billed_quantities.quantity > 0
            or (lines_that_differ.doc_type = 'credit_memo' and returns.shipment_id is not null)
    ),

    differences_found as (
        select
            *,
            'price' as attribute,
            cast(order_price as string) as expected,
            cast(unit_price as string) as actual
        from lines_judged
        where
            currency = order_currency
            and (
                price_difference > {{ tolerance_of("TW-03") }}
                or (not is_return and price_difference < - {{ tolerance_of("TW-03") }})
            )
            and (not is_price_derived or net_difference > minor_unit)
        union all
        select *, 'currency' as attribute, order_currency as expected, currency as actual
        from lines_judged
        where currency <> order_currency
        union all
        select *, 'customer' as attribute, order_customer_id as expected, customer_id as actual
        from lines_judged
        where family_key <> order_family_key
    ),

    failing_rows as (
        select
            'TW-03' as control_id,
            as_of.as_of,
            found.legal_entity_id,
            found.doc_id || ' / ' || found.line_no as business_key,
            {{
                translate(
                    "case when found.attribute = 'price' then found.net_difference else abs(found.net) end",
                    "found.fx_rate",
                    "found.functional_minor_units",
                )
            }} as amount_at_risk,
            found.expected,
            found.actual,
            cast(
                case when found.attribute = 'price' then found.price_difference end as decimal(18, 6)
            ) as difference,
            found.source_system,
            found.source_file,
            found.source_line,
            found.attribute,
            found.order_line_id
        from differences_found as found
        cross join as_of
    )

select *
from failing_rows
