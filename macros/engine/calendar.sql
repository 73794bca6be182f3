{#- One row per calendar day from a first to a last date, both included. -#}
{% macro calendar_days(first_date, last_date, relation) -%}
    select
        cast(
            unnest(generate_series({{ first_date }}, {{ last_date }}, interval 1 day)) as date
        ) as calendar_date
    from {{ relation }}
{%- endmacro %}

{#- Whole days from one date to another, negative where the second comes first. -#}
{% macro days_between(first_date, last_date) -%} ({{ last_date }} - {{ first_date }}) {%- endmacro %}

{#- A date moved by whole days. -#}
{% macro add_days(date, days) -%}({{ date }} + {{ days }}) {%- endmacro %}

{#- The first day of a date's month. -#}
{% macro month_start(date) -%} cast(date_trunc('month', {{ date }}) as date) {%- endmacro %}

{#- The last day of a date's month. -#}
{% macro month_end(date) -%} last_day({{ date }}) {%- endmacro %}

{#- Whole months from one month's first day to another's. -#}
{% macro months_between(first_month_start, last_month_start) -%}
    (
        (extract(year from {{ last_month_start }}) - extract(year from {{ first_month_start }})) * 12
        + extract(month from {{ last_month_start }})
        - extract(month from {{ first_month_start }})
    )
{%- endmacro %}

{#- A date moved by whole months, to the month's last day where the day does not exist there. -#}
{% macro months_later(date, months) -%}
    cast({{ date }} + interval ({{ months }}) month as date)
{%- endmacro %}
