{#- A model lives in the schema its folder names (raw, staging, marts …), never in a prefixed one. -#}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ custom_schema_name or target.schema }}
{%- endmacro %}
