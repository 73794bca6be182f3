"""Faults of receipts, applications and bank statements."""

from datetime import timedelta
from decimal import Decimal

from tests.faults.catalogue.fault import Chapter
from tests.faults.delivered import Deliveries, Row, later, plus
from tests.faults.selection import account_of, add_journal, invoice, journal, receipt

CASH = Chapter()


@CASH.fault("CA-01 SL-02", "GL-04 BK-01 BK-03")
def refund_above_what_the_receipt_has_left(books: Deliveries) -> None:
    """A refund is one cent higher than what its receipt has left."""
    refund = books.rows("refunds")[0]
    refund["amount"] = plus(refund["amount"], "0.01")


@CASH.fault("AG-01 CA-01 CA-02 GL-04 SL-01 SL-02", "PV-01 SL-04 FX-03")
def application_above_receipt_and_document(books: Deliveries) -> None:
    """A receipt is applied to an invoice with twice its amount."""
    applied = _application(books)
    applied["amount"] = f"{Decimal(applied['amount']) * 2:f}"


@CASH.fault("AG-01 CA-01 CA-02 GL-04 SL-01 SL-02", "GL-03 PV-01 SL-04 FX-03")
def application_loaded_twice(books: Deliveries) -> None:
    """An application came again under another id."""
    books.add("applications", _application(books) | {"application_id": "APP-AGAIN"})


@CASH.fault("CA-03", "BK-01 BK-03")
def two_receipts_with_one_end_to_end_id(books: Deliveries) -> None:
    """Two receipts carry the same end-to-end id."""
    first, second = books.rows("payments", lambda row: row["end_to_end_id"] != "")[:2]
    second["end_to_end_id"] = first["end_to_end_id"]


@CASH.fault("CA-03 GL-03 GL-04 SL-02", "BK-01 BK-03 CA-05")
def receipt_delivered_twice(books: Deliveries) -> None:
    """A receipt came again a day later, under another id and another end-to-end id, and was not booked."""
    paid = receipt(books, lambda row: row["customer_id"] != "")
    again = {"payment_id": "PMT-AGAIN", "end_to_end_id": "E2E-AGAIN"}
    books.add("payments", paid | again | {"posting_date": later(paid["posting_date"], 1)})


@CASH.fault("GL-04 SL-02", "BK-01 BK-03 CA-05")
def receipt_unlike_its_journal(books: Deliveries) -> None:
    """A receipt that nobody could identify is 50.00 higher in the receivables than in the ledger."""
    waiting = _unidentified(books)
    waiting["amount"] = plus(waiting["amount"], "50.00")


@CASH.fault("CA-04", "GL-04")
def discount_after_its_window(books: Deliveries) -> None:
    """The terms allow the discount for three days only; customers took it later."""
    for terms in books.rows("payment_terms", lambda row: row["discount_days"] != ""):
        terms["discount_days"] = "3"


@CASH.fault("CA-04", "GL-04")
def discount_above_the_terms(books: Deliveries) -> None:
    """The terms allow half a per cent; customers took more."""
    for terms in books.rows("payment_terms", lambda row: row["discount_rate"] != ""):
        terms["discount_rate"] = "0.005"


@CASH.fault("CA-05", "PV-01 CR-02")
def receipt_unapplied_for_weeks(books: Deliveries) -> None:
    """A receipt that nobody could identify has been waiting for forty days, at the bank as in the books."""
    waiting = _unidentified(books)
    before = waiting["posting_date"]
    day = (books.as_of - timedelta(40)).isoformat()
    waiting["posting_date"] = day
    for row in journal(books, "customer_receipt", waiting["payment_id"]):
        row["posting_date"], row["entry_at"] = day, f"{day}T17:00:00Z"
    for row in books.rows(
        "bank_statement_lines", lambda row: row["end_to_end_id"] == waiting["end_to_end_id"]
    ):
        row["booking_date"] = row["value_date"] = day
    for statement in books.rows(
        "bank_statements", lambda row: row["bank_account_id"] == waiting["bank_account_id"]
    ):
        if day <= statement["to_date"] < before:
            statement["closing_balance"] = plus(statement["closing_balance"], waiting["amount"])
        if day < statement["from_date"] <= before:
            statement["opening_balance"] = plus(statement["opening_balance"], waiting["amount"])


@CASH.fault("BK-01 BK-02 BK-03")
def bank_line_missing(books: Deliveries) -> None:
    """The bank's line for a receipt is missing."""
    paid = receipt(books)
    books.drop("bank_statement_lines", lambda row: row["end_to_end_id"] == paid["end_to_end_id"])


@CASH.fault("BK-02")
def statement_chain_broken(books: Deliveries) -> None:
    """A bank statement opens 100.00 below the closing balance of the one before."""
    statement = books.rows("bank_statements", lambda row: row["bank_account_id"] == "1010")[-1]
    statement["opening_balance"] = plus(statement["opening_balance"], "-100.00")


@CASH.fault("BK-01 BK-03", "CA-05 CR-02 PV-01")
def receipt_that_never_reached_the_bank(books: Deliveries) -> None:
    """A receipt of 75.00 is in the receivables and in the ledger, but not on any bank statement."""
    day = (books.as_of - timedelta(10)).isoformat()
    template = receipt(books, lambda row: row["customer_id"] != "")
    books.add(
        "payments",
        template
        | {"payment_id": "PMT-NOWHERE", "end_to_end_id": "E2E-NOWHERE", "remittance_text": ""}
        | {"posting_date": day, "amount": "75.00"},
    )
    unapplied = account_of(books, "unapplied")
    add_journal(
        books,
        "customer_receipt",
        "PMT-NOWHERE",
        day,
        (template["bank_account_id"], "75.00"),
        (unapplied, "-75.00"),
        created_by="u_cash1",
    )


@CASH.fault("BK-01 BK-03", "BK-02")
def bank_line_that_nobody_booked(books: Deliveries) -> None:
    """The bank took a fee of 12.00 that stands in no ledger; the statement is right in itself."""
    statement = books.rows("bank_statements", lambda row: row["bank_account_id"] == "1010")[-1]
    statement["closing_balance"] = plus(statement["closing_balance"], "-12.00")
    day = (books.as_of - timedelta(10)).isoformat()
    books.add(
        "bank_statement_lines",
        {
            "bank_account_id": "1010",
            "entry_ref": "B-NOBODY",
            "booking_date": day,
            "value_date": day,
            "currency": "EUR",
            "amount": "-12.00",
            "remittance_text": "Fee",
            "counterparty": "Bank",
        },
    )


def _unidentified(books: Deliveries) -> Row:
    """The last receipt of the first entity, in its currency, of which nobody knows the payer."""
    used = {row["source_id"] for row in books.rows("applications")}
    used |= {row["payment_id"] for row in books.rows("refunds")}
    return books.rows(
        "payments",
        lambda row: (
            row["payment_id"] not in used
            and row["customer_id"] == ""
            and row["currency"] == "EUR"
            and row["legal_entity_id"] == "LE01"
        ),
    )[-1]


def _application(books: Deliveries) -> Row:
    """The first application that settles, without discount, an invoice in one go or in parts."""
    paid = invoice(books, is_open=False, is_anywhere_in_the_month=True)
    return books.first(
        "applications",
        lambda row: (
            row["source_type"] == "payment"
            and row["doc_id"] == paid["doc_id"]
            and not Decimal(row["discount"] or 0)
        ),
    )
