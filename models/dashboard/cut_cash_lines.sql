-- The forecast as treasurers lay it out: a line per row, a week per column, and what flows in all of
-- them together. Balances have no total.
with

    lines as (select * from {{ ref("cut_cash_forecast") }}),

    lines_pivoted as (
        select
            origin_date,
            legal_entity_id,
            currency,
            line,
            line_position,
            {%- for week in range(1, 14) %}
                max(case when horizon_week = {{ week }} then expected end) as week_{{ week }},
            {%- endfor %}
            case
                when line not in ('opening_cash', 'closing_cash') then {{ sum_money("expected") }}
            end as weeks_together,
            max(model) as model
        from lines
        group by origin_date, legal_entity_id, currency, line, line_position
    )

select *
from lines_pivoted
