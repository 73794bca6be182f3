-- What earlier runs published of revenue, without the run that is building now, and beside it the
-- id of that run.
with

    published as (select * from {{ ref("stg_registry__published_revenue_forecasts") }}),

    run as (select * from {{ ref("stg_registry__run") }}),

    runs_compared as (
        select published.*, run.run_id as run_of_this_build
        from run
        left join published on run.run_id <> published.run_id
    )

select *
from runs_compared
