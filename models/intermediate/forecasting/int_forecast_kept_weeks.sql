-- Total receipts of the weeks that are over, as they were published and as they came. Only
-- forecasts that were kept by document, and of the runs of one origin only the last.
with

    published as (select * from {{ ref("stg_registry__published_forecasts") }}),

    item_weeks as (select * from {{ ref("stg_registry__published_forecast_invoice_weeks") }}),

    run as (select * from {{ ref("stg_registry__run") }}),

    as_of as (select * from {{ ref("int_as_of") }}),

    receipts as (select * from {{ ref("int_receipts") }}),

    runs_by_document as (select distinct run_id from item_weeks),

    last_runs as (
        select published.origin_date, max(published.run_id) as run_id
        from published
        inner join runs_by_document on published.run_id = runs_by_document.run_id
        inner join run on published.run_id <> run.run_id
        group by published.origin_date
    ),

    weeks_over as (
        select
            published.origin_date,
            published.week_start,
            published.horizon_week,
            published.legal_entity_id,
            published.expected,
            greatest(published.week_start, {{ add_days("published.origin_date", "1") }}) as first_day,
            {{ add_days("published.week_start", "6") }} as last_day
        from published
        inner join
            last_runs on published.origin_date = last_runs.origin_date and published.run_id = last_runs.run_id
        cross join as_of
        where published.line = 'total_receipts' and {{ add_days("published.week_start", "6") }} <= as_of.as_of
    ),

    outcomes_summed as (
        select
            weeks_over.origin_date,
            weeks_over.week_start,
            weeks_over.horizon_week,
            weeks_over.legal_entity_id,
            weeks_over.expected,
            coalesce({{ sum_money("receipts.amount_functional") }}, 0) as actual
        from weeks_over
        left join
            receipts
            on weeks_over.legal_entity_id = receipts.legal_entity_id
            and receipts.posting_date between weeks_over.first_day and weeks_over.last_day
        group by
            weeks_over.origin_date,
            weeks_over.week_start,
            weeks_over.horizon_week,
            weeks_over.legal_entity_id,
            weeks_over.expected
    )

select *
from outcomes_summed
