{{ config(alias="cf_03", meta={"control_id": "CF-03"}) }}
-- Guards the indirect cash flow statement: a balance sheet account without a class, or with one
-- that its type cannot have, takes its movement out of the statement.
with

    accounts as (select * from {{ ref("int_accounts") }}),

    account_days as (select * from {{ ref("int_account_days") }}),

    as_of as (select * from {{ ref("int_as_of") }}),

    accounts_without_class as (
        select *
        from accounts
        where
            account_type in ('asset', 'liability', 'equity')
            and (
                cash_flow_class is null
                or cash_flow_class
                not in ('cash', 'operating', 'investing', 'financing', 'noncash', 'equity_result')
                or (cash_flow_class = 'equity_result' and account_type <> 'equity')
            )
    ),

    balances_taken as (
        select
            account_days.account_key,
            account_days.legal_entity_id,
            sum(account_days.debit - account_days.credit) as balance
        from account_days
        cross join as_of
        where account_days.posting_date <= as_of.as_of
        group by account_days.account_key, account_days.legal_entity_id
    ),

    failing_rows as (
        select
            'CF-03' as control_id,
            as_of.as_of,
            balances_taken.legal_entity_id,
            accounts_without_class.account_id as business_key,
            cast(abs(balances_taken.balance) as decimal(18, 4)) as amount_at_risk,
            'a cash-flow class for accounts of type ' || accounts_without_class.account_type as expected,
            coalesce(accounts_without_class.cash_flow_class, 'none') as actual,
            cast(null as decimal(18, 4)) as difference,
            accounts_without_class.source_system,
            accounts_without_class.source_file,
            accounts_without_class.source_line,
            accounts_without_class.account_id,
            accounts_without_class.name,
            accounts_without_class.statement_line
        from accounts_without_class
        cross join as_of
        left join balances_taken on accounts_without_class.account_key = balances_taken.account_key
    )

select *
from failing_rows
