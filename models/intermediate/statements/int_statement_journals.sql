-- What a journal that touches capital or long-lived assets, or names a partner within the group,
-- is to the flow statements. Two kinds are no flow: the year-end close, which carries the result
-- to equity and leaves every result account it touches at zero, and a deal without cash between
-- balance sheet accounts, such as a machine bought on credit.
with

    ledger_lines as (select * from {{ ref("int_ledger_lines") }}),

    accounts as (select * from {{ ref("int_statement_accounts") }}),

    account_days as (select * from {{ ref("int_account_days") }}),

    journals_chosen as (
        select distinct ledger_lines.legal_entity_id, ledger_lines.journal_key
        from ledger_lines
        inner join
            accounts
            on ledger_lines.legal_entity_id = accounts.legal_entity_id
            and ledger_lines.account_id = accounts.account_id
            and ledger_lines.account_key is not distinct from accounts.account_key
        where
            ledger_lines.source_type <> 'opening'
            and (
                accounts.cash_flow_class in ('investing', 'financing', 'equity_result')
                or ledger_lines.partner_legal_entity_id is not null
            )
    ),

    lines_classed as (
        select
            ledger_lines.legal_entity_id,
            ledger_lines.journal_key,
            ledger_lines.posting_date,
            ledger_lines.account_id,
            ledger_lines.account_key,
            coalesce(accounts.cash_flow_class, '') as cash_flow_class
        from ledger_lines
        inner join
            journals_chosen
            on ledger_lines.legal_entity_id = journals_chosen.legal_entity_id
            and ledger_lines.journal_key = journals_chosen.journal_key
        inner join
            accounts
            on ledger_lines.legal_entity_id = accounts.legal_entity_id
            and ledger_lines.account_id = accounts.account_id
            and ledger_lines.account_key is not distinct from accounts.account_key
        where ledger_lines.source_type <> 'opening'
    ),

    journals_judged as (
        select
            legal_entity_id,
            journal_key,
            max(posting_date) as posting_date,
            bool_or(cash_flow_class = 'cash') as has_cash,
            bool_or(cash_flow_class in ('investing', 'financing', 'equity_result')) as has_capital,
            bool_or(cash_flow_class = 'pl') as has_result,
            bool_and(cash_flow_class in ('pl', 'equity_result')) as is_result_and_equity
        from lines_classed
        group by legal_entity_id, journal_key
    ),

    result_balances_after as (
        select
            journals_judged.legal_entity_id,
            journals_judged.journal_key,
            account_days.account_id,
            account_days.account_key,
            sum(account_days.debit - account_days.credit) as balance
        from journals_judged
        inner join
            account_days
            on journals_judged.legal_entity_id = account_days.legal_entity_id
            and journals_judged.posting_date >= account_days.posting_date
        inner join
            (
                select distinct legal_entity_id, journal_key, account_id, account_key
                from lines_classed
                where cash_flow_class = 'pl'
            ) as result_accounts
            on journals_judged.legal_entity_id = result_accounts.legal_entity_id
            and journals_judged.journal_key = result_accounts.journal_key
            and account_days.account_id = result_accounts.account_id
            and account_days.account_key is not distinct from result_accounts.account_key
        where
            journals_judged.is_result_and_equity
            and journals_judged.has_capital
            and journals_judged.has_result
        group by
            journals_judged.legal_entity_id,
            journals_judged.journal_key,
            account_days.account_id,
            account_days.account_key
    ),

    closes_found as (
        select legal_entity_id, journal_key
        from result_balances_after
        group by legal_entity_id, journal_key
        having bool_and(balance = 0)
    ),

    journals_named as (
        select
            journals_judged.legal_entity_id,
            journals_judged.journal_key,
            journals_judged.has_cash,
            case
                when closes_found.journal_key is not null
                then 'year_end_close'
                when
                    journals_judged.has_capital
                    and not journals_judged.has_cash
                    and not journals_judged.has_result
                then 'deal_without_cash'
                else 'flow'
            end as movement_type
        from journals_judged
        left join
            closes_found
            on journals_judged.legal_entity_id = closes_found.legal_entity_id
            and journals_judged.journal_key = closes_found.journal_key
    )

select *
from journals_named
