-- What moves each control account per day: the booked lines of the accounts with that role or, where an
-- entity delivers
-- no ledger, what its documents call for on receivables and unapplied cash. Debit +, credit -.
with

    legal_entities as (select * from {{ ref("int_legal_entities") }}),

    journal_lines as (select * from {{ ref("int_journal_lines") }}),

    receivable_movements as (select * from {{ ref("int_receivable_movements") }}),

    receipt_movements as (select * from {{ ref("int_receipt_movements") }}),

    movements_unioned as (
        select
            journal_lines.legal_entity_id,
            journal_lines.control_of as control_account,
            journal_lines.posting_date,
            journal_lines.amount
        from journal_lines
        inner join legal_entities on journal_lines.legal_entity_id = legal_entities.legal_entity_id
        where legal_entities.ledger <> 'derived' and journal_lines.control_of is not null
        union all
        select
            receivable_movements.legal_entity_id,
            'ar' as control_account,
            receivable_movements.effective_date as posting_date,
            receivable_movements.functional_change as amount
        from receivable_movements
        inner join legal_entities on receivable_movements.legal_entity_id = legal_entities.legal_entity_id
        where legal_entities.ledger = 'derived'
        union all
        select
            receipt_movements.legal_entity_id,
            'unapplied' as control_account,
            receipt_movements.effective_date as posting_date,
            - receipt_movements.functional_change as amount
        from receipt_movements
        inner join legal_entities on receipt_movements.legal_entity_id = legal_entities.legal_entity_id
        where legal_entities.ledger = 'derived'
    ),

    movements_by_date as (
        select legal_entity_id, control_account, posting_date, sum(amount) as amount
        from movements_unioned
        group by legal_entity_id, control_account, posting_date
    )

select *
from movements_by_date
