-- The source types of journals that documents stand behind, with the object that holds them and
-- whether some source delivers it, rows or none. What a journal of an object that nobody delivers
-- was booked for cannot be looked up.
with

    deliveries as (select * from {{ ref("stg_registry__deliveries") }}),

    source_documents as (select * from {{ ref("int_source_documents") }}),

    types_listed as (
        select 'shipment' as source_type, 'shipments' as object
        union all
        select 'invoice' as source_type, 'invoices' as object
        union all
        select 'credit_memo' as source_type, 'invoices' as object
        union all
        select 'customer_receipt' as source_type, 'payments' as object
        union all
        select 'application' as source_type, 'applications' as object
        union all
        select 'customer_refund' as source_type, 'refunds' as object
        union all
        select 'write_off' as source_type, 'write_offs' as object
    ),

    objects_delivered as (
        select object
        from deliveries
        where status = 'landed'
        union
        select object
        from source_documents
    ),

    deliveries_looked_up as (
        select
            types_listed.source_type,
            types_listed.object,
            objects_delivered.object is not null as is_delivered
        from types_listed
        left join objects_delivered on types_listed.object = objects_delivered.object
    )

select *
from deliveries_looked_up
