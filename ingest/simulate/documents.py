"""The subledger: receivable documents, receipts and what moves them.

The functional value of what is left of a document or receipt is rest × its rate, rounded once; a movement is
worth the value before less the value after, so the last one takes the remainder.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from ingest.simulate.customers import Customer
from ingest.simulate.money import converted
from ingest.simulate.settings import Entity


@dataclass(slots=True)
class DocumentLine:
    """A line of a document; `net` in minor units, tax in basis points, no service: days 0."""

    number: int
    order_id: str | None
    order_line: int | None
    product: int | None
    quantity: int
    price: int
    tax_rate: int
    net: int
    service_start: int = 0
    service_end: int = 0
    functional: int = 0


@dataclass(slots=True)
class Document:
    """An invoice or credit memo (negative); `rest` and `value` are what is open now."""

    doc_id: str
    doc_type: str
    entity: Entity
    customer: Customer
    document_day: int
    posting_day: int
    due_day: int
    currency: str
    rate: int
    divisor: int
    net: int
    tax: int
    gross: int
    lines: list[DocumentLine]
    taxes: list[tuple[int, int]]
    created_by: str
    order_id: str | None = None
    shipment_id: str | None = None
    original: str | None = None
    is_opening: bool = False
    rest: int = 0
    value: int = 0
    is_waiting: bool = False
    planned_pay_day: int = 0
    cleared_on: int = 0
    short: tuple[int, int, int] | None = None
    instalment: int = 0
    over: int = 0
    takes_discount: bool = False

    def functional(self, amount: int) -> int:
        """Return an amount of the document at its rate."""
        return converted(amount, self.rate, self.divisor)

    def reduce(self, amount: int) -> int:
        """Take an amount off the rest and return the functional value that goes with it."""
        before = self.value
        self.rest -= amount
        self.value = converted(self.rest, self.rate, self.divisor)
        return before - self.value


@dataclass(slots=True)
class Receipt:
    """Money received; a reversal names the receipt it undoes and never has a rest of its own."""

    payment_id: str
    entity: Entity
    customer: Customer | None
    bank_account: int
    day: int
    currency: str
    rate: int
    divisor: int
    amount: int
    remittance: str
    end_to_end_id: str
    reverses: Receipt | None = None
    is_opening: bool = False
    rest: int = 0
    value: int = 0
    applied: int = 0
    refunded: int = 0
    applications: list[Application] = field(default_factory=list)

    def reduce(self, amount: int) -> int:
        """Take an amount off the rest and return the functional value that goes with it."""
        before = self.value
        self.rest -= amount
        self.value = converted(self.rest, self.rate, self.divisor)
        return before - self.value


@dataclass(slots=True)
class Application:
    """A receipt or credit memo used on a document; amount includes the discount."""

    application_id: str
    source_type: str
    source_id: str
    document: Document
    day: int
    amount: int
    discount: int
    relieved: int
    fx_difference: int


@dataclass(slots=True)
class Refund:
    """Money paid back from a receipt."""

    refund_id: str
    receipt: Receipt
    day: int
    amount: int


@dataclass(slots=True)
class WriteOff:
    """What is given up of a document."""

    write_off_id: str
    document: Document
    day: int
    net: int
    tax: int
    reason: str


@dataclass(slots=True)
class Dispute:
    """What a customer contests of a document; `closed_on` 0 while it is open."""

    dispute_id: str
    document: Document
    opened_on: int
    amount: int
    reason: str
    status: str = "open"
    closed_on: int = 0
