"""How figures look on a page."""

from datetime import date, datetime
from decimal import Decimal

import pytest

from dashboards import format as shown


@pytest.mark.parametrize(
    ("value", "currency", "text"),
    [
        (Decimal("1234567.8900"), "EUR", "1,234,567.89"),
        (Decimal("-0.0050"), "EUR", "−0.01"),
        (Decimal("-1234.5"), "JPY", "−1,235"),
        (Decimal("1234.5675"), "KWD", "1,234.568"),
        (Decimal(0), "EUR", "0.00"),
        (None, "EUR", ""),
    ],
)
def test_an_amount_has_the_minor_units_of_its_currency(value, currency, text):
    assert shown.amount(value, currency) == text


@pytest.mark.parametrize(
    ("value", "unit", "reason", "text"),
    [
        (39.84, "days", None, "39.8 days"),
        (-1.25, "percent", None, "−1.3 %"),
        (Decimal("1234.5"), "currency", None, "1,234.50 EUR"),
        (None, "days", "insufficient_history", "not enough history"),
        (None, "ratio", None, "no value"),
    ],
)
def test_a_metric_is_shown_in_its_unit_and_null_as_its_reason(value, unit, reason, text):
    assert shown.metric(value, unit, "EUR", reason) == text


def test_a_change_carries_its_sign():
    assert [shown.change(value, "days", None) for value in (1.24, -1.24, None)] == [
        "+1.2 days",
        "−1.2 days",
        "",
    ]


def test_cells_of_every_type():
    cells = [True, -1200, date(2025, 3, 31), datetime(2025, 4, 1, 6, 30), None, "net_income", "INV-1"]
    assert [shown.cell(cell) for cell in cells] == [
        *("yes", "−1,200", "2025-03-31", "2025-04-01 06:30 UTC", "", "Net income", "INV-1"),
    ]
