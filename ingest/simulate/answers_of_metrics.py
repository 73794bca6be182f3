"""The true metrics: every metric of `rpt_kpis` per month end, for both entities and the group.

Terms are whole minor units; group terms translate balances at the rate of their day and flows month by month
at the month's mean, and add them up. Ratios are exact fractions, written with nine decimals.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

import polars as pl

from ingest.simulate.answers_of_statements import GROUP, Statements, closing_rate, mean_rate, month_before
from ingest.simulate.books import Books
from ingest.simulate.closing import period_of
from ingest.simulate.dates import month_end
from ingest.simulate.documents import Document, Receipt
from ingest.simulate.extracts_of_masters import sales_history
from ingest.simulate.frames import dates
from ingest.simulate.money import converted, divided
from ingest.simulate.settings import ALLOWANCE, DEFERRED, ENTITIES, UNBILLED

PLACES = Fraction(10**9)
# Balances carry the rate of their day, flows the mean of their month.
BALANCES = ("receivables", "current", "unapplied", "disputed", "required")

Term = dict[tuple[str, str], int]


@dataclass(frozen=True)
class Metric:
    """One metric at one date: its terms in currency units, or why it has none."""

    metric_id: str
    value: Fraction | None
    numerator: Fraction | None
    denominator: Fraction | None
    null_reason: str | None


class Terms:
    """Terms per name, period and entity id (or group), in minor units."""

    def __init__(self, books: Books, statements: Statements) -> None:
        self.books, self.statements = books, statements
        self.periods = statements.periods[1:]
        self.opening_period = statements.periods[0]
        self._found: dict[str, Term] = defaultdict(lambda: defaultdict(int))
        self._take_balances()
        self._take_documents()
        self._take_applications()
        self._take_disputes()
        self._take_ledger()
        self._take_history()
        self._translate()

    def of(self, term: str, period: str, entity: str) -> int:
        """A term in minor units; 0 where nothing happened."""
        return self._found[term].get((period, entity), 0)

    def is_known(self, term: str, period: str, entity: str) -> bool:
        """Whether a month of sales is known at all."""
        return (period, entity) in self._found[term]

    def _add(self, term: str, period: str, entity: int, amount: int) -> None:
        self._found[term][period, ENTITIES[entity - 1].legal_entity_id] += amount

    def _take_balances(self) -> None:
        for snapshot in self.books.snapshots:
            period = period_of(snapshot.day)
            for entity in ENTITIES:
                number = entity.number
                self._add("receivables", period, number, snapshot.receivables[number])
                self._add("current", period, number, snapshot.due_buckets.get((number, "current"), 0))
                self._add("unapplied", period, number, snapshot.unapplied_total[number])

    def _take_documents(self) -> None:
        for document in self.books.documents:
            if document.is_opening:
                continue
            period, value = period_of(document.posting_day), document.functional(document.gross)
            self._add("sales", period, document.entity.number, value)
            if document.doc_type != "credit_memo":
                self._add("invoiced", period, document.entity.number, value)

    def _take_applications(self) -> None:
        receipts: dict[str, Receipt] = {receipt.payment_id: receipt for receipt in self.books.receipts}
        for application in self.books.applications:
            document: Document = application.document
            number = document.entity.number
            if application.source_type != "payment":
                continue
            receipt = receipts[application.source_id]
            if quarter_of(period_of(application.day)) > quarter_of(period_of(receipt.day)):
                continue
            cash = application.relieved - document.functional(application.discount)
            period = period_of(receipt.day)
            self._add("paid", period, number, cash)
            self._add("paid_days", period, number, cash * (receipt.day - document.document_day))
            self._add("late_days", period, number, cash * (receipt.day - document.due_day))
        for write_off in self.books.write_offs:
            self._add("written_off", period_of(write_off.day), write_off.document.entity.number, 0)
        for (number, year, month), flows in self.books.rollforward.items():
            self._add("written_off", f"{year}-{month:02d}", number, -flows.get("written_off", 0))

    def _take_disputes(self) -> None:
        for dispute in self.books.disputes:
            document = dispute.document
            number, value = document.entity.number, document.functional(dispute.amount)
            self._add("deducted", period_of(dispute.opened_on), number, value)
            for snapshot in self.books.snapshots:
                if dispute.opened_on <= snapshot.day and not 0 < dispute.closed_on <= snapshot.day:
                    self._add("disputed", period_of(snapshot.day), number, value)

    def _take_ledger(self) -> None:
        statements = self.statements
        for period in self.periods:
            for entity in ENTITIES:
                number = entity.number
                income, flows = statements.income[period, number], statements.cash_flow[period, number]
                self._add("revenue", period, number, income["subtotal", "net_revenue"])
                self._add("income", period, number, income["subtotal", "net_income"])
                self._add("cash", period, number, flows["direct/total", "operating_cash_flow"])
                self._add(
                    "recognised",
                    period,
                    number,
                    statements.movement(number, UNBILLED, period)
                    + statements.movement(number, DEFERRED, period),
                )
                # the month end trues the allowance up to what the ageing requires
                self._add("required", period, number, -statements.balance(number, ALLOWANCE, period))

    def _take_history(self) -> None:
        numbers = {entity.legal_entity_id: entity.number for entity in ENTITIES}
        for identifier, period, amount in sales_history(self.books).iter_rows():
            self._add("sales", period, numbers[identifier], int(Decimal(amount) * 100))

    def _translate(self) -> None:
        for term, amounts in list(self._found.items()):
            group: dict[str, int] = defaultdict(int)
            unknown: set[str] = set()
            for (period, identifier), amount in amounts.items():
                entity = next(found.number for found in ENTITIES if found.legal_entity_id == identifier)
                try:
                    rate = self._rate(term, entity, period)
                except (KeyError, ZeroDivisionError):
                    unknown.add(period)
                    continue
                group[period] += converted(amount, *rate)
            for period, amount in group.items():
                if period not in unknown:
                    amounts[period, GROUP] = amount

    def _rate(self, term: str, entity: int, period: str) -> tuple[int, int]:
        if term in BALANCES:
            return closing_rate(self.books, entity, self.statements.last_day[period])
        if period >= self.opening_period:
            return mean_rate(self.books, entity, period)
        return self._mean_of_known_days(entity, period)

    def _mean_of_known_days(self, entity: int, period: str) -> tuple[int, int]:
        """Mean over the days that have a rate: rates begin in the middle of the year of history.

        Raises:
            ZeroDivisionError: no day has one.
        """
        year, month = int(period[:4]), int(period[5:])
        known, divisor = [], 1
        for day in range(date(year, month, 1).toordinal(), month_end(year, month) + 1):
            try:
                rate, divisor = closing_rate(self.books, entity, day)
            except KeyError:
                continue
            known.append(rate)
        return divided(sum(known), len(known)), divisor


def quarter_of(period: str) -> tuple[int, int]:
    """Year and quarter of a period."""
    return int(period[:4]), (int(period[5:]) - 1) // 3


def days_of(period: str) -> int:
    """Calendar days of a period."""
    year, month = int(period[:4]), int(period[5:])
    return month_end(year, month) - date(year, month, 1).toordinal() + 1


def months_back(period: str, months: int) -> list[str]:
    """The period and those before it, newest first."""
    found = [period]
    while len(found) < months:
        found.append(month_before(found[-1]))
    return found


def ratio(metric_id: str, numerator: int | Fraction, denominator: int | Fraction, factor: int = 1) -> Metric:
    """A metric that is a ratio of two amounts in minor units."""
    above, below = Fraction(numerator) / 100, Fraction(denominator) / 100
    if below <= 0:
        return Metric(metric_id, None, above, below, "non_positive_denominator")
    return Metric(metric_id, above / below * factor, above, below, None)


def amount_of(metric_id: str, amount: int) -> Metric:
    """A metric that is an amount in minor units."""
    return Metric(metric_id, Fraction(amount, 100), Fraction(amount, 100), None, None)


def without_history(metric_id: str) -> Metric:
    """A metric whose window is longer than what is known."""
    return Metric(metric_id, None, None, None, "insufficient_history")


def metrics_at(terms: Terms, period: str, entity: str) -> list[Metric]:
    """Every metric of an entity or the group at the end of a period."""

    def now(term: str) -> int:
        return terms.of(term, period, entity)

    receivables, current, sales = now("receivables"), now("current"), now("sales")
    opening = terms.of("receivables", month_before(period), entity)
    days, owed = days_of(period), opening + sales
    found = [
        ratio("dso_month", receivables, sales, days),
        rolling_dso(terms, period, entity, 3),
        rolling_dso(terms, period, entity, 12),
        count_back(terms, period, entity),
        ratio("best_possible_dso_month", current, sales, days),
        ratio("average_days_delinquent_month", receivables - current, sales, days),
        ratio("cei_month", owed - receivables, owed - current, 100),
        ratio("cei_month_ex_write_offs", owed - receivables - now("written_off"), owed - current, 100),
        amount_of("net_revenue_month", now("revenue")),
        amount_of("operating_cash_flow_month", now("cash")),
        ratio("ocf_to_sales_month", now("cash"), now("revenue")),
        ratio("net_income_to_sales_month", now("income"), now("revenue")),
        ratio("dispute_rate", now("disputed"), receivables, 100),
        amount_of("ecl_required", now("required")),
        amount_of("recognised_minus_invoiced_month", now("recognised")),
        amount_of("unapplied_cash", now("unapplied")),
    ]
    year = [month for month in months_back(period, 12) if month in terms.periods]
    if len(year) == 12:
        found.append(
            ratio(
                "ocf_to_sales_12m",
                sum(terms.of("cash", month, entity) for month in year),
                sum(terms.of("revenue", month, entity) for month in year),
            )
        )
    else:
        found.append(without_history("ocf_to_sales_12m"))
    return found + (quarter_metrics(terms, period, entity) if int(period[5:]) % 3 == 0 else [])


def rolling_dso(terms: Terms, period: str, entity: str, months: int) -> Metric:
    """Days sales outstanding over several months; all of them must be known."""
    metric_id = f"dso_rolling_{months}m"
    window = months_back(period, months)
    if not all(terms.is_known("sales", month, entity) for month in window):
        return without_history(metric_id)
    return ratio(
        metric_id,
        terms.of("receivables", period, entity),
        sum(terms.of("sales", month, entity) for month in window),
        sum(days_of(month) for month in window),
    )


def count_back(terms: Terms, period: str, entity: str) -> Metric:
    """Days of the newest months that the receivables use up."""
    receivables = terms.of("receivables", period, entity)
    rest, days = Fraction(receivables), Fraction(0)
    if receivables <= 0:
        return Metric("dso_countback", Fraction(0), Fraction(receivables, 100), None, None)
    for month in months_back(period, 24):
        if not terms.is_known("sales", month, entity):
            return without_history("dso_countback")
        sales = terms.of("sales", month, entity)
        if sales <= 0:
            days += days_of(month)
        elif rest >= sales:
            days += days_of(month)
            rest -= sales
        else:
            days += rest / sales * days_of(month)
            return Metric("dso_countback", days, Fraction(receivables, 100), None, None)
    return Metric("dso_countback", days, Fraction(receivables, 100), None, "exhausted")


def quarter_metrics(terms: Terms, period: str, entity: str) -> list[Metric]:
    """The metrics that stand at quarter ends only."""
    window = months_back(period, 3)
    before = month_before(window[-1])

    def total(term: str) -> int:
        return sum(terms.of(term, month, entity) for month in window)

    average = Fraction(terms.of("receivables", before, entity) + terms.of("receivables", period, entity), 2)
    made: list[Callable[[], Metric]] = [
        lambda: ratio("ar_turnover_quarter", total("sales"), average),
        lambda: ratio("days_to_pay_quarter", total("paid_days"), total("paid")),
        lambda: ratio("days_beyond_terms_quarter", total("late_days"), total("paid")),
        lambda: ratio("ocf_to_sales_quarter", total("cash"), total("revenue")),
        lambda: ratio("net_income_to_sales_quarter", total("income"), total("revenue")),
        lambda: ratio("cash_conversion_quarter", total("cash"), total("income")),
        lambda: ratio("deduction_rate_quarter", total("deducted"), total("invoiced"), 100),
    ]
    return [metric() for metric in made]


def answers_of_metrics(books: Books, statements: Statements) -> dict[str, pl.DataFrame]:
    """The metrics as `rpt_kpis` shows them."""
    terms = Terms(books, statements)
    rows = sorted(
        (
            (statements.last_day[period], entity, metric)
            for period in terms.periods
            for entity in [*(found.legal_entity_id for found in ENTITIES), GROUP]
            for metric in metrics_at(terms, period, entity)
        ),
        key=lambda row: (row[0], row[1], row[2].metric_id),
    )
    return {
        "rpt_kpis": pl.DataFrame(
            {
                "as_of": dates([day for day, _, _ in rows]),
                "legal_entity_id": [entity for _, entity, _ in rows],
                "metric_id": [metric.metric_id for _, _, metric in rows],
                "value": pl.Series([text(metric.value) for _, _, metric in rows], dtype=pl.String),
                "numerator": pl.Series([text(metric.numerator) for _, _, metric in rows], dtype=pl.String),
                "denominator": pl.Series(
                    [text(metric.denominator) for _, _, metric in rows], dtype=pl.String
                ),
                "null_reason": pl.Series([metric.null_reason for _, _, metric in rows], dtype=pl.String),
            }
        )
    }


def text(value: Fraction | None) -> str | None:
    """A number with nine decimals, rounded half away from zero."""
    if value is None:
        return None
    scaled = value * PLACES
    return f"{Decimal(divided(scaled.numerator, scaled.denominator)).scaleb(-9):f}"
