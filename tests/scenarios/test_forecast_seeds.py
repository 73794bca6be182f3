"""The forecast on demonstration companies of seeds that were not used while it was developed."""

from __future__ import annotations

import os
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest

from ingest.simulate import make_company
from ingest.simulate.company import simulate
from ingest.simulate.settings import SIZES
from tests.harness.payment_floor import TruePayments
from tests.harness.project import CompiledProject

pytestmark = pytest.mark.skipif(
    os.environ.get("TIEOUT_SEEDS") != "all", reason="ten companies take minutes; TIEOUT_SEEDS=all runs them"
)
# Used while developing, and so not here: 11 to 16, 21 to 26 and the default seed of the demonstration.
SEEDS = [101, 202, 303, 404, 505, 606, 707, 808, 909, 1010]
WEEKS = 8


@dataclass
class Errors:
    """Sums over origins and seeds: absolute errors and actuals, by week and of four weeks together."""

    by_week: float = 0.0
    actual_by_week: float = 0.0
    of_four: float = 0.0
    actual_of_four: float = 0.0

    def add(self, expected: list[float], actual: list[float]) -> None:
        """Add the weeks of one origin."""
        self.by_week += sum(abs(left - right) for left, right in zip(expected, actual, strict=True))
        self.actual_by_week += sum(actual)
        self.of_four += abs(sum(expected[:4]) - sum(actual[:4]))
        self.actual_of_four += sum(actual[:4])

    @property
    def wapes(self) -> tuple[float, float]:
        """WAPE of single weeks and of four weeks together."""
        return self.by_week / self.actual_by_week, self.of_four / self.actual_of_four


@dataclass
class Measured:
    """What all seeds together show."""

    open_invoices: dict[str, Errors] = field(default_factory=lambda: defaultdict(Errors))
    total: dict[tuple[str, str], list[float]] = field(default_factory=lambda: defaultdict(lambda: [0.0, 0.0]))
    inside: int = 0
    intervals: int = 0
    over: float = 0.0
    received: float = 0.0


@pytest.fixture(scope="module")
def measured(compiled_project: CompiledProject, tmp_path_factory: pytest.TempPathFactory) -> Measured:
    """Backtests of all seeds: origins with half a year of history or more, all eight weeks over."""
    found = Measured()
    needed = compiled_project.needed_by("cash")
    for seed in SEEDS:
        folder: Path = tmp_path_factory.mktemp(f"seed_{seed}")
        make_company(folder, seed=seed)
        build = compiled_project.build(
            folder / "extracts", folder, only=lambda node: node.unique_id in needed
        )
        truth = TruePayments(simulate(SIZES["small"], seed))
        rows = build.rows(
            """
            select backtest.origin_date, model, line, horizon_week, expected, p10, p90, actual
            from marts.rpt_cash_forecast_backtest as backtest
            where legal_entity_id = '*' and line in ('receipts_open_invoices', 'total_receipts')
                and origin_date >= date '2023-06-30'
            """
        )
        build.close()
        _add_open_invoices(found, rows, truth)
        _add_totals(found, rows)
        _add_run_rate_of_unbilled(found, rows)
    return found


def _add_open_invoices(found: Measured, rows: list[dict], truth: TruePayments) -> None:
    forecasts: dict = defaultdict(dict)
    for row in rows:
        if row["line"] == "receipts_open_invoices" and row["horizon_week"] <= WEEKS:
            forecasts[row["origin_date"], row["model"]][row["horizon_week"]] = row
    for origin in sorted({origin for origin, _ in forecasts}):
        product = forecasts[origin, "product"]
        if any(product[week]["actual"] is None for week in range(1, WEEKS + 1)):
            continue
        first_days = [(origin + timedelta(1 + 7 * week)).toordinal() for week in range(WEEKS)]
        actual = truth.actual(origin.toordinal(), first_days)
        found.open_invoices["floor"].add(truth.expected(origin.toordinal(), first_days), actual)
        for model in ("product", "time_to_pay", "customer_delay", "due_date"):
            weeks = forecasts[origin, model]
            expected = [
                100 * float(weeks[week + 1]["expected"]) if week + 1 in weeks else 0.0
                for week in range(WEEKS)
            ]
            found.open_invoices[model].add(expected, actual)


def _add_totals(found: Measured, rows: list[dict]) -> None:
    sums: dict = defaultdict(lambda: [0.0, 0.0, 0])
    for row in rows:
        if row["line"] != "total_receipts" or row["actual"] is None:
            continue
        expected, actual = float(row["expected"]), float(row["actual"])
        for span, weeks in (("cumulative_4", 4), ("cumulative_13", 13)):
            if row["horizon_week"] <= weeks:
                pair = sums[row["origin_date"], row["model"], span]
                pair[0] += expected
                pair[1] += actual
                pair[2] += 1
        if row["model"] == "product":
            found.over += expected - actual
            found.received += actual
            if row["p10"] is not None:
                found.intervals += 1
                found.inside += row["p10"] <= row["actual"] <= row["p90"]
    for (_, model, span), (expected, actual, weeks) in sums.items():
        if weeks == int(span.split("_")[1]):
            found.total[model, span][0] += abs(expected - actual)
            found.total[model, span][1] += actual


def _add_run_rate_of_unbilled(found: Measured, rows: list[dict]) -> None:
    """Customer delay on open invoices plus what business not yet billed brought at the last 26 origins."""
    expected: dict = defaultdict(dict)
    total: dict = defaultdict(dict)
    unbilled: dict = defaultdict(dict)
    for row in rows:
        origin, week = row["origin_date"], row["horizon_week"]
        if row["model"] == "customer_delay" and row["line"] == "receipts_open_invoices":
            expected[origin][week] = float(row["expected"])
        if row["model"] == "product" and row["actual"] is not None:
            sign = 1 if row["line"] == "total_receipts" else -1
            unbilled[origin][week] = unbilled[origin].get(week, 0.0) + sign * float(row["actual"])
            if sign == 1:
                total[origin][week] = float(row["actual"])
    for span, weeks in (("cumulative_4", range(1, 5)), ("cumulative_13", range(1, 14))):
        for origin in sorted(total):
            earlier = {
                week: [
                    unbilled[past][week]
                    for past in sorted(total)
                    if past + timedelta(7 * week) <= origin and week in total[past]
                ][-26:]
                for week in weeks
            }
            if all(week in total[origin] for week in weeks) and all(earlier.values()):
                forecast = sum(
                    expected[origin].get(week, 0.0) + sum(seen) / len(seen) for week, seen in earlier.items()
                )
                product = sum(
                    float(row["expected"])
                    for row in rows
                    if (row["origin_date"], row["model"], row["line"])
                    == (origin, "product", "total_receipts")
                    and row["horizon_week"] in weeks
                )
                actual = sum(total[origin][week] for week in weeks)
                for model, value in (("unbilled_run_rate", forecast), ("product_beside_it", product)):
                    found.total[model, span][0] += abs(value - actual)
                    found.total[model, span][1] += actual


def test_receipts_from_open_invoices(measured: Measured) -> None:
    """Skill over due date and customer delay, and how near the floor."""
    wapes = {model: errors.wapes for model, errors in measured.open_invoices.items()}
    for span in (0, 1):
        assert wapes["product"][span] <= 0.8 * wapes["due_date"][span]
        assert wapes["product"][span] < wapes["customer_delay"][span]
    # measured 1.054 and 1.088
    assert wapes["product"][0] <= 1.10 * wapes["floor"][0]
    assert wapes["product"][1] <= 1.10 * wapes["floor"][1]


def test_total_receipts(measured: Measured) -> None:
    """Better than the run rate, and than customer delay with either line of unbilled business."""
    wapes = {key: off / actual for key, (off, actual) in measured.total.items()}
    for span in ("cumulative_4", "cumulative_13"):
        assert wapes["product", span] < wapes["run_rate", span]
        assert wapes["product_beside_it", span] < wapes["unbilled_run_rate", span]
        assert wapes["product", span] < wapes["customer_delay", span]


def test_intervals_and_bias(measured: Measured) -> None:
    assert 0.77 <= measured.inside / measured.intervals <= 0.83
    assert abs(measured.over / measured.received) <= 0.03
