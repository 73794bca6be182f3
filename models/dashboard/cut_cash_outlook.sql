-- The forecast in one row: the cash of thirteen weeks with its interval, the lowest balance and the
-- first week below the least that is wanted, beside what the runs of earlier months expected.
with

    weeks as (select * from {{ ref("cut_cash_weeks") }}),

    receipts as (
        select origin_date, legal_entity_id, horizon_week, expected, p10, p90
        from {{ ref("int_forecast_receipts") }}
        where line = 'total_receipts' and span = 'until'
    ),

    history as (
        select run_id, origin_date, legal_entity_id, horizon_week, expected
        from {{ ref("rpt_cash_forecast_history") }}
        where line = 'closing_cash' and horizon_week = 13
    ),

    lowest_weeks as (
        select
            *,
            row_number() over (
                partition by origin_date, legal_entity_id order by closing_cash, horizon_week
            ) as place_by_cash,
            max(horizon_week) over (partition by origin_date, legal_entity_id) as weeks_ahead
        from weeks
    ),

    outlook_taken as (
        select
            origin_date,
            legal_entity_id,
            currency,
            max(weeks_ahead) as weeks_ahead,
            max(case when horizon_week = 1 then opening_cash end) as opening_cash,
            {{ sum_money("net_flow") }} as net_flow,
            {{ sum_money("payments") }} as payments,
            max(case when horizon_week = weeks_ahead then closing_cash end) as closing_cash,
            max(case when horizon_week = weeks_ahead then closing_cash_p10 end) as closing_cash_p10,
            max(case when horizon_week = weeks_ahead then closing_cash_p90 end) as closing_cash_p90,
            max(case when place_by_cash = 1 then closing_cash end) as lowest_cash,
            max(case when place_by_cash = 1 then week_start end) as lowest_week,
            max(minimum_cash) as minimum_cash,
            max(facility) as facility,
            min(case when is_below_minimum then week_start end) as first_week_below,
            min(
                case when closing_cash_p10 < minimum_cash then week_start end
            ) as first_week_that_may_be_below,
            max(null_reason) as null_reason,
            max(fallback_reason) as fallback_reason,
            max(left_out) as left_out
        from lowest_weeks
        group by origin_date, legal_entity_id, currency
    ),

    history_ranked as (
        select
            *,
            extract(year from origin_date) * 12 + extract(month from origin_date) as month_number,
            row_number() over (
                partition by legal_entity_id, extract(year from origin_date), extract(month from origin_date)
                order by origin_date desc, run_id desc
            ) as place
        from history
    ),

    outlook_compared as (
        select
            outlook.origin_date,
            outlook.legal_entity_id,
            outlook.currency,
            outlook.opening_cash,
            cast(receipts.expected as decimal(18, 4)) as receipts,
            cast(receipts.p10 as decimal(18, 4)) as receipts_p10,
            cast(receipts.p90 as decimal(18, 4)) as receipts_p90,
            outlook.payments,
            outlook.net_flow,
            outlook.closing_cash,
            outlook.closing_cash_p10,
            outlook.closing_cash_p90,
            outlook.lowest_cash,
            outlook.lowest_week,
            outlook.minimum_cash,
            outlook.facility,
            outlook.first_week_below,
            outlook.first_week_that_may_be_below,
            {%- for months in (1, 3, 12) %}
                cast(
                    before_{{ months }}.expected as decimal(18, 4)
                ) as closing_cash_{{ months }}_months_before,
                cast(
                    outlook.closing_cash - before_{{ months }}.expected as decimal(18, 4)
                ) as change_in_{{ months }}_months,
            {%- endfor %}
            outlook.null_reason,
            outlook.fallback_reason,
            outlook.left_out
        from outlook_taken as outlook
        left join
            receipts
            on outlook.origin_date = receipts.origin_date
            and outlook.legal_entity_id = receipts.legal_entity_id
            and outlook.weeks_ahead = receipts.horizon_week
        {%- for months in (1, 3, 12) %}
            left join
                history_ranked as before_{{ months }}
                on outlook.legal_entity_id = before_{{ months }}.legal_entity_id
                and before_{{ months }}.place = 1
                and before_{{ months }}.month_number
                = extract(year from outlook.origin_date) * 12
                + extract(month from outlook.origin_date)
                - {{ months }}
        {%- endfor %}
    )

select *
from outlook_compared
