{#- The text of one cell of a row kept as a JSON object; null where the row is no JSON or has no such cell. -#}
{% macro text_in_json(document, name) -%}
    case when json_valid({{ document }}) then json_extract_string({{ document }}, '$."{{ name }}"') end
{%- endmacro %}

{#-
  A text as an amount of the store's type; null where it is no plain decimal number, or has more digits than that
  holds.
-#}
{% macro amount_in_text(text) -%}
    case
        when
            regexp_matches({{ text }}, '^[+-]?[0-9]{1,14}([.][0-9]*)?$')
            and try_cast({{ text }} as decimal(38, 12))
            = cast(try_cast({{ text }} as decimal(38, 12)) as decimal(38, 4))
        then cast(try_cast({{ text }} as decimal(38, 12)) as decimal(18, 4))
    end
{%- endmacro %}
