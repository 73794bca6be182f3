{#-
  How many spreads after the day on which its payer usually settles an invoice was paid, or was still unpaid. A payment
  is taken against the level of its payer without itself: it was drawn towards that payment as far as the payment
  weighs in it.
-#}
{% macro spreads_off_habit(history, habits) -%}
    (
        {{ history }}.position
        - {{ habits }}.level_days
        - case when {{ history }}.is_disputed then {{ habits }}.dispute_days else 0 end
    ) * case
        when {{ history }}.is_paid
        then
            ({{ habits }}.payer_weight + {{ habits }}.pull)
            / greatest({{ habits }}.payer_weight + {{ habits }}.pull - {{ history }}.weight, 0.3)
        else 1
    end
    / {{ habits }}.spread_days
{%- endmacro %}
