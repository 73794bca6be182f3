"""What open invoices of the demonstration company bring, foretold from the probabilities by which it pays.

Nobody can forecast better than with the true probabilities, so the error of this forecast is the
noise that is left: the floor against which the product's is held. It knows each customer's habit and
pay run and, at every origin, what the books show by then; it does not know what was drawn. A shock
that slows everybody down is known to it from the first day of its month, or always with
``foresees_shocks``: nothing in the data of an origin tells of a month to come.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from math import erf, exp, sqrt

from ingest.simulate.books import Books
from ingest.simulate.customers import SHOCKS, Habit
from ingest.simulate.dates import month_of, next_business_day, next_run
from ingest.simulate.documents import Document
from ingest.simulate.money import conversion_divisor
from ingest.simulate.payment_plans import pay_day
from ingest.simulate.settings import REPORTING_CURRENCY

FEWEST_DAYS, MOST_DAYS = -45, 200
SECOND_INSTALMENT_DAYS = range(12, 32)
MEAN_FIRST_INSTALMENT = 0.5


@dataclass(frozen=True)
class Flow:
    """Cash that came in on a document: day (ordinal) and amount in minor units of its currency."""

    day: int
    amount: int


def _normal(value: float) -> float:
    return 0.5 * (1 + erf(value / sqrt(2)))


@lru_cache(maxsize=64)
def delay_chances(habit: Habit) -> tuple[float, ...]:
    """The chance of each whole number of days after the due date, from FEWEST_DAYS to MOST_DAYS."""

    def until(days: float) -> float:
        place = (days - habit.mean_delay) / habit.deviation
        rate = 1 / habit.tail_days
        tail = _normal(place) - exp(
            -rate * (days - habit.mean_delay) + (rate * habit.deviation) ** 2 / 2
        ) * _normal(place - rate * habit.deviation)
        return (1 - habit.tail_share) * _normal(place) + habit.tail_share * tail

    edges = [until(days - 0.5) for days in range(FEWEST_DAYS, MOST_DAYS + 2)]
    return tuple(max(later - earlier, 0.0) for earlier, later in pairwise(edges))


class TruePayments:
    """The chances by which a company's open invoices are paid, and what was paid on them."""

    def __init__(self, books: Books, *, foresees_shocks: bool = False) -> None:
        self.books = books
        self.foresees_shocks = foresees_shocks
        self.flows: dict[str, list[Flow]] = defaultdict(list)
        self.reductions: dict[str, list[Flow]] = defaultdict(list)
        received = {receipt.payment_id: receipt.day for receipt in books.receipts}
        for application in books.applications:
            document = application.document
            self.reductions[document.doc_id].append(Flow(application.day, application.amount))
            if application.source_type == "payment":
                self.flows[document.doc_id].append(
                    Flow(received[application.source_id], application.amount - application.discount)
                )
        for write_off in books.write_offs:
            self.reductions[write_off.document.doc_id].append(
                Flow(write_off.day, write_off.net + write_off.tax)
            )
        self.disputes = {
            dispute.document.doc_id: dispute for dispute in books.disputes if not dispute.document.is_opening
        }
        self._chances: dict[tuple[str, int], dict[int, float]] = {}

    def chances(self, document: Document, origin: int) -> dict[int, float]:
        """The chance of each day of payment, as it stands when the invoice is posted."""
        shock = SHOCKS.get(month_of(document.due_day), 0)
        if not self.foresees_shocks and month_of(document.due_day) > month_of(origin):
            shock = 0
        key = (document.doc_id, shock)
        if key not in self._chances:
            self._chances[key] = self._pay_days(document, shock)
        return self._chances[key]

    def _pay_days(self, document: Document, shock: int) -> dict[int, float]:
        customer = document.customer
        habit = customer.habit_on(document.document_day)
        found: dict[int, float] = defaultdict(float)
        left = 1.0
        _, discount_rate, discount_days = customer.terms
        if discount_rate:
            until = document.document_day + discount_days
            for early in range(5):
                day = next_run(customer.country, customer.pay_run, until - early)
                if document.posting_day < day <= until:
                    found[day] += habit.takes_discount / 5
                    left -= habit.takes_discount / 5
        for days, chance in enumerate(delay_chances(habit), FEWEST_DAYS):
            earliest = max(document.due_day + days + shock, document.posting_day + 1)
            found[pay_day(customer, customer.pay_run, earliest)] += left * chance
        return found

    def open_amount(self, document: Document, origin: int) -> int:
        """What is open at the end of a day, in minor units of the document's currency."""
        return document.gross - sum(
            flow.amount for flow in self.reductions[document.doc_id] if flow.day <= origin
        )

    def expected(self, origin: int, first_days: list[int]) -> list[float]:
        """Cash expected from what is open at an origin in the weeks that begin on these days.

        In minor units of the group's currency, at the rate of the origin.
        """
        return self._by_week(origin, first_days, expected=True)

    def actual(self, origin: int, first_days: list[int]) -> list[float]:
        """Cash that came in those weeks on what was open at the origin, at the rate of the origin."""
        return self._by_week(origin, first_days, expected=False)

    def _by_week(self, origin: int, first_days: list[int], *, expected: bool) -> list[float]:
        weeks = [0.0] * len(first_days)
        end = first_days[-1] + 7
        for document in self.books.documents:
            if document.doc_type != "invoice" or document.posting_day > origin:
                continue
            rest = self.open_amount(document, origin)
            if rest <= 0:
                continue
            value = self.books.rates.rate(document.currency, REPORTING_CURRENCY, origin) / conversion_divisor(
                document.currency, REPORTING_CURRENCY
            )
            if expected:
                flows = self._flows_ahead(document, rest, origin)
            else:
                flows = {}
                for flow in self.flows[document.doc_id]:
                    flows[flow.day] = flows.get(flow.day, 0.0) + flow.amount
            for day, amount in flows.items():
                if origin < day < end:
                    weeks[bisect_right(first_days, max(day, first_days[0])) - 1] += amount * value
        return weeks

    def _flows_ahead(self, document: Document, rest: int, origin: int) -> dict[int, float]:
        customer = document.customer
        habit = customer.habit_on(document.document_day)
        paid = [flow.day for flow in self.flows[document.doc_id] if flow.day <= origin]
        if paid:
            return self._rest_ahead(document, rest, origin, max(paid))
        chances = {day: chance for day, chance in self.chances(document, origin).items() if day > origin}
        dispute = self.disputes.get(document.doc_id)
        if dispute is not None and dispute.opened_on <= origin:
            chances = self._after_dispute(document, chances, dispute, origin)
        if customer.stops_on is not None:
            # what was not paid by the day on which the customer stopped is never paid
            chances = {day: chance for day, chance in chances.items() if day < customer.stops_on}
        total = sum(chances.values())
        flows: dict[int, float] = defaultdict(float)
        if total <= 0:
            return flows
        in_parts = habit.instalments
        for day, chance in chances.items():
            share = chance / total
            flows[day] += rest * share * (1 - in_parts + in_parts * MEAN_FIRST_INSTALMENT)
            second = pay_day(customer, customer.pay_run, day + 22)
            flows[second] += rest * share * in_parts * (1 - MEAN_FIRST_INSTALMENT)
        return flows

    def _rest_ahead(self, document: Document, rest: int, origin: int, last_paid: int) -> dict[int, float]:
        """What is left after a payment: a second instalment, or what was held back and is disputed."""
        customer = document.customer
        flows: dict[int, float] = defaultdict(float)
        if rest > 0.3 * document.gross:
            days = [
                pay_day(customer, customer.pay_run, last_paid + later) for later in SECOND_INSTALMENT_DAYS
            ]
            ahead = [day for day in days if day > origin]
            for day in ahead:
                flows[day] += rest / len(ahead)
            return flows
        ends = [next_business_day(document.entity.country, last_paid + 10 + later) for later in range(40)]
        days = [pay_day(customer, customer.pay_run, end + 6 + later) for end in ends for later in range(20)]
        ahead = [day for day in days if day > origin]
        for day in ahead:
            flows[day] += 0.33 * rest / len(ahead)
        return flows

    def _after_dispute(
        self, document: Document, chances: dict[int, float], dispute: object, origin: int
    ) -> dict[int, float]:
        """Payment waits until two days after the dispute has ended."""
        country, customer = document.entity.country, document.customer
        opened, closed = dispute.opened_on, dispute.closed_on  # type: ignore[attr-defined]
        if closed and closed <= origin:
            ends = [closed]
        else:
            ends = [next_business_day(country, opened + 8 + later) for later in range(35)]
            ends = [end for end in ends if end > origin] or [origin]
        found: dict[int, float] = defaultdict(float)
        for day, chance in self.chances(document, origin).items():
            for end in ends:
                later = day if day >= end + 2 else pay_day(customer, customer.pay_run, end + 2)
                if later > origin:
                    found[later] += chance / len(ends)
        return found
