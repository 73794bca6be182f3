"""How else an invoice goes down: goods that come back, prices corrected after a dispute, write-offs."""

from __future__ import annotations

from ingest.simulate.applications import apply_memo
from ingest.simulate.billing import correct_price, take_return
from ingest.simulate.books import Books
from ingest.simulate.dates import month_of, next_business_day
from ingest.simulate.documents import WriteOff
from ingest.simulate.ledger import Line
from ingest.simulate.money import divided
from ingest.simulate.payment_plans import pay_day
from ingest.simulate.settings import ALLOWANCE, RECEIVABLE, TAX


def take_returns(books: Books, day: int) -> None:
    """Take goods back and note when the credit memo is used."""
    for part in books.returns.take(day):
        memo = take_return(books, part, day)
        lag = books.random.choice([0, 0, 1, 3])
        books.memo_uses.note(day if not lag else next_business_day(memo.entity.country, day + lag), memo)


def end_disputes(books: Books, day: int) -> None:
    """End disputes about short payments: allowed by a credit memo, rejected and paid, or given up."""
    for dispute in books.dispute_ends.take(day):
        document = dispute.document
        assert document.short is not None
        net, rate, gross = document.short
        document.short = None
        dispute.closed_on = day
        outcome = books.random.random()
        if document.rest != gross:
            dispute.status = "closed"
        elif outcome < 0.55:
            dispute.status = "accepted"
            memo = correct_price(books, document, net, rate, day)
            apply_memo(books, memo, document, min(-memo.rest, document.rest), day)
        elif outcome < 0.88:
            dispute.status = "rejected"
            books.payments.note(
                pay_day(document.customer, document.customer.pay_run, day + 6 + books.random.randrange(20)),
                document,
            )
        else:
            dispute.status = "closed"
            books.write_off_days.note(
                next_business_day(document.entity.country, day + 12), (document, "small_rest")
            )


def write_off_due(books: Books, day: int) -> None:
    """Give up what is noted for the day: net against the allowance, tax relief, receivable (rule 20)."""
    for document, reason in books.write_off_days.take(day):
        if document.rest <= 0:
            continue
        entity, currency = document.entity, document.currency
        tax = divided(document.rest * document.tax, document.gross)
        net = document.rest - tax
        tax_value = document.functional(tax)
        write_off = WriteOff(books.number("WO", entity.number), document, day, net, tax, reason)
        relieved = document.reduce(document.rest)
        lines: list[Line] = [
            (ALLOWANCE, document.functional(net), currency, net),
            (RECEIVABLE, -relieved, currency, -(net + tax)),
        ]
        if tax:
            lines.append((TAX, tax_value, currency, tax))
            books.tax_of_documents[entity.number] -= tax_value
        books.write_offs.append(write_off)
        books.ledger.post(
            day,
            entity.number,
            "write_off",
            write_off.write_off_id,
            lines,
            description=f"Write-off {document.doc_id}",
            created_by="u_cash2",
            customer=document.customer.customer_id,
            rounding_currency=currency,
        )
        books.moved(entity.number, month_of(day), "written_off", -relieved)
        books.settle(document, day)
