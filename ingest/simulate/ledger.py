"""The general ledger: journals in posting order, lines in columns of whole numbers.

A line is (account, functional amount, currency, transaction amount), debits positive. Every journal must
balance in functional currency and in each transaction currency; `post` refuses any other.
"""

from __future__ import annotations

from array import array
from collections import defaultdict

from ingest.simulate.settings import CURRENCIES, ROUNDING

CURRENCY_CODE = {currency: code for code, currency in enumerate(CURRENCIES)}
Line = tuple[int, int, str, int]


class UnbalancedJournalError(AssertionError):
    """A journal of the simulation does not balance: a fault of the simulation itself."""


class Ledger:
    """Journals of one company; `balances` holds the functional balance per (entity number, account)."""

    def __init__(self) -> None:
        self.days = array("l")
        self.entities = array("b")
        self.source_types: list[str] = []
        self.source_docs: list[str] = []
        self.customers: list[str | None] = []
        self.descriptions: list[str] = []
        self.created_by: list[str] = []
        self.approved_by: list[str | None] = []
        self.line_counts = array("l")
        self.accounts = array("l")
        self.amounts = array("q")
        self.currencies = array("b")
        self.transaction_amounts = array("q")
        self.balances: dict[tuple[int, int], int] = defaultdict(int)
        self.transaction_balances: dict[tuple[int, int], int] = defaultdict(int)

    def post(
        self,
        day: int,
        entity: int,
        source_type: str,
        source_doc: str,
        lines: list[Line],
        *,
        description: str,
        created_by: str,
        approved_by: str | None = None,
        customer: str | None = None,
        rounding_currency: str | None = None,
    ) -> None:
        """Post one journal; with `rounding_currency` what does not balance goes to the rounding account.

        Raises:
            UnbalancedJournalError: the lines do not balance.
        """
        rest = sum(line[1] for line in lines)
        if rest and rounding_currency is not None:
            lines.append((ROUNDING, -rest, rounding_currency, 0))
            rest = 0
        by_currency: dict[str, int] = {}
        for _, _, currency, transaction in lines:
            by_currency[currency] = by_currency.get(currency, 0) + transaction
        if rest or any(by_currency.values()):
            raise UnbalancedJournalError(f"{source_type} {source_doc}: {rest}, {by_currency}: {lines}")
        count = 0
        for account, amount, currency, transaction in lines:
            if amount or transaction:
                count += 1
                self.accounts.append(account)
                self.amounts.append(amount)
                self.currencies.append(CURRENCY_CODE[currency])
                self.transaction_amounts.append(transaction)
                self.balances[entity, account] += amount
                if account < 1100:
                    self.transaction_balances[entity, account] += transaction
        if not count:
            return
        self.days.append(day)
        self.entities.append(entity)
        self.source_types.append(source_type)
        self.source_docs.append(source_doc)
        self.customers.append(customer)
        self.descriptions.append(description)
        self.created_by.append(created_by)
        self.approved_by.append(approved_by)
        self.line_counts.append(count)
