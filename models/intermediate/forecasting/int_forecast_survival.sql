-- The hazard of being paid around the day on which a payer usually settles, by all payments alike.
-- Each payment is taken against the mean of its payer without itself.
with

    history as (select * from {{ ref("int_forecast_history") }}),

    habits as (select * from {{ ref("int_forecast_habits") }}),

    differences_taken as (
        select
            history.origin_date,
            history.is_paid,
            history.weight,
            (
                history.position
                - habits.level_days
                - case when history.is_disputed then habits.dispute_days else 0 end
            ) * case
                when history.is_paid
                then
                    (habits.payer_weight + habits.pull)
                    / greatest(habits.payer_weight + habits.pull - history.weight, 0.3)
                else 1
            end
            / habits.spread_days as difference
        from history
        inner join habits on history.origin_date = habits.origin_date and history.payer_key = habits.payer_key
        where {{ shows_habit("history") }}
    ),

    hazards_found as ({{ payment_hazards("differences_taken") }})

select *
from hazards_found
