-- Why total receipts of a week missed their forecast, one row per forecast week with its causes beside
-- each other; only weeks that are over.
with

    causes as (select * from {{ ref("rpt_cash_forecast_bridge") }}),

    causes_pivoted as (
        select
            origin_date,
            origin_kind,
            week_start,
            horizon_week,
            legal_entity_id,
            forecast,
            {%- for cause in ("paid_early", "paid_late", "short_paid", "disputed", "fx", "not_in_forecast") %}
                {{ sum_money("case when cause = '" ~ cause ~ "' then amount end") }} as {{ cause }},
            {%- endfor %}
            actual,
            variance
        from causes
        group by
            origin_date, origin_kind, week_start, horizon_week, legal_entity_id, forecast, actual, variance
    )

select *
from causes_pivoted
