{#-
  The step of int_forecast_survival at which an invoice stands at the end of a day: tenths of its payer's spread after
  the day around which it settles.
-#}
{% macro survival_step(day, due_date, settles_after_days, spread_days) -%}
    least(
        greatest(
            cast(
                round(
                    round(
                        10
                        * ({{ days_between(due_date, day) }} + 0.5 - {{ settles_after_days }})
                        / {{ spread_days }},
                        6
                    ),
                    0
                ) as integer
            )
            - 1,
            -150
        ),
        1500
    )
{%- endmacro %}
