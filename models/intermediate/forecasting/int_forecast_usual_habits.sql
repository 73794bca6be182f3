-- The payers' habits without what slow months added to the payments they are learned from.
with

    history as (select * from {{ ref("int_forecast_history") }}),

    habits as (select * from {{ ref("int_forecast_habits") }}),

    slow_months as (select * from {{ ref("int_forecast_slow_months") }}),

    added_to_payers as (
        select
            history.origin_date,
            history.payer_key,
            {{ exact_sum("history.weight * slow_months.later_days") }} as added
        from history
        inner join
            slow_months
            on history.origin_date = slow_months.origin_date
            and {{ months_due_before("history.due_date", "history.origin_date") }} = slow_months.months_before
        where history.is_paid and not history.is_discount_taken
        group by history.origin_date, history.payer_key
    ),

    added_to_companies as (
        select
            habits.origin_date,
            coalesce(
                {{ exact_sum("added_to_payers.added") }} / nullif({{ exact_sum("habits.payer_weight") }}, 0),
                0
            ) as added_days
        from habits
        left join
            added_to_payers
            on habits.origin_date = added_to_payers.origin_date
            and habits.payer_key = added_to_payers.payer_key
        group by habits.origin_date
    ),

    habits_corrected as (
        select
            habits.origin_date,
            habits.payer_key,
            habits.segment,
            habits.payer_weight,
            round(
                habits.level_days
                - (coalesce(added_to_payers.added, 0) + habits.pull * added_to_companies.added_days)
                / (habits.payer_weight + habits.pull),
                6
            ) as level_days,
            round(habits.company_days - added_to_companies.added_days, 6) as company_days,
            habits.dispute_days,
            habits.spread_days
        from habits
        inner join added_to_companies on habits.origin_date = added_to_companies.origin_date
        left join
            added_to_payers
            on habits.origin_date = added_to_payers.origin_date
            and habits.payer_key = added_to_payers.payer_key
    )

select *
from habits_corrected
