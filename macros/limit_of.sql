{#- A limit of a control beside its tolerance, from the seed of limits. -#}
{% macro limit_of(control_id, limit_name) -%}
    (
        select limits.limit_value
        from {{ ref("control_limits") }} as limits
        where limits.control_id = '{{ control_id }}' and limits.limit_name = '{{ limit_name }}'
    )
{%- endmacro %}
