{#-
  The error at a share of those ranked (columns error, place, origins_seen of a group), between the two nearest places
  and never beyond the outermost.
-#}
{% macro ranked_error_at(share) -%}
    {%- set wanted -%} least(greatest((origins_seen + 1) * {{ share }}, 1), origins_seen) {%- endset -%}
    round(
        max(case when place = cast(floor({{ wanted }}) as integer) then error end)
        + (max({{ wanted }}) - floor(max({{ wanted }})))
        * (
            max(case when place = cast(ceil({{ wanted }}) as integer) then error end)
            - max(case when place = cast(floor({{ wanted }}) as integer) then error end)
        ),
        9
    )
{%- endmacro %}

{#- An end of an interval: the amount and so much of its scale, to the cent, not below zero; null without an error. -#}
{% macro interval_bound(amount, error, scale) -%}
    case
        when {{ error }} is not null
        then
            cast(
                round(greatest(cast({{ amount }} as double) + {{ error }} * {{ scale }}, 0), 2) as decimal(
                    18, 4
                )
            )
    end
{%- endmacro %}
