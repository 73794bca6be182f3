{#- The accounting period YYYY-MM of a date. -#}
{% macro period_of(date) -%} substr(cast({{ date }} as string), 1, 7) {%- endmacro %}
