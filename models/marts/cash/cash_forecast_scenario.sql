{{
    config(
        materialized="table_function",
        parameters=["delay_days", "customer_id", "customer_delay_days", "customer_stops", "fx_shift_pct"],
        contract={"enforced": false},
        persist_docs={"relation": false, "columns": false},
    )
}}
-- The published forecast under other assumptions, expected values only: all receipts slower by so
-- many days, one customer slower by so many more or paying nothing, foreign currencies worth so
-- many per cent more. A shift of seven days moves a week's receipts into the next week, a shorter
-- one its share of them.
with

    weeks as (select distinct origin_date, horizon_week, week_start from {{ ref("rpt_cash_forecast") }}),

    payments as (
        select origin_date, legal_entity_id, horizon_week, sum(expected) as amount
        from {{ ref("rpt_cash_forecast") }}
        where
            line in (
                'refunds',
                'suppliers',
                'payroll',
                'taxes',
                'capex',
                'debt_service',
                'other_inflows',
                'other_outflows'
            )
        group by origin_date, legal_entity_id, horizon_week
    ),

    openings as (
        select legal_entity_id, expected as opening_cash
        from {{ ref("rpt_cash_forecast") }}
        where line = 'opening_cash' and horizon_week = 1
    ),

    receipts_changed as (
        select
            forecast.legal_entity_id,
            forecast.horizon_week,
            cast(forecast.amount as double)
            * case when forecast.is_foreign_currency then 1 + coalesce(fx_shift_pct, 0) / 100.0 else 1 end
            * case
                when coalesce(customer_stops, false) and forecast.customer_id = customer_id then 0 else 1
            end as amount,
            coalesce(delay_days, 0) + case
                when forecast.customer_id = customer_id then coalesce(customer_delay_days, 0) else 0
            end as days_later
        from {{ ref("int_forecast_customer_weeks") }} as forecast
    ),

    receipts_moved as (
        select
            legal_entity_id,
            horizon_week + cast(floor(days_later / 7.0) as integer) as horizon_week,
            amount * (1 - (days_later / 7.0 - floor(days_later / 7.0))) as amount
        from receipts_changed
        union all
        select
            legal_entity_id,
            horizon_week + cast(floor(days_later / 7.0) as integer) + 1 as horizon_week,
            amount * (days_later / 7.0 - floor(days_later / 7.0)) as amount
        from receipts_changed
    ),

    receipts_summed as (
        select
            legal_entity_id,
            greatest(horizon_week, 1) as horizon_week,
            cast(round({{ exact_sum("amount") }}, 2) as decimal(18, 4)) as total_receipts
        from receipts_moved
        group by legal_entity_id, greatest(horizon_week, 1)
    ),

    flows_joined as (
        select
            payments.origin_date,
            weeks.week_start,
            payments.legal_entity_id,
            payments.horizon_week,
            coalesce(receipts_summed.total_receipts, 0) as total_receipts,
            payments.amount + coalesce(receipts_summed.total_receipts, 0) as net_flow,
            openings.opening_cash
        from payments
        inner join weeks on payments.horizon_week = weeks.horizon_week
        left join
            receipts_summed
            on payments.legal_entity_id = receipts_summed.legal_entity_id
            and payments.horizon_week = receipts_summed.horizon_week
        left join openings on payments.legal_entity_id = openings.legal_entity_id
    ),

    balances_run as (
        select
            *,
            opening_cash + sum(net_flow) over (
                partition by legal_entity_id
                order by horizon_week
                rows between unbounded preceding and current row
            ) as closing_cash
        from flows_joined
    ),

    lines_unioned as (
        {%- for line in ["total_receipts", "net_flow", "closing_cash"] %}
            select
                origin_date,
                week_start,
                legal_entity_id,
                '{{ line }}' as line,
                cast({{ line }} as decimal(18, 4)) as expected
            from balances_run
            {%- if not loop.last %}
                union all
            {%- endif %}
        {%- endfor %}
    )

select *
from lines_unioned
