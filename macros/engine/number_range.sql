{#- One row per whole number from a first to a last, both included. -#}
{% macro number_range(first_number, last_number, name) -%}
    select cast(unnest(generate_series({{ first_number }}, {{ last_number }})) as integer) as {{ name }}
{%- endmacro %}
