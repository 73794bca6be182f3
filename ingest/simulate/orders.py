"""Orders and their deliveries, planned ahead: what is ordered, shipped, billed and posted on which day.

The value posted on one day by one entity is drawn from a bounded range, and quantities are scaled to it, so
that no day's invoicing is out of the ordinary.
"""

from __future__ import annotations

import random
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from itertools import accumulate

from ingest.simulate.customers import Customer
from ingest.simulate.dates import (
    BASE,
    business_days,
    is_business_day,
    month_end,
    month_of,
    months_later,
    next_business_day,
)
from ingest.simulate.documents import Document
from ingest.simulate.settings import (
    AS_OF,
    DECIMALS,
    ENTITIES,
    FIRST_DAY,
    GOODS_PRODUCTS,
    OPENING,
    PERIOD_PRODUCTS,
    PRICE_FACTOR,
    PRICE_RISE,
    PRODUCTS,
    TAX_REDUCED,
    TAX_STANDARD,
    Entity,
    Size,
)

MEAN_ORDER_VALUE = 4_500
_APPROXIMATE_EURO = {"EUR": 1.0, "USD": 0.93, "GBP": 1.15, "JPY": 0.0067, "KWD": 3.0}


@dataclass(slots=True)
class OrderLine:
    """One line of an order; prices in minor units of the order's currency, tax in basis points."""

    number: int
    product: int
    price: int
    list_price: int
    tax_rate: int
    weight: float
    quantity: int = 0
    cancelled: int = 0
    shipped: int = 0
    invoiced: int = 0
    promised: int = 0


@dataclass(slots=True)
class Part:
    """What is billed by one invoice: one delivery of goods, or one service period."""

    order: Order
    lines: list[tuple[OrderLine, float]]
    kind: str
    ship_day: int
    document_day: int
    posting_day: int
    quantities: list[int] = field(default_factory=list)
    accrued: list[int] = field(default_factory=list)
    accrued_rate: int = 0
    shipment_id: str = ""
    document: Document | None = None


@dataclass(slots=True)
class Order:
    """An order of one customer in its currency."""

    order_id: str
    entity: Entity
    customer: Customer
    day: int
    confirmed: int
    channel: str
    created_by: str
    credit_approved_by: str
    is_cancelled: bool
    lines: list[OrderLine] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)


def list_price(product: int, currency: str, year: int) -> int:
    """Return the list price of a product in minor units of a currency."""
    base = PRODUCTS[product].base_price / 100
    return max(1, round(base * PRICE_FACTOR[currency] * PRICE_RISE[year] * 10 ** DECIMALS[currency]))


def contract_price(customer: Customer, product: int, year: int) -> int:
    """Return the price agreed for the year: the list price less the customer's contract discount."""
    listed = list_price(product, customer.currency, year)
    return max(1, round(listed * (100 - customer.contract_discount) / 100))


def contract_products(customer: Customer) -> list[int]:
    """Return the products for which the customer has a contract price (half of the goods)."""
    if not customer.contract_discount:
        return []
    return [product for product in GOODS_PRODUCTS if (product + customer.position) % 2 == 0]


def tax_rate(customer: Customer, product: int) -> int:
    """Return the tax rate in basis points: domestic sales are taxed, exports and exempt buyers are not."""
    if not customer.is_taxed:
        return 0
    rates = TAX_REDUCED if PRODUCTS[product].reduced_tax else TAX_STANDARD
    return rates[customer.entity.number]


class _Planner:
    """Draws orders for one entity, day by day."""

    def __init__(self, entity: Entity, customers: list[Customer], seed: int) -> None:
        self.entity = entity
        self.generator = random.Random(f"{seed}/orders/{entity.number}")
        self.customers = [customer for customer in customers if customer.entity is entity]
        self.cumulative = list(accumulate(customer.weight for customer in self.customers))
        self.number = 0
        self.orders: list[Order] = []

    def customer(self, day: int) -> Customer:
        while True:
            customer = self.generator.choices(self.customers, cum_weights=self.cumulative)[0]
            if customer.stops_on is None or day < customer.stops_on + 40:
                return customer

    def order(self, day: int, kind: str, is_cancelled: bool = False) -> Order:
        draw = self.generator.random
        self.number += 1
        lag = 0 if draw() < 0.6 and day < AS_OF else 1
        order = Order(
            order_id=f"SO{self.entity.number}-{self.number:06d}",
            entity=self.entity,
            customer=self.customer(day),
            day=day,
            confirmed=0 if is_cancelled else next_business_day(self.entity.country, day + lag),
            channel=("ecommerce", "edi", "email", "phone")[int(draw() * 4)],
            created_by=f"u_sales{1 + int(draw() * 3)}",
            credit_approved_by="u_credit1" if draw() < 0.12 else "",
            is_cancelled=is_cancelled,
        )
        self.orders.append(order)
        return order

    def add_lines(self, order: Order, products: list[int]) -> None:
        customer, year = order.customer, month_of(order.day)[0]
        agreed = customer.contract_discount
        for number, product in enumerate(products, start=1):
            listed = list_price(product, customer.currency, year)
            if agreed and PRODUCTS[product].kind == "goods" and (product + customer.position) % 2 == 0:
                price = contract_price(customer, product, year)
            elif self.generator.random() < 0.05:
                price = max(1, round(listed * 0.95))
            else:
                price = listed
            order.lines.append(
                OrderLine(
                    number,
                    product,
                    price,
                    listed,
                    tax_rate(customer, product),
                    0.2 + self.generator.expovariate(1.0),
                )
            )

    def bill_days(self, ship_day: int) -> tuple[int, int]:
        """Return document and posting day of a delivery's invoice: within three days, or posted late."""
        country = self.entity.country
        draw = self.generator.random()
        document_day = ship_day
        if draw > 0.62:
            later = next_business_day(country, ship_day + 1 + int((draw - 0.62) * 4))
            if later <= ship_day + 3:
                document_day = later
        posting_day = document_day
        last = month_end(*month_of(ship_day))
        if ship_day >= last - 4 and self.generator.random() < 0.3:
            posting_day = next_business_day(country, last + 2 + int(self.generator.random() * 3))
            if document_day <= AS_OF < posting_day:
                posting_day = document_day
        return document_day, posting_day

    def plan_goods(self, order: Order, ahead: bool) -> None:
        draw = self.generator.random
        country = self.entity.country
        products = self.generator.sample(GOODS_PRODUCTS, 1 + min(7, int(self.generator.expovariate(0.34))))
        self.add_lines(order, products)
        first = next_business_day(country, order.confirmed + int(draw() ** 2 * 14))
        if ahead:
            document_day = next_business_day(country, order.confirmed + 1)
            ship_day = next_business_day(country, document_day + 5 + int(draw() * 12))
            if ship_day <= AS_OF:
                self.add_part(
                    order,
                    [(line, line.weight) for line in order.lines],
                    "ahead",
                    ship_day,
                    document_day,
                    document_day,
                )
                return
        if draw() < 0.22 and not order.is_cancelled:
            second = next_business_day(country, first + 4 + int(draw() * 18))
            share = 0.3 + 0.4 * draw()
            keep = len(order.lines) if draw() < 0.6 else max(1, len(order.lines) // 2)
            self.add_part(
                order,
                [(line, line.weight * share) for line in order.lines],
                "goods",
                first,
                *self.bill_days(first),
            )
            self.add_part(
                order,
                [(line, line.weight * (1 - share)) for line in order.lines[:keep]],
                "goods",
                second,
                *self.bill_days(second),
            )
        else:
            self.add_part(
                order, [(line, line.weight) for line in order.lines], "goods", first, *self.bill_days(first)
            )

    def plan_period(self, order: Order) -> None:
        self.add_lines(order, [self.generator.choice(PERIOD_PRODUCTS)])
        document_day = next_business_day(
            self.entity.country, order.confirmed + int(self.generator.random() * 4)
        )
        self.add_part(
            order, [(order.lines[0], order.lines[0].weight)], "period", 0, document_day, document_day
        )

    def add_part(
        self,
        order: Order,
        lines: list[tuple[OrderLine, float]],
        kind: str,
        ship_day: int,
        document_day: int,
        posting_day: int,
    ) -> None:
        order.parts.append(Part(order, lines, kind, ship_day, document_day, posting_day))


def plan_orders(size: Size, customers: list[Customer], seed: int) -> list[Order]:
    """Plan all orders placed up to the as-of date; deliveries and invoices may lie after it."""
    orders: list[Order] = []
    for entity in ENTITIES:
        planner = _Planner(entity, customers, seed)
        _plan_opening_deliveries(planner)
        days = [day for day in range(FIRST_DAY, AS_OF + 1) if is_business_day(entity.country, day)]
        per_day = size.orders * entity.share_of_orders / len(days)
        due = 0.0
        for day in days:
            due += per_day * (0.75 + 0.5 * planner.generator.random())
            while due >= 1.0:
                due -= 1.0
                _plan_one(planner, day)
        _scale_quantities(planner, per_day)
        orders += planner.orders
    return orders


def _plan_one(planner: _Planner, day: int) -> None:
    draw = planner.generator.random()
    if draw < 0.015:
        order = planner.order(day, "goods", is_cancelled=True)
        planner.add_lines(order, planner.generator.sample(GOODS_PRODUCTS, 2))
        for line in order.lines:
            line.quantity = line.cancelled = 2 + int(line.weight * 4)
            line.promised = day + 14
    elif draw < 0.115:
        planner.plan_period(planner.order(day, "period"))
    else:
        planner.plan_goods(planner.order(day, "goods"), ahead=draw > 0.975)


def _plan_opening_deliveries(planner: _Planner) -> None:
    """Plan two orders delivered just before the first month and billed on its first business day."""
    billed = next_business_day(planner.entity.country, OPENING + 2)
    ship_day = min(OPENING, billed - 3)
    for _ in range(2):
        order = planner.order(ship_day - 9, "goods")
        while order.customer.currency != planner.entity.currency or order.customer.stops_on is not None:
            order.customer = planner.customer(ship_day - 9)
        planner.add_lines(order, planner.generator.sample(GOODS_PRODUCTS, 2))
        planner.add_part(
            order,
            [(line, line.weight) for line in order.lines],
            "goods",
            ship_day,
            billed,
            next_business_day(planner.entity.country, billed + 1),
        )


def _scale_quantities(planner: _Planner, per_day: float) -> None:
    """Give every line its quantity: each day's postings of an entity get a value from a bounded range."""
    generator = planner.generator
    by_day: dict[int, list[Part]] = defaultdict(list)
    for order in planner.orders:
        for part in order.parts:
            by_day[part.posting_day].append(part)
    base = MEAN_ORDER_VALUE * max(1.0, per_day)
    for day in sorted(by_day):
        parts = by_day[day]
        season = 1.0 + 0.06 * (date.fromordinal(day).month in (3, 6, 9, 11)) + 0.0001 * (day - FIRST_DAY)
        target = base * season * generator.uniform(0.5, 1.5)
        total = sum(weight for part in parts for _, weight in part.lines)
        for part in parts:
            currency = part.order.customer.currency
            scale = _APPROXIMATE_EURO[currency] / 10 ** DECIMALS[currency]
            for line, weight in part.lines:
                months = PRODUCTS[line.product].months or 1
                value_of_one = line.price * months * scale
                part.quantities.append(max(1, round(target * weight / total / value_of_one)) * months)
    _shrink_late_postings(planner, 1.5 * base)
    for order in planner.orders:
        for part in order.parts:
            for (line, _), quantity in zip(part.lines, part.quantities, strict=True):
                line.quantity += quantity
                line.promised = max(line.promised, part.ship_day + int(line.weight) if part.ship_day else 0)
        if order.parts and order.parts[0].kind == "goods" and generator.random() < 0.02:
            line = order.lines[0]
            line.cancelled = 1 + line.quantity // 10
            line.quantity += line.cancelled


def _shrink_late_postings(planner: _Planner, most: float) -> None:
    """Keep a document date from having more than its share: its invoices posted later get smaller."""
    by_day: dict[int, list[Part]] = defaultdict(list)
    for order in planner.orders:
        for part in order.parts:
            by_day[part.document_day].append(part)
    for parts in by_day.values():
        late = [part for part in parts if part.posting_day != part.document_day]
        rest = most - sum(_euro_value(part) for part in parts if part.posting_day == part.document_day)
        value = sum(_euro_value(part) for part in late)
        if late and value > rest:
            factor = max(0.0, rest / value)
            for part in late:
                part.quantities = [max(1, int(quantity * factor)) for quantity in part.quantities]


def _euro_value(part: Part) -> float:
    currency = part.order.customer.currency
    value = sum(
        quantity * line.price for (line, _), quantity in zip(part.lines, part.quantities, strict=True)
    )
    return value * _APPROXIMATE_EURO[currency] / 10 ** DECIMALS[currency]


def service_period(product: int, document_day: int) -> tuple[int, int]:
    """Return first and last day of the service billed on a day: whole months, beginning with the next one."""
    year, month = months_later(*month_of(document_day), 1)
    last = months_later(year, month, PRODUCTS[product].months - 1)
    return date(year, month, 1).toordinal(), month_end(*last)


def working_days(entity: Entity) -> int:
    """Return how many business days the entity has in the 24 months."""
    days = business_days(entity.country)
    return sum(days[FIRST_DAY - BASE : AS_OF + 1 - BASE])
