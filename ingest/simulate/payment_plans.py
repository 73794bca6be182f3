"""When and how a customer settles an invoice, decided on the day on which the invoice is posted."""

from __future__ import annotations

from ingest.simulate.books import Books
from ingest.simulate.customers import SHOCKS, Customer
from ingest.simulate.dates import month_of, next_business_day, next_run
from ingest.simulate.documents import Dispute, Document
from ingest.simulate.money import divided
from ingest.simulate.settings import AS_OF


def plan_payment(books: Books, document: Document) -> None:
    """Decide, when an invoice is posted, when and how its customer settles it."""
    customer, generator = document.customer, books.random
    draw = generator.random
    habit = customer.habit_on(document.document_day)
    _, discount_rate, discount_days = customer.terms
    if discount_rate and draw() < habit.takes_discount:
        day = next_run(
            customer.country, customer.pay_run, document.document_day + discount_days - int(draw() * 5)
        )
        if document.posting_day < day <= document.document_day + discount_days:
            document.takes_discount = True
            _plan(books, document, day)
            return
    delay = generator.gauss(habit.mean_delay, habit.deviation)
    if draw() < habit.tail_share:
        delay += generator.expovariate(1 / habit.tail_days)
    delay += SHOCKS.get(month_of(document.due_day), 0)
    earliest = max(document.due_day + round(delay), document.posting_day + 1)
    kind = draw()
    if kind < habit.disputes:
        earliest = max(earliest, _dispute_invoice(books, document) + 2)
    elif (kind := kind - habit.disputes) < habit.short_pays:
        _plan_short_payment(books, document)
    elif (kind := kind - habit.short_pays) < habit.over_pays:
        if document.currency == document.entity.currency:
            document.over = max(1, round(document.gross * (0.01 + 0.09 * draw())))
    elif kind - habit.over_pays < habit.instalments:
        document.instalment = max(1, round(document.gross * (0.35 + 0.3 * draw())))
    day = pay_day(customer, customer.pay_run, earliest)
    _plan(books, document, day)
    if day > document.due_day + 8 and draw() < 0.15:
        _promise(books, document, day)


def pay_day(customer: Customer, rule: str, day: int) -> int:
    """Return the first day on or after `day` on which the customer pays and our bank works."""
    return next_business_day(customer.entity.country, next_run(customer.country, rule, day))


def _plan(books: Books, document: Document, day: int) -> None:
    stops = document.customer.stops_on
    if stops is not None and day >= stops:
        give_up(books, document, day)
        return
    document.planned_pay_day = day
    books.payments.note(day, document)


def give_up(books: Books, document: Document, day: int) -> None:
    """Note the write-off of an invoice whose customer has stopped paying."""
    earliest = max(day, document.due_day) + 110 + books.random.randrange(30)
    books.write_off_days.note(next_business_day(document.entity.country, earliest), (document, "insolvency"))


def _promise(books: Books, document: Document, day: int) -> None:
    recorded = next_business_day(document.entity.country, document.due_day + 4)
    promised = day + books.random.choice([-4, -2, -1, 0, 0, 0, 1])
    if recorded <= AS_OF and promised > recorded:
        amount = document.gross if books.random.random() < 0.7 else 0
        books.promises.append(
            (books.number("PTP", document.entity.number), document, promised, amount, recorded)
        )


def _dispute_invoice(books: Books, document: Document) -> int:
    """Contest a part of an invoice before it is paid; return the day on which that is rejected."""
    generator = books.random
    opened = next_business_day(document.entity.country, document.posting_day + 1 + generator.randrange(12))
    ended = next_business_day(document.entity.country, opened + 8 + generator.randrange(35))
    if opened <= AS_OF:
        amount = (
            document.gross
            if generator.random() < 0.3
            else max(1, document.gross * generator.randint(5, 60) // 100)
        )
        dispute = Dispute(
            books.number("DSP", document.entity.number),
            document,
            opened,
            amount,
            generator.choice(["quality", "quantity", "missing delivery note"]),
        )
        if ended <= AS_OF:
            dispute.status, dispute.closed_on = "rejected", ended
        books.disputes.append(dispute)
    return ended


def _plan_short_payment(books: Books, document: Document) -> None:
    line = document.lines[0]
    net = max(1, line.net * books.random.randint(2, 12) // 100)
    gross = net + divided(net * line.tax_rate, 10_000)
    if 2 * gross < document.gross:
        document.short = (net, line.tax_rate, gross)
