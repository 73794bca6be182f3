-- The statement lines that a company's income statement can have: of its chart, and of what was
-- posted.
with

    ledger_accounts as (select * from {{ ref("int_ledger_accounts") }}),

    statement_accounts as (select * from {{ ref("int_statement_accounts") }}),

    accounts_unioned as (
        select legal_entity_id, statement_line, account_type
        from ledger_accounts
        union
        select legal_entity_id, statement_line, account_type
        from statement_accounts
    ),

    lines_found as (
        select legal_entity_id, statement_line, bool_and(account_type = 'expense') as is_expense
        from accounts_unioned
        where account_type in ('revenue', 'expense', 'other_pl')
        group by legal_entity_id, statement_line
    )

select *
from lines_found
