with

    journal_lines as (select * from {{ ref("int_journal_lines") }}),

    legal_entities as (select * from {{ ref("int_legal_entities") }}),

    days_summed as (
        select
            journal_lines.legal_entity_id,
            journal_lines.account_id,
            journal_lines.account_key,
            journal_lines.posting_date,
            sum(case when journal_lines.amount > 0 then journal_lines.amount else 0 end) as debit,
            sum(case when journal_lines.amount < 0 then - journal_lines.amount else 0 end) as credit
        from journal_lines
        inner join legal_entities on journal_lines.legal_entity_id = legal_entities.legal_entity_id
        where legal_entities.ledger <> 'derived'
        group by
            journal_lines.legal_entity_id,
            journal_lines.account_id,
            journal_lines.account_key,
            journal_lines.posting_date
    )

select *
from days_summed
