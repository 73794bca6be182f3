{{ config(alias="bk_01", meta={"control_id": "BK-01"}) }}
-- Guards cash itself: money that the books show and the bank does not, or the other way round.
-- Judged for each account in its own currency: at the end of every statement its closing balance
-- and what is outstanding equal the books, and at the as-of date nothing is outstanding for long,
-- also where no statement has come since. A difference is listed where it arises.
with

    bank_statements as ({{ union_kinds("bank_statements") }}),

    bank_accounts as (select * from {{ ref("int_bank_accounts") }}),

    items as (select * from {{ ref("int_bank_items") }}),

    settlements as (select * from {{ ref("int_bank_settlements") }}),

    fx_rates_by_day as (select * from {{ ref("int_fx_rates_by_day") }}),

    as_of as (select * from {{ ref("int_as_of") }}),

    account_references as (
        {{ resolved_references(ref("int_accounts"), "account_id", "account_key", "source_group") }}
    ),

    lines_reported as (select count(*) as accounts_with_lines from bank_accounts where has_lines),

    accounts_judged as (
        -- without any statement line nothing can be told to be outstanding
        select bank_accounts.*
        from bank_accounts
        cross join lines_reported
        where bank_accounts.is_booked and lines_reported.accounts_with_lines > 0
    ),

    statements_judged as (
        select
            accounts_judged.bank_account_key,
            bank_statements.statement_id,
            bank_statements.from_date,
            bank_statements.to_date,
            bank_statements.closing_balance,
            bank_statements.source_system,
            bank_statements.source_file,
            bank_statements.source_line
        from bank_statements
        cross join as_of
        left join
            account_references
            on bank_statements.source_system = account_references.referring_source
            and bank_statements.bank_account_id = account_references.account_id
        inner join
            accounts_judged
            on coalesce(account_references.account_key, bank_statements.bank_account_id)
            = accounts_judged.bank_account_key
        where
            bank_statements.to_date <= as_of.as_of
            and bank_statements.to_date >= accounts_judged.ledger_begins_on
    ),

    items_dated as (
        select items.*, settlements.settled_on
        from items
        inner join settlements on items.item_key = settlements.item_key
    ),

    changes_unioned as (
        -- an item is outstanding from its own day until the other side has it
        select
            bank_account_key,
            item_date as changed_on,
            case when side = 'book' and not is_in_opening_balance then amount else 0 end as book_change,
            case side when 'book' then amount else - amount end as outstanding_change
        from items_dated
        union all
        select
            bank_account_key,
            settled_on as changed_on,
            0 as book_change,
            case side when 'book' then - amount else amount end as outstanding_change
        from items_dated
        where settled_on is not null
    ),

    changes_by_day as (
        select
            bank_account_key,
            changed_on,
            sum(book_change) as book_change,
            sum(outstanding_change) as outstanding_change
        from changes_unioned
        group by bank_account_key, changed_on
    ),

    days_unioned as (
        select
            bank_account_key,
            changed_on as calendar_date,
            1 as day_order,
            book_change,
            outstanding_change,
            cast(null as string) as statement_id
        from changes_by_day
        union all
        select
            bank_account_key,
            to_date as calendar_date,
            2 as day_order,
            0 as book_change,
            0 as outstanding_change,
            statement_id
        from statements_judged
    ),

    balances_run as (
        select
            bank_account_key,
            calendar_date,
            statement_id,
            sum(book_change) over (
                partition by bank_account_key
                order by calendar_date, day_order
                rows between unbounded preceding and current row
            ) as book_balance,
            sum(outstanding_change) over (
                partition by bank_account_key
                order by calendar_date, day_order
                rows between unbounded preceding and current row
            ) as outstanding
        from days_unioned
    ),

    statements_compared as (
        select
            statements_judged.*,
            balances_run.book_balance,
            balances_run.outstanding,
            balances_run.book_balance
            - balances_run.outstanding
            - statements_judged.closing_balance as difference
        from statements_judged
        inner join
            balances_run
            on statements_judged.bank_account_key = balances_run.bank_account_key
            and statements_judged.to_date = balances_run.calendar_date
            and statements_judged.statement_id = balances_run.statement_id
    ),

    differences_chained as (
        select
            *,
            coalesce(
                lag(difference) over (
                    partition by bank_account_key order by to_date, from_date, statement_id
                ),
                0
            ) as previous_difference
        from statements_compared
    ),

    failing_rows as (
        select
            'BK-01' as control_id,
            differences_chained.to_date as as_of,
            accounts_judged.legal_entity_id,
            accounts_judged.bank_account_id || ' ' || differences_chained.statement_id as business_key,
            cast(
                {{
                    times(
                        "abs(differences_chained.difference - differences_chained.previous_difference)",
                        "case when accounts_judged.currency = accounts_judged.functional_currency then 1 else fx_rates_by_day.rate end",
                    )
                }}
                as decimal(18, 4)
            ) as amount_at_risk,
            cast(differences_chained.closing_balance as string)
            || ' and '
            || cast(cast(differences_chained.outstanding as decimal(18, 4)) as string)
            || ' outstanding' as expected,
            cast(cast(differences_chained.book_balance as decimal(18, 4)) as string) as actual,
            cast(differences_chained.difference as decimal(18, 4)) as difference,
            differences_chained.source_system,
            differences_chained.source_file,
            differences_chained.source_line,
            'balance' as finding,
            accounts_judged.bank_account_id,
            accounts_judged.currency,
            cast(null as string) as side,
            cast(null as string) as source_type,
            cast(null as string) as source_doc_id,
            cast(null as bigint) as days_outstanding
        from differences_chained
        inner join accounts_judged on differences_chained.bank_account_key = accounts_judged.bank_account_key
        left join
            fx_rates_by_day
            on accounts_judged.currency = fx_rates_by_day.from_currency
            and accounts_judged.functional_currency = fx_rates_by_day.to_currency
            and differences_chained.to_date = fx_rates_by_day.rate_date
        where
            abs(differences_chained.difference) > {{ tolerance_of("BK-01") }}
            and differences_chained.difference <> differences_chained.previous_difference
        union all
        select
            'BK-01' as control_id,
            as_of.as_of,
            items_dated.legal_entity_id,
            accounts_judged.bank_account_id || ' ' || items_dated.entry_id as business_key,
            abs(items_dated.amount_functional) as amount_at_risk,
            case
                items_dated.side when 'book' then 'on the bank statement' else 'in the ledger'
            end as expected,
            'outstanding since ' || cast(items_dated.item_date as string) as actual,
            cast(items_dated.amount as decimal(18, 4)) as difference,
            items_dated.source_system,
            items_dated.source_file,
            items_dated.source_line,
            'outstanding' as finding,
            accounts_judged.bank_account_id,
            accounts_judged.currency,
            items_dated.side,
            items_dated.source_type,
            items_dated.source_doc_id,
            {{ days_between("items_dated.item_date", "as_of.as_of") }} as days_outstanding
        from items_dated
        cross join as_of
        inner join accounts_judged on items_dated.bank_account_key = accounts_judged.bank_account_key
        where
            items_dated.settled_on is null
            and accounts_judged.has_statements
            and {{ days_between("items_dated.item_date", "as_of.as_of") }}
            > {{ limit_of("BK-01", "outstanding_days") }}
    )

select *
from failing_rows
