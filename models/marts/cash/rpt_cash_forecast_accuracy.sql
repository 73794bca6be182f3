with

    scored_weeks as (
        select *
        from {{ ref("int_forecast_scored_weeks") }}
        where legal_entity_id = '*' and line = 'total_receipts'
    ),

    receipts as (select * from {{ ref("int_receipts") }}),

    as_of as (select * from {{ ref("int_as_of") }}),

    errors as ({{ forecast_errors("scored_weeks", ["model"]) }}),

    accuracy_measured as (
        select {{ forecast_measures(["model", "horizon"]) }} from errors group by model, horizon
    ),

    versions as (select max(model_version) as model_version from scored_weeks),

    assumed_shares as (
        select
            {{
                measure(
                    "cast(sum(case when receipts.known_at_assumed then 1 else 0 end) as double)"
                    ~ " / nullif(count(*), 0)"
                )
            }} as share_known_at_assumed
        from receipts
        inner join as_of on receipts.posting_date <= as_of.as_of
    ),

    skills_compared as (
        select
            accuracy_measured.model,
            accuracy_measured.horizon,
            cast(accuracy_measured.n_origins as bigint) as n_origins,
            accuracy_measured.wape,
            accuracy_measured.bias,
            accuracy_measured.coverage_80,
            accuracy_measured.mean_width,
            accuracy_measured.pinball,
            {{ measure("1 - accuracy_measured.wape / nullif(due_dates.wape, 0)") }} as skill_vs_due_date,
            {{ measure("1 - accuracy_measured.wape / nullif(customer_delays.wape, 0)") }}
            as skill_vs_customer_delay,
            versions.model_version,
            accuracy_measured.data_from,
            accuracy_measured.data_to,
            assumed_shares.share_known_at_assumed
        from accuracy_measured
        cross join versions
        cross join assumed_shares
        left join
            accuracy_measured as due_dates
            on accuracy_measured.horizon = due_dates.horizon
            and due_dates.model = 'due_date'
        left join
            accuracy_measured as customer_delays
            on accuracy_measured.horizon = customer_delays.horizon
            and customer_delays.model = 'customer_delay'
    )

select *
from skills_compared
