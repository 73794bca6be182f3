{{ config(alias="ld_01", meta={"control_id": "LD-01"}) }}
-- Guards completeness of the load: a file lost, cut or exchanged on its way would make every figure
-- behind it wrong without anything looking wrong.
with

    manifests as (select * from {{ ref("stg_registry__manifests") }}),

    deliveries as (select * from {{ ref("stg_registry__deliveries") }}),

    landed_contents as (select * from {{ ref("int_landed_contents") }}),

    quarantine as (select * from {{ ref("stg_registry__quarantine") }}),

    quarantine_counted as (select batch_id, count(*) as row_count from quarantine group by batch_id),

    files_compared as (
        select
            manifests.source_system,
            manifests.manifest_line,
            manifests.file,
            manifests.object,
            manifests.row_count as rows_declared,
            coalesce(landed_contents.total, 0) + coalesce(quarantine_counted.row_count, 0) as rows_found,
            manifests.sha256 as sha256_declared,
            coalesce(manifests.actual_sha256, deliveries.sha256) as sha256_found,
            manifests.is_present or manifests.batch_id is not null as is_known
        from manifests
        left join deliveries on manifests.batch_id = deliveries.batch_id
        left join
            landed_contents
            on manifests.batch_id = landed_contents.batch_id
            and landed_contents.column_name is null
        left join quarantine_counted on manifests.batch_id = quarantine_counted.batch_id
    ),

    differences_found as (
        select
            *,
            case
                when not is_known
                then 'listed file is absent'
                when coalesce(lower(sha256_declared) <> lower(sha256_found), sha256_declared is not null)
                then 'checksum differs'
                when abs(rows_declared - rows_found) > {{ tolerance_of("LD-01") }} or rows_declared is null
                then 'row count differs'
            end as cause
        from files_compared
    ),

    failing_rows as (
        select
            'LD-01' as control_id,
            cast(null as date) as as_of,
            cast(null as string) as legal_entity_id,
            source_system || '/' || file as business_key,
            cast(null as decimal(18, 4)) as amount_at_risk,
            case
                cause when 'checksum differs' then sha256_declared else cast(rows_declared as string)
            end as expected,
            case
                cause
                when 'checksum differs'
                then sha256_found
                when 'listed file is absent'
                then 'no file'
                else cast(cast(rows_found as bigint) as string)
            end as actual,
            cast(rows_found - rows_declared as decimal(18, 4)) as difference,
            source_system,
            'manifest.csv' as source_file,
            manifest_line as source_line,
            object,
            file as offending_value,
            cause
        from differences_found
        where cause is not null
    )

select *
from failing_rows
