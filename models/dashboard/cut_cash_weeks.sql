-- The forecast with its weeks as rows: from opening to closing cash, what is left above the least
-- that is wanted, and beside receipts what the plain baselines expect of them.
with

    lines as (select * from {{ ref("cut_cash_forecast") }}),

    baselines as (
        select origin_date, horizon_week, legal_entity_id, model, expected
        from {{ ref("rpt_cash_forecast_baselines") }}
        where line = 'total_receipts'
    ),

    group_rates as (select * from {{ ref("int_forecast_group_rates") }} where is_complete),

    baselines_of_all as (
        select origin_date, horizon_week, legal_entity_id, model, expected
        from baselines
        union all
        select
            baselines.origin_date,
            baselines.horizon_week,
            '*' as legal_entity_id,
            baselines.model,
            {{
                sum_money(
                    translate(
                        "baselines.expected", "group_rates.group_rate", "group_rates.reporting_minor_units"
                    )
                )
            }} as expected
        from baselines
        inner join
            group_rates
            on baselines.origin_date = group_rates.origin_date
            and baselines.legal_entity_id = group_rates.legal_entity_id
        group by baselines.origin_date, baselines.horizon_week, baselines.model
    ),

    baselines_pivoted as (
        select
            origin_date,
            horizon_week,
            legal_entity_id,
            {%- for model in ("due_date", "customer_delay", "run_rate", "time_to_pay") %}
                max(case when model = '{{ model }}' then expected end) as receipts_{{ model }}
                {{- "," if not loop.last }}
            {%- endfor %}
        from baselines_of_all
        group by origin_date, horizon_week, legal_entity_id
    ),

    lines_pivoted as (
        select
            origin_date,
            week_start,
            horizon_week,
            legal_entity_id,
            currency,
            {%- for line in ("opening_cash", "total_receipts", "net_flow", "closing_cash") %}
                max(case when line = '{{ line }}' then expected end) as {{ line }},
            {%- endfor %}
            {%- for line in ("total_receipts", "closing_cash") %}
                max(case when line = '{{ line }}' then p10 end) as {{ line }}_p10,
                max(case when line = '{{ line }}' then p90 end) as {{ line }}_p90,
            {%- endfor %}
            max(minimum_cash) as minimum_cash,
            max(facility) as facility,
            bool_or(is_below_minimum) as is_below_minimum,
            max(case when line = 'closing_cash' then null_reason end) as null_reason,
            max(case when line = 'total_receipts' then model end) as model,
            max(case when line = 'total_receipts' then fallback_reason end) as fallback_reason,
            max(case when line = 'total_receipts' then left_out end) as left_out
        from lines
        group by origin_date, week_start, horizon_week, legal_entity_id, currency
    ),

    weeks_joined as (
        select
            lines_pivoted.origin_date,
            lines_pivoted.week_start,
            lines_pivoted.horizon_week,
            lines_pivoted.legal_entity_id,
            lines_pivoted.currency,
            lines_pivoted.opening_cash,
            lines_pivoted.total_receipts,
            lines_pivoted.total_receipts_p10,
            lines_pivoted.total_receipts_p90,
            cast(lines_pivoted.net_flow - lines_pivoted.total_receipts as decimal(18, 4)) as payments,
            lines_pivoted.net_flow,
            lines_pivoted.closing_cash,
            lines_pivoted.closing_cash_p10,
            lines_pivoted.closing_cash_p90,
            lines_pivoted.minimum_cash,
            lines_pivoted.facility,
            cast(lines_pivoted.closing_cash - lines_pivoted.minimum_cash as decimal(18, 4)) as headroom,
            lines_pivoted.is_below_minimum,
            {%- for model in ("due_date", "customer_delay", "run_rate", "time_to_pay") %}
                cast(baselines_pivoted.receipts_{{ model }} as decimal(18, 4)) as receipts_{{ model }},
            {%- endfor %}
            lines_pivoted.null_reason,
            lines_pivoted.model,
            lines_pivoted.fallback_reason,
            lines_pivoted.left_out
        from lines_pivoted
        left join
            baselines_pivoted
            on lines_pivoted.origin_date = baselines_pivoted.origin_date
            and lines_pivoted.horizon_week = baselines_pivoted.horizon_week
            and lines_pivoted.legal_entity_id = baselines_pivoted.legal_entity_id
    )

select *
from weeks_joined
