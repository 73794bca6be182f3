{#-
  When a row version became known: its file's extracted_at. The first delivery of a source is an initial load, for
  which the given business date stands in (or, without one, "always known"); `known_at_assumed` says so.
-#}
{% macro known_at(business_date=none) -%}
    case
        when is_first_delivery
        then
            {% if business_date %} cast({{ business_date }} as timestamp)
            {% else %} timestamp '1900-01-01 00:00:00'
            {% endif %}
        else extracted_at
    end as known_at,
    is_first_delivery as known_at_assumed
{%- endmacro %}

{#- The lineage columns that every staging row hands on. -#}
{% macro lineage(relation=none) -%}
    {%- set prefix = relation ~ "." if relation else "" -%}
    {{ prefix }}source_file,
    {{ prefix }}source_line,
    {{ prefix }}batch_id,
    {{ prefix }}extracted_at,
    {{ prefix }}recorded_at,
    {{ prefix }}known_at,
    {{ prefix }}known_at_assumed
{%- endmacro %}
