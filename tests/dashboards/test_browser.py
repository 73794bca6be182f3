"""The dashboard in a real browser: every page on several warehouses, figures, filters, downloads."""

import shutil
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import duckdb
import openpyxl
import pytest
from playwright.sync_api import Browser

from tests.dashboards.browser import PAGES, browser, look, needs_chromium, served
from tests.harness.golden import copy_extracts, expected_rows, needs_golden_quarter
from tests.harness.published import PublishedRun, tieout

pytestmark = [needs_chromium, needs_golden_quarter, pytest.mark.slow]


@pytest.fixture(scope="module")
def launched() -> Iterator[Browser]:
    """One browser for all tests of this file."""
    with browser() as found:
        yield found


@pytest.fixture(scope="module")
def golden_address(golden_run: PublishedRun) -> Iterator[str]:
    """The golden quarter, served."""
    with served(golden_run.warehouse) as address:
        yield address


@pytest.mark.parametrize("name", PAGES)
def test_a_page_of_the_golden_quarter_has_no_fault(launched: Browser, golden_address: str, name: str) -> None:
    looking = look(launched, golden_address)
    looking.open(name)
    assert (looking.exceptions(), looking.faults) == ([], [])
    assert "as of 2025-03-31" in looking.text()


def test_the_figures_of_the_overview_are_those_expected(launched: Browser, golden_address: str) -> None:
    expected = {
        row["metric_id"]: row
        for row in expected_rows("rpt_kpis")
        if row["as_of"] == "2025-03-31" and row["legal_entity_id"] == "*"
    }
    looking = look(launched, golden_address)
    looking.open("overview")
    found = 0
    for card in looking.page.locator("[data-mart=rpt_kpis]").all():
        key = dict(pair.split("=") for pair in card.get_attribute("data-key").split(";"))
        wanted = expected[key["metric_id"]][card.get_attribute("data-column")]
        shown = card.get_attribute("data-value")
        if not wanted:
            assert not shown, key
            continue
        assert abs(Decimal(shown) - Decimal(wanted)) <= abs(Decimal(wanted)) * Decimal("0.0001"), key
        found += 1
    assert found >= 8


def test_every_number_of_a_statement_is_the_cell_that_it_names(
    launched: Browser, golden_address: str
) -> None:
    expected = {
        (row["method"], row["line"]): Decimal(row["amount"])
        for row in expected_rows("rpt_cash_flow")
        if row["period"] == "2025-03" and row["legal_entity_id"] == "LE01"
    }
    looking = look(launched, golden_address)
    looking.open("cash_flow", "?entity=LE01&as_of=2025-03-31")
    shown = {}
    for cell in looking.page.locator("td[data-mart=rpt_cash_flow]").all():
        key = dict(pair.split("=") for pair in cell.get_attribute("data-key").split(";"))
        text = cell.inner_text().replace(",", "").replace("−", "-")
        shown[key["method"], key["line"]] = Decimal(text)
    assert shown == expected


def test_filters_are_in_the_link_and_survive_reload_and_navigation(
    launched: Browser, golden_address: str
) -> None:
    looking = look(launched, golden_address)
    looking.open("overview")
    looking.page.wait_for_url("**/?as_of=2025-03-31&*entity=*")
    looking.open("receivables", "?as_of=2025-02-28&entity=LE01")
    assert "as of 2025-02-28, LE01" in looking.text()
    looking.page.reload()
    looking.wait()
    assert "as of 2025-02-28, LE01" in looking.text()
    looking.page.get_by_role("link", name="Ledger").click()
    looking.page.wait_for_url("**/ledger*as_of=2025-02-28*")
    looking.wait()
    assert "as of 2025-02-28, LE01" in looking.text()
    looking.page.go_back()
    looking.wait()
    assert "as_of=2025-02-28" in looking.page.url


def test_a_link_whose_values_are_gone_says_so(launched: Browser, golden_address: str) -> None:
    looking = look(launched, golden_address)
    looking.open("overview", "?entity=LE77&run=20200101T000000Z-0001")
    shown = looking.text()
    assert "LE77, which does not exist" in shown
    assert "superseded" in shown


def test_a_download_opens_and_equals_the_page(launched: Browser, golden_address: str, tmp_path: Path) -> None:
    looking = look(launched, golden_address)
    looking.open("cash_flow", "?entity=LE01&as_of=2025-03-31")
    with looking.page.expect_download() as waiting:
        looking.page.get_by_role("button", name="xlsx").first.click()
    waiting.value.save_as(tmp_path / "cash_flow.xlsx")
    book = openpyxl.load_workbook(tmp_path / "cash_flow.xlsx")
    rows = list(book["rpt_cash_flow"].iter_rows(values_only=True))
    expected = {
        row["line"]: float(row["amount"])
        for row in expected_rows("rpt_cash_flow")
        if (row["period"], row["legal_entity_id"], row["method"]) == ("2025-03", "LE01", "direct")
    }
    assert {row[1]: row[2] for row in rows[1:]} == expected
    about = {row[0].value: row[1].value for row in book["About"].iter_rows()}
    assert (about["As of"], about["Filter: entity"]) == ("2025-03-31", "LE01")


def test_a_version_whose_marts_have_no_rows_says_so(
    launched: Browser, golden_run: PublishedRun, tmp_path: Path
) -> None:
    warehouse = tmp_path / "warehouse"
    warehouse.mkdir()
    shutil.copyfile(golden_run.warehouse / "published.duckdb", warehouse / "published.duckdb")
    with duckdb.connect(str(warehouse / "published.duckdb")) as connection:
        tables = connection.execute(
            """
            select schema_name || '.' || table_name from duckdb_tables()
            where schema_name in ('marts', 'dashboard', 'intermediate')
            """
        ).fetchall()
        for (name,) in tables:
            connection.execute(f"delete from {name}")
    with served(warehouse) as address:
        looking = look(launched, address)
        for name in PAGES:
            looking.open(name)
            assert (looking.exceptions(), looking.faults) == ([], []), name
            assert "holds no figures" in looking.text(), name


def test_an_empty_warehouse_says_what_to_do(launched: Browser, tmp_path: Path) -> None:
    warehouse = tmp_path / "warehouse"
    with served(warehouse) as address:
        looking = look(launched, address)
        for name in PAGES:
            looking.open(name)
            assert (looking.exceptions(), looking.faults) == ([], [])
            assert "tieout run EXTRACTS" in looking.text()


def test_a_new_publication_appears_in_open_sessions_and_a_stopped_run_is_said(
    launched: Browser, golden_run: PublishedRun, golden_february: PublishedRun, tmp_path: Path
) -> None:
    warehouse = tmp_path / "warehouse"
    shutil.copytree(golden_run.warehouse, warehouse)
    extracts = copy_extracts(tmp_path)
    assert golden_february.exit_status == 0, golden_february.output
    with served(warehouse) as address:
        sessions = [look(launched, address), look(launched, address)]
        for session in sessions:
            session.open("overview")
            assert golden_run.summary["run_id"] in session.text()
        # as a run publishes: a finished file takes the place of the one that is there
        shutil.copyfile(golden_february.warehouse / "published.duckdb", tmp_path / "next.duckdb")
        (tmp_path / "next.duckdb").replace(warehouse / "published.duckdb")
        for session in sessions:
            session.page.reload()
            session.wait()
            assert golden_february.summary["run_id"] in session.text()
            assert "superseded" in session.text()
            assert (session.exceptions(), session.faults) == ([], [])
        (extracts / "books" / "manifest.csv").write_text(
            (extracts / "books" / "manifest.csv").read_text().replace("payments,7,", "payments,8,")
        )
        stopped = tieout("run", extracts, "--as-of", "2025-02-28", "--json", warehouse=warehouse)
        assert stopped.exit_status == 1
        sessions[0].open("overview")
        assert "was not published" in sessions[0].text()
