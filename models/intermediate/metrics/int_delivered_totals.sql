-- What the sources say that they delivered of documents and receipts: the manifest's control
-- total of each file that has one, else what was found in the file, rows in quarantine included.
-- A kind that keeps its amounts elsewhere is taken as it was read.
with

    sources as (select * from {{ ref("stg_registry__sources") }}),

    deliveries as (select * from {{ ref("stg_registry__deliveries") }}),

    manifests as (select * from {{ ref("stg_registry__manifests") }}),

    landed_contents as (select * from {{ ref("int_landed_contents") }}),

    quarantined_amounts as (select * from {{ ref("int_quarantined_amounts") }}),

    documents as (select * from {{ ref("int_ar_documents") }}),

    receipts as (select * from {{ ref("int_receipts") }}),

    control_columns as (
        select 'invoices' as object, 'gross' as column_name
        union all
        select 'payments' as object, 'amount' as column_name
    ),

    declared_by_delivery as (
        select manifests.batch_id, max(manifests.control_total) as total
        from manifests
        inner join
            control_columns
            on manifests.object = control_columns.object
            and lower(manifests.control_column) = control_columns.column_name
        group by manifests.batch_id
    ),

    quarantined_by_delivery as (
        select batch_id, sum(amount) as total from quarantined_amounts group by batch_id
    ),

    totals_of_deliveries as (
        select
            deliveries.source_system,
            deliveries.object,
            declared_by_delivery.total is not null as is_declared,
            coalesce(
                declared_by_delivery.total,
                coalesce(landed_contents.total, 0) + coalesce(quarantined_by_delivery.total, 0)
            ) as total
        from deliveries
        inner join control_columns on deliveries.object = control_columns.object
        left join declared_by_delivery on deliveries.batch_id = declared_by_delivery.batch_id
        left join
            landed_contents
            on deliveries.batch_id = landed_contents.batch_id
            and control_columns.column_name = landed_contents.column_name
        left join quarantined_by_delivery on deliveries.batch_id = quarantined_by_delivery.batch_id
        where deliveries.kind = 'standard' and deliveries.status = 'landed'
    ),

    totals_unioned as (
        select source_system, object, is_declared, true as is_of_files, total
        from totals_of_deliveries
        union all
        select
            documents.source_system,
            'invoices' as object,
            false as is_declared,
            false as is_of_files,
            documents.gross as total
        from documents
        inner join sources on documents.source_system = sources.source_system
        where sources.kind <> 'standard'
        union all
        select
            receipts.source_system,
            'payments' as object,
            false as is_declared,
            false as is_of_files,
            abs(receipts.amount) as total
        from receipts
        inner join sources on receipts.source_system = sources.source_system
        where sources.kind <> 'standard'
    ),

    totals_summed as (
        select
            source_system,
            object,
            cast(coalesce(sum(total), 0) as decimal(38, 6)) as control_total,
            case
                when not bool_and(is_of_files)
                then 'rows as read'
                when bool_and(is_declared)
                then 'manifest'
                when bool_or(is_declared)
                then 'manifest and rows'
                else 'rows'
            end as control_total_source
        from totals_unioned
        group by source_system, object
    )

select *
from totals_summed
