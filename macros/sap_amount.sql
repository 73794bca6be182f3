{#-
  An amount of the FI tables as money: SAP stores every amount as if its currency had two decimals, and always
  positive. 55,000,000.00 of a currency with five decimals is 55,000; a credit line is negative.
-#}
{% macro sap_amount(amount, debit_credit, minor_units) -%}
    cast(
        case {{ debit_credit }} when 'H' then -{{ amount }} else {{ amount }} end * cast(
            case
                coalesce({{ minor_units }}, 2)
                when 0
                then 100
                when 1
                then 10
                when 3
                then 0.1
                when 4
                then 0.01
                when 5
                then 0.001
                else 1
            end as decimal(9, 3)
        ) as decimal(18, 4)
    )
{%- endmacro %}
