"""Receipts and credit memos used on documents: what the receivable goes down by, and what the rates leave.

Applications are numbered in the order in which they are made, so that an id decides between two of one day.
"""

from __future__ import annotations

from ingest.simulate.books import Books
from ingest.simulate.dates import month_of, next_business_day
from ingest.simulate.documents import Application, Document, Receipt
from ingest.simulate.ledger import Line
from ingest.simulate.money import divided
from ingest.simulate.settings import DISCOUNTS, REALISED_FX, RECEIVABLE, TAX, UNAPPLIED


def apply_receipt(
    books: Books, receipt: Receipt, document: Document, amount: int, discount: int, day: int
) -> None:
    """Use a receipt on a document (rules 11, 12, 22); a negative amount undoes an application."""
    entity, currency = document.entity, document.currency
    cash = amount - discount
    unapplied = receipt.reduce(cash)
    relieved = document.reduce(amount)
    lines: list[Line] = [(UNAPPLIED, unapplied, currency, cash), (RECEIVABLE, -relieved, currency, -amount)]
    discount_value = 0
    if discount:
        tax = divided(discount * document.tax, document.gross)
        net_value, tax_value = document.functional(discount - tax), document.functional(tax)
        lines.append((DISCOUNTS, net_value, currency, discount - tax))
        if tax:
            lines.append((TAX, tax_value, currency, tax))
            books.tax_of_documents[entity.number] -= tax_value
        discount_value = net_value + tax_value
    difference = unapplied + discount_value - relieved
    lines.append((REALISED_FX, -difference, currency, 0))
    application = _new_application(
        books, "payment", receipt.payment_id, document, day, amount, discount, relieved, difference
    )
    receipt.applied += cash
    receipt.applications.append(application)
    books.ledger.post(
        day,
        entity.number,
        "application",
        application.application_id,
        lines,
        description=f"Apply {receipt.payment_id} to {document.doc_id}",
        created_by="u_cash2",
        customer=document.customer.customer_id,
    )
    month = month_of(day)
    books.moved(entity.number, month, "collected", discount_value - relieved)
    books.moved(entity.number, month, "discounts", -discount_value)
    books.settle(document, day)
    if receipt.rest == 0:
        books.open_receipts.pop(receipt.payment_id, None)
    else:
        books.open_receipts[receipt.payment_id] = receipt


def _new_application(
    books: Books,
    source_type: str,
    source_id: str,
    document: Document,
    day: int,
    amount: int,
    discount: int,
    relieved: int,
    difference: int,
) -> Application:
    application = Application(
        books.number("APP", document.entity.number, 7),
        source_type,
        source_id,
        document,
        day,
        amount,
        discount,
        relieved,
        difference,
    )
    books.applications.append(application)
    return application


def apply_late(books: Books, day: int) -> None:
    """Apply the receipts that had waited on the cash desk."""
    for receipt, paid in books.late_applications.take(day):
        for document, amount, discount in paid:
            document.is_waiting = False
            apply_receipt(books, receipt, document, min(amount, document.rest), discount, day)


def use_memo(books: Books, memo: Document, day: int) -> None:
    """Use a credit memo on its original, else on another open invoice; try the rest a week later."""
    candidates = [
        document
        for document in books.open_by_customer[memo.customer.position].values()
        if document.rest > 0
        and not document.is_waiting
        and not document.short
        and document.currency == memo.currency
        and document.posting_day <= day
    ]
    candidates.sort(key=lambda document: document.doc_id != memo.original)
    for document in candidates:
        if memo.rest == 0:
            break
        apply_memo(books, memo, document, min(-memo.rest, document.rest), day)
    if memo.rest:
        books.memo_uses.note(next_business_day(memo.entity.country, day + 7), memo)


def apply_memo(books: Books, memo: Document, document: Document, amount: int, day: int) -> None:
    """Use a credit memo on an invoice (rule 19); two rates leave realised FX."""
    entity, currency = document.entity, document.currency
    used = -memo.reduce(-amount)
    relieved = document.reduce(amount)
    difference = used - relieved
    application = _new_application(
        books, "credit_memo", memo.doc_id, document, day, amount, 0, relieved, difference
    )
    books.ledger.post(
        day,
        entity.number,
        "application",
        application.application_id,
        [
            (RECEIVABLE, used, currency, amount),
            (RECEIVABLE, -relieved, currency, -amount),
            (REALISED_FX, -difference, currency, 0),
        ],
        description=f"Apply {memo.doc_id} to {document.doc_id}",
        created_by="u_cash2",
        customer=document.customer.customer_id,
    )
    books.moved(entity.number, month_of(day), "fx_difference", difference)
    books.settle(memo, day)
    books.settle(document, day)
