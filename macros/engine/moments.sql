{#- Minutes from one moment to another, fractions included, negative where the second comes first. -#}
{% macro minutes_between(first_moment, last_moment) -%}
    ((epoch({{ last_moment }}) - epoch({{ first_moment }})) / 60)
{%- endmacro %}
