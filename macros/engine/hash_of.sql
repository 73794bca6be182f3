{#- A number that is the same for equal values of some columns, and nearly always another for other values. -#}
{% macro hash_of(columns) -%} hash({{ columns | join(", ") }}) {%- endmacro %}

{#- The same as a number of which many can be summed. -#}
{% macro row_number_of(name, columns) -%}
    cast({{ hash_of([name] + columns) }} as decimal(38, 0))
{%- endmacro %}
