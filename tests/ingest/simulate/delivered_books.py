"""The extracts read back in plain Python, and the sums that posting rules ask of them."""

from __future__ import annotations

import csv
import gzip
import json
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property
from pathlib import Path

import polars as pl

Row = dict[str, str]
PLACES = {"EUR": 2, "USD": 2, "GBP": 2, "JPY": 0, "KWD": 3}
FUNCTIONAL = {"LE01": "EUR", "LE02": "USD"}
AS_OF = date(2024, 12, 31)
OPENING = date(2022, 12, 31)


def money(text: str) -> Decimal:
    return Decimal(text or "0")


def rounded(amount: Decimal, currency: str) -> Decimal:
    """Half away from zero, to the currency's minor units."""
    return amount.quantize(Decimal(1).scaleb(-PLACES[currency]), rounding=ROUND_HALF_UP)


def day(text: str) -> date:
    return date.fromisoformat(text)


def read_object(path: Path) -> list[Row]:
    if path.name.endswith(".csv"):
        with path.open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))
    if path.name.endswith(".csv.gz"):
        with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))
    if path.name.endswith(".jsonl"):
        return [_texts(json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines()]
    if path.name.endswith(".parquet"):
        return [_texts(row) for row in pl.read_parquet(path).iter_rows(named=True)]
    return [_texts(row) for row in pl.read_excel(path, infer_schema_length=0).iter_rows(named=True)]


def _texts(row: dict[str, object]) -> Row:
    return {name: "" if value is None else str(value) for name, value in row.items()}


@dataclass
class Books:
    """Rows per object, of all sources together."""

    objects: dict[str, list[Row]] = field(default_factory=lambda: defaultdict(list))

    def __getitem__(self, name: str) -> list[Row]:
        return self.objects[name]

    def by_key(self, name: str, *columns: str) -> dict[str, Row]:
        return {"|".join(row[column] for column in columns): row for row in self[name]}

    @cached_property
    def _rates(self) -> dict[tuple[str, str], tuple[list[date], list[Decimal]]]:
        found: dict[tuple[str, str], list[tuple[date, Decimal]]] = defaultdict(list)
        for row in self["fx_rates"]:
            found[row["from_currency"], row["to_currency"]].append(
                (day(row["rate_date"]), money(row["rate"]))
            )
        return {
            pair: ([at for at, _ in sorted(rates)], [rate for _, rate in sorted(rates)])
            for pair, rates in found.items()
        }

    def _delivered_rate(self, source: str, target: str, at: date) -> Decimal | None:
        days, rates = self._rates.get((source, target), ([], []))
        position = bisect_right(days, at) - 1
        if position < 0 or at - days[position] > timedelta(days=4):
            return None
        return rates[position]

    def _leg(self, source: str, target: str, at: date) -> Decimal | None:
        if source == target:
            return Decimal(1)
        rate = self._delivered_rate(source, target, at)
        if rate is None:
            opposite = self._delivered_rate(target, source, at)
            rate = None if opposite is None else 1 / opposite
        return rate

    def rate(self, source: str, target: str, at: date) -> Decimal:
        """As delivered, else one over the opposite, else through EUR; at most four days old; 8 decimals."""
        found = self._leg(source, target, at)
        if found is None:
            first, second = self._leg(source, "EUR", at), self._leg("EUR", target, at)
            assert first is not None, (source, target, at)
            assert second is not None, (source, target, at)
            found = first * second
        return found.quantize(Decimal("0.00000001"), rounding=ROUND_HALF_UP)

    def balance(self, entity: str, account: str, at: date) -> Decimal:
        """The booked balance of an account at the end of a day, debit +."""
        return self._movements_to(entity, account, at)[0]

    def transaction_balance(self, entity: str, account: str, at: date) -> Decimal:
        return self._movements_to(entity, account, at)[1]

    @cached_property
    def _lines_by_account(self) -> dict[tuple[str, str], list[tuple[date, Decimal, Decimal]]]:
        found: dict[tuple[str, str], list[tuple[date, Decimal, Decimal]]] = defaultdict(list)
        for row in self["gl_journal_lines"]:
            found[row["legal_entity_id"], row["account_id"]].append(
                (day(row["posting_date"]), money(row["amount"]), money(row["amount_transaction"]))
            )
        return found

    def _movements_to(self, entity: str, account: str, at: date) -> tuple[Decimal, Decimal]:
        lines = [line for line in self._lines_by_account[entity, account] if line[0] <= at]
        return sum((line[1] for line in lines), Decimal(0)), sum((line[2] for line in lines), Decimal(0))

    def open_documents(self, at: date) -> Iterable[tuple[Row, Decimal]]:
        """Posted documents with what is left of them at the end of a day, in document currency."""
        rests = {
            row["doc_id"]: money(row["gross"]) for row in self["invoices"] if day(row["posting_date"]) <= at
        }
        for row in self["applications"]:
            if day(row["posting_date"]) <= at:
                rests[row["doc_id"]] -= money(row["amount"])
                if row["source_type"] == "credit_memo":
                    rests[row["source_id"]] += money(row["amount"])
        for row in self["write_offs"]:
            if day(row["posting_date"]) <= at:
                rests[row["doc_id"]] -= money(row["net"]) + money(row["tax"])
        documents = self.by_key("invoices", "doc_id")
        return [(documents[doc_id], rest) for doc_id, rest in rests.items() if rest]

    def unapplied(self, at: date) -> Iterable[tuple[Row, Decimal]]:
        """Receipts with what is left of them at the end of a day, in their currency."""
        rests: dict[str, Decimal] = {}
        for row in self["payments"]:
            if day(row["posting_date"]) <= at:
                if row["reverses_payment_id"]:
                    rests[row["reverses_payment_id"]] -= money(row["amount"])
                else:
                    rests[row["payment_id"]] = money(row["amount"])
        for row in self["applications"]:
            if row["source_type"] == "payment" and day(row["posting_date"]) <= at:
                rests[row["source_id"]] -= money(row["amount"]) - money(row["discount"])
        for row in self["refunds"]:
            if day(row["posting_date"]) <= at:
                rests[row["payment_id"]] -= money(row["amount"])
        payments = self.by_key("payments", "payment_id")
        return [(payments[payment_id], rest) for payment_id, rest in rests.items() if rest]


def read_books(extracts: Path) -> Books:
    books = Books()
    for path in sorted(extracts.glob("*/**/*")):
        if path.is_file() and path.name not in ("source.yml", "manifest.csv"):
            books.objects[path.name.split(".")[0].split("__")[0]] += read_object(path)
    return books
