-- How fresh every source was when the run started.
with

    sources as (select * from {{ ref("int_source_freshness") }}),

    ages_rounded as (
        select
            source_system,
            kind,
            load,
            owner,
            files_landed,
            newest_extracted_at,
            cast(age_hours as decimal(18, 1)) as age_hours,
            freshness_warn_after_hours,
            freshness_error_after_hours,
            freshness
        from sources
    )

select *
from ages_rounded
