-- The ledger up to the as-of date, summed as the statements need it. Intercompany is what names a
-- company of the group as partner; cash at a bank never is.
with

    ledger_lines as (select * from {{ ref("int_ledger_lines") }}),

    accounts as (select * from {{ ref("int_statement_accounts") }}),

    journals as (select * from {{ ref("int_statement_journals") }}),

    as_of as (select * from {{ ref("int_as_of") }}),

    partners as (select * from {{ ref("int_statement_entities") }}),

    lines_placed as (
        select
            ledger_lines.legal_entity_id,
            accounts.account_type,
            accounts.statement_line,
            accounts.cash_flow_class,
            accounts.control_of,
            accounts.result_step,
            accounts.is_expense_line,
            ledger_lines.posting_date,
            ledger_lines.amount,
            case
                when ledger_lines.source_type = 'opening'
                then 'opening'
                else coalesce(journals.movement_type, 'flow')
            end as movement_type,
            coalesce(
                partners.legal_entity_id is not null and accounts.cash_flow_class <> 'cash', false
            ) as is_intercompany,
            coalesce(journals.has_cash, false) as has_cash
        from ledger_lines
        cross join as_of
        inner join
            accounts
            on ledger_lines.legal_entity_id = accounts.legal_entity_id
            and ledger_lines.account_id = accounts.account_id
            and ledger_lines.account_key is not distinct from accounts.account_key
        left join
            journals
            on ledger_lines.legal_entity_id = journals.legal_entity_id
            and ledger_lines.journal_key = journals.journal_key
        left join
            partners
            on ledger_lines.partner_legal_entity_id = partners.legal_entity_id
            and ledger_lines.legal_entity_id <> partners.legal_entity_id
        where ledger_lines.posting_date <= as_of.as_of and accounts.account_type is not null
    ),

    movements_summed as (
        select
            legal_entity_id,
            account_type,
            statement_line,
            cash_flow_class,
            control_of,
            result_step,
            is_expense_line,
            posting_date,
            {{ period_of("posting_date") }} as period,
            movement_type,
            is_intercompany,
            is_intercompany and not has_cash as is_intercompany_without_cash,
            {{ sum_money("amount") }} as amount
        from lines_placed
        group by
            legal_entity_id,
            account_type,
            statement_line,
            cash_flow_class,
            control_of,
            result_step,
            is_expense_line,
            posting_date,
            movement_type,
            is_intercompany,
            is_intercompany and not has_cash
    )

select *
from movements_summed
