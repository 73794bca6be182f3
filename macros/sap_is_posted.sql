{#- Whether a header's status is that of a posted document: not parked, recurring, sample or noted. -#}
{% macro sap_is_posted(document_status) -%}
    coalesce({{ document_status }}, '') not in ('V', 'W', 'Z', 'D', 'M', 'S')
{%- endmacro %}
