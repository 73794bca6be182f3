{{ config(alias="sy_01", meta={"control_id": "SY-01", "escalates": true}) }}
-- depends_on: {{ ref("stg_registry__deliveries") }}
-- Guards decisions against stale figures. A change arrives with the first extract that has it;
-- what the initial load of a source brings is history and says nothing about its pace. Where the 95th
-- percentile of a source is too slow, its late changes are named.
with

    deliveries as (select * from {{ ref("stg_registry__deliveries") }}),

    as_of as (select * from {{ ref("int_as_of") }}),

    arrivals as ({{ arrivals_of_changes() }}),

    newest_extracts_found as (
        select source_system, max(extracted_at) as newest_extracted_at
        from deliveries
        where status = 'landed'
        group by source_system
    ),

    arrivals_timed as (
        select
            arrivals.*, {{ minutes_between("arrivals.changed_at", "arrivals.extracted_at") }} as lag_minutes
        from arrivals
        inner join newest_extracts_found on arrivals.source_system = newest_extracts_found.source_system
        where
            {{ minutes_between("arrivals.extracted_at", "newest_extracts_found.newest_extracted_at") }}
            <= 1440 * {{ limit_of("SY-01", "window_days") }}
    ),

    arrivals_ranked as (
        select
            *,
            row_number() over (partition by source_system order by lag_minutes) as lag_rank,
            count(*) over (partition by source_system) as changes
        from arrivals_timed
    ),

    percentiles_taken as (
        select source_system, min(lag_minutes) as percentile_minutes
        from arrivals_ranked
        where lag_rank >= changes * {{ limit_of("SY-01", "percentile") }}
        group by source_system
    ),

    failing_rows as (
        select
            'SY-01' as control_id,
            as_of.as_of,
            cast(null as string) as legal_entity_id,
            arrivals_timed.business_key,
            cast(null as decimal(18, 4)) as amount_at_risk,
            'within ' || cast({{ tolerance_of("SY-01") }} as string) || ' minutes' as expected,
            'after '
            || cast(cast(arrivals_timed.lag_minutes as decimal(18, 1)) as string)
            || ' minutes' as actual,
            cast(arrivals_timed.lag_minutes - {{ tolerance_of("SY-01") }} as decimal(18, 4)) as difference,
            arrivals_timed.source_system,
            arrivals_timed.source_file,
            arrivals_timed.source_line,
            arrivals_timed.table_name,
            arrivals_timed.changed_at as event_at,
            arrivals_timed.extracted_at as seen_at,
            percentiles_taken.percentile_minutes,
            percentiles_taken.percentile_minutes > 60 * {{ limit_of("SY-01", "blocking_hours") }} as blocks
        from arrivals_timed
        inner join percentiles_taken on arrivals_timed.source_system = percentiles_taken.source_system
        cross join as_of
        where
            percentiles_taken.percentile_minutes > {{ tolerance_of("SY-01") }}
            and arrivals_timed.lag_minutes > {{ tolerance_of("SY-01") }}
    )

select *
from failing_rows
