"""The two years of the demonstration company, day by day."""

from __future__ import annotations

from collections.abc import Callable

from ingest.simulate import applications, billing, closing, receipts, settlements, treasury
from ingest.simulate.books import Books
from ingest.simulate.customers import make_customers
from ingest.simulate.dates import month_end, month_of
from ingest.simulate.opening import open_books
from ingest.simulate.orders import Part, plan_orders
from ingest.simulate.payment_plans import plan_payment
from ingest.simulate.rates import Rates
from ingest.simulate.settings import AS_OF, ENTITIES, FIRST_DAY, OPENING, TAX, Size

Progress = Callable[[str, int, int], None]


def simulate(size: Size, seed: int, progress: Progress | None = None) -> Books:
    """Run the company from its opening balances to the as-of date and return its books."""
    rates = Rates(seed)
    customers = make_customers(size, seed)
    orders = plan_orders(size, customers, seed)
    books = Books(size, seed, rates, customers, orders)
    for order in orders:
        for part in order.parts:
            if part.kind != "period":
                books.deliveries.note(part.ship_day, part)
            books.billings.note(part.document_day, part)
    for day in (OPENING - 1, OPENING):
        for part in books.deliveries.take(day):
            billing.deliver(books, part, day)
    open_books(books)
    closing.take_snapshot(books, OPENING)
    _note_tax(books)
    for day in range(FIRST_DAY, AS_OF + 1):
        _run_day(books, day)
        if progress and day % 30 == 0:
            progress("simulate", day - FIRST_DAY + 1, AS_OF - FIRST_DAY + 1)
    _set_credit_limits(books)
    return books


def _run_day(books: Books, day: int) -> None:
    year, month = month_of(day)
    if month_of(day - 1) != (year, month):
        closing.reverse_revaluation(books, day)
    for part in books.deliveries.take(day):
        billing.deliver(books, part, day)
    for part in books.billings.take(day):
        billing.bill(books, part, day)
        if part.posting_day == day:
            _follow_up(books, part)
    for part in books.late_postings.take(day):
        billing.post_invoice(books, part)
        _follow_up(books, part)
    settlements.take_returns(books, day)
    settlements.end_disputes(books, day)
    for memo in books.memo_uses.take(day):
        applications.use_memo(books, memo, day)
    applications.apply_late(books, day)
    receipts.collect(books, day)
    receipts.receive_unidentified(books, day)
    receipts.use_credits(books, day)
    returned = receipts.bounce(books, day)
    settlements.write_off_due(books, day)
    receipts.reverse_bounced(books, returned, day)
    receipts.refund_due(books, day)
    treasury.run_treasury(books, day)
    if day == month_end(year, month):
        _close_month(books, day)


def _follow_up(books: Books, part: Part) -> None:
    document = part.document
    assert document is not None
    plan_payment(books, document)
    billing.plan_return(books, part, document)


def _close_month(books: Books, day: int) -> None:
    treasury.depreciate(books, day)
    closing.release_revenue(books, day)
    closing.revalue_receivables(books, day)
    closing.revalue_cash(books, day)
    closing.true_up_allowance(books, day)
    closing.take_snapshot(books, day)
    _note_tax(books)


def _note_tax(books: Books) -> None:
    for entity in ENTITIES:
        books.tax_at_month_end[entity.number] = books.ledger.balances[entity.number, TAX]


def _set_credit_limits(books: Books) -> None:
    """Give every customer a limit half above the greatest exposure it ever had."""
    changes: dict[int, list[tuple[int, int]]] = {}
    for order in books.orders:
        customer = order.customer
        if order.is_cancelled:
            continue
        rate = books.rates.rate(customer.currency, order.entity.currency, max(order.day, OPENING))
        divisor = books.divisors[customer.currency, order.entity.number]
        gross = sum(line.quantity * line.price * (10_000 + line.tax_rate) for line in order.lines) // 10_000
        value = gross * rate // divisor
        cleared = [part.document.cleared_on if part.document else 0 for part in order.parts]
        ended = max(cleared) if cleared and all(cleared) else AS_OF + 1
        changes.setdefault(customer.position, []).extend([(order.day, value), (ended + 1, -value)])
    for document in books.documents:
        if document.is_opening:
            value = document.functional(document.gross)
            changes.setdefault(document.customer.position, []).extend(
                [(document.document_day, value), ((document.cleared_on or AS_OF) + 1, -value)]
            )
    for customer in books.customers:
        exposure = greatest = 0
        for _, value in sorted(changes.get(customer.position, [])):
            exposure += value
            greatest = max(greatest, exposure)
        customer.credit_limit = max(10_000, (greatest * 3 // 2 // 100 // 1_000 + 1) * 1_000)
