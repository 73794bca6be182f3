{{ config(alias="ld_02", meta={"control_id": "LD-02"}) }}
-- Guards what a row count cannot see: a changed amount in a file of the right length.
with

    manifests as (select * from {{ ref("stg_registry__manifests") }}),

    landed_contents as (select * from {{ ref("int_landed_contents") }}),

    totals_compared as (
        select
            manifests.source_system,
            manifests.manifest_line,
            manifests.file,
            manifests.object,
            manifests.control_column,
            manifests.control_total as total_declared,
            landed_contents.total as total_landed,
            row_counts.total as rows_landed
        from manifests
        left join
            landed_contents
            on manifests.batch_id = landed_contents.batch_id
            and lower(manifests.control_column) = lower(landed_contents.column_name)
        left join
            landed_contents as row_counts
            on manifests.batch_id = row_counts.batch_id
            and row_counts.column_name is null
        where manifests.control_column is not null and manifests.control_total is not null
    ),

    totals_with_empty_files as (
        -- a file without rows sums to zero; a column that was not landed has no sum at all
        select *, case when coalesce(rows_landed, 0) = 0 then 0 else total_landed end as total_found
        from totals_compared
    ),

    failing_rows as (
        select
            'LD-02' as control_id,
            cast(null as date) as as_of,
            cast(null as string) as legal_entity_id,
            source_system || '/' || file as business_key,
            cast(abs(total_declared - coalesce(total_found, 0)) as decimal(18, 4)) as amount_at_risk,
            cast(total_declared as string) as expected,
            cast(total_found as string) as actual,
            cast(coalesce(total_found, 0) - total_declared as decimal(18, 4)) as difference,
            source_system,
            'manifest.csv' as source_file,
            manifest_line as source_line,
            object,
            control_column as offending_value
        from totals_with_empty_files
        where total_found is null or abs(total_declared - total_found) > {{ tolerance_of("LD-02") }}
    )

select *
from failing_rows
