{#-
  Whether an invoice of the payment history shows when its payer settles: not one paid within its discount period,
  which is a habit of its own, nor one that may still be.
-#}
{% macro shows_habit(history) -%}
    not {{ history }}.is_discount_taken
    and (
        {{ history }}.is_paid
        or {{ history }}.discount_until is null
        or {{ history }}.origin_date > {{ history }}.discount_until
    )
{%- endmacro %}
