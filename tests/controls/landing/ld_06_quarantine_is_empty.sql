{{ config(alias="ld_06", meta={"control_id": "LD-06"}) }}
-- depends_on: {{ ref("int_control_settings") }}
-- Guards publication itself: figures computed without some of the delivered rows do not go out.
-- Counts what landing registered for each delivery, so that it also fails where the quarantine table
-- was emptied by hand.
with

    deliveries as (select * from {{ ref("stg_registry__deliveries") }}),

    quarantine as (select * from {{ ref("stg_registry__quarantine") }}),

    quarantine_counted as (select batch_id, count(*) as row_count from quarantine group by batch_id),

    failing_rows as (
        select
            'LD-06' as control_id,
            cast(null as date) as as_of,
            cast(null as string) as legal_entity_id,
            deliveries.source_system || '/' || deliveries.source_file as business_key,
            cast(null as decimal(18, 4)) as amount_at_risk,
            '0' as expected,
            cast(
                greatest(deliveries.rows_quarantined, coalesce(quarantine_counted.row_count, 0)) as string
            ) as actual,
            cast(
                greatest(deliveries.rows_quarantined, coalesce(quarantine_counted.row_count, 0)) as decimal(
                    18, 4
                )
            ) as difference,
            deliveries.source_system,
            deliveries.source_file,
            cast(null as bigint) as source_line,
            deliveries.object,
            cast(null as string) as offending_value
        from deliveries
        left join quarantine_counted on deliveries.batch_id = quarantine_counted.batch_id
        where
            deliveries.is_current
            and (deliveries.rows_quarantined > 0 or coalesce(quarantine_counted.row_count, 0) > 0)
    )

select *
from failing_rows
