{#-
  Errors of forecasts by whatever `keys` name: relation has the keys, origin_date, horizon_week, expected, p10, p50,
  p90 and actual (null while the week is not over). Single weeks, and the first four and all thirteen together where
  all of them are over; an interval of several weeks is not the sum of theirs and comes as the columns _so_far.
-#}
{% macro forecast_errors(relation, keys) -%}
    select
        {{ keys | join(", ") }},
        'week_' || cast(horizon_week as string) as horizon,
        origin_date,
        cast(expected as double) as expected,
        cast(p10 as double) as p10,
        cast(p50 as double) as p50,
        cast(p90 as double) as p90,
        cast(actual as double) as actual
    from {{ relation }}
    where actual is not null
    {%- for weeks in [4, 13] %}
        union all
        select
            {{ keys | join(", ") }},
            'cumulative_{{ weeks }}' as horizon,
            origin_date,
            {{ exact_sum("cast(expected as double)") }} as expected,
            max(case when horizon_week = {{ weeks }} then cast(p10_so_far as double) end) as p10,
            max(case when horizon_week = {{ weeks }} then cast(p50_so_far as double) end) as p50,
            max(case when horizon_week = {{ weeks }} then cast(p90_so_far as double) end) as p90,
            {{ exact_sum("cast(actual as double)") }} as actual
        from {{ relation }}
        where horizon_week <= {{ weeks }}
        group by {{ keys | join(", ") }}, origin_date
        having count(actual) = {{ weeks }}
    {%- endfor %}
{%- endmacro %}

{#- One τ's pinball loss. -#}
{% macro pinball(actual, quantile, tau) -%}
    greatest({{ tau }} * ({{ actual }} - {{ quantile }}), ({{ tau }} - 1) * ({{ actual }} - {{ quantile }}))
{%- endmacro %}

{#- A ratio or loss as marts hold it: six decimals. -#}
{% macro measure(value) -%} cast(round({{ value }}, 6) as decimal(18, 6)) {%- endmacro %}

{#- Measures of the errors: WAPE, bias, coverage and mean width of the 80 % interval, mean pinball loss. -#}
{% macro forecast_measures(keys) -%}
    {{ keys | join(", ") }},
    count(*) as n_origins,
    {{ measure(exact_sum("abs(actual - expected)") ~ " / nullif(" ~ exact_sum("abs(actual)") ~ ", 0)") }}
    as wape,
    {{ measure(exact_sum("expected - actual") ~ " / nullif(" ~ exact_sum("actual") ~ ", 0)") }} as bias,
    {{
        measure(
            "cast(sum(case when actual between p10 and p90 then 1 when p10 is not null then 0 end) as double)"
            ~ " / nullif(count(p10), 0)"
        )
    }} as coverage_80,
    {{
        measure(
            exact_sum("p90 - p10")
            ~ " / nullif("
            ~ exact_sum("case when p10 is not null then abs(actual) end")
            ~ ", 0)"
        )
    }} as mean_width,
    case
        when count(p10) > 0
        then
            {{
                measure(
                    "("
                    ~ exact_sum(pinball("actual", "p10", 0.1))
                    ~ " + "
                    ~ exact_sum(pinball("actual", "p50", 0.5))
                    ~ " + "
                    ~ exact_sum(pinball("actual", "p90", 0.9))
                    ~ ") / (3 * count(p10))"
                )
            }}
    end as pinball,
    min(origin_date) as data_from,
    max(origin_date) as data_to
{%- endmacro %}
