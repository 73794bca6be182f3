"""The golden quarter, run as a user runs it: what is published equals the worked example to the cent."""

from collections.abc import Iterator
from decimal import Decimal

import duckdb
import pytest

from tests.harness.golden import (
    KEYS,
    complete_marts,
    differences,
    equal,
    expected_rows,
    mart_rows,
    needs_golden_quarter,
)
from tests.harness.published import PublishedRun

pytestmark = needs_golden_quarter


@pytest.fixture
def published(golden_run: PublishedRun) -> Iterator[duckdb.DuckDBPyConnection]:
    """What the run published, opened as any reader opens it."""
    with duckdb.connect(str(golden_run.warehouse / "published.duckdb"), read_only=True) as connection:
        yield connection


def test_the_run_publishes(golden_run: PublishedRun) -> None:
    assert golden_run.exit_status == 0, golden_run.output
    summary = golden_run.summary
    assert summary["published"] is True
    assert summary["as_of"] == "2025-03-31"
    assert summary["rows_landed"] == 305
    assert summary["rows_quarantined"] == 0
    assert summary["controls_failed"] == 0
    assert summary["controls_blocking_failed"] == 0
    assert summary["controls_passed"] > 15


@pytest.mark.parametrize("mart", KEYS)
def test_a_mart_equals_the_worked_example(published: duckdb.DuckDBPyConnection, mart: str) -> None:
    is_complete = mart in complete_marts()
    found = differences(expected_rows(mart), mart_rows(published, mart), KEYS[mart], is_complete)
    assert found == []


def test_open_items_at_the_end_of_march_are_those_of_the_example(
    published: duckdb.DuckDBPyConnection,
) -> None:
    # worked_example.md F.5: document, open EUR, days past due, age
    rows = published.execute(
        """
        select doc_id, open_amount_functional, days_past_due, age_days
        from marts.rpt_ar_open_items
        where as_of = date '2025-03-31'
        order by doc_id
        """
    ).fetchall()
    assert rows == [
        ("INV-1001", Decimal("366.00"), 50, 80),
        ("INV-1004", Decimal("20.70"), 45, 59),
        ("INV-1006", Decimal("1130.50"), -6, 24),
        ("INV-1007", Decimal("565.25"), -27, 3),
    ]


# worked_example.md F.5: as of, basis, the five buckets from the youngest, total
AGEING = """
2024-12-31 due_date         0.00 1190.00    0.00    0.00    0.00 1190.00
2024-12-31 invoice_date     0.00 1190.00    0.00    0.00         1190.00
2025-01-31 due_date      4573.32    0.00 1190.00    0.00    0.00 5763.32
2025-01-31 invoice_date  4573.32    0.00 1190.00    0.00         5763.32
2025-02-28 due_date      2856.00 4207.50    0.00 1190.00    0.00 8253.50
2025-02-28 invoice_date  4676.70 2386.80    0.00 1190.00         8253.50
2025-03-31 due_date      1695.75    0.00  386.70    0.00    0.00 2082.45
2025-03-31 invoice_date  1695.75   20.70  366.00    0.00         2082.45
"""
BUCKETS = {
    "due_date": ["current", "1-30", "31-60", "61-90", "90+"],
    "invoice_date": ["0-30", "31-60", "61-90", "90+"],
}


@pytest.mark.parametrize("line", AGEING.strip().splitlines(), ids=lambda line: "-".join(line.split()[:2]))
def test_the_ageing_is_that_of_the_worked_example(published: duckdb.DuckDBPyConnection, line: str) -> None:
    as_of, basis, *amounts = line.split()
    *by_bucket, total = map(Decimal, amounts)
    rows = published.execute(
        """
        select bucket, amount from marts.rpt_ar_aging
        where as_of = ? and legal_entity_id = 'LE01' and basis = ?
        """,
        [as_of, basis],
    ).fetchall()
    assert dict(rows) == dict(zip(BUCKETS[basis], by_bucket, strict=True))
    assert sum(amount for _, amount in rows) == total


# worked_example.md F.3 and F.6: receivables as booked, at each date
@pytest.mark.parametrize(
    ("as_of", "receivables"),
    [
        ("2024-12-31", "1190.00"),
        ("2025-01-31", "5763.32"),
        ("2025-02-28", "8253.50"),
        ("2025-03-31", "2082.45"),
    ],
)
def test_three_ways_to_the_receivables_agree(
    published: duckdb.DuckDBPyConnection, as_of: str, receivables: str
) -> None:
    found = published.execute(
        """
        select
            (select closing_balance from marts.rpt_trial_balance
             where as_of = $1 and legal_entity_id = 'LE01' and account_id = '1100'),
            (select subledger from marts.rpt_subledger_tie_out
             where as_of = $1 and legal_entity_id = 'LE01' and control_account = 'ar'),
            (select sum(open_amount_functional) from marts.rpt_ar_open_items where as_of = $1)
        """,
        [as_of],
    ).fetchone()
    assert found == (Decimal(receivables),) * 3


@pytest.mark.parametrize(
    ("macro", "report", "key"),
    [
        ("ar_open_items_at", "rpt_ar_open_items", ["doc_id"]),
        ("ar_aging_at", "rpt_ar_aging", ["legal_entity_id", "basis", "bucket"]),
        ("trial_balance_at", "rpt_trial_balance", ["legal_entity_id", "account_id"]),
    ],
)
@pytest.mark.parametrize("as_of", ["2024-12-31", "2025-01-31", "2025-02-28", "2025-03-31"])
def test_a_table_macro_equals_its_report(
    published: duckdb.DuckDBPyConnection, macro: str, report: str, key: list[str], as_of: str
) -> None:
    columns = [row[0] for row in published.execute(f"describe marts.{report}").fetchall()]
    names, order = ", ".join(columns), ", ".join(key)
    reported = published.execute(
        f"select {names} from marts.{report} where as_of = ? and legal_entity_id <> '*' order by {order}",
        [as_of],
    ).fetchall()
    asked = published.execute(f"select {names} from marts.{macro}(cast(? as date)) order by {order}", [as_of])
    assert asked.fetchall() == reported
    assert reported != []


def test_between_two_month_ends_a_table_macro_takes_the_day(published: duckdb.DuckDBPyConnection) -> None:
    # 10 March 2025: INV-1005 was paid on that day; PMT-06 for INV-1003 and APP-08 for INV-1001 come later
    rows = published.execute(
        """
        select doc_id, open_amount, open_amount_functional
        from marts.ar_open_items_at(date '2025-03-10')
        order by doc_id
        """
    ).fetchall()
    assert rows == [
        ("INV-0900", Decimal("1190.00"), Decimal("1190.00")),
        ("INV-1001", Decimal("466.00"), Decimal("466.00")),
        ("INV-1003", Decimal("2000.00"), Decimal("1920.80")),
        ("INV-1004", Decimal("20.70"), Decimal("20.70")),
        ("INV-1006", Decimal("1130.50"), Decimal("1130.50")),
    ]


def test_what_was_known_at_the_end_of_february_lacks_what_came_later(
    published: duckdb.DuckDBPyConnection,
) -> None:
    columns = "legal_entity_id, doc_id, open_amount, open_amount_functional"

    def known_on(moment: str) -> list[tuple]:
        known = f"select {columns} from marts.ar_open_items_known(date '2025-03-31', cast(? as timestamp))"
        return published.execute(f"{known} order by doc_id", [moment]).fetchall()

    def reported(as_of: str) -> list[tuple]:
        report = f"select {columns} from marts.rpt_ar_open_items where as_of = ?"
        return published.execute(f"{report} order by doc_id", [as_of]).fetchall()

    assert known_on("2025-02-28 23:59:59.999999") == reported("2025-02-28")
    assert known_on("2025-03-31 23:59:59.999999") == reported("2025-03-31")
    assert reported("2025-02-28") != reported("2025-03-31")


DSO = [
    row
    for row in (expected_rows("rpt_kpis") if not needs_golden_quarter.args[0] else [])
    if row["metric_id"].startswith("dso_") and row["legal_entity_id"] == "LE01"
]


@pytest.mark.parametrize("expected", DSO, ids=lambda row: f"{row['as_of']}-{row['metric_id']}")
def test_dso_of_any_date_is_that_of_the_worked_example(
    published: duckdb.DuckDBPyConnection, expected: dict[str, str]
) -> None:
    rows = published.execute(
        """
        select value, numerator, denominator, null_reason
        from marts.dso_at(cast(? as date))
        where legal_entity_id = 'LE01' and metric_id = ?
        """,
        [expected["as_of"], expected["metric_id"]],
    ).fetchall()
    assert len(rows) == 1
    value, numerator, denominator, null_reason = rows[0]
    if expected["value"]:
        assert float(value) == pytest.approx(float(expected["value"]), rel=1e-4)
    else:
        assert value is None
    for stated, found in [(expected["numerator"], numerator), (expected["denominator"], denominator)]:
        if stated:
            assert abs(Decimal(stated) - found) <= Decimal("0.005")
        else:
            assert found is None
    assert equal(expected["null_reason"], null_reason)
