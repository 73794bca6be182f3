with

    invoice_lines as ({{ union_kinds("invoice_lines") }}),

    documents as (select * from {{ ref("int_ar_documents") }}),

    document_references as ({{ resolved_references(ref("int_ar_documents"), "doc_id", "document_key") }}),

    order_references as ({{ resolved_references(ref("int_orders"), "order_id", "order_key") }}),

    product_references as ({{ resolved_references(ref("int_products"), "product_id", "product_key") }}),

    lines_keyed as (
        select
            invoice_lines.source_system
            || ':'
            || invoice_lines.doc_id
            || ':'
            || invoice_lines.line_no as document_line_key,
            document_references.document_key,
            invoice_lines.source_system,
            invoice_lines.doc_id,
            invoice_lines.line_no,
            documents.legal_entity_id,
            documents.doc_type,
            invoice_lines.order_id,
            order_references.order_key,
            invoice_lines.order_line_no,
            order_references.order_key || ':' || invoice_lines.order_line_no as order_line_key,
            invoice_lines.product_id,
            product_references.product_key,
            documents.minor_units,
            invoice_lines.quantity,
            invoice_lines.unit_price,
            coalesce(
                invoice_lines.net_amount,
                {{
                    translate(
                        "invoice_lines.quantity",
                        "invoice_lines.unit_price",
                        "coalesce(documents.minor_units, 2)",
                    )
                }}
            ) as net,
            invoice_lines.tax_rate,
            invoice_lines.service_start,
            invoice_lines.service_end,
            {{ lineage("invoice_lines") }}
        from invoice_lines
        left join
            document_references
            on invoice_lines.source_system = document_references.referring_source
            and invoice_lines.doc_id = document_references.doc_id
        left join documents on document_references.document_key = documents.document_key
        left join
            order_references
            on invoice_lines.source_system = order_references.referring_source
            and invoice_lines.order_id = order_references.order_id
        left join
            product_references
            on invoice_lines.source_system = product_references.referring_source
            and invoice_lines.product_id = product_references.product_id
    )

select *
from lines_keyed
