-- When the money of each open item comes: the chance that it is paid in each week, given that it
-- was still unpaid at the origin and that its payer still pays, as the model and the two plain
-- baselines see it.
with

    items as (select * from {{ ref("int_forecast_open_items") }}),

    weeks as (select * from {{ ref("int_forecast_weeks") }}),

    pay_days as (select * from {{ ref("int_forecast_pay_days") }}),

    usual_pay_runs as (select * from {{ ref("int_forecast_usual_pay_runs") }}),

    survival as (select * from {{ ref("int_forecast_usual_survival") }}),

    silent_payers as (select * from {{ ref("int_forecast_silent_payers") }}),

    boundaries_listed as (
        select origin_date, 0 as horizon_week, origin_date as boundary_date
        from weeks
        where horizon_week = 1
        union all
        select origin_date, horizon_week, last_day as boundary_date
        from weeks
    ),

    items_on_runs as (
        -- a payer of whom no payment is known may keep to any of the company's pay runs
        select
            origin_date,
            document_key,
            due_date,
            settles_after_days,
            spread_days,
            pay_calendar,
            1.0 as run_share
        from items
        where is_pay_run_known and settles_after_days is not null
        union all
        select
            items.origin_date,
            items.document_key,
            items.due_date,
            items.settles_after_days,
            items.spread_days,
            items.payer_country || ' ' || coalesce(usual_pay_runs.pay_run, 'business_day') as pay_calendar,
            coalesce(usual_pay_runs.share, 1.0) as run_share
        from items
        left join usual_pay_runs on items.origin_date = usual_pay_runs.origin_date
        where not items.is_pay_run_known and items.settles_after_days is not null
    ),

    steps_taken as (
        select
            items_on_runs.origin_date,
            items_on_runs.document_key,
            items_on_runs.pay_calendar,
            items_on_runs.run_share,
            boundaries_listed.horizon_week,
            {{
                survival_step(
                    "pay_days.last_pay_day",
                    "items_on_runs.due_date",
                    "items_on_runs.settles_after_days",
                    "items_on_runs.spread_days",
                )
            }} as step
        from items_on_runs
        inner join boundaries_listed on items_on_runs.origin_date = boundaries_listed.origin_date
        inner join
            pay_days
            on items_on_runs.pay_calendar = pay_days.pay_calendar
            and boundaries_listed.boundary_date = pay_days.calendar_date
    ),

    hazards_found as (
        select
            steps_taken.origin_date,
            steps_taken.document_key,
            steps_taken.pay_calendar,
            steps_taken.run_share,
            steps_taken.horizon_week,
            survival.cumulative_hazard
        from steps_taken
        inner join
            survival on steps_taken.origin_date = survival.origin_date and steps_taken.step = survival.step
    ),

    shares_left_on_runs as (
        select
            origin_date,
            document_key,
            horizon_week,
            run_share * exp(
                first_value(cumulative_hazard) over (
                    partition by origin_date, document_key, pay_calendar order by horizon_week
                )
                - cumulative_hazard
            ) as unpaid_share
        from hazards_found
    ),

    shares_left as (
        select origin_date, document_key, horizon_week, {{ exact_sum("unpaid_share", 12) }} as unpaid_share
        from shares_left_on_runs
        group by origin_date, document_key, horizon_week
    ),

    shares_of_weeks as (
        select
            origin_date,
            document_key,
            horizon_week,
            lag(unpaid_share) over (partition by origin_date, document_key order by horizon_week)
            - unpaid_share as paid_share
        from shares_left
    ),

    weeks_compared as (
        select
            items.origin_date,
            items.document_key,
            weeks.horizon_week,
            weeks.week_start,
            round(
                case when items.is_credit_memo then 1 else coalesce(silent_payers.still_pays, 1) end * (
                    items.discount_share * case
                        when discount_days.last_pay_day between weeks.first_day and weeks.last_day
                        then 1
                        else 0
                    end
                    + (
                        1 - case
                            when discount_days.last_pay_day > items.origin_date
                            then items.discount_share
                            else 0
                        end
                    )
                    * shares_of_weeks.paid_share
                ),
                9
            ) as model_share,
            case
                when items.due_date_baseline between weeks.first_day and weeks.last_day then 1 else 0
            end as due_date_share,
            case
                when items.customer_delay_baseline between weeks.first_day and weeks.last_day then 1 else 0
            end as customer_delay_share
        from items
        inner join weeks on items.origin_date = weeks.origin_date
        left join
            silent_payers
            on items.origin_date = silent_payers.origin_date
            and items.payer_key = silent_payers.payer_key
        left join
            shares_of_weeks
            on items.origin_date = shares_of_weeks.origin_date
            and items.document_key = shares_of_weeks.document_key
            and weeks.horizon_week = shares_of_weeks.horizon_week
        left join
            pay_days as discount_days
            on items.pay_calendar = discount_days.pay_calendar
            and items.discount_until = discount_days.calendar_date
            and discount_days.last_pay_day > items.origin_date
    )

select *
from weeks_compared
where model_share > 0 or due_date_share > 0 or customer_delay_share > 0
