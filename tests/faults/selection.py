"""What faults look for in a company's books, so that one fault can be planted in every company."""

from collections import Counter
from collections.abc import Callable
from datetime import date
from decimal import Decimal

from tests.faults.delivered import Deliveries, Row


def opening_date(books: Deliveries) -> str:
    """The date of the opening journals: what is posted later calls for journals of its own."""
    return min(row["posting_date"] for row in books.rows("gl_journal_lines"))


def kinds(books: Deliveries) -> dict[str, str]:
    """Product to goods, service or subscription."""
    return {row["product_id"]: row["kind"] for row in books.rows("products")}


def ship_dates(books: Deliveries) -> dict[str, str]:
    """Shipment to the day on which it left."""
    return {row["shipment_id"]: row["ship_date"] for row in books.rows("shipments")}


def is_mid_month(text: str) -> bool:
    """Whether a date is more than five days away from both ends of its month."""
    return 6 < int(text[8:10]) < 24


def contracted(books: Deliveries) -> set[tuple[str, str]]:
    """Customer and product of every contract price."""
    return {(row["customer_id"], row["product_id"]) for row in books.rows("contract_prices")}


def settled(books: Deliveries) -> Counter[str]:
    """Document to what was applied to it and written off."""
    found: Counter[str] = Counter()
    for row in books.rows("applications"):
        found[row["doc_id"]] += Decimal(row["amount"])  # type: ignore[assignment]
        if row["source_type"] == "credit_memo":
            found[row["source_id"]] -= Decimal(row["amount"])  # type: ignore[assignment]
    for row in books.rows("write_offs"):
        found[row["doc_id"]] += Decimal(row["net"]) + Decimal(row["tax"])  # type: ignore[assignment]
    return found


def named_documents(books: Deliveries) -> set[str]:
    """The documents that something else than their own lines and journals refers to."""
    found = {row["original_doc_id"] for row in books.rows("invoices")}
    for object_name in ("applications", "write_offs", "disputes", "promises_to_pay"):
        found |= {row["doc_id"] for row in books.rows(object_name)}
    return found | {row["source_id"] for row in books.rows("applications")}


def invoice(
    books: Deliveries,
    *,
    currency: str = "EUR",
    lines: int | None = None,
    is_open: bool | None = None,
    is_named: bool | None = None,
    days_after_delivery: Callable[[int], bool] = lambda days: days == 0,
    is_anywhere_in_the_month: bool = False,
    chosen: Callable[[Row], bool] = lambda row: True,
) -> Row:
    """The first invoice for delivered goods, posted in mid-month after the opening, of the first entity.

    `days_after_delivery` judges the days from the delivery to the posting; `is_open` asks for an invoice of
    which nothing, or all, is settled; `is_named` for one that other rows do, or do not, refer to.
    """
    opening, shipped, product_kinds = opening_date(books), ship_dates(books), kinds(books)
    paid, named = settled(books), named_documents(books)
    by_document: dict[str, list[Row]] = {}
    for line in books.rows("invoice_lines"):
        by_document.setdefault(line["doc_id"], []).append(line)

    def is_wanted(row: Row) -> bool:
        if row["doc_type"] != "invoice" or row["legal_entity_id"] != "LE01" or row["currency"] != currency:
            return False
        if row["posting_date"] <= opening or row["shipment_id"] not in shipped:
            return False
        delivered = date.fromisoformat(shipped[row["shipment_id"]])
        of_row = by_document.get(row["doc_id"], [])
        return (
            days_after_delivery((date.fromisoformat(row["posting_date"]) - delivered).days)
            and (is_anywhere_in_the_month or is_mid_month(row["posting_date"]))
            and all(product_kinds.get(line["product_id"]) == "goods" for line in of_row)
            and (lines is None or len(of_row) == lines)
            and (is_open is None or is_open == (not paid[row["doc_id"]]))
            and (is_named is None or is_named == (row["doc_id"] in named))
            and chosen(row)
        )

    return books.first("invoices", is_wanted)


def lines_of(books: Deliveries, document: Row) -> list[Row]:
    """The lines of a document."""
    return books.rows("invoice_lines", lambda row: row["doc_id"] == document["doc_id"])


def journal(books: Deliveries, source_type: str, source_doc_id: str) -> list[Row]:
    """The journal lines of a source document."""
    return books.rows(
        "gl_journal_lines",
        lambda row: row["source_type"] == source_type and row["source_doc_id"] == source_doc_id,
    )


def roles(books: Deliveries) -> dict[str, str]:
    """Account to the role that the chart gives it."""
    return {row["account_id"]: row["control_of"] for row in books.rows("chart_of_accounts")}


def account_of(books: Deliveries, role: str) -> str:
    """The first account of a role."""
    return books.first("chart_of_accounts", lambda row: row["control_of"] == role)["account_id"]


def receipt(books: Deliveries, chosen: Callable[[Row], bool] = lambda row: True) -> Row:
    """The first receipt of the first entity in its currency, posted after the opening, never reversed."""
    opening = opening_date(books)
    undone = {row.get("reverses_payment_id", "") for row in books.rows("payments")}

    def is_wanted(row: Row) -> bool:
        return (
            row["legal_entity_id"] == "LE01"
            and row["currency"] == "EUR"
            and row["posting_date"] > opening
            and not row["reverses_payment_id"]
            and row["payment_id"] not in undone
            and chosen(row)
        )

    return books.first("payments", is_wanted)


def add_journal(
    books: Deliveries,
    source_type: str,
    source_doc_id: str,
    posting_date: str,
    *lines: tuple[str, str],
    entity: str = "LE01",
    currency: str = "EUR",
    created_by: str = "u_gl1",
    approved_by: str = "",
    partner: str = "",
) -> None:
    """Book a journal in the entity's own currency; a line is an account and an amount (debit +)."""
    rows = []
    for number, (account, amount) in enumerate(lines, start=1):
        row = {
            "journal_id": f"ADDED-{entity}-{source_doc_id}",
            "line_no": str(number),
            "legal_entity_id": entity,
            "posting_date": posting_date,
            "entry_at": f"{posting_date}T17:00:00Z",
            "account_id": account,
            "amount": amount,
            "currency": currency,
            "amount_transaction": amount,
            "source_type": source_type,
            "source_doc_id": source_doc_id,
            "description": "Added",
            "created_by": created_by,
            "approved_by": approved_by,
        }
        rows.append(row | ({"partner_legal_entity_id": partner} if partner else {}))
    books.add("gl_journal_lines", *rows)


def orders_of_lines(books: Deliveries) -> dict[str, Row]:
    """Order id to order."""
    return {row["order_id"]: row for row in books.rows("orders")}


def invoiced_lines(books: Deliveries) -> dict[tuple[str, str], list[Row]]:
    """Order line to the lines of documents that bill it."""
    found: dict[tuple[str, str], list[Row]] = {}
    for row in books.rows("invoice_lines"):
        found.setdefault((row["order_id"], row["order_line_no"]), []).append(row)
    return found


def shipped_lines(books: Deliveries) -> dict[tuple[str, str], list[Row]]:
    """Order line to its shipment lines."""
    found: dict[tuple[str, str], list[Row]] = {}
    for row in books.rows("shipments"):
        found.setdefault((row["order_id"], row["order_line_no"]), []).append(row)
    return found
