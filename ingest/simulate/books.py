"""The company's state while it is simulated: documents, receipts, ledger, and the agenda."""

from __future__ import annotations

import random
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from ingest.simulate.customers import Customer
from ingest.simulate.documents import Application, Dispute, Document, Receipt, Refund, WriteOff
from ingest.simulate.ledger import Ledger
from ingest.simulate.money import conversion_divisor
from ingest.simulate.orders import Order
from ingest.simulate.rates import Rates
from ingest.simulate.settings import CURRENCIES, ENTITIES, Size


@dataclass(slots=True)
class ShipmentLine:
    """A delivery line as delivered, with its cost in functional currency."""

    shipment_id: str
    order_id: str
    order_line: int
    quantity: int
    day: int
    cost: int
    entity: int


@dataclass(slots=True)
class BankLine:
    """A movement on a bank account as the bank shows it."""

    account: int
    day: int
    amount: int
    currency: str
    remittance: str
    end_to_end_id: str | None
    counterparty: str | None
    payment_id: str | None


@dataclass(slots=True)
class Payable:
    """A supplier's document; `paid_on` 0 while it is open."""

    supplier_doc_id: str
    entity: int
    supplier: str
    due_day: int
    planned_day: int
    currency: str
    amount: int
    paid_on: int = 0


@dataclass(slots=True)
class DeferredLine:
    """A billed service line that is released month by month."""

    document: Document
    position: int
    account: int
    first_month: int
    months: int
    functional: int
    transaction: int
    released: int = 0
    released_transaction: int = 0
    months_released: int = 0


class Agenda:
    """What is to happen on a day, in the order in which it was noted."""

    def __init__(self) -> None:
        self._days: dict[int, list[Any]] = defaultdict(list)

    def note(self, day: int, item: Any) -> None:
        """Note an item for a day."""
        self._days[day].append(item)

    def take(self, day: int) -> list[Any]:
        """Return what is noted for a day and strike it out."""
        return self._days.pop(day, [])


@dataclass
class Snapshot:
    """What the documents say at the end of a day, per entity number."""

    day: int
    open_items: list[tuple[str, int, str, int, int, int, str, int, int]] = field(default_factory=list)
    unapplied: list[tuple[str, int, str | None, int, str, int, int]] = field(default_factory=list)
    due_buckets: dict[tuple[int, str], int] = field(default_factory=lambda: defaultdict(int))
    age_buckets: dict[tuple[int, str], int] = field(default_factory=lambda: defaultdict(int))
    receivables: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    receivables_fx: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    unapplied_total: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    unbilled: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    deferred: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    tax: dict[int, int] = field(default_factory=lambda: defaultdict(int))


class Books:
    """Everything the simulated company knows."""

    def __init__(
        self, size: Size, seed: int, rates: Rates, customers: list[Customer], orders: list[Order]
    ) -> None:
        self.size = size
        self.seed = seed
        self.rates = rates
        self.customers = customers
        self.orders = orders
        self.random = random.Random(f"{seed}/books")
        self.ledger = Ledger()
        self.divisors = {
            (currency, entity.number): conversion_divisor(currency, entity.currency)
            for currency in CURRENCIES
            for entity in ENTITIES
        }
        self.numbers: dict[str, int] = defaultdict(int)

        self.documents: list[Document] = []
        self.receipts: list[Receipt] = []
        self.applications: list[Application] = []
        self.refunds: list[Refund] = []
        self.write_offs: list[WriteOff] = []
        self.disputes: list[Dispute] = []
        self.promises: list[tuple[str, Document, int, int, int]] = []
        self.shipments: list[ShipmentLine] = []
        self.bank_lines: list[BankLine] = []
        self.payables: list[Payable] = []
        self.deferred: list[DeferredLine] = []

        self.open_documents: dict[str, Document] = {}
        self.open_receipts: dict[str, Receipt] = {}
        self.open_by_customer: dict[int, dict[str, Document]] = defaultdict(dict)
        self.unbilled: dict[int, int] = defaultdict(int)
        self.deferred_total: dict[int, int] = defaultdict(int)
        self.rollforward: dict[tuple[int, int, int], dict[str, int]] = defaultdict(lambda: defaultdict(int))
        self.tax_of_documents: dict[int, int] = defaultdict(int)
        self.cost_of_week: dict[int, int] = defaultdict(int)
        self.revaluation: dict[int, list[tuple[str, int]]] = {}
        self.snapshots: list[Snapshot] = []
        self.last_paid: dict[tuple[int, int], int] = {}
        self.opening_lines: dict[int, list[tuple[int, int, str, int, str | None]]] = defaultdict(list)
        self.opening_banks: dict[int, int] = {}
        self.tax_without_document: dict[int, int] = defaultdict(int)
        self.tax_at_month_end: dict[int, int] = {}

        self.deliveries = Agenda()
        self.billings = Agenda()
        self.late_postings = Agenda()
        self.returns = Agenda()
        self.corrections = Agenda()
        self.memo_uses = Agenda()
        self.payments = Agenda()
        self.late_applications = Agenda()
        self.credit_uses = Agenda()
        self.bounces = Agenda()
        self.dispute_ends = Agenda()
        self.write_off_days = Agenda()
        self.refund_days = Agenda()
        self.supplier_payments = Agenda()

    def number(self, prefix: str, entity: int, width: int = 6) -> str:
        """Return the next number of a series, e.g. INV1-000001; series have no gaps."""
        series = f"{prefix}{entity}-"
        self.numbers[series] += 1
        return f"{series}{self.numbers[series]:0{width}d}"

    def opened(self, document: Document) -> None:
        """Note a posted document as open."""
        document.rest = document.gross
        document.value = document.functional(document.gross)
        self.open_documents[document.doc_id] = document
        self.open_by_customer[document.customer.position][document.doc_id] = document

    def settle(self, document: Document, day: int) -> None:
        """Strike a document out of the open ones when nothing is left, or note it again when it reopened."""
        if document.rest == 0:
            document.cleared_on = day
            self.open_documents.pop(document.doc_id, None)
            self.open_by_customer[document.customer.position].pop(document.doc_id, None)
        elif document.doc_id not in self.open_documents:
            document.cleared_on = 0
            self.open_documents[document.doc_id] = document
            self.open_by_customer[document.customer.position][document.doc_id] = document

    def moved(self, entity: int, month: tuple[int, int], component: str, amount: int) -> None:
        """Add to a component of the month's roll-forward."""
        self.rollforward[entity, month[0], month[1]][component] += amount
