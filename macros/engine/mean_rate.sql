{#-
  The mean of rates (8 decimals each), half away from zero to 8 decimals, exact: an average is a double in DuckDB, and
  a mean that lies half way between two rates would go either way. Null where no rate is there.
-#}
{% macro mean_rate(rate) -%}
    {%- set whole_sum -%} cast(sum(cast({{ rate }} as decimal(18, 8))) * 100000000 as hugeint) {%- endset -%}
    case
        when count({{ rate }}) > 0
        then
            cast(
                cast(divide(2 * {{ whole_sum }} + count({{ rate }}), 2 * count({{ rate }})) as decimal(28, 0))
                * 0.00000001 as decimal(18, 8)
            )
    end
{%- endmacro %}
