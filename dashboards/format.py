"""How figures look: thousands separated, the currency's minor units, null as its reason."""

from __future__ import annotations

import csv
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from typing import Any

from ingest.project import project_root

THIN_SPACE = "\u202f"
MINUS = "\u2212"

REASONS = {
    "insufficient_history": "not enough history",
    "non_positive_denominator": "denominator not positive",
    "missing_rate": "a rate is missing",
    "no_ledger": "no ledger delivered",
    "exhausted": "more than 24 months",
}
# unit → decimals and what follows the number
UNITS = {
    **{"days": (1, " days"), "percent": (1, " %"), "ratio": (3, ""), "times": (2, " ×")},
    **{"bare_days": (1, ""), "count": (0, "")},
}
# a fraction shown in per cent: the number of the mart is moved by two places
SHARE = "share"


@cache
def minor_units() -> dict[str, int]:
    """Decimals of every currency, from the seed `currencies`."""
    with (project_root() / "seeds" / "currencies.csv").open(newline="", encoding="utf-8") as file:
        return {row["currency"]: int(row["minor_units"]) for row in csv.DictReader(file)}


def number(value: Decimal | float | int, places: int) -> str:
    """A number with separated thousands and a fixed number of decimals, rounded half away from zero."""
    exact = value if isinstance(value, Decimal) else Decimal(str(value))
    rounded = exact.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
    text = f"{abs(rounded):,.{places}f}"
    return MINUS + text if rounded < 0 else text


def amount(value: Decimal | float | int | None, currency: str | None) -> str:
    """An amount in the minor units of its currency, without the currency's name."""
    return "" if value is None else number(value, minor_units().get(currency or "", 2))


def metric(value: Decimal | float | None, unit: str, currency: str | None, reason: str | None = None) -> str:
    """A metric's value in its unit; without a value, the reason."""
    if value is None:
        return reason_of(reason)
    if unit == "currency":
        return f"{amount(value, currency)} {currency or ''}".strip()
    return figure(value, unit)


def figure(value: Decimal | float | int, unit: str) -> str:
    """A number in a unit other than a currency."""
    if unit == SHARE:
        exact = value if isinstance(value, Decimal) else Decimal(str(value))
        return f"{number(exact.scaleb(2), 1)} %"
    places, following = UNITS[unit]
    return number(value, places) + following


def reason_of(reason: str | None) -> str:
    """Why there is no value, in words."""
    return REASONS.get(reason or "", (reason or "no value").replace("_", " "))


def change(value: float | None, unit: str, currency: str | None) -> str:
    """A change with its sign, in the metric's unit; empty where there is nothing to compare with."""
    if value is None:
        return ""
    shown = metric(value, unit, currency)
    return shown if shown.startswith(MINUS) else f"+{shown}"


LABELS = {
    "net_revenue": "Net revenue",
    "gross_profit": "Gross profit",
    "operating_result": "Operating result",
    "net_income": "Net income",
    "operating_cash_flow": "Operating cash flow",
    "net_change_in_cash": "Net change in cash",
    "fx": "exchange",
    "ar": "receivables",
    "ar_fx": "receivables, revaluation",
    "not_applicable": "not applicable",
    "missing_journal": "nothing booked",
    "journal_without_document": "booked without document",
    "opening_cash": "Opening cash",
    "receipts_open_invoices": "Open invoices",
    "receipts_disputed": "of which disputed",
    "receipts_shipped_not_billed": "Shipped, not billed",
    "receipts_backlog": "Order backlog",
    "receipts_new_orders": "Orders not yet placed",
    "total_receipts": "Total receipts",
    "refunds": "Refunds",
    "suppliers": "Suppliers",
    "payroll": "Payroll",
    "taxes": "Taxes",
    "capex": "Capital expenditure",
    "debt_service": "Debt service",
    "other_inflows": "Other inflows",
    "other_outflows": "Other outflows",
    "net_flow": "Net flow",
    "closing_cash": "Closing cash",
    "invoice": "Invoice",
    "credit_memo": "Credit memo",
    "debit_memo": "Debit memo",
    "receipt": "Receipt",
    "reversal": "Reversal",
    "refund": "Refund",
    "write_off": "Write-off",
    "unexplained_clearing": "Cleared without counterpart",
    "due_date": "paid when due",
    "customer_delay": "usual delay of the customer",
    "run_rate": "run rate",
    "time_to_pay": "time to pay",
    "cumulative_4": "4 weeks together",
    "cumulative_13": "13 weeks together",
    **{f"week_{week}": f"Week {week}" for week in range(1, 14)},
}


def cell(value: Any, currency: str | None = None) -> str:
    """Any cell of a table as text; null is empty."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Decimal):
        return amount(value, currency)
    if isinstance(value, float):
        return number(value, 2)
    if isinstance(value, int):
        return f"{value:,}" if value >= 0 else f"{MINUS}{abs(value):,}"
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M} UTC"
    if isinstance(value, date):
        return value.isoformat()
    return LABELS.get(value, str(value))
