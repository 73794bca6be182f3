"""Exact money: whole minor units, rates as whole numbers of 1e-8, rounding half away from zero."""

from __future__ import annotations

from ingest.simulate.settings import DECIMALS

RATE_ONE = 10**8


def divided(numerator: int, denominator: int) -> int:
    """Return numerator ÷ denominator rounded half away from zero (denominator > 0)."""
    if numerator >= 0:
        return (2 * numerator + denominator) // (2 * denominator)
    return -((denominator - 2 * numerator) // (2 * denominator))


def conversion_divisor(from_currency: str, to_currency: str) -> int:
    """Return d such that amount × rate ÷ d is the amount in minor units of `to_currency`."""
    return 10 ** (8 + DECIMALS[from_currency] - DECIMALS[to_currency])


def converted(amount: int, rate: int, divisor: int) -> int:
    """Return amount × rate in minor units of the other currency, rounded once, half away from zero."""
    product = amount * rate
    if product >= 0:
        return (2 * product + divisor) // (2 * divisor)
    return -((divisor - 2 * product) // (2 * divisor))
