{#- The last run of digits in a text, and the text before it. -#}
{% macro last_number_in(text) -%}
    try_cast(regexp_extract({{ text }}, '([0-9]+)[^0-9]*$', 1) as decimal(38, 0))
{%- endmacro %}

{% macro text_before_last_number(text) -%}
    regexp_extract({{ text }}, '^(.*?)[0-9]+[^0-9]*$', 1)
{%- endmacro %}
