with

    published as (select * from {{ ref("int_forecast_published_invoices") }}),

    forecast as (select * from {{ ref("rpt_cash_forecast_invoices") }}),

    this_run as (select min(run_of_this_build) as run_id from published),

    forecasts_unioned as (
        select
            run_id,
            origin_date,
            legal_entity_id,
            source_system,
            document_key,
            doc_id,
            customer_id,
            currency,
            due_date,
            open_amount,
            expected_date,
            p10_date,
            p90_date,
            probability_late,
            expected_amount,
            worst_drivers
        from published
        where run_id is not null
        union all
        select
            this_run.run_id,
            forecast.origin_date,
            forecast.legal_entity_id,
            forecast.source_system,
            forecast.document_key,
            forecast.doc_id,
            forecast.customer_id,
            forecast.currency,
            forecast.due_date,
            forecast.open_amount,
            forecast.expected_date,
            forecast.p10_date,
            forecast.p90_date,
            forecast.probability_late,
            forecast.expected_amount,
            forecast.worst_drivers
        from forecast
        cross join this_run
    )

select *
from forecasts_unioned
