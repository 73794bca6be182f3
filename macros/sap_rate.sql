{#-
  Units of company currency per one of document currency: 1 in the company's own; else the header's rate (negative =
  quoted the other way round, 0 = none) if it reproduces the posted amount; else the ratio of the two posted amounts.
-#}
{% macro sap_rate(amount, amount_functional, rate, currency, functional_currency, functional_minor_units) -%}
    {%- set header_rate -%}
        case when {{ rate }} > 0 then {{ rate }} when {{ rate }} < 0 then cast(1 / -{{ rate }} as decimal(18, 8)) end
    {%- endset -%}
    cast(
        case
            when {{ currency }} = {{ functional_currency }}
            then 1
            when {{ translate(amount, header_rate, functional_minor_units) }} = {{ amount_functional }}
            then {{ header_rate }}
            when {{ amount }} <> 0
            then cast({{ amount_functional }} / {{ amount }} as decimal(18, 8))
        end as decimal(18, 8)
    )
{%- endmacro %}
