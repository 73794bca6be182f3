"""The forecast on a real history: 1,930 invoices of 100 customers, known at 2013-06-30.

What happened afterwards is not in the data. The figures asserted here are those of earlier origins, every
30 days from 2012-06-30, each seeing only the history before it; where an outcome lies after the cut it is
left out. Disputes are used from their opened_date, which in this set is the invoice date: an assumption.
"""

from __future__ import annotations

import csv
from dataclasses import replace
from datetime import date, timedelta

import pytest

from ingest.land import land, write_run
from ingest.warehouse import Run, Warehouse
from tests.harness.golden import PROJECT
from tests.harness.project import CLOCK, Build, CompiledProject

DATA = PROJECT.parent / "shared" / "data" / "ibm_receivables"
CUT = date(2013, 6, 30)
ORIGINS = [date(2012, 6, 30) + timedelta(30 * number) for number in range(12)]

pytestmark = pytest.mark.skipif(not DATA.exists(), reason="the data set is not here")


@pytest.fixture(scope="module")
def at_earlier_origins(compiled_project: CompiledProject, tmp_path_factory: pytest.TempPathFactory) -> Build:
    """The per-invoice forecasts at the twelve origins: the same models with these dates as origins."""
    warehouse = Warehouse(tmp_path_factory.mktemp("ibm") / "warehouse")
    warehouse.create()
    warehouse.build.write_bytes(compiled_project.template.read_bytes())
    run = Run("ibm", CLOCK, "test")
    outcome = land(DATA / "standard", warehouse, run)
    connection = warehouse.connect_build()
    write_run(connection, run)
    values = ", ".join(f"(date '{origin}')" for origin in ORIGINS)
    nodes = [
        replace(
            node,
            sql=f"""
            select origin_date, origin_date + 1 - cast((origin_date + 1 - date '1900-01-01') % 7 as integer)
                as first_week_start, false as is_published, true as is_sunday, true as is_scored,
                false as is_kept
            from (values {values}) as origins(origin_date)
            """,
        )
        if node.name == "int_forecast_origins"
        else node
        for node in compiled_project.nodes
    ]
    project = CompiledProject(nodes, compiled_project.template)
    needed = project.needed_by("forecasting")
    project.run_models(connection, lambda node: node.unique_id in needed)
    build = Build(warehouse, connection, project, outcome)
    yield build
    build.close()


def outcomes() -> dict[str, tuple[date, date | None, float]]:
    """Due date, day of settlement and amount of each invoice, from the original's own file."""
    found = {}
    with next(DATA.glob("invoices_to_*.csv")).open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            found[row["invoiceNumber"]] = (
                _day(row["DueDate"]),
                _day(row["SettledDate"]) if row["SettledDate"] else None,
                float(row["InvoiceAmount"]),
            )
    return found


def _day(text: str) -> date:
    month, day, year = (int(part) for part in text.split("/"))
    return date(year, month, day)


def test_earlier_origins_meet_the_levels_set_for_them(at_earlier_origins: Build) -> None:
    truth = outcomes()
    by_origin: dict[date, list[dict]] = {}
    for row in at_earlier_origins.rows(
        """
        select items.origin_date, items.doc_id, dates.expected_date, dates.p10_date, dates.p90_date,
            dates.probability_late, items.due_date_baseline, items.customer_delay_baseline
        from intermediate.int_forecast_open_items as items
        inner join intermediate.int_forecast_open_item_dates as dates using (origin_date, document_key)
        """
    ):
        by_origin.setdefault(row["origin_date"], []).append(row)
    assert sorted(by_origin) == ORIGINS
    errors, of_due_date, inside, widths, briers = [], [], [], [], []
    for rows in by_origin.values():
        settled = [(row, truth[row["doc_id"]]) for row in rows if truth[row["doc_id"]][1] is not None]
        assert len(settled) >= 0.94 * len(rows) > 80
        errors.append(_mean(abs((row["expected_date"] - paid).days) for row, (_, paid, _) in settled))
        of_due_date.append(
            _mean(abs((row["due_date_baseline"] - paid).days) for row, (_, paid, _) in settled)
        )
        inside.append(_mean(row["p10_date"] <= paid <= row["p90_date"] for row, (_, paid, _) in settled))
        widths.append(_mean((row["p90_date"] - row["p10_date"]).days for row in rows))
        briers.append(_mean((row["probability_late"] - (paid > due)) ** 2 for row, (due, paid, _) in settled))
    assert _mean(of_due_date) == pytest.approx(8.4, abs=0.05)
    assert _mean(errors) <= 4.7
    assert 0.71 <= _mean(inside) <= 0.88
    assert _mean(widths) <= 15
    assert _mean(briers) <= 0.12


def test_weekly_receipts_of_open_invoices(at_earlier_origins: Build) -> None:
    """Error of the thirteen weeks over what came in, mean of the origins: half that of the due date.

    Measured 0.220. With about ninety invoices open, levels of customers that are learnt from the whole
    history, what came after the origin included, still give 0.207: the rest is chance.
    """
    truth = outcomes()
    shares = at_earlier_origins.rows(
        """
        select items.origin_date, items.doc_id, weeks.horizon_week, weeks.week_start, shares.model_share,
            shares.due_date_share
        from intermediate.int_forecast_open_items as items
        inner join intermediate.int_forecast_weeks as weeks using (origin_date)
        left join intermediate.int_forecast_open_item_weeks as shares
            using (origin_date, document_key, horizon_week)
        """
    )
    wapes = {"model_share": [], "due_date_share": []}
    for origin in ORIGINS:
        rows = [row for row in shares if row["origin_date"] == origin]
        actual: dict[date, float] = {}
        for doc_id in {row["doc_id"] for row in rows}:
            _, paid, amount = truth[doc_id]
            if paid is not None:
                week = paid - timedelta(paid.weekday())
                actual[week] = actual.get(week, 0.0) + amount
        for name, found in wapes.items():
            expected: dict[date, float] = {}
            for row in rows:
                amount = truth[row["doc_id"]][2] * float(row[name] or 0)
                expected[row["week_start"]] = expected.get(row["week_start"], 0.0) + amount
            off = sum(abs(expected[week] - actual.get(week, 0.0)) for week in expected)
            found.append(off / sum(actual.values()))
    assert _mean(wapes["model_share"]) <= 0.225
    assert _mean(wapes["model_share"]) < 0.5 * _mean(wapes["due_date_share"])


def _mean(values: object) -> float:
    found = [float(value) for value in values]  # type: ignore[attr-defined]
    return sum(found) / len(found)
