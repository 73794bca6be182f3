"""Money in and out: what customers pay, what nobody can place, what is used later, paid back or returned."""

from __future__ import annotations

from ingest.simulate.applications import apply_receipt
from ingest.simulate.books import BankLine, Books
from ingest.simulate.customers import Customer
from ingest.simulate.dates import next_business_day
from ingest.simulate.documents import Dispute, Document, Receipt, Refund
from ingest.simulate.payment_plans import give_up, pay_day
from ingest.simulate.settings import AS_OF, ENTITIES, UNAPPLIED, Entity

# the day of the receipt that nobody can place, by entity number
UNIDENTIFIED_ON = {1: AS_OF - 12, 2: AS_OF - 8}


def collect(books: Books, day: int) -> None:
    """Receive what customers pay on a day: one receipt per customer, applied now or a little later."""
    groups: dict[tuple[int, str], list[Document]] = {}
    for document in books.payments.take(day):
        stops = document.customer.stops_on
        if stops is not None and day >= stops:
            give_up(books, document, day)
            continue
        groups.setdefault((document.customer.position, document.currency), []).append(document)
    for documents in groups.values():
        _pay(books, documents, day)


def _pay(books: Books, documents: list[Document], day: int) -> None:
    customer = documents[0].customer
    paid: list[tuple[Document, int, int]] = []
    over = 0
    for document in documents:
        if document.rest <= 0 or document.is_waiting or any(document is other for other, _, _ in paid):
            continue
        amount, discount = document.rest, 0
        if document.takes_discount and day <= document.document_day + customer.terms[2]:
            discount = document.rest * customer.terms[1] // 10_000
        elif document.short and document.rest > document.short[2]:
            amount -= document.short[2]
        elif 0 < document.instalment < document.rest:
            amount = document.instalment
        over += document.over
        paid.append((document, amount, discount))
    total = sum(amount - discount for _, amount, discount in paid) + over
    if total <= 0:
        return
    if day - books.last_paid.get((customer.position, total), 0) <= 1:
        later = pay_day(customer, "any", day + 2)
        for document, _, _ in paid:
            books.payments.note(later, document)
        return
    receipt = receive(
        books,
        documents[0].entity,
        customer,
        documents[0].currency,
        total,
        day,
        _remittance(books, [document for document, _, _ in paid]),
    )
    is_plain = not over and not any(discount or document.short for document, _, discount in paid)
    waits = is_plain and books.random.random() < 0.07
    for document, amount, discount in paid:
        _note_consequences(books, document, amount, day)
        if waits:
            document.is_waiting = True
        else:
            apply_receipt(books, receipt, document, amount, discount, day)
    if waits:
        books.late_applications.note(
            next_business_day(receipt.entity.country, day + 1 + books.random.randrange(3)), (receipt, paid)
        )
    elif (
        is_plain
        and len(paid) == 1
        and receipt.entity.number == 1
        and receipt.currency == "EUR"
        and paid[0][0].instalment == 0
        and books.random.random() < 0.012
    ):
        books.bounces.note(
            next_business_day(receipt.entity.country, day + 3 + books.random.randrange(4)), receipt
        )
    if over:
        books.credit_uses.note(
            next_business_day(receipt.entity.country, day + 3 + books.random.randrange(7)), receipt
        )


def _note_consequences(books: Books, document: Document, amount: int, day: int) -> None:
    """Note what a payment leaves behind: the second instalment, or the dispute about what was held back."""
    country = document.entity.country
    document.over = 0
    if document.short and amount < document.rest:
        dispute = Dispute(
            books.number("DSP", document.entity.number),
            document,
            day,
            document.short[2],
            books.random.choice(["price", "quantity", "freight"]),
        )
        books.disputes.append(dispute)
        books.dispute_ends.note(next_business_day(country, day + 10 + books.random.randrange(40)), dispute)
    elif document.instalment and amount < document.rest:
        books.payments.note(
            pay_day(document.customer, document.customer.pay_run, day + 12 + books.random.randrange(20)),
            document,
        )
        document.instalment = 0


def _remittance(books: Books, documents: list[Document]) -> str:
    kind = books.random.random()
    if kind < 0.06:
        return "payment as agreed"
    if kind < 0.10:
        return f"your invoice {documents[0].doc_id.split('-')[1].lstrip('0')}"
    shown = [document.doc_id for document in documents[:6]]
    more = f" and {len(documents) - 6} more" if len(documents) > 6 else ""
    return ("invoices " if len(shown) > 1 else "invoice ") + ", ".join(shown) + more


def receive(
    books: Books,
    entity: Entity,
    customer: Customer | None,
    currency: str,
    amount: int,
    day: int,
    remittance: str,
) -> Receipt:
    """Book a receipt, always to unapplied cash first (rules 10 and 16), and its bank line."""
    rate = books.rates.rate(currency, entity.currency, day)
    payment_id = books.number("PMT", entity.number)
    receipt = Receipt(
        payment_id,
        entity,
        customer,
        entity.banks[currency],
        day,
        currency,
        rate,
        books.divisors[currency, entity.number],
        amount,
        remittance,
        f"E2E-{payment_id}",
    )
    receipt.reduce(-amount)
    value = receipt.value
    books.ledger.post(
        day,
        entity.number,
        "customer_receipt",
        payment_id,
        [(receipt.bank_account, value, currency, amount), (UNAPPLIED, -value, currency, -amount)],
        description="Customer receipt" if customer else "Customer receipt, unidentified",
        created_by="u_cash1",
        customer=customer.customer_id if customer else None,
    )
    books.receipts.append(receipt)
    books.open_receipts[payment_id] = receipt
    if customer:
        books.last_paid[customer.position, amount] = day
    books.bank_lines.append(
        BankLine(
            receipt.bank_account,
            day,
            amount,
            currency,
            remittance,
            receipt.end_to_end_id,
            customer.name if customer else None,
            payment_id if books.random.random() < 0.7 else None,
        )
    )
    return receipt


def receive_unidentified(books: Books, day: int) -> None:
    """Receive money of which nobody knows from whom it is (rule 16): it stays unapplied."""
    for entity in ENTITIES:
        if day == UNIDENTIFIED_ON[entity.number]:
            receive(
                books, entity, None, entity.currency, 41_250 + 13_750 * entity.number, day, "no reference"
            )


def use_credits(books: Books, day: int) -> None:
    """Use what customers paid too much on their next invoice, or note it for refund after twelve days."""
    for receipt in books.credit_uses.take(day):
        assert receipt.customer is not None
        for document in list(books.open_by_customer[receipt.customer.position].values()):
            if receipt.rest == 0:
                break
            if (
                document.rest > 0
                and not document.is_waiting
                and not document.short
                and not document.instalment
                and not document.takes_discount
                and document.currency == receipt.currency
                and document.posting_day <= day
            ):
                apply_receipt(books, receipt, document, min(receipt.rest, document.rest), 0, day)
        if receipt.rest:
            if day - receipt.day >= 12:
                books.refund_days.note(day, receipt)
            else:
                books.credit_uses.note(next_business_day(receipt.entity.country, day + 4), receipt)


def bounce(books: Books, day: int) -> list[Receipt]:
    """Undo the applications of returned debits by negative rows; the invoices are open again (rule 28).

    Returns the receipts that are then to be reversed.
    """
    returned = books.bounces.take(day)
    for receipt in returned:
        for application in list(receipt.applications):
            document = application.document
            apply_receipt(books, receipt, document, -application.amount, 0, day)
            books.payments.note(
                pay_day(document.customer, "any", day + 6 + books.random.randrange(9)), document
            )
    return returned


def reverse_bounced(books: Books, returned: list[Receipt], day: int) -> None:
    """Reverse the receipts whose applications were undone today."""
    for receipt in returned:
        reversal = Receipt(
            books.number("PMT", receipt.entity.number),
            receipt.entity,
            receipt.customer,
            receipt.bank_account,
            day,
            receipt.currency,
            receipt.rate,
            receipt.divisor,
            receipt.amount,
            f"returned debit {receipt.payment_id}",
            f"RTN-{receipt.payment_id}",
            reverses=receipt,
        )
        value = receipt.reduce(receipt.amount)
        books.receipts.append(reversal)
        books.open_receipts.pop(receipt.payment_id, None)
        books.ledger.post(
            day,
            receipt.entity.number,
            "customer_receipt",
            reversal.payment_id,
            [
                (UNAPPLIED, value, receipt.currency, receipt.amount),
                (receipt.bank_account, -value, receipt.currency, -receipt.amount),
            ],
            description=f"Returned debit {receipt.payment_id}",
            created_by="u_cash1",
            customer=receipt.customer.customer_id if receipt.customer else None,
        )
        books.bank_lines.append(
            BankLine(
                receipt.bank_account,
                day,
                -receipt.amount,
                receipt.currency,
                reversal.remittance,
                reversal.end_to_end_id,
                receipt.customer.name if receipt.customer else None,
                reversal.payment_id,
            )
        )


def refund_due(books: Books, day: int) -> None:
    """Pay back what is left of the receipts noted for the day (rule 18); the bank shows it a day later."""
    for receipt in books.refund_days.take(day):
        assert receipt.customer is not None
        entity = receipt.entity
        amount = receipt.rest
        value = receipt.reduce(amount)
        receipt.refunded += amount
        books.open_receipts.pop(receipt.payment_id, None)
        refund = Refund(books.number("RF", entity.number), receipt, day, amount)
        books.refunds.append(refund)
        books.ledger.post(
            day,
            entity.number,
            "customer_refund",
            refund.refund_id,
            [
                (UNAPPLIED, value, receipt.currency, amount),
                (receipt.bank_account, -value, receipt.currency, -amount),
            ],
            description=f"Refund of {receipt.payment_id}",
            created_by="u_cash1",
            customer=receipt.customer.customer_id,
        )
        books.bank_lines.append(
            BankLine(
                receipt.bank_account,
                bank_day(entity, day),
                -amount,
                receipt.currency,
                f"refund {refund.refund_id}",
                f"E2E-{refund.refund_id}",
                receipt.customer.name,
                None,
            )
        )


def bank_day(entity: Entity, day: int) -> int:
    """Return when the bank shows what we pay: the next business day, if that is at most three days away."""
    following = next_business_day(entity.country, day + 1)
    return following if following <= day + 3 else day
