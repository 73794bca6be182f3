-- The net of every billed line (credit memos left out) cut into the parts that revenue rules treat
-- alike, summing to the line's functional net: `accrued` clears what was recognised at delivery,
-- `on_delivery` waits for the delivery, `over_time` for the months of its service period, `at_once`
-- is recognised with the document.
with

    document_lines as (select * from {{ ref("int_ar_document_lines") }}),

    documents as (select * from {{ ref("int_ar_documents") }}),

    products as (select * from {{ ref("int_products") }}),

    fulfilments as (select * from {{ ref("int_fulfilments") }}),

    billed_lines as (
        select
            document_lines.*,
            documents.legal_entity_id as document_entity_id,
            documents.posting_date,
            documents.is_opening_item,
            documents.functional_minor_units,
            products.revenue_account_id,
            {{ translate("document_lines.net", "documents.fx_rate", "documents.functional_minor_units") }}
            as net_functional,
            document_lines.service_start is not null
            and document_lines.service_end is not null as is_over_time
        from document_lines
        inner join documents on document_lines.document_key = documents.document_key
        left join products on document_lines.product_key = products.product_key
        where documents.doc_type <> 'credit_memo'
    ),

    fulfilments_of_lines as (
        select
            fulfilments.document_line_key,
            fulfilments.shipment_line_key,
            fulfilments.ship_date,
            fulfilments.quantity,
            case
                when fulfilments.ship_date is null or fulfilments.ship_date > fulfilments.billing_date
                then 'on_delivery'
                when fulfilments.ship_date < fulfilments.billing_date
                then 'accrued'
                else 'at_once'
            end as part,
            sum(fulfilments.quantity) over (
                partition by fulfilments.document_line_key
                order by fulfilments.ship_date nulls last, fulfilments.shipment_line_key
                rows between unbounded preceding and current row
            ) as quantity_until
        from fulfilments
        where fulfilments.document_line_key is not null
    ),

    parts_valued as (
        select
            billed_lines.*,
            case
                when billed_lines.is_over_time
                then 'over_time'
                else coalesce(fulfilments_of_lines.part, 'at_once')
            end as part,
            fulfilments_of_lines.shipment_line_key,
            fulfilments_of_lines.ship_date,
            case
                when
                    fulfilments_of_lines.document_line_key is null
                    or billed_lines.is_over_time
                    -- nearly every line is delivered in one piece; dividing those too took 3 s per million
                    or billed_lines.quantity = fulfilments_of_lines.quantity
                then billed_lines.net_functional
                else
                    {{
                        divide_money(
                            times("billed_lines.net_functional", "fulfilments_of_lines.quantity_until"),
                            "billed_lines.quantity",
                            "billed_lines.functional_minor_units",
                        )
                    }}
                    - {{
                        divide_money(
                            times(
                                "billed_lines.net_functional",
                                "(fulfilments_of_lines.quantity_until - fulfilments_of_lines.quantity)",
                            ),
                            "billed_lines.quantity",
                            "billed_lines.functional_minor_units",
                        )
                    }}
            end as part_functional
        from billed_lines
        left join
            fulfilments_of_lines
            on billed_lines.document_line_key = fulfilments_of_lines.document_line_key
            and not billed_lines.is_over_time
    ),

    columns_chosen as (
        select
            document_line_key,
            document_key,
            source_system,
            doc_id,
            line_no,
            document_entity_id as legal_entity_id,
            order_line_key,
            shipment_line_key,
            revenue_account_id,
            part,
            part_functional,
            net_functional,
            functional_minor_units,
            is_opening_item,
            service_start,
            service_end,
            posting_date,
            ship_date
        from parts_valued
    )

select *
from columns_chosen
