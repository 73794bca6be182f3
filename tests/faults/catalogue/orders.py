"""Faults between quotation and billing: prices, credit, discounts, deliveries, invoiced quantities."""

from datetime import timedelta
from decimal import Decimal

from tests.faults.catalogue.fault import Chapter
from tests.faults.delivered import Deliveries, Row, plus, times
from tests.faults.selection import (
    contracted,
    invoice,
    journal,
    kinds,
    lines_of,
    orders_of_lines,
    settled,
    shipped_lines,
)

ORDERS = Chapter()


def _line_of(books: Deliveries, line: Row) -> Row:
    """The order line that a document line bills."""
    return books.by_key("order_lines", "order_id", "line_no")[line["order_id"], line["order_line_no"]]


def _without_contract(books: Deliveries) -> Row:
    """The order line of an invoice billed on delivery, whose price no contract fixes."""
    contracts = contracted(books)
    found = invoice(
        books,
        chosen=lambda row: all(
            (row["customer_id"], line["product_id"]) not in contracts for line in lines_of(books, row)
        ),
    )
    return _line_of(books, lines_of(books, found)[0])


@ORDERS.fault("OR-02")
def order_long_overdue(books: Deliveries) -> None:
    """A confirmed order of goods is undelivered three weeks after the day that was promised."""
    orders, product_kinds, shipped = orders_of_lines(books), kinds(books), shipped_lines(books)

    def is_wanted(row: Row) -> bool:
        sent = sum(
            max(Decimal(line["quantity"]), Decimal(0))
            for line in shipped.get((row["order_id"], row["line_no"]), [])
        )
        order = orders[row["order_id"]]
        return (
            order["confirmed_at"] != ""
            and order["status"] in ("confirmed", "shipped")
            and product_kinds[row["product_id"]] == "goods"
            and sent < Decimal(row["quantity"]) - Decimal(row["quantity_cancelled"] or 0)
        )

    chosen = books.first("order_lines", is_wanted)
    chosen["promised_date"] = (books.as_of - timedelta(21)).isoformat()


@ORDERS.fault("CR-01")
def confirmed_before_its_credit_check(books: Deliveries) -> None:
    """An order was confirmed three hours before the customer's credit was checked."""
    order = books.first("orders", lambda row: row["confirmed_at"] != "" and row["status"] == "closed")
    order["credit_checked_at"] = order["confirmed_at"][:11] + "23:30:00Z"


@ORDERS.fault("CR-01", "MD-01")
def confirmed_without_a_credit_check(books: Deliveries) -> None:
    """An order was confirmed although the customer's credit was never checked."""
    order = books.first("orders", lambda row: row["confirmed_at"] != "" and row["status"] == "closed")
    order["credit_checked_at"] = order["credit_approved_by"] = ""


@ORDERS.fault("CR-02", "CR-01")
def credit_limit_below_what_is_owed(books: Deliveries) -> None:
    """A customer owes more than the credit limit."""
    paid = settled(books)
    owing = books.rows("invoices", lambda row: row["doc_type"] == "invoice" and not paid[row["doc_id"]])[-1]
    customer = books.by_key("customers", "customer_id")[(owing["customer_id"],)]
    customer["credit_limit"] = "1.00"


@ORDERS.fault("PR-01", "PR-02")
def contract_price_not_followed(books: Deliveries) -> None:
    """The contract says one unit of currency more than the price on the orders under it."""
    ordered = {
        (orders_of_lines(books)[row["order_id"]]["customer_id"], row["product_id"])
        for row in books.rows("order_lines")[:50]
    }
    contract = next(
        row
        for row in books.rows("contract_prices")
        if (row["customer_id"], row["product_id"]) in ordered
        and any(
            row["valid_from"] <= order["order_date"] <= (row["valid_to"] or "9999")
            and order["customer_id"] == row["customer_id"]
            and line["product_id"] == row["product_id"]
            for line in books.rows("order_lines")
            for order in [orders_of_lines(books)[line["order_id"]]]
        )
    )
    contract["unit_price"] = plus(contract["unit_price"], "1.00")


@ORDERS.fault("PR-02")
def discount_that_nobody_approved(books: Deliveries) -> None:
    """An order line was sold a fifth below its list price, without a contract and without approval."""
    line = _without_contract(books)
    line["list_price"] = times(line["unit_price"], "1.25")
    line["discount_approved_by"] = ""


@ORDERS.fault("PR-02", "SD-02")
def discount_approved_by_who_entered_the_order(books: Deliveries) -> None:
    """The user who entered an order approved its discount of a fifth."""
    line = _without_contract(books)
    line["list_price"] = times(line["unit_price"], "1.25")
    line["discount_approved_by"] = orders_of_lines(books)[line["order_id"]]["created_by"]


@ORDERS.fault("TW-01", "OR-02")
def more_shipped_than_ordered(books: Deliveries) -> None:
    """Three units less were ordered than were shipped and billed."""
    found = invoice(books, chosen=lambda row: Decimal(lines_of(books, row)[0]["quantity"]) > 3)
    line = _line_of(books, lines_of(books, found)[0])
    line["quantity"] = plus(str(sum(Decimal(row["quantity"]) for row in _sent(books, line))), "-3")


@ORDERS.fault("GL-04 TW-02", "RV-01 RV-03 SG-01 SL-03 OR-02")
def more_billed_than_shipped(books: Deliveries) -> None:
    """Two units less left the house than the invoice bills."""
    found = invoice(books, chosen=lambda row: Decimal(lines_of(books, row)[0]["quantity"]) > 3)
    sent = _sent(books, _line_of(books, lines_of(books, found)[0]))[0]
    sent["quantity"] = plus(sent["quantity"], "-2")


@ORDERS.fault("TW-03", "PR-02")
def invoice_price_unlike_the_order(books: Deliveries) -> None:
    """An order line was agreed at a price one unit of currency above the one that was billed."""
    line = _without_contract(books)
    line["unit_price"] = plus(line["unit_price"], "1.00")


@ORDERS.fault("TW-04", "RV-03")
def delivery_billed_late(books: Deliveries) -> None:
    """The invoice for a delivery bears a date five days and more after it."""
    found = invoice(books, days_after_delivery=lambda days: days >= 5, is_anywhere_in_the_month=True)
    found["document_date"] = found["posting_date"]


@ORDERS.fault("TW-04 GL-04 SL-03 SQ-01", "GL-03 CL-03 RV-01 RV-03 SG-01 PV-01")
def delivery_never_billed(books: Deliveries) -> None:
    """A delivery of more than a week ago has no invoice, neither the document nor its journal."""
    first, last = books.as_of.replace(day=1).isoformat(), (books.as_of - timedelta(8)).isoformat()
    found = invoice(books, is_named=False, chosen=lambda row: first <= row["posting_date"] <= last)
    books.drop("invoices", lambda row: row is found)
    books.drop("invoice_lines", lambda row: row["doc_id"] == found["doc_id"])
    booked = journal(books, "invoice", found["doc_id"])
    books.drop("gl_journal_lines", lambda row: row in booked)


def _sent(books: Deliveries, line: Row) -> list[Row]:
    """The deliveries of an order line, returns left out."""
    rows = shipped_lines(books)[line["order_id"], line["line_no"]]
    return [row for row in rows if not row["quantity"].startswith("-")]
