"""Customers: who they are, on what terms they buy, and how they pay (habits that may change mid-history)."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import date

from ingest.simulate.settings import ENTITIES, FIRST_DAY, TERMS, Entity, Size

_FIRST_WORDS = [
    "Alster",
    "Baltic",
    "Cedar",
    "Delta",
    "Elbe",
    "Falcon",
    "Granit",
    "Harbour",
    "Isar",
    "Juniper",
    "Kestrel",
    "Linden",
    "Meridian",
    "Nova",
    "Orion",
    "Pioneer",
    "Quarz",
    "Rhein",
    "Summit",
    "Tamar",
    "Union",
    "Vega",
    "Weser",
    "Zenith",
]
_SECOND_WORDS = [
    "Anlagen",
    "Automation",
    "Brewing",
    "Chemie",
    "Controls",
    "Dairy",
    "Energy",
    "Foods",
    "Glass",
    "Hydraulics",
    "Instruments",
    "Klima",
    "Logistics",
    "Maschinen",
    "Paper",
    "Plastics",
    "Pumps",
    "Steel",
    "Textil",
    "Water",
]
_FORMS = {
    "DE": "GmbH",
    "FR": "SAS",
    "AT": "GmbH",
    "NL": "BV",
    "US": "Inc",
    "GB": "Ltd",
    "JP": "KK",
    "CA": "Ltd",
    "KW": "WLL",
    "IE": "Ltd",
}
_EU = {"DE", "FR", "AT", "NL", "IE"}

# entity number: list of (currency, country, weight)
_MARKETS = {
    1: [
        ("EUR", "DE", 50),
        ("EUR", "FR", 9),
        ("EUR", "AT", 7),
        ("EUR", "NL", 6),
        ("USD", "US", 10),
        ("USD", "DE", 3),
        ("GBP", "GB", 12),
        ("JPY", "JP", 3),
    ],
    2: [
        ("USD", "US", 66),
        ("USD", "CA", 4),
        ("EUR", "IE", 9),
        ("EUR", "FR", 5),
        ("GBP", "GB", 11),
        ("JPY", "JP", 2),
        ("KWD", "KW", 3),
    ],
}


@dataclass(frozen=True)
class Habit:
    """How a customer settles: days around the due date, how they spread, and what goes wrong how often."""

    name: str
    mean_delay: float
    deviation: float
    tail_share: float
    tail_days: float
    disputes: float = 0.01
    short_pays: float = 0.01
    over_pays: float = 0.01
    instalments: float = 0.02
    takes_discount: float = 0.3
    collects: float = 0.0


HABITS = {
    habit.name: habit
    for habit in [
        Habit("early", -6.0, 7.0, 0.04, 14.0, takes_discount=0.9),
        Habit("on_time", 1.0, 8.0, 0.07, 18.0),
        Habit("late", 13.0, 11.0, 0.12, 22.0, instalments=0.06, takes_discount=0.05),
        Habit("disputing", 9.0, 10.0, 0.08, 20.0, disputes=0.16, short_pays=0.16, takes_discount=0.1),
        Habit("collecting", 4.0, 8.0, 0.05, 14.0, collects=1.0, takes_discount=0.1),
        Habit("careless", 3.0, 9.0, 0.07, 18.0, short_pays=0.12, over_pays=0.14, instalments=0.06),
    ]
}
_HABIT_WEIGHTS = {"early": 18, "on_time": 34, "late": 20, "disputing": 8, "collecting": 12, "careless": 8}
_PAY_RUNS = {"any": 45, "friday": 20, "tuesday": 8, "10_25": 15, "month_end": 6}

# months in which everybody pays slower: (year, month) -> additional days
SHOCKS = {(2023, 8): 6, (2024, 3): 9, (2024, 4): 7}


@dataclass(slots=True)
class Customer:
    """A customer of one entity; days are ordinals, `changes_on` is when the second habit begins."""

    position: int
    customer_id: str
    name: str
    country: str
    currency: str
    entity: Entity
    terms_id: str
    segment: str
    tax_id: str
    is_taxed: bool
    weight: float
    habit: Habit
    later_habit: Habit
    changes_on: int
    pay_run: str
    contract_discount: int
    stops_on: int | None = None
    credit_limit: int = 0
    parent: str | None = None
    contract: dict[tuple[int, int], int] = field(default_factory=dict)

    @property
    def terms(self) -> tuple[int, int, int]:
        """Net days, discount in basis points, discount days."""
        return TERMS[self.terms_id]

    def habit_on(self, day: int) -> Habit:
        """Return the habit the customer has on that day."""
        return self.habit if day < self.changes_on else self.later_habit


def _choice(generator: random.Random, weights: dict[str, int]) -> str:
    return generator.choices(list(weights), list(weights.values()))[0]


def make_customers(size: Size, seed: int) -> list[Customer]:
    """Make the customers of both entities; the same seed gives the same customers.

    Every market of an entity has at least two customers, two domestic customers stop paying for good.
    """
    generator = random.Random(f"{seed}/customers")
    customers: list[Customer] = []
    for entity in ENTITIES:
        markets = _MARKETS[entity.number]
        number = round(size.customers * entity.share_of_orders)
        places = [market for market in markets for _ in range(2)]
        places += generator.choices(
            markets, [market[2] for market in markets], k=max(0, number - len(places))
        )
        for currency, country, _ in places:
            customers.append(_make_customer(generator, entity, len(customers), currency, country))
    _stop_paying(customers)
    return customers


def _make_customer(
    generator: random.Random, entity: Entity, position: int, currency: str, country: str
) -> Customer:
    words = (
        _FIRST_WORDS[position % len(_FIRST_WORDS)],
        _SECOND_WORDS[position // len(_FIRST_WORDS) % len(_SECOND_WORDS)],
    )
    turn = position // (len(_FIRST_WORDS) * len(_SECOND_WORDS))
    name = " ".join([*words, *([str(turn + 1)] if turn else []), _FORMS[country]])
    habit = HABITS[_choice(generator, _HABIT_WEIGHTS)]
    changes = generator.random() < 0.18
    later = HABITS[_choice(generator, _HABIT_WEIGHTS)] if changes else habit
    terms = _choice(
        generator,
        {
            "NET14": 12,
            "NET30": 42,
            "NET45": 12,
            "NET60": 8,
            "2-10-NET30": 18 + 12 * (habit.name == "early"),
            "3-14-NET45": 8,
        },
    )
    is_taxed = country == entity.country and (entity.number == 1 or generator.random() < 0.6)
    if currency != entity.currency and is_taxed and TERMS[terms][1]:
        terms = "NET30"
    return Customer(
        position=position,
        customer_id=f"C{position + 1:05d}",
        name=name,
        country=country,
        currency=currency,
        entity=entity,
        terms_id=terms,
        segment=generator.choice(["Industry", "Trade", "Public", "Utilities"]),
        tax_id=f"{country}{'' if country in _EU else '-'}{900000000 + position}",
        is_taxed=is_taxed,
        weight=min(12.0, generator.paretovariate(1.5)),
        habit=habit,
        later_habit=later,
        changes_on=FIRST_DAY + generator.randint(200, 560) if changes else FIRST_DAY + 10_000,
        pay_run="month_end" if habit.collects and generator.random() < 0.5 else _choice(generator, _PAY_RUNS),
        contract_discount=generator.choice([3, 5, 8, 10]) if generator.random() < 0.3 else 0,
    )


def _stop_paying(customers: list[Customer]) -> None:
    stops = [date(2023, 10, 16).toordinal(), date(2024, 4, 22).toordinal()]
    for entity, stop in zip(ENTITIES, stops, strict=True):
        of_entity = [
            customer
            for customer in customers
            if customer.entity is entity and customer.currency == entity.currency
        ]
        chosen = of_entity[len(of_entity) // 2]
        chosen.stops_on = stop
        chosen.weight = 0.05 * sum(customer.weight for customer in customers if customer.entity is entity)
        other = of_entity[len(of_entity) // 3]
        other.parent = of_entity[0].customer_id
