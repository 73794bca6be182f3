"""Exchange rates: a daily random walk on the days of the euro system, and the look-up that everybody uses.

Delivered pairs: USD, GBP, JPY and KWD to EUR, and GBP to USD. EUR to USD is therefore one over the delivered
rate, and JPY and KWD reach USD through the reporting currency; each is rounded once to 8 decimals.
"""

from __future__ import annotations

import random
from datetime import date

from ingest.simulate.dates import is_business_day
from ingest.simulate.money import RATE_ONE, divided
from ingest.simulate.settings import AS_OF, REPORTING_CURRENCY

FIRST_RATE_DAY = date(2022, 10, 3).toordinal()
OLDEST = 4
# currency: (start, decimals delivered, daily standard deviation, lowest, highest)
_WALKS = {
    "USD": (0.952, 5, 0.004, 0.84, 1.04),
    "GBP": (1.152, 5, 0.0035, 1.04, 1.28),
    "JPY": (0.00702, 7, 0.0045, 0.0056, 0.0082),
    "KWD": (3.112, 5, 0.0035, 2.75, 3.45),
}


class Rates:
    """All rates of the company, as whole numbers of 1e-8."""

    def __init__(self, seed: int) -> None:
        generator = random.Random(f"{seed}/rates")
        self.delivered: list[tuple[str, str, int, int]] = []
        self._by_pair: dict[tuple[str, str], dict[int, int]] = {}
        self._valid: dict[tuple[str, str, int], int] = {}
        level = {currency: walk[0] for currency, walk in _WALKS.items()}
        for day in range(FIRST_RATE_DAY, AS_OF + 1):
            if not is_business_day("TARGET", day):
                continue
            rounded: dict[str, float] = {}
            for currency, (start, decimals, deviation, lowest, highest) in _WALKS.items():
                step = max(-0.03, min(0.03, generator.gauss(0.0, deviation)))
                pull = 0.004 * (start - level[currency]) / start
                level[currency] = min(highest, max(lowest, level[currency] * (1 + step + pull)))
                rounded[currency] = round(level[currency], decimals)
                self._deliver(
                    currency, "EUR", day, round(rounded[currency] * 10**decimals) * 10 ** (8 - decimals)
                )
            self._deliver("GBP", "USD", day, round(rounded["GBP"] / rounded["USD"] * 10**5) * 10**3)

    def _deliver(self, from_currency: str, to_currency: str, day: int, rate: int) -> None:
        self.delivered.append((from_currency, to_currency, day, rate))
        self._by_pair.setdefault((from_currency, to_currency), {})[day] = rate

    def _leg(self, from_currency: str, to_currency: str, day: int) -> int | None:
        known = self._by_pair.get((from_currency, to_currency), {})
        for age in range(OLDEST + 1):
            if day - age in known:
                return known[day - age]
        return None

    def _fraction(self, from_currency: str, to_currency: str, day: int) -> tuple[int, int] | None:
        straight = self._leg(from_currency, to_currency, day)
        if straight is not None:
            return straight, RATE_ONE
        opposite = self._leg(to_currency, from_currency, day)
        if opposite is not None:
            return RATE_ONE, opposite
        return None

    def rate(self, from_currency: str, to_currency: str, day: int) -> int:
        """Return the rate valid on a day: delivered, inverse, or through the reporting currency.

        Raises:
            KeyError: no rate of the last four days.
        """
        if from_currency == to_currency:
            return RATE_ONE
        key = (from_currency, to_currency, day)
        found = self._valid.get(key)
        if found is None:
            fraction = self._fraction(from_currency, to_currency, day)
            if fraction is None:
                first = self._fraction(from_currency, REPORTING_CURRENCY, day)
                second = self._fraction(REPORTING_CURRENCY, to_currency, day)
                if first is None or second is None:
                    raise KeyError(f"no rate {from_currency} to {to_currency} on {date.fromordinal(day)}")
                fraction = first[0] * second[0], first[1] * second[1]
            found = divided(fraction[0] * RATE_ONE, fraction[1])
            self._valid[key] = found
        return found

    def mean_rate(self, from_currency: str, to_currency: str, first: int, last: int) -> int:
        """Return the mean of the rates valid on each calendar day of the span, rounded once."""
        total = sum(self.rate(from_currency, to_currency, day) for day in range(first, last + 1))
        return divided(total, last - first + 1)
