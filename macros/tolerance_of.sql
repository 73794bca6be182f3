{#- The tolerance in force for a control: the catalogue's, or the company's own. -#}
{% macro tolerance_of(control_id) -%}
    (
        select settings_in_force.tolerance
        from {{ ref("int_control_settings") }} as settings_in_force
        where settings_in_force.control_id = '{{ control_id }}'
    )
{%- endmacro %}
