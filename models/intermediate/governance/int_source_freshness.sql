-- How old the newest extract of each source was when the run started, and how old it may be.
with

    sources as (select * from {{ ref("stg_registry__sources") }}),

    deliveries as (select * from {{ ref("stg_registry__deliveries") }}),

    run as (select * from {{ ref("stg_registry__run") }}),

    extracts_found as (
        select
            source_system,
            count(distinct source_file) as files_landed,
            max(extracted_at) as newest_extracted_at
        from deliveries
        where status = 'landed'
        group by source_system
    ),

    sources_aged as (
        select
            sources.source_system,
            sources.kind,
            sources.load,
            sources.owner,
            coalesce(extracts_found.files_landed, 0) as files_landed,
            extracts_found.newest_extracted_at,
            {{ minutes_between("extracts_found.newest_extracted_at", "run.started_at") }} / 60 as age_hours,
            sources.freshness_warn_after_hours,
            sources.freshness_error_after_hours,
            coalesce(sources.freshness_warn_after_hours, sources.freshness_error_after_hours) as allowed_hours
        from sources
        left join extracts_found on sources.source_system = extracts_found.source_system
        cross join run
    ),

    ages_judged as (
        select
            *,
            case
                when newest_extracted_at is null
                then 'nothing landed'
                when allowed_hours is null
                then 'no limit declared'
                when age_hours > freshness_error_after_hours
                then 'too old'
                when age_hours > allowed_hours
                then 'older than expected'
                else 'fresh'
            end as freshness
        from sources_aged
    )

select *
from ages_judged
