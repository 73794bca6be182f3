"""A company with a year of payment habits, delivered in several deliveries, for tests of the cash forecast.

Everything follows from fixed numbers: no random stream. Each customer pays around its own delay, some
invoices are disputed, one customer pays on Fridays only, some pay in two parts. What is known when matters:
the first delivery is an initial load, later ones become known on their day, one of them edits due dates,
some bring receipts that were posted weeks before, and some close disputes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from tests.scenarios.company import LEGAL_ENTITIES

FIRST_DAY = date(2024, 1, 1)
AS_OF = date(2025, 1, 31)
INITIAL_LOAD = date(2024, 8, 31)
LATER_DELIVERIES = [date(2024, 9, 30), date(2024, 10, 31), date(2024, 11, 30), date(2024, 12, 31), AS_OF]

# customer: (usual days after the due date, spread in days)
HABITS = {"C1": (-5, 3), "C2": (2, 4), "C3": (9, 5), "C4": (16, 7), "C5": (4, 2)}


@dataclass(frozen=True)
class Row:
    """One row of an object with the day on which it happened and the delivery that brings it."""

    happened_on: date
    delivered_on: date
    cells: tuple[str, ...]


def noise(number: int) -> float:
    """A fixed number between -1 and 1 for each whole number."""
    return ((number * 7919 + 104729) % 2003) / 1001.0 - 1


def delivery_of(day: date, late: bool = False) -> date:
    """The delivery that brings what happened on a day; late rows come one delivery later."""
    if day <= INITIAL_LOAD and not late:
        return INITIAL_LOAD
    later = [delivered for delivered in LATER_DELIVERIES if delivered >= day]
    return later[1] if late and day > INITIAL_LOAD and len(later) > 1 else later[0]


def invoices_payments_disputes() -> dict[str, list[Row]]:
    """All rows of the company until its as-of date."""
    rows: dict[str, list[Row]] = {"invoices": [], "payments": [], "applications": [], "disputes": []}
    number = 0
    day = FIRST_DAY
    while day <= AS_OF:
        if day.weekday() < 5:
            for customer in [f"C{1 + (day.toordinal() + step) % 5}" for step in (0, 2)]:
                number += 1
                _add_invoice(rows, number, day, customer)
        day += timedelta(1)
    return rows


def _add_invoice(rows: dict[str, list[Row]], number: int, day: date, customer: str) -> None:
    doc_id = f"INV-{number:04d}"
    gross = round(900 + 700 * noise(number * 3) + 0.37, 2)
    due = day + timedelta(30)
    edited = day == date(2024, 8, 20)
    rows["invoices"].append(
        Row(day, delivery_of(day), (doc_id, customer, day.isoformat(), f"{gross:.2f}", due.isoformat()))
    )
    if edited:
        # known only with the delivery of October: nine days more to pay
        rows["invoices"].append(
            Row(
                day,
                date(2024, 10, 31),
                (doc_id, customer, day.isoformat(), f"{gross:.2f}", (due + timedelta(9)).isoformat()),
            )
        )
    usual, spread = HABITS[customer]
    paid = due + timedelta(round(usual + spread * (noise(number) + noise(number * 5 + 1))))
    if number % 23 == 0:
        opened = day + timedelta(5)
        paid += timedelta(18)
        rows["disputes"].append(
            Row(
                opened,
                delivery_of(opened),
                (f"DSP-{number}", doc_id, customer, opened.isoformat(), f"{gross:.2f}", "open", "-"),
            )
        )
        closed = opened + timedelta(40)
        if closed <= AS_OF and delivery_of(opened) < delivery_of(closed):
            # a later delivery brings the dispute again, closed
            rows["disputes"].append(
                Row(
                    closed,
                    delivery_of(closed),
                    (
                        f"DSP-{number}",
                        doc_id,
                        customer,
                        opened.isoformat(),
                        f"{gross:.2f}",
                        "closed",
                        closed.isoformat(),
                    ),
                )
            )
    if customer == "C5":
        paid += timedelta((4 - paid.weekday()) % 7)
    paid = max(paid, day + timedelta(1))
    parts = [(paid, gross)]
    if number % 31 == 0:
        half = round(gross / 2, 2)
        parts = [(paid, half), (paid + timedelta(17), round(gross - half, 2))]
    for place, (paid_on, amount) in enumerate(parts):
        if paid_on > AS_OF:
            continue
        delivered = delivery_of(paid_on, late=number % 41 == 0)
        rows["payments"].append(
            Row(paid_on, delivered, (f"PMT-{number}-{place}", customer, paid_on.isoformat(), f"{amount:.2f}"))
        )
        rows["applications"].append(
            Row(
                paid_on,
                delivered,
                (
                    f"APP-{number}-{place}",
                    f"PMT-{number}-{place}",
                    doc_id,
                    paid_on.isoformat(),
                    f"{amount:.2f}",
                ),
            )
        )


HEADERS = {
    "invoices": "doc_id customer_id posting_date gross due_date",
    "payments": "payment_id customer_id posting_date amount",
    "applications": "application_id source_id doc_id posting_date amount",
    "disputes": "dispute_id doc_id customer_id opened_date amount status closed_date",
}

CUSTOMERS = "customer_id name segment\n" + "\n".join(
    f"{customer} {customer} {'north' if customer < 'C3' else 'south'}" for customer in HABITS
)


def deliveries(known_by: date = AS_OF) -> dict[str, str]:
    """The company's files as tables of text, as they were on a date: nothing known after it is in them.

    Rows of the initial load are known on the day on which they happened, all others when they are delivered.
    """
    files: dict[str, str] = {
        f"legal_entities__{FIRST_DAY}": LEGAL_ENTITIES,
        f"customers__{FIRST_DAY}": CUSTOMERS,
    }
    for name, rows in invoices_payments_disputes().items():
        for delivered in [INITIAL_LOAD, *LATER_DELIVERIES]:
            known = [row for row in rows if row.delivered_on == delivered and _known_on(row) <= known_by]
            if known:
                # the initial load carries the date of the masters, which are its other files
                stamp = FIRST_DAY if delivered == INITIAL_LOAD else delivered
                files[f"{name}__{stamp}"] = _table(HEADERS[name], known)
    return files


def _known_on(row: Row) -> date:
    return row.happened_on if row.delivered_on == INITIAL_LOAD else row.delivered_on


def _table(header: str, rows: Iterable[Row]) -> str:
    return "\n".join([header, *(" ".join(row.cells) for row in rows)])
