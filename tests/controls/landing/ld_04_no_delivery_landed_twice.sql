{{ config(alias="ld_04", meta={"control_id": "LD-04"}) }}
-- depends_on: {{ ref("int_control_settings") }}
-- Guards our own landing: the same bytes landed twice would be two deliveries of every row in them.
with

    deliveries as (select * from {{ ref("stg_registry__deliveries") }}),

    landed_contents as (select * from {{ ref("int_landed_contents") }}),

    repetitions_found as (
        select
            source_system,
            object,
            sha256,
            declared_extracted_at,
            count(*) as landings,
            min(batch_id) as first_batch_id,
            max(batch_id) as last_batch_id,
            max(source_file) as source_file
        from deliveries
        where status = 'landed'
        group by source_system, object, sha256, declared_extracted_at
        having count(*) > 1
    ),

    unregistered_found as (
        select landed_contents.batch_id, landed_contents.total
        from landed_contents
        left join
            deliveries on landed_contents.batch_id = deliveries.batch_id and deliveries.status = 'landed'
        where landed_contents.column_name is null and deliveries.batch_id is null
    ),

    failing_rows as (
        select
            'LD-04' as control_id,
            cast(null as date) as as_of,
            cast(null as string) as legal_entity_id,
            source_system || '/' || object || '/' || sha256 as business_key,
            cast(null as decimal(18, 4)) as amount_at_risk,
            '1 landing' as expected,
            cast(landings as string) || ' landings' as actual,
            cast(landings - 1 as decimal(18, 4)) as difference,
            source_system,
            source_file,
            cast(null as bigint) as source_line,
            cast(first_batch_id as string) || ', ' || cast(last_batch_id as string) as offending_value
        from repetitions_found
        union all
        select
            'LD-04' as control_id,
            cast(null as date) as as_of,
            cast(null as string) as legal_entity_id,
            'batch ' || cast(batch_id as string) as business_key,
            cast(null as decimal(18, 4)) as amount_at_risk,
            'a registered delivery' as expected,
            'rows of an unregistered batch' as actual,
            cast(total as decimal(18, 4)) as difference,
            cast(null as string) as source_system,
            cast(null as string) as source_file,
            cast(null as bigint) as source_line,
            cast(batch_id as string) as offending_value
        from unregistered_found
    )

select *
from failing_rows
