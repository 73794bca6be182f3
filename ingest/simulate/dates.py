"""Days on which people work and pay: business days by country, pay runs, month ends (library `holidays`)."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

import holidays

BASE = date(2022, 1, 1).toordinal()
LAST = date(2025, 12, 31).toordinal()
_YEARS = range(2022, 2026)


def month_of(day: int) -> tuple[int, int]:
    """Return (year, month) of a day."""
    there = date.fromordinal(day)
    return there.year, there.month


def month_end(year: int, month: int) -> int:
    """Return the last day of a month."""
    return date(year + month // 12, month % 12 + 1, 1).toordinal() - 1


def months_later(year: int, month: int, months: int) -> tuple[int, int]:
    """Return the month that lies `months` after the given one."""
    position = year * 12 + month - 1 + months
    return position // 12, position % 12 + 1


@lru_cache(maxsize=32)
def business_days(country: str) -> list[bool]:
    """Whether each day from 2022-01-01 on is a business day in the country (TARGET: euro system)."""
    closed: set[int]
    if country == "TARGET":
        closed = {day.toordinal() for day in holidays.financial_holidays("XECB", years=_YEARS)}
    else:
        closed = {day.toordinal() for day in holidays.country_holidays(country, years=_YEARS)}
    return [date.fromordinal(day).weekday() < 5 and day not in closed for day in range(BASE, LAST + 1)]


def is_business_day(country: str, day: int) -> bool:
    """Whether people work in the country on that day."""
    return business_days(country)[day - BASE]


@lru_cache(maxsize=64)
def _next_days(country: str, rule: str) -> list[int]:
    open_days = business_days(country)
    allowed = [False] * len(open_days)
    for position, is_open in enumerate(open_days):
        there = date.fromordinal(BASE + position)
        if rule == "any":
            allowed[position] = is_open
        elif rule == "friday":
            if there.weekday() == 4:
                allowed[_on_or_after(open_days, position)] = True
        elif rule == "tuesday":
            if there.weekday() == 1:
                allowed[_on_or_after(open_days, position)] = True
        elif rule == "10_25":
            if there.day in (10, 25):
                allowed[_on_or_after(open_days, position)] = True
        elif rule == "month_end":
            if there.month != date.fromordinal(BASE + position + 1).month:
                allowed[_on_or_before(open_days, position)] = True
        else:
            raise ValueError(f"no such pay run: {rule}")
    following = [LAST] * len(allowed)
    upcoming = LAST
    for position in range(len(allowed) - 1, -1, -1):
        if allowed[position]:
            upcoming = BASE + position
        following[position] = upcoming
    return following


def _on_or_after(open_days: list[bool], position: int) -> int:
    while position < len(open_days) - 1 and not open_days[position]:
        position += 1
    return position


def _on_or_before(open_days: list[bool], position: int) -> int:
    while position > 0 and not open_days[position]:
        position -= 1
    return position


def next_run(country: str, rule: str, day: int) -> int:
    """Return the first day on or after `day` on which a payer of that country and pay-run rule pays."""
    return _next_days(country, rule)[min(day, LAST) - BASE]


def next_business_day(country: str, day: int) -> int:
    """Return the first business day on or after `day`."""
    return _next_days(country, "any")[min(day, LAST) - BASE]


def previous_business_day(country: str, day: int) -> int:
    """Return the last business day on or before `day`."""
    open_days = business_days(country)
    return BASE + _on_or_before(open_days, day - BASE)
