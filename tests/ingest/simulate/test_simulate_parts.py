"""The simulation's own parts: rounding, calendars, rates, and a ledger that refuses what does not balance."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from ingest.simulate.customers import make_customers
from ingest.simulate.dates import is_business_day, next_run, previous_business_day
from ingest.simulate.frames import amounts, rate_text, write_frame
from ingest.simulate.ledger import Ledger, UnbalancedJournalError
from ingest.simulate.money import conversion_divisor, converted, divided
from ingest.simulate.rates import Rates
from ingest.simulate.settings import SIZES


def day(text: str) -> int:
    return date.fromisoformat(text).toordinal()


@pytest.mark.parametrize(
    ("numerator", "denominator", "result"),
    [(5, 10, 1), (-5, 10, -1), (4, 10, 0), (-4, 10, 0), (15, 10, 2), (-15, 10, -2), (0, 3, 0), (7, 7, 1)],
)
def test_division_rounds_half_away_from_zero(numerator: int, denominator: int, result: int) -> None:
    assert divided(numerator, denominator) == result


def test_conversion_knows_the_decimals_of_both_currencies() -> None:
    assert converted(330_000, 96_040_000, conversion_divisor("USD", "EUR")) == 316_932
    assert converted(1_000, 650_000, conversion_divisor("JPY", "EUR")) == 650
    assert converted(-1_005, 100_000_000, conversion_divisor("KWD", "USD")) == -101


def test_pay_runs_avoid_holidays() -> None:
    assert next_run("DE", "friday", day("2024-03-25")) == day("2024-04-02")
    assert next_run("DE", "10_25", day("2023-12-20")) == day("2023-12-27")
    assert next_run("DE", "month_end", day("2024-03-01")) == day("2024-03-28")
    assert previous_business_day("US", day("2024-05-27")) == day("2024-05-24")
    assert not is_business_day("TARGET", day("2024-05-01"))


def test_rates_fall_back_on_the_opposite_and_on_the_reporting_currency() -> None:
    rates = Rates(1)
    at = day("2024-06-15")
    euro = rates.rate("USD", "EUR", at)
    assert rates.rate("USD", "EUR", day("2024-06-14")) == euro
    assert rates.rate("EUR", "USD", at) == divided(10**16, euro)
    yen = rates.rate("JPY", "EUR", at)
    assert rates.rate("JPY", "USD", at) == divided(yen * 10**8, euro)
    assert rates.rate("EUR", "EUR", at) == 10**8
    with pytest.raises(KeyError, match="no rate SEK to EUR on 2024-06-15"):
        rates.rate("SEK", "EUR", at)


def test_the_ledger_refuses_a_journal_that_does_not_balance() -> None:
    ledger = Ledger()
    with pytest.raises(UnbalancedJournalError, match="invoice INV-1"):
        ledger.post(
            day("2024-01-02"),
            1,
            "invoice",
            "INV-1",
            [(1100, 100, "EUR", 100), (4000, -99, "EUR", -99)],
            description="Invoice",
            created_by="u_billing1",
        )
    with pytest.raises(UnbalancedJournalError):
        ledger.post(
            day("2024-01-02"),
            1,
            "invoice",
            "INV-1",
            [(1100, 100, "USD", 110), (4000, -100, "GBP", -110)],
            description="Invoice",
            created_by="u_billing1",
        )
    assert len(ledger.days) == len(ledger.accounts) == 0


def test_the_ledger_puts_what_rounding_leaves_on_its_account() -> None:
    ledger = Ledger()
    ledger.post(
        day("2024-01-02"),
        1,
        "invoice",
        "INV-1",
        [(1100, 101, "USD", 110), (4000, -51, "USD", -55), (4000, -51, "USD", -55)],
        description="Invoice",
        created_by="u_billing1",
        rounding_currency="USD",
    )
    assert list(ledger.amounts) == [101, -51, -51, 1]
    assert list(ledger.transaction_amounts) == [110, -55, -55, 0]
    assert ledger.balances[1, 9990] == 1


def test_amounts_are_written_plainly() -> None:
    assert amounts([5, -5, 123_456, None, 0]).to_list() == ["0.05", "-0.05", "1234.56", None, "0.00"]
    assert amounts([5, -1_234, 7], [0, 3, 2]).to_list() == ["5", "-1.234", "0.07"]
    assert [rate_text(rate) for rate in (10**8, 96_040_000, 650_000)] == ["1", "0.9604", "0.0065"]


def test_an_unknown_format_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no format for this ending"):
        write_frame(pl.DataFrame({"a": ["1"]}), tmp_path / "rows.txt")


def test_some_customers_change_their_habit_and_two_stop_paying() -> None:
    customers = make_customers(SIZES["small"], 1)
    assert sum(customer.habit is not customer.later_habit for customer in customers) > 20
    assert [customer.entity.legal_entity_id for customer in customers if customer.stops_on] == [
        "LE01",
        "LE02",
    ]
    assert len({customer.habit.name for customer in customers}) == 6
    assert len({customer.pay_run for customer in customers}) == 5
    assert len({customer.name for customer in customers}) == len(customers)
