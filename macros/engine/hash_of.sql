{#- A number that is the same for equal values of some columns, and nearly always another for other values. -#}
{% macro hash_of(columns) -%} hash({{ columns | join(", ") }}) {%- endmacro %}
