{{ config(alias="bk_02", meta={"control_id": "BK-02"}) }}
-- Guards completeness of the bank's own reports: a statement or a line that was lost on its way would
-- let the reconciliation look at half of the account.
with

    bank_statements as ({{ union_kinds("bank_statements") }}),

    bank_statement_lines as (select * from {{ ref("int_bank_statement_lines") }}),

    bank_accounts as (select * from {{ ref("int_bank_accounts") }}),

    fx_rates_by_day as (select * from {{ ref("int_fx_rates_by_day") }}),

    as_of as (select * from {{ ref("int_as_of") }}),

    account_references as (
        {{ resolved_references(ref("int_accounts"), "account_id", "account_key", "source_group") }}
    ),

    statements_keyed as (
        select
            coalesce(account_references.account_key, bank_statements.bank_account_id) as bank_account_key,
            bank_statements.*
        from bank_statements
        cross join as_of
        left join
            account_references
            on bank_statements.source_system = account_references.referring_source
            and bank_statements.bank_account_id = account_references.account_id
        where bank_statements.from_date <= as_of.as_of
    ),

    lines_by_day as (
        select
            coalesce(
                account_references.account_key, bank_statement_lines.bank_account_id
            ) as bank_account_key,
            bank_statement_lines.booking_date,
            sum(bank_statement_lines.amount) as amount
        from bank_statement_lines
        left join
            account_references
            on bank_statement_lines.source_system = account_references.referring_source
            and bank_statement_lines.bank_account_id = account_references.account_id
        group by
            coalesce(account_references.account_key, bank_statement_lines.bank_account_id),
            bank_statement_lines.booking_date
    ),

    lines_counted as (select count(*) as days_with_lines from lines_by_day),

    lines_of_statements as (
        select
            statements_keyed.bank_account_key,
            statements_keyed.source_system,
            statements_keyed.statement_id,
            sum(lines_by_day.amount) as amount
        from statements_keyed
        inner join
            lines_by_day
            on statements_keyed.bank_account_key = lines_by_day.bank_account_key
            and lines_by_day.booking_date between statements_keyed.from_date and statements_keyed.to_date
        group by
            statements_keyed.bank_account_key, statements_keyed.source_system, statements_keyed.statement_id
    ),

    statements_chained as (
        select
            statements_keyed.*,
            coalesce(lines_of_statements.amount, 0) as lines_amount,
            lag(statements_keyed.closing_balance) over (
                partition by statements_keyed.bank_account_key
                order by statements_keyed.from_date, statements_keyed.to_date, statements_keyed.statement_id
            ) as previous_closing_balance,
            lag(statements_keyed.statement_id) over (
                partition by statements_keyed.bank_account_key
                order by statements_keyed.from_date, statements_keyed.to_date, statements_keyed.statement_id
            ) as previous_statement_id
        from statements_keyed
        left join
            lines_of_statements
            on statements_keyed.bank_account_key = lines_of_statements.bank_account_key
            and statements_keyed.source_system = lines_of_statements.source_system
            and statements_keyed.statement_id = lines_of_statements.statement_id
    ),

    balances_compared as (
        select
            *,
            'opening balance' as finding,
            from_date as judged_on,
            previous_closing_balance as expected_amount,
            opening_balance as actual_amount
        from statements_chained
        where previous_statement_id is not null
        union all
        select
            statements_chained.*,
            'closing balance' as finding,
            statements_chained.to_date as judged_on,
            statements_chained.opening_balance + statements_chained.lines_amount as expected_amount,
            statements_chained.closing_balance as actual_amount
        from statements_chained
        cross join as_of
        cross join lines_counted
        where statements_chained.to_date <= as_of.as_of and lines_counted.days_with_lines > 0
    ),

    failing_rows as (
        select
            'BK-02' as control_id,
            balances_compared.judged_on as as_of,
            bank_accounts.legal_entity_id,
            balances_compared.bank_account_id
            || ' '
            || balances_compared.statement_id
            || ' '
            || balances_compared.finding as business_key,
            cast(
                {{
                    times(
                        "abs(balances_compared.actual_amount - balances_compared.expected_amount)",
                        "case when bank_accounts.currency = bank_accounts.functional_currency then 1 else fx_rates_by_day.rate end",
                    )
                }}
                as decimal(18, 4)
            ) as amount_at_risk,
            cast(cast(balances_compared.expected_amount as decimal(18, 4)) as string) as expected,
            cast(balances_compared.actual_amount as string) as actual,
            cast(
                balances_compared.actual_amount - balances_compared.expected_amount as decimal(18, 4)
            ) as difference,
            balances_compared.source_system,
            balances_compared.source_file,
            balances_compared.source_line,
            balances_compared.finding,
            balances_compared.bank_account_id,
            balances_compared.currency,
            balances_compared.previous_statement_id
        from balances_compared
        inner join bank_accounts on balances_compared.bank_account_key = bank_accounts.bank_account_key
        left join
            fx_rates_by_day
            on bank_accounts.currency = fx_rates_by_day.from_currency
            and bank_accounts.functional_currency = fx_rates_by_day.to_currency
            and balances_compared.judged_on = fx_rates_by_day.rate_date
        where
            abs(balances_compared.actual_amount - balances_compared.expected_amount)
            > {{ tolerance_of("BK-02") }}
    )

select *
from failing_rows
