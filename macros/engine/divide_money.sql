{#-
  dividend / divisor in a currency's minor units, half away from zero, exact: in DuckDB a decimal divided is a double,
  so whole numbers are divided instead. The dividend has at most 8 decimals, the divisor at most 4.
-#}
{% macro divide_money(dividend, divisor, minor_units) -%}
    {%- set power -%} cast(pow(10, {{ minor_units }}) as hugeint) {%- endset -%}
    {%- set whole_dividend -%} cast(abs(cast({{ dividend }} as decimal(38, 8))) * 100000000 as hugeint) {%- endset -%}
    {%- set whole_divisor -%} cast(abs(cast({{ divisor }} as decimal(38, 4))) * 10000 as hugeint) {%- endset -%}
    cast(
        sign({{ dividend }})
        * sign({{ divisor }})
        * cast(
            divide(
                2 * {{ whole_dividend }} * {{ power }} + {{ whole_divisor }} * 10000,
                2 * {{ whole_divisor }} * 10000
            ) as decimal(38, 0)
        )
        * case
            {{ minor_units }}
            when 0
            then 1.00000
            when 3
            then 0.00100
            when 4
            then 0.00010
            when 5
            then 0.00001
            else 0.01000
        end as decimal(18, 4)
    )
{%- endmacro %}
