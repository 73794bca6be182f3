"""Deliveries, invoices and credit memos, with the postings they call for (posting rules 2 to 6, 8, 9)."""

from __future__ import annotations

from ingest.simulate.books import Books, DeferredLine, ShipmentLine
from ingest.simulate.customers import Customer
from ingest.simulate.dates import month_of, next_business_day
from ingest.simulate.documents import Document, DocumentLine
from ingest.simulate.ledger import Line
from ingest.simulate.money import RATE_ONE, conversion_divisor, converted, divided
from ingest.simulate.orders import Part, service_period
from ingest.simulate.settings import (
    AS_OF,
    COST_OF_SALES,
    DEFERRED,
    DISCOUNTS,
    INVENTORY,
    OPENING,
    PRODUCTS,
    RECEIVABLE,
    TAX,
    UNBILLED,
    Entity,
)


def cost_of(books: Books, entity: Entity, product: int, quantity: int, day: int) -> int:
    """Return quantity × unit cost at the day's rate, rounded once, with the sign of the quantity."""
    sold = PRODUCTS[product]
    rate = books.rates.rate(sold.cost_currency, entity.currency, day)
    return converted(quantity * sold.unit_cost, rate, conversion_divisor(sold.cost_currency, entity.currency))


def deliver(books: Books, part: Part, day: int) -> None:
    """Ship a part: cost of sales, and revenue where the invoice is posted later or was posted before."""
    order = part.order
    entity = order.entity
    customer = order.customer
    part.shipment_id = books.number("SHP", entity.number)
    _book_cost(
        books,
        part.shipment_id,
        order.order_id,
        entity,
        customer.customer_id,
        day,
        [
            (line.number, line.product, quantity)
            for (line, _), quantity in zip(part.lines, part.quantities, strict=True)
        ],
    )
    for (line, _), quantity in zip(part.lines, part.quantities, strict=True):
        line.shipped += quantity
    if part.kind == "ahead":
        _release_billed_goods(books, part, day)
    elif part.posting_day > day:
        _accrue(books, part, day)


def _book_cost(
    books: Books,
    shipment_id: str,
    order_id: str,
    entity: Entity,
    customer_id: str,
    day: int,
    lines: list[tuple[int, int, int]],
) -> None:
    total = 0
    for order_line, product, quantity in lines:
        cost = cost_of(books, entity, product, quantity, day)
        books.shipments.append(
            ShipmentLine(shipment_id, order_id, order_line, quantity, day, cost, entity.number)
        )
        total += cost
    if day <= OPENING:
        return
    books.cost_of_week[entity.number] += total
    books.ledger.post(
        day,
        entity.number,
        "shipment",
        shipment_id,
        [(COST_OF_SALES, total, entity.currency, total), (INVENTORY, -total, entity.currency, -total)],
        description="Goods returned, cost" if total < 0 else "Goods shipped, cost",
        created_by="u_ship1",
        customer=customer_id,
    )


def _accrue(books: Books, part: Part, day: int) -> None:
    """Debit contract assets, credit revenue: delivered, not yet billed, at order price and the day's rate."""
    order = part.order
    entity, currency = order.entity, order.customer.currency
    rate = books.rates.rate(currency, entity.currency, day)
    divisor = books.divisors[currency, entity.number]
    lines: list[Line] = []
    part.accrued_rate = rate
    for (line, _), quantity in zip(part.lines, part.quantities, strict=True):
        net = quantity * line.price
        functional = converted(net, rate, divisor)
        part.accrued.append(functional)
        books.unbilled[entity.number] += functional
        lines.append((UNBILLED, functional, currency, net))
        lines.append((PRODUCTS[line.product].account, -functional, currency, -net))
        if day <= OPENING:
            books.opening_lines[entity.number].append(
                (UNBILLED, functional, currency, net, order.customer.customer_id)
            )
    if day > OPENING:
        books.ledger.post(
            day,
            entity.number,
            "shipment",
            part.shipment_id,
            lines,
            description="Revenue on delivery, not yet billed",
            created_by="u_ship1",
            customer=order.customer.customer_id,
        )


def _release_billed_goods(books: Books, part: Part, day: int) -> None:
    """Debit contract liabilities, credit revenue: goods billed before, now delivered."""
    document = part.document
    assert document is not None
    entity = document.entity
    lines: list[Line] = []
    for line in document.lines:
        assert line.product is not None
        lines.append((DEFERRED, line.functional, document.currency, line.net))
        lines.append((PRODUCTS[line.product].account, -line.functional, document.currency, -line.net))
        books.deferred_total[entity.number] -= line.functional
    books.ledger.post(
        day,
        entity.number,
        "shipment",
        part.shipment_id,
        lines,
        description="Revenue on delivery, billed before",
        created_by="u_ship1",
        customer=document.customer.customer_id,
    )


def taxes_by_rate(lines: list[DocumentLine]) -> list[tuple[int, int]]:
    """Return (rate, tax) per tax rate: the sum of the lines' nets × rate, rounded per rate."""
    nets: dict[int, int] = {}
    for line in lines:
        nets[line.tax_rate] = nets.get(line.tax_rate, 0) + line.net
    return [(rate, divided(net * rate, 10_000)) for rate, net in sorted(nets.items(), reverse=True)]


def bill(books: Books, part: Part, day: int) -> None:
    """Write the invoice of a part on its document date; it is posted that day or later."""
    order = part.order
    entity, customer = order.entity, order.customer
    lines: list[DocumentLine] = []
    for (line, _), quantity in zip(part.lines, part.quantities, strict=True):
        start, end = service_period(line.product, part.posting_day) if part.kind == "period" else (0, 0)
        lines.append(
            DocumentLine(
                len(lines) + 1,
                order.order_id,
                line.number,
                line.product,
                quantity,
                line.price,
                line.tax_rate,
                quantity * line.price,
                start,
                end,
            )
        )
        line.invoiced += quantity
    rate = part.accrued_rate or books.rates.rate(customer.currency, entity.currency, part.posting_day)
    document = new_document(books, "INV", "invoice", entity, customer, lines, day, part.posting_day, rate)
    document.order_id = order.order_id
    document.shipment_id = part.shipment_id or None
    document.due_day = day + customer.terms[0]
    part.document = document
    if part.posting_day > day:
        books.late_postings.note(part.posting_day, part)
    else:
        post_invoice(books, part)


def new_document(
    books: Books,
    prefix: str,
    doc_type: str,
    entity: Entity,
    customer: Customer,
    lines: list[DocumentLine],
    day: int,
    posting_day: int,
    rate: int,
) -> Document:
    """Number a document and total its lines; due at once unless the caller sets another day."""
    taxes = taxes_by_rate(lines)
    net = sum(line.net for line in lines)
    tax = sum(amount for _, amount in taxes)
    document = Document(
        doc_id=books.number(prefix, entity.number),
        doc_type=doc_type,
        entity=entity,
        customer=customer,
        document_day=day,
        posting_day=posting_day,
        due_day=day,
        currency=customer.currency,
        rate=RATE_ONE if customer.currency == entity.currency else rate,
        divisor=books.divisors[customer.currency, entity.number],
        net=net,
        tax=tax,
        gross=net + tax,
        lines=lines,
        taxes=taxes,
        created_by=f"u_billing{1 + books.random.randrange(2)}",
    )
    books.documents.append(document)
    return document


def tax_lines(document: Document) -> list[Line]:
    """Return the credit lines of the output tax, rate by rate; the largest takes the remainder."""
    charged = [(amount, document.functional(amount)) for _, amount in document.taxes if amount]
    if not charged:
        return []
    missing = document.functional(document.tax) - sum(functional for _, functional in charged)
    largest = max(range(len(charged)), key=lambda position: abs(charged[position][0]))
    return [
        (TAX, -(functional + (missing if position == largest else 0)), document.currency, -amount)
        for position, (amount, functional) in enumerate(charged)
    ]


def post_invoice(books: Books, part: Part) -> Document:
    """Post an invoice: receivable against revenue, contract asset (delivered before) or liability (ahead)."""
    document = part.document
    assert document is not None
    entity, currency = document.entity, document.currency
    receivable = document.functional(document.gross)
    lines: list[Line] = [(RECEIVABLE, receivable, currency, document.gross)]
    description = "Invoice"
    for position, line in enumerate(document.lines):
        assert line.product is not None
        if part.accrued:
            line.functional = part.accrued[position]
            account, description = UNBILLED, "Invoice, clears unbilled"
            books.unbilled[entity.number] -= line.functional
        else:
            line.functional = document.functional(line.net)
            account = PRODUCTS[line.product].account
            if part.kind != "goods":
                account, description = DEFERRED, "Invoice, deferred"
                books.deferred_total[entity.number] += line.functional
                if part.kind == "period":
                    defer(books, document, position)
        lines.append((account, -line.functional, currency, -line.net))
    lines += tax_lines(document)
    books.ledger.post(
        document.posting_day,
        entity.number,
        "invoice",
        document.doc_id,
        lines,
        description=description,
        created_by=document.created_by,
        customer=document.customer.customer_id,
        rounding_currency=currency,
    )
    books.opened(document)
    books.tax_of_documents[entity.number] += document.functional(document.tax)
    books.moved(entity.number, month_of(document.posting_day), "invoiced", receivable)
    return document


def defer(books: Books, document: Document, position: int) -> DeferredLine:
    """Put a billed service line on the release schedule, whole months of its service period."""
    line = document.lines[position]
    assert line.product is not None
    year, month = month_of(line.service_start)
    last_year, last_month = month_of(line.service_end)
    deferred = DeferredLine(
        document,
        position,
        PRODUCTS[line.product].account,
        year * 12 + month,
        (last_year - year) * 12 + last_month - month + 1,
        line.functional,
        line.net,
    )
    books.deferred.append(deferred)
    return deferred


def plan_return(books: Books, part: Part, document: Document) -> None:
    """Decide at random whether some of the goods come back later."""
    if part.kind != "goods" or document.short or books.random.random() >= 0.03:
        return
    day = next_business_day(document.entity.country, document.posting_day + 4 + books.random.randrange(18))
    if day <= AS_OF:
        books.returns.note(day, part)


def take_return(books: Books, part: Part, day: int) -> Document:
    """Take goods back: cost reversed at the return's own date, revenue and tax by a credit memo (rule 8)."""
    document = part.document
    assert document is not None
    entity = document.entity
    line = document.lines[books.random.randrange(len(document.lines))]
    quantity = max(1, round(line.quantity * books.random.choice([0.1, 0.2, 0.5, 1.0])))
    assert line.product is not None and line.order_id is not None and line.order_line is not None
    return_id = books.number("RET", entity.number)
    _book_cost(
        books,
        return_id,
        line.order_id,
        entity,
        document.customer.customer_id,
        day,
        [(line.order_line, line.product, -quantity)],
    )
    memo_line = DocumentLine(
        1,
        line.order_id,
        line.order_line,
        line.product,
        -quantity,
        line.price,
        line.tax_rate,
        -quantity * line.price,
    )
    memo = _new_memo(books, document, memo_line, day)
    memo.shipment_id = return_id
    _post_memo(books, memo, PRODUCTS[line.product].account, "Credit memo, goods returned")
    return memo


def correct_price(books: Books, document: Document, net: int, tax_rate: int, day: int) -> Document:
    """Allow a price correction by a credit memo on the discount account (rule 9); `net` > 0."""
    line = DocumentLine(1, None, None, document.lines[0].product, -1, net, tax_rate, -net)
    memo = _new_memo(books, document, line, day)
    _post_memo(books, memo, DISCOUNTS, "Credit memo, price correction")
    return memo


def _new_memo(books: Books, document: Document, line: DocumentLine, day: int) -> Document:
    rate = books.rates.rate(document.currency, document.entity.currency, day)
    memo = new_document(
        books, "CM", "credit_memo", document.entity, document.customer, [line], day, day, rate
    )
    memo.order_id = document.order_id
    memo.original = document.doc_id
    return memo


def _post_memo(books: Books, memo: Document, account: int, description: str) -> None:
    entity = memo.entity
    receivable = memo.functional(memo.gross)
    lines: list[Line] = [(RECEIVABLE, receivable, memo.currency, memo.gross)]
    for line in memo.lines:
        line.functional = memo.functional(line.net)
        lines.append((account, -line.functional, memo.currency, -line.net))
    lines += tax_lines(memo)
    books.ledger.post(
        memo.posting_day,
        entity.number,
        "credit_memo",
        memo.doc_id,
        lines,
        description=description,
        created_by=memo.created_by,
        customer=memo.customer.customer_id,
        rounding_currency=memo.currency,
    )
    books.opened(memo)
    books.tax_of_documents[entity.number] += memo.functional(memo.tax)
    books.moved(entity.number, month_of(memo.posting_day), "credited", receivable)
