{#-
  Items of the two sides of a bank reconciliation (item_key, side, bank_account_key, item_date, amount and the keys),
  paired one by one where their keys agree, the earlier ones first. A pair is settled on the later of its two dates.
-#}
{% macro settled_in_pairs(items, keys, settled_by) -%}
    select
        items_paired.item_key,
        items_paired.side,
        items_paired.bank_account_key,
        items_paired.item_date,
        items_paired.amount,
        items_paired.receipt_key,
        items_paired.undo_key,
        case when items_paired.sides > 1 then items_paired.pair_date end as settled_on,
        case when items_paired.sides > 1 then '{{ settled_by }}' end as settled_by
    from
        (
            select
                items_ranked.*,
                count(*) over (partition by {{ keys }}, items_ranked.pair_rank) as sides,
                max(items_ranked.item_date) over (
                    partition by {{ keys }}, items_ranked.pair_rank
                ) as pair_date
            from
                (
                    select
                        items.*,
                        row_number() over (
                            partition by {{ keys }}, items.side order by items.item_date, items.item_key
                        ) as pair_rank
                    from {{ items }} as items
                ) as items_ranked
        ) as items_paired
{%- endmacro %}
