"""The true statements: income statement, balance sheet, cash flow by both methods and budget variance.

Drawn from the simulation's journals one by one, in whole minor units, without any query. Group rows translate
each row of an entity, flows at the mean rate of the month and balances at the closing rate, and add them up.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import polars as pl

from ingest.simulate.books import Books
from ingest.simulate.closing import period_of
from ingest.simulate.dates import month_end, month_of
from ingest.simulate.extracts_of_masters import budgets
from ingest.simulate.frames import amounts, dates
from ingest.simulate.money import conversion_divisor, converted
from ingest.simulate.settings import (
    CASH_FX,
    CHART,
    COST_OF_SALES,
    ENTITIES,
    REPORTING_CURRENCY,
)

GROUP = "*"
PROFIT_AND_LOSS = ("revenue", "expense", "other_pl")
# Direct method: source type of the journal → section and line; the other two sections take the line of the
# counterpart account.
DIRECT_LINES = {
    "customer_receipt": ("operating", "Receipts from customers"),
    "customer_refund": ("operating", "Refunds to customers"),
    "supplier_payment": ("operating", "Paid to suppliers"),
    "payroll": ("operating", "Paid to employees"),
    "tax_payment": ("operating", "VAT remitted"),
    "bank_charge": ("operating", "Bank charges"),
    "interest": ("operating", "Interest"),
    "income_tax": ("operating", "Income tax"),
    "cash_revaluation": ("fx", "FX effect on cash"),
}

_TYPE = {row[0]: row[2] for row in CHART}
_LINE = {row[0]: row[4] for row in CHART}
_CLASS = {row[0]: row[5] for row in CHART}
_IDENTIFIER = {entity.number: entity.legal_entity_id for entity in ENTITIES}
_LINES_OF_RESULT = {line for account, line in _LINE.items() if _TYPE[account] in PROFIT_AND_LOSS}
_EXPENSE_LINES = {line for account, line in _LINE.items() if _TYPE[account] == "expense"}

Lines = dict[str, int]
Rows = dict[tuple[str, int], dict[tuple[str, str], int]]


@dataclass(frozen=True)
class Journal:
    """A journal of the ledger: its head, and (account, functional amount) of its lines."""

    day: int
    entity: int
    source_type: str
    lines: list[tuple[int, int]]


def journals(books: Books) -> Iterator[Journal]:
    """Every journal in posting order."""
    ledger, place = books.ledger, 0
    for number, count in enumerate(ledger.line_counts):
        lines = list(
            zip(ledger.accounts[place : place + count], ledger.amounts[place : place + count], strict=True)
        )
        place += count
        yield Journal(ledger.days[number], ledger.entities[number], ledger.source_types[number], lines)


def natural(account: int, amount: int) -> int:
    """The amount as its statement shows it: assets and expenses debit +, everything else credit +."""
    return amount if _TYPE[account] in ("asset", "expense") else -amount


class Statements:
    """Statement rows per (period, entity number) in minor units of the functional currency."""

    def __init__(self, books: Books) -> None:
        self.books = books
        self.periods = [period_of(snapshot.day) for snapshot in books.snapshots]
        self.last_day = {period_of(snapshot.day): snapshot.day for snapshot in books.snapshots}
        self._moved: dict[tuple[str, int, int], int] = defaultdict(int)
        self._brought_in: dict[tuple[str, int, int], int] = defaultdict(int)
        self._direct: dict[tuple[str, int, str, str], int] = defaultdict(int)
        for journal in journals(books):
            self._take(journal)
        self.income = self._income()
        self.cash_flow = self._cash_flow()

    def _take(self, journal: Journal) -> None:
        period = period_of(journal.day)
        balances = self._brought_in if journal.source_type == "opening" else self._moved
        for account, amount in journal.lines:
            balances[period, journal.entity, account] += amount
        if journal.source_type == "opening":
            return
        counterparts = [account for account, _ in journal.lines if _CLASS[account] != "cash"]
        cash = sum(amount for account, amount in journal.lines if _CLASS[account] == "cash")
        if not counterparts or len(counterparts) == len(journal.lines):
            return
        section, line = DIRECT_LINES.get(journal.source_type, (journal.source_type, ""))
        if not line:
            found = {_LINE[account] for account in counterparts}
            if section not in ("investing", "financing") or len(found) != 1:
                raise AssertionError(f"no cash-flow line for {journal.source_type} against {counterparts}")
            line = found.pop()
        self._direct[period, journal.entity, section, line] += cash

    def _accounts_since(
        self, entity: int, moved: dict[tuple[str, int, int], int], period: str
    ) -> dict[int, int]:
        """Accounts that had moved by the period, with their movement in it."""
        found: dict[int, int] = {}
        for (there, number, account), amount in moved.items():
            if number == entity and there <= period:
                found[account] = found.get(account, 0) + (amount if there == period else 0)
        return found

    def balance(self, entity: int, account: int, period: str) -> int:
        """Balance of an account at the end of a period, debit +."""
        return sum(
            amount
            for balances in (self._moved, self._brought_in)
            for (there, number, found), amount in balances.items()
            if number == entity and found == account and there <= period
        )

    def movement(self, entity: int, account: int, period: str) -> int:
        """Movement of an account in a period, debit +, without opening journals."""
        return self._moved.get((period, entity, account), 0)

    def _income(self) -> Rows:
        rows: Rows = {}
        for period in self.periods[1:]:
            for entity in ENTITIES:
                moved = self._accounts_since(entity.number, self._moved, period)
                lines: Lines = defaultdict(int)
                expenses = other = revenue = cost = 0
                for account, amount in moved.items():
                    if _TYPE[account] not in PROFIT_AND_LOSS:
                        continue
                    lines[_LINE[account]] += natural(account, amount)
                    if _TYPE[account] == "revenue":
                        revenue += natural(account, amount)
                    elif _LINE[account] == _LINE[COST_OF_SALES]:
                        cost += natural(account, amount)
                    elif _TYPE[account] == "expense":
                        expenses += natural(account, amount)
                    else:
                        other += natural(account, amount)
                found = {("line", line): amount for line, amount in lines.items()}
                found["subtotal", "net_revenue"] = revenue
                found["subtotal", "gross_profit"] = revenue - cost
                found["subtotal", "operating_result"] = revenue - cost - expenses
                found["subtotal", "net_income"] = revenue - cost - expenses + other
                rows[period, entity.number] = found
        return rows

    def balance_sheet(self) -> Rows:
        """Section and line → amount, per month end."""
        rows: Rows = {}
        standing: dict[int, dict[int, int]] = {entity.number: {} for entity in ENTITIES}
        for period in self.periods:
            for entity in ENTITIES:
                balances = standing[entity.number]
                for moves in (self._brought_in, self._moved):
                    for (there, number, account), amount in moves.items():
                        if there == period and number == entity.number:
                            balances[account] = balances.get(account, 0) + amount
                found: dict[tuple[str, str], int] = defaultdict(int)
                found["equity", "Current year result"] = 0
                for account, balance in balances.items():
                    if _TYPE[account] in PROFIT_AND_LOSS:
                        found["equity", "Current year result"] -= balance
                    else:
                        found[_TYPE[account], _LINE[account]] += natural(account, balance)
                rows[period, entity.number] = dict(found)
        return rows

    def _cash_flow(self) -> Rows:
        rows: Rows = {}
        for period in self.periods[1:]:
            for entity in ENTITIES:
                rows[period, entity.number] = {
                    **self._direct_lines(period, entity.number),
                    **self._indirect_lines(period, entity.number),
                }
        return rows

    def _direct_lines(self, period: str, entity: int) -> dict[tuple[str, str], int]:
        found: dict[tuple[str, str], int] = {}
        for (there, number, section, line), amount in self._direct.items():
            if number == entity and there <= period:
                key = (f"direct/{section}", line)
                found[key] = found.get(key, 0) + (amount if there == period else 0)
        return with_totals(found, "direct")

    def _indirect_lines(self, period: str, entity: int) -> dict[tuple[str, str], int]:
        found: dict[tuple[str, str], int] = defaultdict(int)
        moved = self._accounts_since(entity, self._moved, period)
        found["indirect/operating", "Net income"] = self.income[period, entity]["subtotal", "net_income"]
        for account, amount in moved.items():
            kind = _CLASS[account]
            if kind == "noncash":
                found["indirect/operating", "Depreciation"] -= amount
            elif kind == "operating":
                found["indirect/operating", f"Change in {_LINE[account]}"] -= amount
            elif kind in ("investing", "financing"):
                found[f"indirect/{kind}", _LINE[account]] -= amount
            if account == CASH_FX:
                found["indirect/operating", "Remove FX gain/loss on cash"] += amount
                found["indirect/fx", "FX effect on cash"] -= amount
        return with_totals(dict(found), "indirect")


def with_totals(found: dict[tuple[str, str], int], method: str) -> dict[tuple[str, str], int]:
    """Cash-flow lines of one method with its two totals."""
    operating = sum(amount for (section, _), amount in found.items() if section == f"{method}/operating")
    return {
        **found,
        (f"{method}/total", "operating_cash_flow"): operating,
        (f"{method}/total", "net_change_in_cash"): sum(found.values()),
    }


def mean_rate(books: Books, entity: int, period: str) -> tuple[int, int]:
    """Mean rate of a month to the reporting currency, and the divisor that goes with it."""
    currency = ENTITIES[entity - 1].currency
    year, month = int(period[:4]), int(period[5:])
    first = date(year, month, 1).toordinal()
    return (
        books.rates.mean_rate(currency, REPORTING_CURRENCY, first, month_end(year, month)),
        conversion_divisor(currency, REPORTING_CURRENCY),
    )


def closing_rate(books: Books, entity: int, day: int) -> tuple[int, int]:
    """Rate of a day to the reporting currency, and the divisor that goes with it."""
    currency = ENTITIES[entity - 1].currency
    return (
        books.rates.rate(currency, REPORTING_CURRENCY, day),
        conversion_divisor(currency, REPORTING_CURRENCY),
    )


def _with_group(rows: Rows, rate_of: dict[tuple[str, int], tuple[int, int]]) -> list[tuple[str, ...]]:
    """Rows of entities and group as (period, entity id, first key, second key, amount in minor units)."""
    found: list[tuple[str, ...]] = []
    group: dict[tuple[str, str, str], int] = defaultdict(int)
    for (period, entity), lines in rows.items():
        for (first, second), amount in lines.items():
            found.append((period, _IDENTIFIER[entity], first, second, str(amount)))
            group[period, first, second] += converted(amount, *rate_of[period, entity])
    found += [
        (period, GROUP, first, second, str(amount)) for (period, first, second), amount in group.items()
    ]
    return sorted(found)


def answers_of_statements(books: Books) -> dict[str, pl.DataFrame]:
    """The four statements as their marts show them, group rows included."""
    statements = Statements(books)
    keys = [(period, entity.number) for period in statements.periods for entity in ENTITIES]
    means = {key: mean_rate(books, key[1], key[0]) for key in keys if key[0] != statements.periods[0]}
    closings = {key: closing_rate(books, key[1], statements.last_day[key[0]]) for key in keys}
    income = _with_group(statements.income, means)
    flows = _with_group(statements.cash_flow, means)
    return {
        "rpt_income_statement": pl.DataFrame(
            {
                "period": [row[0] for row in income],
                "legal_entity_id": [row[1] for row in income],
                "line": [row[3] for row in income],
                "line_type": [row[2] for row in income],
                "amount": amounts([int(row[4]) for row in income]),
            }
        ),
        "rpt_balance_sheet": _balance_sheet(statements, closings),
        "rpt_cash_flow": pl.DataFrame(
            {
                "period": [row[0] for row in flows],
                "legal_entity_id": [row[1] for row in flows],
                "method": [row[2].split("/")[0] for row in flows],
                "section": [row[2].split("/")[1] for row in flows],
                "line": [row[3] for row in flows],
                "amount": amounts([int(row[4]) for row in flows]),
            }
        ),
        "rpt_budget_variance": _budget_variance(books, statements),
    }


def _balance_sheet(statements: Statements, closings: dict[tuple[str, int], tuple[int, int]]) -> pl.DataFrame:
    """Entities and group; what rounding leaves over in the group stands in its equity from then on."""
    rows = _with_group(statements.balance_sheet(), closings)
    has_begun = False
    for period in statements.periods:
        rest = sum(
            int(amount) if section == "asset" else -int(amount)
            for there, entity, section, _, amount in rows
            if there == period and entity == GROUP
        )
        has_begun = has_begun or rest != 0
        if has_begun:
            rows.append((period, GROUP, "equity", "Translation difference", str(rest)))
    rows.sort()
    return pl.DataFrame(
        {
            "as_of": dates([statements.last_day[row[0]] for row in rows]),
            "legal_entity_id": [row[1] for row in rows],
            "section": [row[2] for row in rows],
            "line": [row[3] for row in rows],
            "amount": amounts([int(row[4]) for row in rows]),
        }
    )


def _budget_variance(books: Books, statements: Statements) -> pl.DataFrame:
    numbers = {entity.legal_entity_id: entity.number for entity in ENTITIES}
    rows: list[tuple[str, str, str, int, int]] = []
    group: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
    for _, identifier, period, line, decimal_budget in budgets(books).iter_rows():
        entity, budget = numbers[identifier], int(decimal_budget * 100)
        actual = statements.income[period, entity].get(("line", line), 0)
        rows.append((period, identifier, line, actual, budget))
        rate = mean_rate(books, entity, period)
        group[period, line][0] += converted(actual, *rate)
        group[period, line][1] += converted(budget, *rate)
    rows += [(period, GROUP, line, *amount) for (period, line), amount in group.items()]  # type: ignore[misc]
    rows.sort()
    signs = [-1 if row[2] in _EXPENSE_LINES else 1 for row in rows]
    return pl.DataFrame(
        {
            "period": [row[0] for row in rows],
            "legal_entity_id": [row[1] for row in rows],
            "statement_line": [row[2] for row in rows],
            "actual": amounts([row[3] for row in rows]),
            "budget": amounts([row[4] for row in rows]),
            "variance": amounts([row[3] - row[4] for row in rows]),
            "favourable_variance": amounts(
                [sign * (row[3] - row[4]) for sign, row in zip(signs, rows, strict=True)]
            ),
        }
    )


def month_before(period: str) -> str:
    """The period before a period."""
    year, month = month_of(date(int(period[:4]), int(period[5:]), 1).toordinal() - 1)
    return f"{year}-{month:02d}"
