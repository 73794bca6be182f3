"""Faults that can be planted in the extracts, one at a time, each with the controls that must then fail.

A fault changes the files after the books are right. The manifest is made to agree again, unless the fault is
in the manifest itself: then the transport is at fault, not the source.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from ingest.simulate.extracts import sha256_of

Rows = list[dict[str, str]]
GL_2023, GL_2024 = "erp/ledger/gl_journal_lines__fy2023.csv", "erp/ledger/gl_journal_lines__fy2024.csv"
INVOICES_2023, INVOICES_2024 = "erp/receivables/invoices__fy2023.csv", "erp/receivables/invoices__fy2024.csv"
INVOICE_LINES = "erp/receivables/invoice_lines.csv"
PAYMENTS, APPLICATIONS = "erp/receivables/payments.csv", "erp/receivables/applications.csv"
ORDERS, CHART, MANIFEST = "erp/sales/orders.csv", "erp/master/chart_of_accounts.csv", "erp/manifest.csv"


@dataclass(frozen=True)
class Fault:
    """A change to the extracts: the files it touches, the controls that must fail (others may)."""

    description: str
    must_fail: tuple[str, ...]
    files: tuple[str, ...]
    change: Callable[[Path], None]
    mends_manifest: bool = True


def read_rows(path: Path) -> Rows:
    """Return the rows of a csv file."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def write_rows(path: Path, rows: Rows) -> None:
    """Write rows over a csv file; columns as in the first row."""
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    path.write_text(text.getvalue(), encoding="utf-8", newline="")


def plant(extracts: Path, name: str) -> None:
    """Plant a fault in the extracts of a folder.

    Raises:
        KeyError: no such fault.
    """
    fault = FAULTS[name]
    fault.change(extracts)
    if fault.mends_manifest:
        for file in fault.files:
            _mend(extracts, file)


def _mend(extracts: Path, file: str) -> None:
    """Make the manifest's row of a file agree with it again: rows, control total, sha256."""
    source, _, relative = file.partition("/")
    path, manifest = extracts / file, extracts / source / "manifest.csv"
    entries = read_rows(manifest)
    for entry in entries:
        if entry["file"] == relative:
            rows = read_rows(path)
            entry["row_count"] = str(len(rows))
            if entry["control_column"]:
                total = sum((Decimal(row[entry["control_column"]] or 0) for row in rows), Decimal(0))
                entry["control_total"] = f"{total:f}"
            entry["sha256"] = sha256_of(path)
    write_rows(manifest, entries)


def _set(
    file: str, column: str, value: Callable[[dict[str, str]], str], chosen: Callable[[dict[str, str]], bool]
) -> Callable[[Path], None]:
    """Return a change of one cell in the first row that is chosen."""

    def change(extracts: Path) -> None:
        rows = read_rows(extracts / file)
        row = next(row for row in rows if chosen(row))
        row[column] = value(row)
        write_rows(extracts / file, rows)

    return change


def _plus(column: str, amount: str) -> Callable[[dict[str, str]], str]:
    return lambda row: f"{Decimal(row[column]) + Decimal(amount):f}"


def _is_manifest_of(name: str) -> Callable[[dict[str, str]], bool]:
    return lambda row: row["object"] == name


def _same_entity_invoice(row: dict[str, str]) -> bool:
    return row["doc_type"] == "invoice" and row["legal_entity_id"] == "LE01" and row["currency"] == "EUR"


def _drop_journal_of_invoice(extracts: Path) -> None:
    """Drop the whole journal of an invoice of 2024."""
    rows = read_rows(extracts / GL_2024)
    dropped = next(row["journal_id"] for row in rows if row["source_type"] == "invoice")
    write_rows(extracts / GL_2024, [row for row in rows if row["journal_id"] != dropped])


def _unbalance_journal(extracts: Path) -> None:
    """Drop one line of a journal."""
    rows = read_rows(extracts / GL_2024)
    dropped = next(row for row in rows if row["source_type"] == "supplier_invoice")
    write_rows(extracts / GL_2024, [row for row in rows if row is not dropped])


def _drop_invoice(extracts: Path) -> None:
    """Drop an invoice with its lines that nothing refers to: a number is missing, its journal stays."""
    used = {row["doc_id"] for row in read_rows(extracts / APPLICATIONS)}
    for file in ("erp/receivables/promises_to_pay.csv", "erp/receivables/write_offs.csv"):
        used |= {row["doc_id"] for row in read_rows(extracts / file)}
    disputes = (extracts / "erp/receivables/disputes.jsonl").read_text(encoding="utf-8")
    invoices = read_rows(extracts / INVOICES_2024)
    last = max(row["doc_id"] for row in invoices if row["doc_id"].startswith("INV1-"))
    dropped = next(
        row["doc_id"]
        for row in invoices
        if row["doc_type"] == "invoice"
        and row["doc_id"].startswith("INV1-")
        and row["doc_id"] != last
        and row["doc_id"] not in used
        and row["doc_id"] not in disputes
    )
    write_rows(extracts / INVOICES_2024, [row for row in invoices if row["doc_id"] != dropped])
    lines = read_rows(extracts / INVOICE_LINES)
    write_rows(extracts / INVOICE_LINES, [row for row in lines if row["doc_id"] != dropped])


def _duplicate_key(extracts: Path) -> None:
    """Deliver a receipt twice with two amounts: which one counts cannot be decided."""
    rows = read_rows(extracts / PAYMENTS)
    again = dict(rows[10])
    again["amount"] = _plus("amount", "10.00")(again)
    write_rows(extracts / PAYMENTS, [*rows, again])


def _apply_beyond_receipt(extracts: Path) -> None:
    """Raise an application of a receipt above the receipt and above the document."""
    rows = read_rows(extracts / APPLICATIONS)
    row = next(row for row in rows if row["source_type"] == "payment" and row["doc_id"].startswith("INV1-"))
    row["amount"] = f"{Decimal(row['amount']) * 2:f}"
    write_rows(extracts / APPLICATIONS, rows)


def _credit_beyond_original(extracts: Path) -> None:
    """Make a credit memo larger than the invoice that it names."""
    originals = {
        row["doc_id"]: row for file in (INVOICES_2023, INVOICES_2024) for row in read_rows(extracts / file)
    }
    rows = read_rows(extracts / INVOICES_2024)
    memo = next(row for row in rows if row["doc_type"] == "credit_memo" and row["currency"] in ("EUR", "USD"))
    lines = read_rows(extracts / INVOICE_LINES)
    line = next(line for line in lines if line["doc_id"] == memo["doc_id"])
    factor = int(Decimal(originals[memo["original_doc_id"]]["gross"]) / -Decimal(memo["gross"])) + 2
    line["quantity"] = f"{Decimal(line['quantity']) * factor:f}"
    net = Decimal(line["quantity"]) * Decimal(line["unit_price"])
    tax = (net * Decimal(line["tax_rate"])).quantize(Decimal("0.01"))
    memo["net"], memo["tax"], memo["gross"] = f"{net:f}", f"{tax:f}", f"{net + tax:f}"
    write_rows(extracts / INVOICES_2024, rows)
    write_rows(extracts / INVOICE_LINES, lines)


def _gap_in_windows(extracts: Path) -> None:
    """Let the ledger's second window begin an hour after the first one ends."""
    rows = read_rows(extracts / MANIFEST)
    row = next(row for row in rows if row["file"].endswith("gl_journal_lines__fy2024.csv"))
    row["window_from"] = "2024-01-01T01:00:00Z"
    write_rows(extracts / MANIFEST, rows)


FAULTS: dict[str, Fault] = {
    "manifest_row_count": Fault(
        "the manifest declares one receipt more than came",
        ("LD-01",),
        (MANIFEST,),
        _set(MANIFEST, "row_count", lambda row: str(int(row["row_count"]) + 1), _is_manifest_of("payments")),
        False,
    ),
    "manifest_total": Fault(
        "the manifest declares receipts of 100.00 more than came",
        ("LD-02",),
        (MANIFEST,),
        _set(MANIFEST, "control_total", _plus("control_total", "100"), _is_manifest_of("payments")),
        False,
    ),
    "window_gap": Fault(
        "an hour between the two extract windows of the ledger",
        ("LD-03",),
        (MANIFEST,),
        _gap_in_windows,
        False,
    ),
    "bad_date": Fault(
        "an order on 30 February",
        ("LD-05",),
        (ORDERS,),
        _set(ORDERS, "order_date", lambda row: "2024-02-30", lambda row: row["order_id"] == "SO1-000040"),
    ),
    "orphan_customer": Fault(
        "an order of a customer that does not exist",
        ("RI-01",),
        (ORDERS,),
        _set(ORDERS, "customer_id", lambda row: "C99999", lambda row: row["order_id"] == "SO1-000041"),
    ),
    "duplicate_receipt_key": Fault(
        "one receipt twice in a file, with two amounts", ("RI-02",), (PAYMENTS,), _duplicate_key
    ),
    "invoice_tax": Fault(
        "the tax of an invoice 10.00 higher than its lines ask for, its gross as well",
        ("IN-01", "SL-01"),
        (INVOICES_2024,),
        lambda extracts: (
            _set(INVOICES_2024, "tax", _plus("tax", "10.00"), _same_entity_invoice)(extracts),
            _set(INVOICES_2024, "gross", _plus("gross", "10.00"), _same_entity_invoice)(extracts),
            None,
        )[-1],
    ),
    "application_too_large": Fault(
        "an application twice as large as its receipt and its document",
        ("CA-01", "CA-02"),
        (APPLICATIONS,),
        _apply_beyond_receipt,
    ),
    "credit_memo_too_large": Fault(
        "a credit memo larger than the invoice it names",
        ("CM-01",),
        (INVOICES_2024, INVOICE_LINES),
        _credit_beyond_original,
    ),
    "credit_memo_without_original": Fault(
        "a credit memo that names no original",
        ("CM-01",),
        (INVOICES_2024,),
        _set(INVOICES_2024, "original_doc_id", lambda row: "", lambda row: row["doc_type"] == "credit_memo"),
    ),
    "unknown_currency": Fault(
        "a receipt in a currency that does not exist",
        ("FX-01",),
        (PAYMENTS,),
        _set(PAYMENTS, "currency", lambda row: "EUX", lambda row: row["customer_id"] == ""),
    ),
    "unbalanced_journal": Fault(
        "one line of a supplier's invoice missing in the ledger",
        ("GL-01", "GL-02"),
        (GL_2024,),
        _unbalance_journal,
    ),
    "unknown_account": Fault(
        "a bank charge on an account that the chart does not have",
        ("GL-05",),
        (GL_2024,),
        _set(GL_2024, "account_id", lambda row: "6899", lambda row: row["source_type"] == "bank_charge"),
    ),
    "missing_invoice_journal": Fault(
        "the whole journal of an invoice missing", ("SL-01", "AG-01"), (GL_2024,), _drop_journal_of_invoice
    ),
    "receipt_amount": Fault(
        "a receipt 50.00 higher in the subledger than in the ledger",
        ("SL-02",),
        (PAYMENTS,),
        _set(
            PAYMENTS,
            "amount",
            _plus("amount", "50.00"),
            lambda row: row["customer_id"] == "" and row["legal_entity_id"] == "LE01",
        ),
    ),
    "missing_invoice": Fault(
        "an invoice with its lines not delivered although it is booked",
        ("SQ-01", "SL-01", "AG-01"),
        (INVOICES_2024, INVOICE_LINES),
        _drop_invoice,
    ),
}
