{{ config(alias="ld_05", meta={"control_id": "LD-05"}) }}
-- depends_on: {{ ref("int_control_settings") }}
-- Guards against silent loss: every row that could not be read is named with its place, its value
-- and the reason.
with

    quarantine as (select * from {{ ref("stg_registry__quarantine") }}),

    deliveries as (select * from {{ ref("stg_registry__deliveries") }}),

    failing_rows as (
        select
            'LD-05' as control_id,
            cast(null as date) as as_of,
            cast(null as string) as legal_entity_id,
            quarantine.source_system
            || '/'
            || quarantine.source_file
            || ':'
            || cast(quarantine.source_line as string) as business_key,
            cast(null as decimal(18, 4)) as amount_at_risk,
            quarantine.expected,
            quarantine.value as actual,
            cast(null as decimal(18, 4)) as difference,
            quarantine.source_system,
            quarantine.source_file,
            quarantine.source_line,
            quarantine.object,
            quarantine.column_name,
            quarantine.value as offending_value,
            quarantine.reason,
            quarantine.row_text
        from quarantine
        inner join deliveries on quarantine.batch_id = deliveries.batch_id
        where deliveries.is_current
    )

select *
from failing_rows
