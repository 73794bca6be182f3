-- Every delivered document that a journal can name as its source, by the object that holds it. A
-- view, since it is only ever asked for the few documents of a finding.
{{ config(materialized="view") }}

with

    documents as (select * from {{ ref("int_ar_documents") }}),

    receipts as (select * from {{ ref("int_receipts") }}),

    applications as (select * from {{ ref("int_applications") }}),

    refunds as (select * from {{ ref("int_refunds") }}),

    write_offs as (select * from {{ ref("int_write_offs") }}),

    shipments as (select * from {{ ref("int_shipments") }}),

    documents_unioned as (
        select
            legal_entity_id,
            'invoices' as object,
            doc_id as source_doc_id,
            posting_date,
            source_system,
            source_file,
            source_line
        from documents
        union all
        select
            legal_entity_id,
            'payments' as object,
            payment_id as source_doc_id,
            posting_date,
            source_system,
            source_file,
            source_line
        from receipts
        union all
        select
            legal_entity_id,
            'applications' as object,
            application_id as source_doc_id,
            posting_date,
            source_system,
            source_file,
            source_line
        from applications
        union all
        select
            legal_entity_id,
            'refunds' as object,
            refund_id as source_doc_id,
            posting_date,
            source_system,
            source_file,
            source_line
        from refunds
        union all
        select
            legal_entity_id,
            'write_offs' as object,
            write_off_id as source_doc_id,
            posting_date,
            source_system,
            source_file,
            source_line
        from write_offs
        union all
        select
            legal_entity_id,
            'shipments' as object,
            shipment_id as source_doc_id,
            ship_date as posting_date,
            source_system,
            source_file,
            source_line
        from shipments
    )

select *
from documents_unioned
