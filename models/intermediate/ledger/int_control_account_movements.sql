-- What moves each control account per day, by the role of the account. Debit +, credit -.
with

    ledger_lines as (select * from {{ ref("int_ledger_lines") }}),

    movements_by_date as (
        select legal_entity_id, control_of as control_account, posting_date, sum(amount) as amount
        from ledger_lines
        where control_of is not null
        group by legal_entity_id, control_of, posting_date
    )

select *
from movements_by_date
