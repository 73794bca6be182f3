-- SAP says which items a clearing document settles, not which pays for which. Within a clearing, a
-- credit memo first settles the document it belongs to; what is left is settled in the order of
-- posting, oldest first. Each row is a part of a debit settled by a part of a credit, in one
-- currency.
{{ config(materialized="table") }}

with

    receivable_items as (select * from {{ ref("stg_sap__receivable_items") }}),

    documents as (select * from {{ ref("stg_sap__invoices") }}),

    clearing_sides_summed as (
        select
            items.source_system,
            items.clearing_id,
            items.currency,
            items.amount > 0 as is_debit,
            items.item_type,
            items.item_owner_id,
            min(documents.original_doc_id) as original_doc_id,
            min(items.posting_date) as posting_date,
            cast(sum(abs(items.amount)) as decimal(18, 4)) as amount
        from receivable_items as items
        left join
            documents
            on items.source_system = documents.source_system
            and items.item_type = 'document'
            and items.item_owner_id = documents.doc_id
        where items.clearing_id is not null and items.clearing_date is not null
        group by
            items.source_system,
            items.clearing_id,
            items.currency,
            items.amount > 0,
            items.item_type,
            items.item_owner_id
    ),

    memos_found_with_original as (
        select
            credits.source_system,
            credits.clearing_id,
            credits.currency,
            debits.item_owner_id as debit_id,
            credits.item_owner_id as credit_id,
            credits.amount,
            sum(credits.amount) over (
                partition by
                    credits.source_system, credits.clearing_id, credits.currency, debits.item_owner_id
                order by credits.posting_date, credits.item_owner_id
                rows between unbounded preceding and current row
            ) as running_amount,
            debits.amount as debit_amount
        from clearing_sides_summed as credits
        inner join
            clearing_sides_summed as debits
            on credits.source_system = debits.source_system
            and credits.clearing_id = debits.clearing_id
            and credits.currency = debits.currency
            and credits.original_doc_id = debits.item_owner_id
        where
            not credits.is_debit
            and credits.item_type = 'document'
            and debits.is_debit
            and debits.item_type = 'document'
    ),

    memos_matched as (
        select
            source_system,
            clearing_id,
            currency,
            debit_id,
            credit_id,
            cast(
                case
                    when running_amount <= debit_amount
                    then amount
                    else amount - (running_amount - debit_amount)
                end as decimal(18, 4)
            ) as amount
        from memos_found_with_original
        where running_amount - amount < debit_amount
    ),

    matched_amounts_summed as (
        select
            source_system,
            clearing_id,
            currency,
            debit_id as item_owner_id,
            true as is_debit,
            sum(amount) as amount
        from memos_matched
        group by source_system, clearing_id, currency, debit_id
        union all
        select
            source_system,
            clearing_id,
            currency,
            credit_id as item_owner_id,
            false as is_debit,
            sum(amount) as amount
        from memos_matched
        group by source_system, clearing_id, currency, credit_id
    ),

    rests_lined_up as (
        select
            sides.source_system,
            sides.clearing_id,
            sides.currency,
            sides.is_debit,
            sides.item_type,
            sides.item_owner_id,
            sides.amount - coalesce(matched_amounts_summed.amount, 0) as amount,
            sum(sides.amount - coalesce(matched_amounts_summed.amount, 0)) over (
                partition by sides.source_system, sides.clearing_id, sides.currency, sides.is_debit
                order by sides.posting_date, sides.item_type, sides.item_owner_id
                rows between unbounded preceding and current row
            ) as running_amount
        from clearing_sides_summed as sides
        left join
            matched_amounts_summed
            on sides.source_system = matched_amounts_summed.source_system
            and sides.clearing_id = matched_amounts_summed.clearing_id
            and sides.currency = matched_amounts_summed.currency
            and sides.is_debit = matched_amounts_summed.is_debit
            and sides.item_type = 'document'
            and sides.item_owner_id = matched_amounts_summed.item_owner_id
    ),

    rests_matched as (
        select
            debits.source_system,
            debits.clearing_id,
            debits.currency,
            debits.item_type as debit_type,
            debits.item_owner_id as debit_id,
            credits.item_type as credit_type,
            credits.item_owner_id as credit_id,
            cast(
                least(debits.running_amount, credits.running_amount) - greatest(
                    debits.running_amount - debits.amount, credits.running_amount - credits.amount
                ) as decimal(18, 4)
            ) as amount
        from rests_lined_up as debits
        inner join
            rests_lined_up as credits
            on debits.source_system = credits.source_system
            and debits.clearing_id = credits.clearing_id
            and debits.currency = credits.currency
            and debits.running_amount > credits.running_amount - credits.amount
            and credits.running_amount > debits.running_amount - debits.amount
        where debits.is_debit and not credits.is_debit and debits.amount > 0 and credits.amount > 0
    ),

    matches_unioned as (
        select
            source_system,
            clearing_id,
            currency,
            'document' as debit_type,
            debit_id,
            'document' as credit_type,
            credit_id,
            amount
        from memos_matched
        union all
        select source_system, clearing_id, currency, debit_type, debit_id, credit_type, credit_id, amount
        from rests_matched
    ),

    matches_summed as (
        select
            source_system,
            clearing_id,
            currency,
            debit_type,
            debit_id,
            credit_type,
            credit_id,
            cast(sum(amount) as decimal(18, 4)) as amount
        from matches_unioned
        group by source_system, clearing_id, currency, debit_type, debit_id, credit_type, credit_id
    )

select *
from matches_summed
