{#-
  Opening items: what an entity with a booked ledger posted before its first journal or, where that journal is the
  opening, on its date. Their amounts are inside the opening journal.
-#}
{% macro is_opening_item(posting_date, legal_entities="legal_entities") -%}
    coalesce(
        {{ legal_entities }}.ledger = 'booked'
        and (
            {{ posting_date }} < {{ legal_entities }}.first_journal_date
            or (
                {{ posting_date }} = {{ legal_entities }}.first_journal_date
                and {{ legal_entities }}.has_opening_journal
            )
        ),
        false
    )
{%- endmacro %}
