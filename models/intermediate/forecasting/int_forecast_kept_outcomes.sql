-- Each open item of a forecast that was published, week by week, as it was expected then and as it
-- came. Only weeks that are over, and of the runs of one origin only the last.
with

    item_weeks as (select * from {{ ref("stg_registry__published_forecast_invoice_weeks") }}),

    run as (select * from {{ ref("stg_registry__run") }}),

    as_of as (select * from {{ ref("int_as_of") }}),

    reductions as (
        select *
        from {{ ref("int_forecast_reductions") }}
        where counts_before = date '9999-12-31' and kind <> 'used'
    ),

    receipts as (select * from {{ ref("int_receipts") }}),

    last_runs as (
        select item_weeks.origin_date, max(item_weeks.run_id) as run_id
        from item_weeks
        inner join run on item_weeks.run_id <> run.run_id
        group by item_weeks.origin_date
    ),

    weeks_over as (
        select item_weeks.*
        from item_weeks
        inner join
            last_runs
            on item_weeks.origin_date = last_runs.origin_date
            and item_weeks.run_id = last_runs.run_id
        cross join as_of
        where item_weeks.last_day <= as_of.as_of
    ),

    outcomes_summed as (
        select
            weeks_over.origin_date,
            weeks_over.document_key,
            weeks_over.horizon_week,
            {{ exact_sum("cast(reductions.cash_amount as double)") }} as cash_amount,
            {{
                exact_sum(
                    "cast(reductions.cash_amount as double)"
                    ~ " * cast(coalesce(receipts.fx_rate, weeks_over.origin_rate) as double)"
                )
            }} as cash_functional,
            {{ exact_sum("- cast(reductions.amount as double) - cast(reductions.cash_amount as double)") }}
            as other_amount
        from weeks_over
        inner join
            reductions
            on weeks_over.document_key = reductions.document_key
            and reductions.paid_on between weeks_over.first_day and weeks_over.last_day
        left join receipts on reductions.receipt_key = receipts.receipt_key
        group by weeks_over.origin_date, weeks_over.document_key, weeks_over.horizon_week
    ),

    first_payments as (
        select origin_date, document_key, min(horizon_week) as first_paid_week
        from outcomes_summed
        where cash_amount > 0
        group by origin_date, document_key
    ),

    outcomes_compared as (
        select
            weeks_over.origin_date,
            weeks_over.legal_entity_id,
            weeks_over.document_key,
            weeks_over.horizon_week,
            weeks_over.has_open_dispute,
            weeks_over.expected_date,
            weeks_over.last_day,
            cast(weeks_over.expected as double) as expected,
            coalesce(outcomes_summed.cash_amount, 0) * cast(weeks_over.origin_rate as double) as actual,
            coalesce(outcomes_summed.cash_functional, 0) as actual_at_receipt_rate,
            coalesce(outcomes_summed.other_amount, 0)
            * cast(weeks_over.origin_rate as double) as other_reductions,
            first_payments.first_paid_week
        from weeks_over
        left join
            outcomes_summed
            on weeks_over.origin_date = outcomes_summed.origin_date
            and weeks_over.document_key = outcomes_summed.document_key
            and weeks_over.horizon_week = outcomes_summed.horizon_week
        left join
            first_payments
            on weeks_over.origin_date = first_payments.origin_date
            and weeks_over.document_key = first_payments.document_key
    )

select *
from outcomes_compared
