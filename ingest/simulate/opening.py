"""The balances with which the ledger begins: an opening journal per entity, and the documents behind it.

Opening invoices in a foreign currency carry the closing rate of the opening date, so that nothing is
unrealised on them on that day.
"""

from __future__ import annotations

import random
from datetime import date

from ingest.simulate.books import Books, DeferredLine, Payable
from ingest.simulate.closing import required_allowance
from ingest.simulate.customers import Customer
from ingest.simulate.dates import is_business_day, next_business_day, next_run
from ingest.simulate.documents import Document, DocumentLine
from ingest.simulate.ledger import Line
from ingest.simulate.money import RATE_ONE, converted, divided
from ingest.simulate.orders import MEAN_ORDER_VALUE, list_price, tax_rate, working_days
from ingest.simulate.settings import (
    ACCUMULATED_DEPRECIATION,
    ALLOWANCE,
    CAPITAL,
    DEFERRED,
    ENTITIES,
    EQUIPMENT,
    FIRST_DAY,
    GOODS_PRODUCTS,
    INVENTORY,
    OPENING,
    PAYABLE,
    PRODUCTS,
    RECEIVABLE,
    RETAINED,
    SUPPLIERS,
    TAX,
    UNBILLED,
    Entity,
)

_SUBSCRIPTION = next(position for position, product in enumerate(PRODUCTS) if product.product_id == "SUPP-12")


def monthly_sales(books: Books, entity: Entity) -> int:
    """Return the entity's planned monthly net sales in minor units: the yardstick for its costs."""
    return round(books.size.orders * entity.share_of_orders * MEAN_ORDER_VALUE * 100 / 24)


def open_books(books: Books) -> None:
    """Make the opening items of both entities and post their opening journals on the opening date."""
    for entity in ENTITIES:
        generator = random.Random(f"{books.seed}/opening/{entity.number}")
        _make_invoices(books, entity, generator)
        _make_deferred(books, entity, generator)
    allowances = required_allowance(books, OPENING)
    for entity in ENTITIES:
        _post_opening_journal(books, entity, allowances[entity.number])


def _opening_document(
    books: Books, entity: Entity, customer: Customer, day: int, line: DocumentLine
) -> Document:
    tax = divided(line.net * line.tax_rate, 10_000)
    rate = (
        RATE_ONE
        if customer.currency == entity.currency
        else books.rates.rate(customer.currency, entity.currency, OPENING)
    )
    document = Document(
        doc_id=books.number("OPN", entity.number),
        doc_type="invoice",
        entity=entity,
        customer=customer,
        document_day=day,
        posting_day=day,
        due_day=day + customer.terms[0],
        currency=customer.currency,
        rate=rate,
        divisor=books.divisors[customer.currency, entity.number],
        net=line.net,
        tax=tax,
        gross=line.net + tax,
        lines=[line],
        taxes=[(line.tax_rate, tax)],
        created_by="u_billing1",
        is_opening=True,
    )
    line.functional = document.functional(line.net)
    books.documents.append(document)
    books.opened(document)
    books.opening_lines[entity.number].append(
        (RECEIVABLE, document.value, document.currency, document.gross, customer.customer_id)
    )
    return document


def _day_value(books: Books, entity: Entity) -> float:
    """Return what the entity invoices on an ordinary day, in minor units."""
    per_day = books.size.orders * entity.share_of_orders / working_days(entity)
    return MEAN_ORDER_VALUE * 100 * max(1.0, per_day)


def _make_invoices(books: Books, entity: Entity, generator: random.Random) -> None:
    buyers = [
        customer for customer in books.customers if customer.entity is entity and customer.stops_on is None
    ]
    first = date(2022, 11, 14).toordinal()
    days = [day for day in range(first, OPENING - 2) if is_business_day(entity.country, day)]
    for day in days:
        customer = generator.choice(buyers)
        product = generator.choice(GOODS_PRODUCTS)
        price = list_price(product, customer.currency, 2022)
        target = _day_value(books, entity) * generator.uniform(0.5, 1.2)
        euro_price = list_price(product, "EUR", 2022)
        quantity = max(1, round(target / euro_price))
        line = DocumentLine(
            1, None, None, product, quantity, price, tax_rate(customer, product), quantity * price
        )
        document = _opening_document(books, entity, customer, day, line)
        pay_day = next_run(
            customer.country,
            customer.pay_run,
            max(document.due_day + round(generator.gauss(4, 9)), FIRST_DAY + 2 + generator.randrange(12)),
        )
        document.planned_pay_day = pay_day
        books.payments.note(pay_day, document)


def _make_deferred(books: Books, entity: Entity, generator: random.Random) -> None:
    buyers = [
        customer
        for customer in books.customers
        if customer.entity is entity and customer.currency == entity.currency and customer.stops_on is None
    ]
    for day in (date(2022, 11, 8).toordinal(), date(2022, 11, 10).toordinal()):
        customer = generator.choice(buyers)
        price = list_price(_SUBSCRIPTION, customer.currency, 2022)
        seats = max(1, round(_day_value(books, entity) * generator.uniform(0.5, 1.0) / (12 * price)))
        line = DocumentLine(
            1,
            None,
            None,
            _SUBSCRIPTION,
            12 * seats,
            price,
            tax_rate(customer, _SUBSCRIPTION),
            12 * seats * price,
            date(2022, 12, 1).toordinal(),
            date(2023, 11, 30).toordinal(),
        )
        document = _opening_document(books, entity, customer, day, line)
        first = divided(line.functional, 12)
        books.deferred.append(
            DeferredLine(
                document,
                0,
                PRODUCTS[_SUBSCRIPTION].account,
                2022 * 12 + 12,
                12,
                line.functional,
                line.net,
                first,
                divided(line.net, 12),
                1,
            )
        )
        books.deferred_total[entity.number] += line.functional - first
        books.opening_lines[entity.number].append(
            (
                DEFERRED,
                -(line.functional - first),
                document.currency,
                -(line.net - divided(line.net, 12)),
                None,
            )
        )
        books.payments.note(
            next_business_day(entity.country, FIRST_DAY + 5 + generator.randrange(15)), document
        )


def _post_opening_journal(books: Books, entity: Entity, allowance: int) -> None:
    sales, home = monthly_sales(books, entity), entity.currency
    lines: list[Line] = []
    for currency, account in entity.banks.items():
        amount = sales * 3 if currency == home else sales // 40
        if currency == "JPY":
            amount = sales
        elif currency == "KWD":
            amount = sales // 10
        rate = books.rates.rate(currency, home, OPENING)
        lines.append(
            (account, converted(amount, rate, books.divisors[currency, entity.number]), currency, amount)
        )
        books.opening_banks[account] = amount
    lines += [line[:4] for line in books.opening_lines[entity.number] if line[0] in (RECEIVABLE, UNBILLED)]
    lines.append((ALLOWANCE, -allowance, home, -allowance))
    for account, amount in (
        (INVENTORY, 2 * sales),
        (EQUIPMENT, sales * 6 // 5),
        (ACCUMULATED_DEPRECIATION, -(sales * 2 // 5)),
        (TAX, -(sales // 12)),
        (CAPITAL, -2 * sales),
    ):
        lines.append((account, amount, home, amount))
    books.tax_without_document[entity.number] -= sales // 12
    for position in range(3):
        payable = Payable(
            books.number("AP", entity.number),
            entity.number,
            SUPPLIERS[position],
            FIRST_DAY + 4 + 7 * position,
            0,
            home,
            sales * (12 + 3 * position) // 100,
        )
        payable.planned_day = next_run(entity.country, "tuesday", payable.due_day)
        books.payables.append(payable)
        books.supplier_payments.note(payable.planned_day, payable)
        lines.append((PAYABLE, -payable.amount, home, -payable.amount))
    lines += [line[:4] for line in books.opening_lines[entity.number] if line[0] == DEFERRED]
    sums: dict[str, list[int]] = {}
    for _, amount, currency, transaction in lines:
        total = sums.setdefault(currency, [0, 0])
        total[0] += amount
        total[1] += transaction
    for currency, (amount, transaction) in sums.items():
        lines.append((RETAINED, -amount, currency, -transaction))
    books.ledger.post(
        OPENING,
        entity.number,
        "opening",
        f"OPEN-{entity.legal_entity_id}",
        lines,
        description="Opening balances",
        created_by="u_gl1",
        approved_by="u_controller1",
    )
