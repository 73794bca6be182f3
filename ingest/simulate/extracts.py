"""The company's books as ordinary extracts: two sources in the standard layout, with manifests.

`erp` delivers everything but bank statements, `bank` those. One object each comes as csv.gz (not at size
large), jsonl, parquet and xlsx; all others are csv. Ledger and invoices come in a file a year, with windows.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

import polars as pl

from ingest.simulate import extracts_of_ledger, extracts_of_masters, extracts_of_sales
from ingest.simulate.books import Books
from ingest.simulate.frames import write_frame
from ingest.simulate.settings import EXTRACTED_AT

YEARS = (2023, 2024)
MANIFEST_COLUMNS = [
    "file",
    "object",
    "row_count",
    "control_column",
    "control_total",
    "sha256",
    "extracted_at",
    "window_from",
    "window_to",
]


@dataclass
class Delivery:
    """One file to be delivered: its object, place, rows, and what the manifest says of it."""

    source: str
    file: str
    name: str
    frame: pl.DataFrame
    control_column: str = ""
    control_total: Decimal | None = None
    window: tuple[str, str] = ("", "")


_TIEOUT = """\
reporting_currency: EUR
as_of: 2024-12-31
ledger: {LE01: booked, LE02: booked}
close_through:
  LE01: {date: 2024-11-30, closed_at: 2024-12-10T18:00:00Z}
  LE02: {date: 2024-11-30, closed_at: 2024-12-10T18:00:00Z}
sources: [erp, bank]
"""
_SOURCES = {
    "erp": "kind: standard\nload: incremental\nowner: finance systems\n",
    "bank": "kind: standard\nload: incremental\nowner: treasury\n",
}


def write_extracts(books: Books, folder: Path) -> None:
    """Write `tieout.yml` and both sources into a folder, which is made if it is not there."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "tieout.yml").write_text(_TIEOUT, encoding="utf-8")
    written: dict[str, list[list[str]]] = {source: [] for source in _SOURCES}
    for delivery in deliveries(books):
        path = folder / delivery.source / delivery.file
        write_frame(delivery.frame, path)
        written[delivery.source].append(manifest_row(delivery, path))
    for source, settings in _SOURCES.items():
        (folder / source / "source.yml").write_text(settings, encoding="utf-8")
        rows = sorted(written[source])
        frame = pl.DataFrame(rows, schema=dict.fromkeys(MANIFEST_COLUMNS, pl.String), orient="row")
        frame.with_columns(pl.all().replace("", None)).write_csv(folder / source / "manifest.csv")


def manifest_row(delivery: Delivery, path: Path) -> list[str]:
    """Return what the manifest declares of a file."""
    total = "" if delivery.control_total is None else f"{delivery.control_total:f}"
    return [
        delivery.file,
        delivery.name,
        str(delivery.frame.height),
        delivery.control_column,
        total,
        sha256_of(path),
        EXTRACTED_AT,
        *delivery.window,
    ]


def sha256_of(path: Path) -> str:
    """Return the sha256 of a file's bytes in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def deliveries(books: Books) -> Iterator[Delivery]:
    """Yield every file of both sources, one at a time, so that only one is in memory."""
    masters, sales, ledger = extracts_of_masters, extracts_of_sales, extracts_of_ledger
    shipments = f"logistics/shipments.{'csv.gz' if books.size.writes_every_answer else 'csv'}"
    yield _delivery("master/legal_entities.csv", masters.legal_entities())
    yield _delivery("master/chart_of_accounts.csv", masters.chart_of_accounts())
    yield _delivery("master/payment_terms.csv", masters.payment_terms())
    yield _delivery("master/customers.csv", masters.customers(books))
    yield _delivery("master/products.csv", masters.products())
    yield _delivery("master/users.csv", masters.users())
    yield _delivery("master/role_duties.csv", masters.role_duties())
    yield _delivery("master/sod_conflicts.csv", masters.sod_conflicts())
    yield _delivery("planning/ecl_matrix.csv", masters.ecl_matrix())
    yield _delivery("planning/budgets.xlsx", masters.budgets(books), "amount")
    yield _delivery("planning/sales_history.csv", masters.sales_history(books), "gross_credit_sales")
    yield _delivery("planning/cash_plan.csv", masters.cash_plan(books), "amount")
    yield _delivery("planning/cash_limits.csv", masters.cash_limits(books))
    yield _delivery("sales/contract_prices.csv", masters.contract_prices(books))
    yield _delivery("sales/orders.csv", sales.orders(books))
    yield _delivery("sales/order_lines.csv", sales.order_lines(books), "quantity")
    yield _delivery(shipments, sales.shipments(books), "quantity")
    for year in YEARS:
        invoices = sales.invoices_of_year(books, year)
        yield _delivery(f"receivables/invoices__fy{year}.csv", invoices, "gross", window=_window(year))
    yield _delivery("receivables/invoice_lines.csv", sales.invoice_lines(books), "quantity")
    yield _delivery("receivables/payments.csv", sales.payments(books), "amount")
    yield _delivery("receivables/applications.csv", sales.applications(books), "amount")
    yield _delivery("receivables/refunds.csv", sales.refunds(books), "amount")
    yield _delivery("receivables/write_offs.csv", sales.write_offs(books), "net")
    yield _delivery("receivables/disputes.jsonl", sales.disputes(books), "amount")
    yield _delivery("receivables/promises_to_pay.csv", sales.promises_to_pay(books))
    for year in YEARS:
        lines = ledger.journal_lines_of_year(books, year)
        yield _delivery(f"ledger/gl_journal_lines__fy{year}.csv", lines, "amount", window=_window(year))
    yield _delivery("treasury/fx_rates.parquet", ledger.fx_rates(books))
    yield _delivery("treasury/payables.csv", ledger.payables(books), "amount")
    yield _delivery("bank_statements.csv", ledger.bank_statements(books), "closing_balance", "bank")
    yield _delivery("bank_statement_lines.csv", ledger.bank_statement_lines(books), "amount", "bank")


def _delivery(
    file: str,
    frame: pl.DataFrame,
    control: str = "",
    source: str = "erp",
    window: tuple[str, str] = ("", ""),
) -> Delivery:
    name = Path(file).name.split(".")[0].split("__")[0]
    total = _total(frame, control) if control else None
    return Delivery(source, file, name, frame, control, total, window)


def _window(year: int) -> tuple[str, str]:
    first = date(2022, 1, 1) if year == 2023 else date(year, 1, 1)
    last = f"{date(year + 1, 1, 1).isoformat()}T00:00:00Z" if year == 2023 else EXTRACTED_AT
    return f"{first.isoformat()}T00:00:00Z", last


def _total(frame: pl.DataFrame, column: str) -> Decimal:
    total = frame.select(pl.col(column).cast(pl.Decimal(30, 4)).sum())[column][0]
    text = f"{Decimal(total or 0):f}"
    return Decimal(text.rstrip("0").rstrip(".") if "." in text else text)
