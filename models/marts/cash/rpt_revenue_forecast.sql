-- What the last published forecast of revenue says, by month and entity.
with

    intervals as (select * from {{ ref("int_forecast_revenue_intervals") }} where is_published),

    months_published as (
        select
            origin_date,
            period,
            legal_entity_id,
            billed,
            backlog,
            new_orders,
            expected,
            p10,
            p50,
            p90,
            run_rate
        from intervals
    )

select *
from months_published
