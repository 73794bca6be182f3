{#-
  What the cash forecast assumes, in one place. Chosen on the origins of a real history before its last month and on
  companies that no test uses; changing one changes every forecast.
-#}
{% macro forecast_setting(name) -%}
    {%- set settings = {
        "horizon_weeks": 13,
        "scored_origins": 104,
        "earlier_origins": 65,
        "calibration_origins": 52,
        "calibration_origins_of_weeks": 26,
        "tail_of_weeks": 0.115,
        "tail_of_spans": 0.1,
        "fewest_calibration_origins": 8,
        "weeks_beside": 3,
        "gain_to_replace": 0.02,
        "history_days": 730,
        "business_days_of_history": 742,
        "fewest_history_days": 90,
        "half_life_days": 120,
        "segment_weight": 10,
        "least_customer_weight": 0.3,
        "greatest_customer_weight": 30,
        "dispute_weight": 2,
        "dispute_customer_weight": 8,
        "scale_weight": 20,
        "clip_scales": 4,
        "delay_customer_weight": 10,
        "delay_days_of_history": 365,
        "order_half_life_weeks": 26,
        "stale_order_days": 120,
        "promise_days": 7,
        "share_of_business_days": 0.714,
        "stopped_payer_share": 0.003,
        "missed_payment_weight": 0.5,
        "slow_months": 9,
        "odd_month_share": 0.15,
        "odd_month_days": 6.0,
        "usual_month_days": 0.5,
    } -%}
    {{- settings[name] -}}
{%- endmacro %}

{#- Whole days since a Monday: modulo 7 it is 0 on Mondays and 6 on Sundays. -#}
{% macro weekday_of(date) -%}
    cast(mod({{ days_between("date '1900-01-01'", date) }}, 7) as integer)
{%- endmacro %}

{#- The Monday of a date's week. -#}
{% macro week_start_of(date) -%}({{ add_days(date, "- " ~ weekday_of(date)) }}) {%- endmacro %}

{#-
  A sum of fractions that does not depend on the order of its rows: floating point does, and a forecast made again
  from the same data must be the same to the cent.
-#}
{% macro exact_sum(value, decimals=6) -%}
    cast(coalesce(sum(cast(round({{ value }}, {{ decimals }}) as decimal(28, {{ decimals }}))), 0) as double)
{%- endmacro %}

{#- In which month before that of a date an invoice falls due; what falls due later counts as due in the same month. -#}
{% macro months_due_before(due_date, date) -%}
    cast(greatest({{ months_between(month_start(due_date), month_start(date)) }}, 0) as integer)
{%- endmacro %}

{#- In which month after that of a date an invoice falls due; 0 for its own month and earlier ones. -#}
{% macro months_due_after(due_date, date) -%}
    cast(greatest({{ months_between(month_start(date), month_start(due_date)) }}, 0) as integer)
{%- endmacro %}
