{#-
  A level per origin and payer from weighted values: the payer's mean, drawn towards that of its segment, which is
  drawn towards the company's. How much follows from the data: the variance within payers over that between them. With
  weights w, a payer's squares hold (sum of w - sum of w squared / sum of w) times the variance within payers: with
  plain counts in its place, weights that fall with age would make it look many times as large.
  `values` has origin_date, payer_key, segment, weight and value; payers that have none of these rows get no row.
-#}
{% macro customer_levels(relation) -%}
    select
        payers.origin_date,
        payers.payer_key,
        payers.weight as payer_weight,
        strengths.pull,
        (payers.weight * payers.mean + strengths.pull * segments.level)
        / (payers.weight + strengths.pull) as level
    from ({{ payer_means(relation) }}) as payers
    inner join
        ({{ segment_levels(relation) }}) as segments
        on payers.origin_date = segments.origin_date
        and payers.segment = segments.segment
    inner join
        (
            select
                variances.origin_date,
                round(
                    least(
                        greatest(
                            variances.within_payers / greatest(variances.between_payers, 0.000001),
                            {{ forecast_setting("least_customer_weight") }}
                        ),
                        {{ forecast_setting("greatest_customer_weight") }}
                    ),
                    9
                ) as pull
            from
                (
                    select
                        sums.origin_date,
                        sums.squares_within / greatest(sums.freedom, 1) as within_payers,
                        (
                            sums.squares_between
                            - sums.squares_within / greatest(sums.freedom, 1) * sums.noise_of_means
                        )
                        / sums.weight as between_payers
                    from
                        (
                            select
                                payers.origin_date,
                                {{ exact_sum("payers.weight") }} as weight,
                                {{
                                    exact_sum(
                                        "greatest(payers.weight - payers.squared_weight / payers.weight, 0)"
                                    )
                                }} as freedom,
                                {{ exact_sum("payers.squared_weight / payers.weight") }} as noise_of_means,
                                {{
                                    exact_sum(
                                        "greatest(payers.squares - payers.weight * payers.mean * payers.mean, 0)"
                                    )
                                }}
                                as squares_within,
                                {{
                                    exact_sum(
                                        "payers.weight * (payers.mean - segments.level)"
                                        ~ " * (payers.mean - segments.level)"
                                    )
                                }} as squares_between
                            from ({{ payer_means(relation) }}) as payers
                            inner join
                                ({{ segment_levels(relation) }}) as segments
                                on payers.origin_date = segments.origin_date
                                and payers.segment = segments.segment
                            group by payers.origin_date
                        ) as sums
                ) as variances
        ) as strengths
        on payers.origin_date = strengths.origin_date
{%- endmacro %}

{#- Weight, mean and sum of squares of the values of each payer. -#}
{% macro payer_means(relation) -%}
    select
        origin_date,
        payer_key,
        segment,
        {{ exact_sum("weight") }} as weight,
        {{ exact_sum("weight * weight") }} as squared_weight,
        {{ exact_sum("weight * value") }} / {{ exact_sum("weight") }} as mean,
        {{ exact_sum("weight * value * value") }} as squares
    from {{ relation }}
    group by origin_date, payer_key, segment
    having {{ exact_sum("weight") }} > 0
{%- endmacro %}

{#- The mean of each segment, drawn towards the company's. -#}
{% macro segment_levels(relation) -%}
    select
        segments.origin_date,
        segments.segment,
        (segments.total + {{ forecast_setting("segment_weight") }} * companies.mean)
        / (segments.weight + {{ forecast_setting("segment_weight") }}) as level
    from
        (
            select
                origin_date,
                segment,
                {{ exact_sum("weight") }} as weight,
                {{ exact_sum("weight * value") }} as total
            from {{ relation }}
            group by origin_date, segment
        ) as segments
    inner join
        (
            select origin_date, {{ exact_sum("weight * value") }} / {{ exact_sum("weight") }} as mean
            from {{ relation }}
            group by origin_date
            having {{ exact_sum("weight") }} > 0
        ) as companies
        on segments.origin_date = companies.origin_date
{%- endmacro %}
