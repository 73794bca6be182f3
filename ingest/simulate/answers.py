"""The true answers: what the marts must show for the simulated company.

The document side comes from the simulation's documents and movements, the ledger side from its journals;
neither from any query. Files are named after their mart, columns as in the mart, sorted by key.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl

from ingest.simulate.answers_of_metrics import answers_of_metrics
from ingest.simulate.answers_of_statements import Statements, answers_of_statements
from ingest.simulate.books import Books, Snapshot
from ingest.simulate.closing import age_bucket, due_bucket, period_of
from ingest.simulate.dates import month_end, month_of
from ingest.simulate.documents import Application, Document, Receipt
from ingest.simulate.extracts_of_ledger import journal_lines, ledger_amounts
from ingest.simulate.extracts_of_sales import is_confirmed, order_status
from ingest.simulate.frames import amounts, dates, fraction_text, rate_text
from ingest.simulate.money import conversion_divisor, converted
from ingest.simulate.settings import (
    AGE_BUCKETS,
    DECIMALS,
    DEFERRED,
    DUE_BUCKETS,
    ENTITIES,
    PRODUCTS,
    RECEIVABLE,
    RECEIVABLE_FX,
    REPORTING_CURRENCY,
    TAX,
    UNAPPLIED,
    UNBILLED,
)

FLOWS = ["invoiced", "credited", "collected", "discounts", "written_off", "fx_difference"]
_IDENTIFIERS = {entity.number: entity.legal_entity_id for entity in ENTITIES}
# role: (account, sign that makes its ledger balance natural)
ROLES = {
    "ar": (RECEIVABLE, 1),
    "ar_fx": (RECEIVABLE_FX, 1),
    "unapplied": (UNAPPLIED, -1),
    "unbilled": (UNBILLED, 1),
    "deferred": (DEFERRED, -1),
    "tax": (TAX, -1),
}


@dataclass(frozen=True)
class Answers:
    """Where the extracts and the answers lie, and the rows of each answer."""

    extracts: Path
    folder: Path
    rows: dict[str, int]

    def path(self, mart: str) -> Path:
        """Return the answer file of a mart."""
        return self.folder / f"{mart}.csv"


def write_answers(books: Books, extracts: Path, folder: Path) -> Answers:
    """Write every answer that the size calls for and say how many rows each has."""
    folder.mkdir(parents=True, exist_ok=True)
    frames = aggregated_answers(books)
    if books.size.writes_every_answer:
        frames |= detailed_answers(books)
    rows = {}
    for mart, frame in frames.items():
        frame.write_csv(folder / f"{mart}.csv")
        rows[mart] = frame.height
    return Answers(extracts, folder, rows)


def aggregated_answers(books: Books) -> dict[str, pl.DataFrame]:
    """Return the answers that stay small at any size."""
    balances = _balances(books)
    return {
        "rpt_ar_aging": _aging(books),
        "rpt_ar_rollforward": _rollforward(books),
        "rpt_trial_balance": _trial_balance(balances),
        "rpt_subledger_tie_out": _tie_out(books, balances, ("ar", "unapplied")),
        "rpt_subledger_tie_out__other_roles": _tie_out(
            books, balances, ("ar_fx", "deferred", "tax", "unbilled")
        ),
        "gl_totals": _gl_totals(balances),
    }


def detailed_answers(books: Books) -> dict[str, pl.DataFrame]:
    """Return the answers that go through every document and journal line."""
    return {
        **answers_of_statements(books),
        **answers_of_metrics(books, Statements(books)),
        "fct_orders": _orders(books),
        "fct_order_lines": _order_lines(books),
        "fct_shipments": _shipments(books),
        "fct_ar_documents": _documents(books),
        "fct_ar_document_lines": _document_lines(books),
        "fct_receipts": _receipts(books),
        "fct_cash_applications": _applications(books),
        "fct_gl_lines": _gl_lines(books),
        "rpt_ar_open_items": _open_items(books),
        "rpt_unapplied_cash": _unapplied(books),
    }


def _rate_to_group(books: Books, entity: int, day: int) -> tuple[int, int]:
    currency = ENTITIES[entity - 1].currency
    return books.rates.rate(currency, REPORTING_CURRENCY, day), conversion_divisor(
        currency, REPORTING_CURRENCY
    )


def _aging(books: Books) -> pl.DataFrame:
    rows: list[tuple[int, str, str, str, int]] = []
    for snapshot in books.snapshots:
        for basis, buckets, found in (
            ("due_date", DUE_BUCKETS, snapshot.due_buckets),
            ("invoice_date", AGE_BUCKETS, snapshot.age_buckets),
        ):
            for bucket in buckets:
                group = 0
                for entity in ENTITIES:
                    amount = found.get((entity.number, bucket), 0)
                    rows.append((snapshot.day, entity.legal_entity_id, basis, bucket, amount))
                    group += converted(amount, *_rate_to_group(books, entity.number, snapshot.day))
                rows.append((snapshot.day, "*", basis, bucket, group))
    rows.sort()
    return pl.DataFrame(
        {
            "as_of": dates([row[0] for row in rows]),
            "legal_entity_id": [row[1] for row in rows],
            "basis": [row[2] for row in rows],
            "bucket": [row[3] for row in rows],
            "amount": amounts([row[4] for row in rows]),
        }
    )


def _rollforward(books: Books) -> pl.DataFrame:
    rows: list[list[object]] = []
    previous = books.snapshots[0]
    for snapshot in books.snapshots[1:]:
        year, month = month_of(snapshot.day)
        first = date(year, month, 1).toordinal()
        group = dict.fromkeys(["opening", *FLOWS, "closing"], 0)
        for entity in ENTITIES:
            number = entity.number
            flows = books.rollforward.get((number, year, month), {})
            opening, closing = previous.receivables[number], snapshot.receivables[number]
            values = [flows.get(flow, 0) for flow in FLOWS]
            rows.append([period_of(snapshot.day), entity.legal_entity_id, opening, *values, closing])
            mean = books.rates.mean_rate(entity.currency, REPORTING_CURRENCY, first, month_end(year, month))
            divisor = conversion_divisor(entity.currency, REPORTING_CURRENCY)
            group["opening"] += converted(opening, *_rate_to_group(books, number, previous.day))
            group["closing"] += converted(closing, *_rate_to_group(books, number, snapshot.day))
            for flow, value in zip(FLOWS, values, strict=True):
                group[flow] += converted(value, mean, divisor)
        group["fx_difference"] = (
            group["closing"]
            - group["opening"]
            - sum(group[flow] for flow in FLOWS if flow != "fx_difference")
        )
        rows.append([period_of(snapshot.day), "*", *group.values()])
        previous = snapshot
    rows.sort(key=lambda row: (str(row[0]), str(row[1])))
    columns = ["opening", *FLOWS, "closing"]
    frame = pl.DataFrame({"period": [row[0] for row in rows], "legal_entity_id": [row[1] for row in rows]})
    return frame.hstack(
        [
            amounts([row[2 + position] for row in rows]).alias(column)  # type: ignore[misc]
            for position, column in enumerate(columns)
        ]
    )


def _balances(books: Books) -> pl.DataFrame:
    """Return debit and credit per entity, account and month end, with a row from the first posting on."""
    frame = ledger_amounts(books)
    month = frame.group_by("entity", "account", pl.col("posting_date").dt.month_end().alias("as_of")).agg(
        pl.col("amount").filter(pl.col("amount") > 0).sum().alias("debit"),
        (-pl.col("amount").filter(pl.col("amount") < 0).sum()).alias("credit"),
        pl.len().alias("lines"),
    )
    days = pl.DataFrame({"as_of": dates([snapshot.day for snapshot in books.snapshots])})
    first = month.group_by("entity", "account").agg(pl.col("as_of").min().alias("first"))
    grid = first.join(days, how="cross").filter(pl.col("as_of") >= pl.col("first")).drop("first")
    filled = grid.join(month, on=["entity", "account", "as_of"], how="left").with_columns(
        pl.col("debit", "credit").fill_null(0), pl.col("lines").fill_null(0)
    )
    filled = filled.sort("as_of", "entity", "account").with_columns(
        (pl.col("debit") - pl.col("credit")).cum_sum().over("entity", "account").alias("closing")
    )
    return filled.with_columns((pl.col("closing") - pl.col("debit") + pl.col("credit")).alias("opening"))


def _trial_balance(balances: pl.DataFrame) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "as_of": balances["as_of"],
            "legal_entity_id": [_IDENTIFIERS[entity] for entity in balances["entity"]],
            "account_id": balances["account"].cast(pl.String),
            "opening_balance": amounts(balances["opening"]),
            "debit": amounts(balances["debit"]),
            "credit": amounts(balances["credit"]),
            "closing_balance": amounts(balances["closing"]),
        }
    ).sort("as_of", "legal_entity_id", "account_id")


def _gl_totals(balances: pl.DataFrame) -> pl.DataFrame:
    """Lines and amounts of the booked ledger per entity and account, for sizes without `fct_gl_lines`."""
    totals = (
        balances.group_by("entity", "account")
        .agg(pl.col("lines").sum(), (pl.col("debit") - pl.col("credit")).sum().alias("amount"))
        .sort("entity", "account")
    )
    return pl.DataFrame(
        {
            "legal_entity_id": [_IDENTIFIERS[entity] for entity in totals["entity"]],
            "account_id": totals["account"].cast(pl.String),
            "lines": totals["lines"],
            "amount": amounts(totals["amount"]),
        }
    )


def _of_documents(snapshot: Snapshot, role: str) -> dict[int, int]:
    return {
        "ar": snapshot.receivables,
        "ar_fx": snapshot.receivables_fx,
        "unapplied": snapshot.unapplied_total,
        "unbilled": snapshot.unbilled,
        "deferred": snapshot.deferred,
        "tax": snapshot.tax,
    }[role]


def _tie_out(books: Books, balances: pl.DataFrame, roles: tuple[str, ...]) -> pl.DataFrame:
    booked = {
        (as_of.toordinal(), entity, account): closing
        for as_of, entity, account, closing in balances.select(
            "as_of", "entity", "account", "closing"
        ).iter_rows()
    }
    rows = []
    for snapshot in books.snapshots:
        for entity in ENTITIES:
            for role in roles:
                account, sign = ROLES[role]
                subledger = _of_documents(snapshot, role)[entity.number]
                balance = sign * booked.get((snapshot.day, entity.number, account), 0)
                rows.append((snapshot.day, entity.legal_entity_id, role, subledger, balance))
    rows.sort()
    return pl.DataFrame(
        {
            "as_of": dates([row[0] for row in rows]),
            "legal_entity_id": [row[1] for row in rows],
            "control_account": [row[2] for row in rows],
            "subledger": amounts([row[3] for row in rows]),
            "gl_balance": amounts([row[4] for row in rows]),
            "difference": amounts([row[3] - row[4] for row in rows]),
        }
    )


def _orders(books: Books) -> pl.DataFrame:
    found = sorted(books.orders, key=lambda order: order.order_id)
    return pl.DataFrame(
        {
            "order_id": [order.order_id for order in found],
            "legal_entity_id": [order.entity.legal_entity_id for order in found],
            "customer_id": [order.customer.customer_id for order in found],
            "order_date": dates([order.day for order in found]),
            "confirmed_at": pl.Series(
                [
                    f"{date.fromordinal(order.confirmed).isoformat()}T16:00:00Z"
                    if is_confirmed(order)
                    else None
                    for order in found
                ],
                dtype=pl.String,
            ),
            "currency": [order.customer.currency for order in found],
            "status": [order_status(order) for order in found],
            "channel": [order.channel for order in found],
            "net_amount": amounts(
                [sum(line.quantity * line.price for line in order.lines) for order in found],
                [DECIMALS[order.customer.currency] for order in found],
            ),
        }
    )


def _order_lines(books: Books) -> pl.DataFrame:
    pairs = [
        (order, line)
        for order in sorted(books.orders, key=lambda order: order.order_id)
        for line in order.lines
    ]
    places = [DECIMALS[order.customer.currency] for order, _ in pairs]
    return pl.DataFrame(
        {
            "order_id": [order.order_id for order, _ in pairs],
            "line_no": [line.number for _, line in pairs],
            "legal_entity_id": [order.entity.legal_entity_id for order, _ in pairs],
            "product_id": [PRODUCTS[line.product].product_id for _, line in pairs],
            "quantity": [line.quantity for _, line in pairs],
            "quantity_cancelled": [line.cancelled for _, line in pairs],
            "quantity_shipped": [line.shipped for _, line in pairs],
            "quantity_invoiced": [line.invoiced for _, line in pairs],
            "unit_price": amounts([line.price for _, line in pairs], places),
            "net_amount": amounts([line.quantity * line.price for _, line in pairs], places),
        }
    )


def _shipments(books: Books) -> pl.DataFrame:
    found = sorted(books.shipments, key=lambda line: (line.shipment_id, line.order_id, line.order_line))
    return pl.DataFrame(
        {
            "shipment_id": [line.shipment_id for line in found],
            "order_id": [line.order_id for line in found],
            "order_line_no": [line.order_line for line in found],
            "legal_entity_id": [_IDENTIFIERS[line.entity] for line in found],
            "quantity": [line.quantity for line in found],
            "ship_date": dates([line.day for line in found]),
            "cost_functional": amounts([line.cost for line in found]),
        }
    )


def _documents(books: Books) -> pl.DataFrame:
    found: list[Document] = sorted(books.documents, key=lambda document: document.doc_id)
    places = [DECIMALS[document.currency] for document in found]
    return pl.DataFrame(
        {
            "doc_id": [document.doc_id for document in found],
            "doc_type": [document.doc_type for document in found],
            "legal_entity_id": [document.entity.legal_entity_id for document in found],
            "customer_id": [document.customer.customer_id for document in found],
            "order_id": pl.Series([document.order_id for document in found], dtype=pl.String),
            "document_date": dates([document.document_day for document in found]),
            "posting_date": dates([document.posting_day for document in found]),
            "due_date": dates([document.due_day for document in found]),
            "currency": [document.currency for document in found],
            "fx_rate": [rate_text(document.rate) for document in found],
            "net": amounts([document.net for document in found], places),
            "tax": amounts([document.tax for document in found], places),
            "gross": amounts([document.gross for document in found], places),
            "net_functional": amounts([document.functional(document.net) for document in found]),
            "tax_functional": amounts([document.functional(document.tax) for document in found]),
            "gross_functional": amounts([document.functional(document.gross) for document in found]),
        }
    )


def _document_lines(books: Books) -> pl.DataFrame:
    pairs = [
        (document, line)
        for document in sorted(books.documents, key=lambda document: document.doc_id)
        for line in document.lines
    ]
    places = [DECIMALS[document.currency] for document, _ in pairs]
    return pl.DataFrame(
        {
            "doc_id": [document.doc_id for document, _ in pairs],
            "line_no": [line.number for _, line in pairs],
            "legal_entity_id": [document.entity.legal_entity_id for document, _ in pairs],
            "order_id": pl.Series([line.order_id for _, line in pairs], dtype=pl.String),
            "order_line_no": pl.Series([line.order_line for _, line in pairs], dtype=pl.Int64),
            "product_id": pl.Series(
                [None if line.product is None else PRODUCTS[line.product].product_id for _, line in pairs],
                dtype=pl.String,
            ),
            "quantity": [line.quantity for _, line in pairs],
            "unit_price": amounts([line.price for _, line in pairs], places),
            "net": amounts([line.net for _, line in pairs], places),
            "tax_rate": [fraction_text(line.tax_rate) for _, line in pairs],
        }
    )


def _receipts(books: Books) -> pl.DataFrame:
    found: list[Receipt] = sorted(books.receipts, key=lambda receipt: receipt.payment_id)
    places = [DECIMALS[receipt.currency] for receipt in found]
    signed = [-receipt.amount if receipt.reverses else receipt.amount for receipt in found]
    return pl.DataFrame(
        {
            "payment_id": [receipt.payment_id for receipt in found],
            "legal_entity_id": [receipt.entity.legal_entity_id for receipt in found],
            "customer_id": pl.Series(
                [receipt.customer.customer_id if receipt.customer else None for receipt in found],
                dtype=pl.String,
            ),
            "bank_account_id": [str(receipt.bank_account) for receipt in found],
            "posting_date": dates([receipt.day for receipt in found]),
            "currency": [receipt.currency for receipt in found],
            "fx_rate": [rate_text(receipt.rate) for receipt in found],
            "amount": amounts(signed, places),
            "amount_functional": amounts(
                [
                    converted(amount, receipt.rate, receipt.divisor)
                    for amount, receipt in zip(signed, found, strict=True)
                ]
            ),
            "applied_amount": amounts([receipt.applied for receipt in found], places),
            "refunded_amount": amounts([receipt.refunded for receipt in found], places),
            "unapplied_amount": amounts([receipt.rest for receipt in found], places),
        }
    )


def _applications(books: Books) -> pl.DataFrame:
    found: list[Application] = sorted(books.applications, key=lambda application: application.application_id)
    places = [DECIMALS[application.document.currency] for application in found]
    return pl.DataFrame(
        {
            "application_id": [application.application_id for application in found],
            "legal_entity_id": [application.document.entity.legal_entity_id for application in found],
            "source_type": [application.source_type for application in found],
            "source_id": [application.source_id for application in found],
            "doc_id": [application.document.doc_id for application in found],
            "posting_date": dates([application.day for application in found]),
            "amount": amounts([application.amount for application in found], places),
            "discount": amounts([application.discount for application in found], places),
            "amount_functional_relieved": amounts([application.relieved for application in found]),
            "fx_difference": amounts([application.fx_difference for application in found]),
            "method": ["given"] * len(found),
        }
    )


def _gl_lines(books: Books) -> pl.DataFrame:
    frame = journal_lines(books)
    return frame.select(
        "journal_id",
        "line_no",
        "legal_entity_id",
        "posting_date",
        pl.col("posting_date").dt.strftime("%Y-%m").alias("period"),
        "account_id",
        "amount",
        "currency",
        "amount_transaction",
        "source_type",
        "source_doc_id",
        "customer_id",
        "description",
    ).sort("journal_id", "line_no")


def _open_items(books: Books) -> pl.DataFrame:
    rows = sorted((snapshot.day, *item) for snapshot in books.snapshots for item in snapshot.open_items)
    places = [DECIMALS[row[7]] for row in rows]
    return pl.DataFrame(
        {
            "as_of": dates([row[0] for row in rows]),
            "legal_entity_id": [_IDENTIFIERS[row[2]] for row in rows],
            "doc_id": [row[1] for row in rows],
            "customer_id": [row[3] for row in rows],
            "document_date": dates([row[4] for row in rows]),
            "posting_date": dates([row[5] for row in rows]),
            "due_date": dates([row[6] for row in rows]),
            "currency": [row[7] for row in rows],
            "open_amount": amounts([row[8] for row in rows], places),
            "open_amount_functional": amounts([row[9] for row in rows]),
            "days_past_due": [row[0] - row[6] for row in rows],
            "due_date_bucket": [due_bucket(row[0] - row[6]) for row in rows],
            "age_days": [row[0] - row[4] for row in rows],
            "invoice_date_bucket": [age_bucket(row[0] - row[4]) for row in rows],
        }
    )


def _unapplied(books: Books) -> pl.DataFrame:
    rows = sorted(
        ((snapshot.day, *item) for snapshot in books.snapshots for item in snapshot.unapplied),
        key=lambda row: row[:2],
    )
    return pl.DataFrame(
        {
            "as_of": dates([row[0] for row in rows]),
            "legal_entity_id": [_IDENTIFIERS[row[2]] for row in rows],
            "payment_id": [row[1] for row in rows],
            "customer_id": pl.Series([row[3] for row in rows], dtype=pl.String),
            "posting_date": dates([row[4] for row in rows]),
            "currency": [row[5] for row in rows],
            "unapplied_amount": amounts([row[6] for row in rows], [DECIMALS[row[5]] for row in rows]),
            "unapplied_functional": amounts([row[7] for row in rows]),
        }
    )
