"""What one entity's period shows in an opened version: statement figures, accounts, and ledger lines.

Closing seals it, and a restatement compares it with what was sealed; both ask with the same words.
"""

from __future__ import annotations

import calendar
import re
from datetime import date
from typing import Any

import duckdb
import pyarrow as pa

from ingest.errors import UsageError

PERIOD = re.compile(r"\d{4}-(0[1-9]|1[0-2])")

FIGURES = """
    select 'trial_balance' as report, 'opening_balance' as section, account_id as line,
        cast(sum(opening_balance) as decimal(18, 4)) as amount
    from marts.rpt_trial_balance
    where legal_entity_id = $legal_entity_id and as_of = $closed_through
    group by account_id
    union all
    select 'trial_balance', 'closing_balance', account_id, cast(sum(closing_balance) as decimal(18, 4))
    from marts.rpt_trial_balance
    where legal_entity_id = $legal_entity_id and as_of = $closed_through
    group by account_id
    union all
    select 'balance_sheet', section, line, amount
    from marts.rpt_balance_sheet
    where legal_entity_id = $legal_entity_id and as_of = $closed_through
    union all
    select 'income_statement', line_type, line, amount
    from marts.rpt_income_statement
    where legal_entity_id = $legal_entity_id and period = $period
    union all
    select 'cash_flow', method || ' ' || section, line, amount
    from marts.rpt_cash_flow
    where legal_entity_id = $legal_entity_id and period = $period
"""

# Every account with a balance, and where the statements put it.
ACCOUNTS = """
    select
        balances.account_id,
        cast(sum(balances.opening_balance) as decimal(18, 4)) as opening_balance,
        cast(sum(balances.closing_balance) as decimal(18, 4)) as closing_balance,
        min(places.account_type) as account_type,
        min(places.statement_line) as statement_line,
        min(places.cash_flow_class) as cash_flow_class,
        min(places.control_of) as control_of,
        min(places.result_step) as result_step,
        coalesce(bool_or(places.is_expense_line), false) as is_expense_line
    from marts.rpt_trial_balance as balances
    left join intermediate.int_statement_accounts as places
        on balances.legal_entity_id = places.legal_entity_id
        and balances.account_id = places.account_id
        and balances.account_key is not distinct from places.account_key
    where balances.legal_entity_id = $legal_entity_id and balances.as_of = $closed_through
    group by balances.account_id
    order by balances.account_id
"""

# The ledger up to the last day, with what decides over a line's place in the flow statements.
ENTRIES = """
    with cash_accounts as (
        select distinct account_id
        from intermediate.int_statement_accounts
        where legal_entity_id = $legal_entity_id and cash_flow_class = 'cash'
    ),

    cash_journals as (
        select distinct entries.journal_key
        from intermediate.int_ledger_entries as entries
        where entries.legal_entity_id = $legal_entity_id
            and entries.posting_date <= $closed_through
            and entries.source_type <> 'opening'
            and entries.account_id in (select account_id from cash_accounts)
    )

    select
        entries.line_key,
        entries.journal_id,
        entries.line_no,
        entries.source_type,
        entries.source_doc_id,
        entries.posting_date,
        entries.account_id,
        cast(entries.amount as decimal(18, 4)) as amount,
        entries.source_system,
        entries.source_file,
        entries.source_line,
        deliveries.recorded_at,
        case
            when entries.source_type = 'opening' then 'opening' else coalesce(journals.movement_type, 'flow')
        end as movement_type,
        cash_journals.journal_key is not null as has_cash
    from intermediate.int_ledger_entries as entries
    left join intermediate.int_statement_journals as journals
        on entries.legal_entity_id = journals.legal_entity_id and entries.journal_key = journals.journal_key
    left join cash_journals on entries.journal_key = cash_journals.journal_key
    left join raw.deliveries as deliveries on entries.batch_id = deliveries.batch_id
    where entries.legal_entity_id = $legal_entity_id
        and entries.posting_date <= $closed_through
        and ($covers_from is null or entries.posting_date >= $covers_from)
    order by entries.posting_date, entries.line_key, entries.account_id
"""


def last_day_of(period: str) -> date:
    """The last day of a period YYYY-MM. Raises UsageError when it is none."""
    if not PERIOD.fullmatch(period):
        raise UsageError(
            f"the period `{period}`", expected="a month such as 2025-02", next_step="Write it as YYYY-MM."
        )
    year, month = int(period[:4]), int(period[5:])
    return date(year, month, calendar.monthrange(year, month)[1])


def figures_of(
    connection: duckdb.DuckDBPyConnection, legal_entity_id: str, period: str
) -> list[dict[str, Any]]:
    """Every figure of the period: report, section, line and amount in functional currency.

    Balances of accounts are debit +, statement lines in natural sign.
    """
    parameters = {
        "legal_entity_id": legal_entity_id,
        "period": period,
        "closed_through": last_day_of(period),
    }
    return _dictionaries(connection, FIGURES + " order by report, section, line", parameters)


def accounts_of(
    connection: duckdb.DuckDBPyConnection, legal_entity_id: str, period: str
) -> list[dict[str, Any]]:
    """Every account with its balances (functional currency, debit +) and its place in the statements."""
    parameters = {"legal_entity_id": legal_entity_id, "closed_through": last_day_of(period)}
    return _dictionaries(connection, ACCOUNTS, parameters)


def entries_of(
    connection: duckdb.DuckDBPyConnection, legal_entity_id: str, period: str, covers_from: date | None
) -> pa.Table:
    """The entity's ledger lines from ``covers_from`` (None: from the first) to the end of the period."""
    parameters = {
        "legal_entity_id": legal_entity_id,
        "closed_through": last_day_of(period),
        "covers_from": covers_from,
    }
    return connection.sql(ENTRIES, params=parameters).to_arrow_table()


def _dictionaries(
    connection: duckdb.DuckDBPyConnection, question: str, parameters: dict[str, Any]
) -> list[dict[str, Any]]:
    cursor = connection.execute(question, parameters)
    names = [column[0] for column in cursor.description or []]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
