{{ config(alias="ld_03", meta={"control_id": "LD-03"}) }}
-- depends_on: {{ ref("int_control_settings") }}
-- Guards incremental extracts: what changed between two windows, or twice inside both, would be
-- missed or doubled at the source, where no row count can see it.
with

    manifests as (select * from {{ ref("stg_registry__manifests") }}),

    windows_listed as (
        select
            source_system,
            object,
            window_from,
            window_to,
            min(file) as file,
            min(manifest_line) as manifest_line
        from manifests
        where window_from is not null and window_to is not null
        group by source_system, object, window_from, window_to
    ),

    windows_chained as (
        select
            *,
            lag(window_to) over (
                partition by source_system, object order by window_from, window_to
            ) as previous_window_to
        from windows_listed
    ),

    failing_rows as (
        select
            'LD-03' as control_id,
            cast(null as date) as as_of,
            cast(null as string) as legal_entity_id,
            source_system || '/' || object || '/' || cast(window_from as string) as business_key,
            cast(null as decimal(18, 4)) as amount_at_risk,
            cast(previous_window_to as string) as expected,
            cast(window_from as string) as actual,
            cast(null as decimal(18, 4)) as difference,
            source_system,
            'manifest.csv' as source_file,
            manifest_line as source_line,
            object,
            file as offending_value,
            case
                when window_to < window_from
                then 'ends before it begins'
                when window_from > previous_window_to
                then 'gap'
                else 'overlap'
            end as cause
        from windows_chained
        where
            (previous_window_to is not null and window_from <> previous_window_to) or window_to < window_from
    )

select *
from failing_rows
