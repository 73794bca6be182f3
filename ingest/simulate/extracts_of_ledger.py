"""Extracts of the ledger, exchange rates, payables and the bank's statements."""

from __future__ import annotations

from datetime import date
from itertools import groupby

import numpy as np
import polars as pl

from ingest.simulate.books import BankLine, Books
from ingest.simulate.dates import month_end, months_later
from ingest.simulate.frames import amounts, dates, rate_text
from ingest.simulate.settings import AS_OF, CURRENCIES, DECIMALS, ENTITIES

_EPOCH = date(1970, 1, 1).toordinal()
JOURNAL_COLUMNS = [
    "journal_id",
    "line_no",
    "legal_entity_id",
    "posting_date",
    "entry_at",
    "account_id",
    "amount",
    "currency",
    "amount_transaction",
    "source_type",
    "source_doc_id",
    "customer_id",
    "partner_legal_entity_id",
    "description",
    "created_by",
    "approved_by",
]


def ledger_amounts(books: Books) -> pl.DataFrame:
    """Every journal line as entity number, account, posting date and functional minor units."""
    ledger = books.ledger
    counts = np.frombuffer(ledger.line_counts, dtype=np.int64)
    days = np.repeat((np.frombuffer(ledger.days, dtype=np.int64) - _EPOCH).astype(np.int32), counts)
    return pl.DataFrame(
        {
            "entity": pl.Series(np.repeat(np.frombuffer(ledger.entities, dtype=np.int8), counts)),
            "account": pl.Series(np.frombuffer(ledger.accounts, dtype=np.int64)),
            "posting_date": pl.Series(days).cast(pl.Date),
            "amount": pl.Series(np.frombuffer(ledger.amounts, dtype=np.int64)),
        }
    )


def journal_lines(books: Books, first_day: int = 0, last_day: int = AS_OF) -> pl.DataFrame:
    """Journal lines as delivered, of the journals posted from one day to another."""
    ledger = books.ledger
    days = np.frombuffer(ledger.days, dtype=np.int64)
    first, end = (int(place) for place in np.searchsorted(days, [first_day, last_day + 1]))
    all_counts = np.frombuffer(ledger.line_counts, dtype=np.int64)
    first_line, counts = int(all_counts[:first].sum()), all_counts[first:end]
    end_line = first_line + int(counts.sum())
    of_journal = np.repeat(np.arange(end - first, dtype=np.uint32), counts)
    within = np.arange(len(of_journal), dtype=np.int64) - np.repeat(np.cumsum(counts) - counts, counts)
    codes = np.frombuffer(ledger.currencies, dtype=np.int8)[first_line:end_line]
    places = np.array([DECIMALS[currency] for currency in CURRENCIES], dtype=np.int8)[codes]
    amount = np.frombuffer(ledger.amounts, dtype=np.int64)[first_line:end_line]
    transaction = np.frombuffer(ledger.transaction_amounts, dtype=np.int64)[first_line:end_line]
    heads = _journal_heads(books, first, end)[of_journal]
    return heads.with_columns(
        pl.Series("line_no", within + 1),
        pl.Series("account_id", np.frombuffer(ledger.accounts, dtype=np.int64)[first_line:end_line]).cast(
            pl.String
        ),
        amounts(pl.Series(amount)).alias("amount"),
        pl.Series(CURRENCIES)[codes.astype(np.uint32)].alias("currency"),
        amounts(pl.Series(transaction), pl.Series(places)).alias("amount_transaction"),
        pl.lit(None, dtype=pl.String).alias("partner_legal_entity_id"),
    ).select(JOURNAL_COLUMNS)


def _journal_heads(books: Books, first: int, end: int) -> pl.DataFrame:
    """What all lines of a journal share; journals are numbered per entity in posting order."""
    ledger = books.ledger
    entities = np.frombuffer(ledger.entities, dtype=np.int8)
    numbers = np.empty(len(entities), dtype=np.int64)
    for entity in ENTITIES:
        of_entity = entities == entity.number
        numbers[of_entity] = np.arange(1, int(of_entity.sum()) + 1)
    number = pl.Series(numbers[first:end]).cast(pl.String).str.zfill(7)
    entity_number = pl.Series(entities[first:end]).cast(pl.String)
    posting_date = pl.Series(
        (np.frombuffer(ledger.days, dtype=np.int64)[first:end] - _EPOCH).astype(np.int32)
    ).cast(pl.Date)
    return pl.DataFrame(
        {
            "journal_id": "J" + entity_number + "-" + number,
            "legal_entity_id": "LE0" + entity_number,
            "posting_date": posting_date,
            "entry_at": posting_date.cast(pl.String) + "T17:00:00Z",
            "source_type": pl.Series(ledger.source_types[first:end], dtype=pl.String),
            "source_doc_id": pl.Series(ledger.source_docs[first:end], dtype=pl.String),
            "customer_id": pl.Series(ledger.customers[first:end], dtype=pl.String),
            "description": pl.Series(ledger.descriptions[first:end], dtype=pl.String),
            "created_by": pl.Series(ledger.created_by[first:end], dtype=pl.String),
            "approved_by": pl.Series(ledger.approved_by[first:end], dtype=pl.String),
        }
    )


def journal_lines_of_year(books: Books, year: int) -> pl.DataFrame:
    """Journal lines posted in a year; the opening journals come with 2023."""
    first = 0 if year == 2023 else date(year, 1, 1).toordinal()
    return journal_lines(books, first, date(year, 12, 31).toordinal())


def fx_rates(books: Books) -> pl.DataFrame:
    """The delivered pairs, with typed dates and decimals."""
    found = books.rates.delivered
    return pl.DataFrame(
        {
            "from_currency": [rate[0] for rate in found],
            "to_currency": [rate[1] for rate in found],
            "rate_date": dates([rate[2] for rate in found]),
            "rate": pl.Series([rate_text(rate[3]) for rate in found]).cast(pl.Decimal(18, 8)),
        }
    )


def payables(books: Books) -> pl.DataFrame:
    """Suppliers' documents, paid and open."""
    found = books.payables
    identifiers = {entity.number: entity.legal_entity_id for entity in ENTITIES}
    return pl.DataFrame(
        {
            "supplier_doc_id": [payable.supplier_doc_id for payable in found],
            "legal_entity_id": [identifiers[payable.entity] for payable in found],
            "supplier": [payable.supplier for payable in found],
            "due_date": dates([payable.due_day for payable in found]),
            "planned_payment_date": dates([payable.planned_day for payable in found]),
            "currency": [payable.currency for payable in found],
            "amount": amounts([payable.amount for payable in found]),
            "status": ["paid" if payable.paid_on else "open" for payable in found],
        }
    )


def _shown_lines(books: Books) -> list[BankLine]:
    shown = [line for line in books.bank_lines if line.day <= AS_OF]
    return sorted(shown, key=lambda line: (line.account, line.day))


def bank_statement_lines(books: Books) -> pl.DataFrame:
    """Every movement that the bank showed by the as-of date, numbered per account."""
    found = _shown_lines(books)
    references = [
        f"B-{account}-{number:06d}"
        for account, lines in groupby(found, key=lambda line: line.account)
        for number, _ in enumerate(lines, start=1)
    ]
    return pl.DataFrame(
        {
            "bank_account_id": [str(line.account) for line in found],
            "entry_ref": references,
            "booking_date": dates([line.day for line in found]),
            "value_date": dates([line.day for line in found]),
            "currency": [line.currency for line in found],
            "amount": amounts([line.amount for line in found], [DECIMALS[line.currency] for line in found]),
            "remittance_text": [line.remittance for line in found],
            "end_to_end_id": pl.Series([line.end_to_end_id for line in found], dtype=pl.String),
            "counterparty": pl.Series([line.counterparty for line in found], dtype=pl.String),
            "payment_id": pl.Series([line.payment_id for line in found], dtype=pl.String),
        }
    )


def bank_statements(books: Books) -> pl.DataFrame:
    """A statement per account and month, from the month of the opening balances on."""
    movements: dict[tuple[int, int, int], int] = {}
    for line in _shown_lines(books):
        there = date.fromordinal(line.day)
        key = (line.account, there.year, there.month)
        movements[key] = movements.get(key, 0) + line.amount
    rows: list[tuple[str, str, int, int, str, int, int]] = []
    for entity in ENTITIES:
        for currency, account in entity.banks.items():
            balance = books.opening_banks[account]
            for step in range(25):
                year, month = months_later(2022, 12, step)
                closing = balance + movements.get((account, year, month), 0)
                rows.append(
                    (
                        str(account),
                        f"ST-{account}-{year}-{month:02d}",
                        date(year, month, 1).toordinal(),
                        month_end(year, month),
                        currency,
                        balance,
                        closing,
                    )
                )
                balance = closing
    places = [DECIMALS[row[4]] for row in rows]
    return pl.DataFrame(
        {
            "bank_account_id": [row[0] for row in rows],
            "statement_id": [row[1] for row in rows],
            "from_date": dates([row[2] for row in rows]),
            "to_date": dates([row[3] for row in rows]),
            "currency": [row[4] for row in rows],
            "opening_balance": amounts([row[5] for row in rows], places),
            "closing_balance": amounts([row[6] for row in rows], places),
        }
    )
