{{ config(alias="sy_05", meta={"control_id": "SY-05", "escalates": true}) }}
-- depends_on: {{ ref("int_control_settings") }}
-- Guards against reports that look current and are not: a feed that stopped is as silent as a day
-- without business. Ages count from a source's newest extract to the start of the run.
with

    sources_aged as (select * from {{ ref("int_source_freshness") }}),

    as_of as (select * from {{ ref("int_as_of") }}),

    failing_rows as (
        select
            'SY-05' as control_id,
            as_of.as_of,
            cast(null as string) as legal_entity_id,
            sources_aged.source_system as business_key,
            cast(null as decimal(18, 4)) as amount_at_risk,
            'not older than '
            || cast(cast(sources_aged.allowed_hours as decimal(18, 1)) as string)
            || ' hours' as expected,
            coalesce(
                cast(cast(sources_aged.age_hours as decimal(18, 1)) as string) || ' hours', 'no extract'
            ) as actual,
            cast(sources_aged.age_hours - sources_aged.allowed_hours as decimal(18, 4)) as difference,
            sources_aged.source_system,
            cast(null as string) as source_file,
            cast(null as bigint) as source_line,
            sources_aged.newest_extracted_at,
            coalesce(
                sources_aged.age_hours > sources_aged.freshness_error_after_hours,
                sources_aged.freshness_error_after_hours is not null
            ) as blocks
        from sources_aged
        cross join as_of
        where
            sources_aged.allowed_hours is not null
            and coalesce(sources_aged.age_hours > sources_aged.allowed_hours, true)
    )

select *
from failing_rows
