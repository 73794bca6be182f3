{#-
  When a key was first delivered. Accounting documents do not change once posted; only their clearing is added later.
  So a document became known with its first version, and its clearing with the first version that carries it.
-#}
{% macro sap_first_known(key, what="document") -%}
    min(extracted_at) over (
        partition by source_system, {{ key | join(", ") }}
    ) as {{ what }}_first_extracted_at,
    bool_or(is_first_delivery) over (
        partition by source_system, {{ key | join(", ") }}
    ) as is_{{ what }}_in_first_delivery
{%- endmacro %}

{#- known_at and known_at_assumed from what sap_first_known found; a first delivery is known as of the business date. -#}
{% macro sap_known_at(business_date, what="document") -%}
    case
        when is_{{ what }}_in_first_delivery
        then cast({{ business_date }} as timestamp)
        else {{ what }}_first_extracted_at
    end as known_at,
    is_{{ what }}_in_first_delivery as known_at_assumed
{%- endmacro %}
