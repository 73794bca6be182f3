-- A view: the rows stand in int_ar_document_lines already, and need not be stored twice.
{{ config(materialized="view") }}

with

    document_lines as (select * from {{ ref("int_ar_document_lines") }}),

    columns_chosen as (
        select
            document_line_key,
            document_key,
            source_system,
            doc_id,
            line_no,
            legal_entity_id,
            order_id,
            order_line_no,
            order_line_key,
            product_id,
            product_key,
            quantity,
            unit_price,
            net,
            tax_rate,
            service_start,
            service_end,
            {{ lineage() }}
        from document_lines
    )

select *
from columns_chosen
