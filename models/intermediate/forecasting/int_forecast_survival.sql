-- The hazard of being paid around the day on which a payer usually settles, by all payments alike.
with

    history as (select * from {{ ref("int_forecast_history") }}),

    habits as (select * from {{ ref("int_forecast_habits") }}),

    differences_taken as (
        select
            history.origin_date,
            history.is_paid,
            history.weight,
            {{ spreads_off_habit("history", "habits") }} as difference
        from history
        inner join habits on history.origin_date = habits.origin_date and history.payer_key = habits.payer_key
        where {{ shows_habit("history") }}
    ),

    hazards_found as ({{ payment_hazards("differences_taken") }})

select *
from hazards_found
