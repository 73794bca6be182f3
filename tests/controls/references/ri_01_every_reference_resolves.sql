{{ config(alias="ri_01", meta={"control_id": "RI-01"}) }}
-- depends_on: {{ ref("int_control_settings") }}
-- Guards every join of the marts: an orphan drops out of a join, or stands alone in a report,
-- without a word.
with

    shipments as (
        select distinct source_system, shipment_id, source_system || ':' || shipment_id as shipment_key
        from {{ ref("int_shipments") }}
    ),

    shipment_references as ({{ resolved_references("shipments", "shipment_id", "shipment_key") }}),

    lines_without_order_line as (
        select
            'int_shipments.order_line_no' as reference,
            shipment_lines.source_system,
            shipment_lines.source_file,
            shipment_lines.source_line,
            shipment_lines.legal_entity_id,
            shipment_lines.shipment_id as business_key,
            shipment_lines.order_id || ' / ' || shipment_lines.order_line_no as missing_parent,
            cast(null as decimal(18, 4)) as amount_at_risk
        from {{ ref("int_shipments") }} as shipment_lines
        left join
            {{ ref("int_order_lines") }} as order_lines
            on shipment_lines.order_key = order_lines.order_key
            and shipment_lines.order_line_no = order_lines.line_no
        where
            shipment_lines.order_key is not null
            and order_lines.order_line_key is null
            and exists (select 1 from {{ ref("int_order_lines") }})
        union all
        select
            'int_ar_document_lines.order_line_no' as reference,
            document_lines.source_system,
            document_lines.source_file,
            document_lines.source_line,
            document_lines.legal_entity_id,
            document_lines.doc_id || ' / ' || document_lines.line_no as business_key,
            document_lines.order_id || ' / ' || document_lines.order_line_no as missing_parent,
            cast(document_lines.net as decimal(18, 4)) as amount_at_risk
        from {{ ref("int_ar_document_lines") }} as document_lines
        left join
            {{ ref("int_order_lines") }} as order_lines
            on document_lines.order_key = order_lines.order_key
            and document_lines.order_line_no = order_lines.line_no
        where
            document_lines.order_key is not null
            and document_lines.order_line_no is not null
            and order_lines.order_line_key is null
            and exists (select 1 from {{ ref("int_order_lines") }})
    ),

    documents_without_shipment as (
        select
            'int_ar_documents.shipment_id' as reference,
            documents.source_system,
            documents.source_file,
            documents.source_line,
            documents.legal_entity_id,
            documents.doc_id as business_key,
            documents.shipment_id as missing_parent,
            cast(documents.gross_functional as decimal(18, 4)) as amount_at_risk
        from {{ ref("int_ar_documents") }} as documents
        left join
            shipment_references
            on documents.source_system = shipment_references.referring_source
            and documents.shipment_id = shipment_references.shipment_id
        where
            documents.shipment_id is not null
            and shipment_references.shipment_key is null
            and not documents.is_opening_item
            and exists (select 1 from {{ ref("int_shipments") }})
    ),

    applications_without_source as (
        select
            'int_applications.source_id' as reference,
            source_system,
            source_file,
            source_line,
            legal_entity_id,
            application_id as business_key,
            source_type || ' ' || source_id as missing_parent,
            cast(amount as decimal(18, 4)) as amount_at_risk
        from {{ ref("int_applications") }}
        where
            (
                source_type = 'payment'
                and receipt_key is null
                and exists (select 1 from {{ ref("int_receipts") }})
            )
            or (source_type = 'credit_memo' and credit_memo_key is null)
            or (
                source_type = 'write_off'
                and write_off_key is null
                and exists (select 1 from {{ ref("int_write_offs") }})
            )
    ),

    documents_without_lines as (
        select
            'document without ' || missing_object as reference,
            source_system,
            source_file,
            source_line,
            legal_entity_id,
            document_id as business_key,
            missing_object || ' of ' || document_id as missing_parent,
            cast(amount_functional as decimal(18, 4)) as amount_at_risk
        from ({{ union_kinds("incomplete_documents") }}) as incomplete_documents
    ),

    orphans_unioned as (
        {{ orphans("int_orders", "order_id", "customer_id", "customer_key", "int_customers") }}
        union all
        {{ orphans("int_orders", "order_id", "legal_entity_id", none, "int_legal_entities") }}
        union all
        {{
            orphans(
                "int_order_lines",
                "order_line_key",
                "order_id",
                "order_key",
                "int_orders",
                amount="child_rows.net_amount",
            )
        }}
        union all
        {{
            orphans(
                "int_order_lines",
                "order_line_key",
                "product_id",
                "product_key",
                "int_products",
                amount="child_rows.net_amount",
            )
        }}
        union all
        {{ orphans("int_shipments", "shipment_id", "order_id", "order_key", "int_orders") }}
        union all
        {{
            orphans(
                "int_ar_documents",
                "doc_id",
                "customer_id",
                "customer_key",
                "int_customers",
                amount="child_rows.gross_functional",
            )
        }}
        union all
        {{
            orphans(
                "int_ar_documents",
                "doc_id",
                "legal_entity_id",
                none,
                "int_legal_entities",
                amount="child_rows.gross",
            )
        }}
        union all
        {{
            orphans(
                "int_ar_documents",
                "doc_id",
                "order_id",
                "order_key",
                "int_orders",
                amount="child_rows.gross_functional",
                where="not child_rows.is_opening_item",
            )
        }}
        union all
        {{
            orphans(
                "int_ar_documents",
                "doc_id",
                "original_doc_id",
                "original_document_key",
                "int_ar_documents",
                amount="child_rows.gross_functional",
                where="not child_rows.is_opening_item",
            )
        }}
        union all
        {{
            orphans(
                "int_ar_document_lines",
                "document_line_key",
                "doc_id",
                "document_key",
                "int_ar_documents",
                amount="child_rows.net",
            )
        }}
        union all
        {{
            orphans(
                "int_ar_document_lines",
                "document_line_key",
                "order_id",
                "order_key",
                "int_orders",
                amount="child_rows.net",
                where="coalesce(child_rows.document_key, '') not in (select opening.document_key from "
                ~ ref("int_ar_documents")
                ~ " as opening where opening.is_opening_item)",
            )
        }}
        union all
        {{
            orphans(
                "int_ar_document_lines",
                "document_line_key",
                "product_id",
                "product_key",
                "int_products",
                amount="child_rows.net",
            )
        }}
        union all
        {{
            orphans(
                "int_receipts",
                "payment_id",
                "customer_id",
                "customer_key",
                "int_customers",
                amount="child_rows.amount_functional",
            )
        }}
        union all
        {{
            orphans(
                "int_receipts",
                "payment_id",
                "legal_entity_id",
                none,
                "int_legal_entities",
                amount="child_rows.amount",
            )
        }}
        union all
        {{
            orphans(
                "int_receipts",
                "payment_id",
                "reverses_payment_id",
                "reversed_receipt_key",
                "int_receipts",
                amount="child_rows.amount_functional",
            )
        }}
        union all
        {{
            orphans(
                "int_applications",
                "application_id",
                "doc_id",
                "document_key",
                "int_ar_documents",
                amount="child_rows.amount",
            )
        }}
        union all
        {{
            orphans(
                "int_refunds",
                "refund_id",
                "payment_id",
                "receipt_key",
                "int_receipts",
                amount="child_rows.amount",
            )
        }}
        union all
        {{
            orphans(
                "int_write_offs",
                "write_off_id",
                "doc_id",
                "document_key",
                "int_ar_documents",
                amount="child_rows.amount",
            )
        }}
        union all
        {{
            orphans(
                "int_disputes",
                "dispute_id",
                "doc_id",
                "document_key",
                "int_ar_documents",
                legal_entity_id="null",
                amount="child_rows.amount",
            )
        }}
        union all
        {{
            orphans(
                "int_unexplained_clearings",
                "clearing_id",
                "doc_id",
                "document_key",
                "int_ar_documents",
                legal_entity_id="null",
                amount="child_rows.amount",
            )
        }}
        union all
        {{
            orphans(
                "int_bank_statement_lines",
                "entry_ref",
                "payment_id",
                "receipt_key",
                "int_receipts",
                legal_entity_id="null",
                amount="child_rows.amount",
            )
        }}
        union all
        {{
            orphans(
                "int_journal_lines",
                "journal_line_key",
                "legal_entity_id",
                none,
                "int_legal_entities",
                amount="child_rows.amount",
            )
        }}
        union all
        select *
        from lines_without_order_line
        union all
        select *
        from documents_without_shipment
        union all
        select *
        from applications_without_source
        union all
        select *
        from documents_without_lines
    ),

    failing_rows as (
        select
            'RI-01' as control_id,
            cast(null as date) as as_of,
            legal_entity_id,
            business_key,
            abs(amount_at_risk) as amount_at_risk,
            'a delivered row' as expected,
            'none' as actual,
            cast(null as decimal(18, 4)) as difference,
            source_system,
            source_file,
            source_line,
            reference,
            missing_parent as offending_value
        from orphans_unioned
    )

select *
from failing_rows
