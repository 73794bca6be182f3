with

    backtest as (select * from {{ ref("rpt_revenue_forecast_backtest") }} where actual is not null),

    errors as (
        select
            model,
            legal_entity_id,
            cast(horizon_month as integer) as horizon_month,
            origin_date,
            cast(expected as double) as expected,
            cast(p10 as double) as p10,
            cast(p50 as double) as p50,
            cast(p90 as double) as p90,
            cast(actual as double) as actual
        from backtest
    ),

    accuracy_measured as (
        select {{ forecast_measures(["model", "legal_entity_id", "horizon_month"]) }}
        from errors
        group by model, legal_entity_id, horizon_month
    ),

    skills_compared as (
        select
            accuracy_measured.model,
            accuracy_measured.legal_entity_id,
            accuracy_measured.horizon_month,
            cast(accuracy_measured.n_origins as bigint) as n_origins,
            accuracy_measured.wape,
            accuracy_measured.bias,
            accuracy_measured.coverage_80,
            accuracy_measured.mean_width,
            accuracy_measured.pinball,
            {{ measure("1 - accuracy_measured.wape / nullif(run_rates.wape, 0)") }} as skill_vs_run_rate,
            accuracy_measured.data_from,
            accuracy_measured.data_to
        from accuracy_measured
        left join
            accuracy_measured as run_rates
            on accuracy_measured.legal_entity_id = run_rates.legal_entity_id
            and accuracy_measured.horizon_month = run_rates.horizon_month
            and run_rates.model = 'run_rate'
    )

select *
from skills_compared
