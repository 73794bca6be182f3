-- A view: the rows stand in int_ar_documents already, and need not be stored twice.
{{ config(materialized="view") }}

with

    documents as (select * from {{ ref("int_ar_documents") }}),

    columns_chosen as (
        select
            document_key,
            source_system,
            doc_id,
            doc_type,
            legal_entity_id,
            customer_id,
            customer_key,
            order_id,
            order_key,
            shipment_id,
            original_doc_id,
            document_date,
            posting_date,
            due_date,
            currency,
            fx_rate,
            net,
            tax,
            gross,
            net_functional,
            tax_functional,
            gross_functional,
            is_opening_item,
            {{ lineage() }}
        from documents
    )

select *
from columns_chosen
