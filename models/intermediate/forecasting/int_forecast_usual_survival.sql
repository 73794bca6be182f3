-- The hazard of being paid around the day on which a payer usually settles, slow months taken out. An
-- unpaid invoice counts only as far as its payer may still pay at all: those of a payer who has
-- stopped say nothing of when others pay. The fewer days a payer pays on, the less its payments tell
-- of the day, and the less they count.
with

    history as (select * from {{ ref("int_forecast_usual_history") }}),

    habits as (select * from {{ ref("int_forecast_usual_habits") }}),

    silent_payers as (select * from {{ ref("int_forecast_silent_payers") }}),

    differences_taken as (
        select
            history.origin_date,
            history.is_paid,
            history.weight
            * case when history.is_paid then 1 else coalesce(silent_payers.still_pays, 1) end
            * sqrt(
                least(history.share_of_days / {{ forecast_setting("share_of_business_days") }}, 1)
            ) as weight,
            {{ spreads_off_habit("history", "habits") }} as difference
        from history
        inner join habits on history.origin_date = habits.origin_date and history.payer_key = habits.payer_key
        left join
            silent_payers
            on history.origin_date = silent_payers.origin_date
            and history.payer_key = silent_payers.payer_key
        where {{ shows_habit("history") }}
    ),

    hazards_found as ({{ payment_hazards("differences_taken") }})

select *
from hazards_found
