"""Every page in a real browser, on both companies: no fault, sums that hold, numbers that are cells."""

from collections.abc import Iterator
from decimal import Decimal

import duckdb
import pytest
from playwright.sync_api import Browser, Locator

from tests.dashboards.browser import PAGES, PARTS, PATIENCE, browser, look, needs_chromium, served
from tests.harness.golden import needs_golden_quarter
from tests.harness.published import PublishedRun

pytestmark = [needs_chromium, needs_golden_quarter, pytest.mark.slow]

PAGES_AND_PARTS = [(name, part) for name in PAGES for part in PARTS.get(name, ("",))]
# parts that show numbers of the demonstration company as HTML, or print the first of them so
NUMBERS = {
    "overview": ("",),
    "receivables": PARTS["receivables"],
    "customer": ("open_items", "statement", "behaviour", "forecast"),
    "cash_forecast": PARTS["cash_forecast"],
    "cash_flow": ("statement", "waterfall", "ratios"),
    "orders": PARTS["orders"],
    "ledger": ("statements", "tie_outs", "budget", "profitability"),
}
SCHEMAS = ("marts", "dashboard")
MACROS = ("ar_aging_at", "ar_open_items_at", "trial_balance_at", "dso_at", "cash_forecast_scenario")


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


@pytest.fixture(scope="module")
def demonstration_address(demonstration_run: PublishedRun) -> Iterator[str]:
    """The demonstration company, served."""
    with served(demonstration_run.warehouse) as address:
        yield address


@pytest.mark.parametrize(("name", "part"), PAGES_AND_PARTS)
def test_a_part_of_a_page_has_no_fault(
    launched: Browser, golden_address: str, demonstration_address: str, name: str, part: str
) -> None:
    for address, query in ((golden_address, "entity=LE01"), (demonstration_address, "entity=*")):
        looking = look(launched, address)
        looking.open(name, f"?{query}" + (f"&part={part}" if part else ""))
        assert (looking.exceptions(), looking.faults) == ([], []), query
        assert raw_names(looking.text()) == []
        looking.page.close()


def raw_names(text: str) -> list[str]:
    """Words on a page that look like columns: joined by underscores, no file name, no name of an icon."""
    return [
        word
        for word in text.split()
        if not word.startswith("keyboard_")
        and "_" in word.strip(".,:;()")
        and "/" not in word
        and "." not in word.strip(".,")
        and word.islower()
    ]


def key_of(cell: Locator) -> dict[str, str]:
    """The key that a number names."""
    return dict(pair.split("=", 1) for pair in (cell.get_attribute("data-key") or "").split(";"))


def cells_of(root: Locator) -> list[dict[str, str]]:
    """Every number under an element: mart, column, key, value."""
    return root.locator("[data-mart]").evaluate_all("all => all.map(one => ({...one.dataset}))")


def stored(connection: duckdb.DuckDBPyConnection, cell: dict[str, str]) -> object:
    """What the published version holds at the place that a number names."""
    mart = cell["mart"]
    [(schema,)] = connection.execute(
        "select table_schema from information_schema.tables where table_name = ? and table_schema in ?",
        [mart, list(SCHEMAS)],
    ).fetchall()
    pairs = [pair.split("=", 1) for pair in cell["key"].split(";")]
    conditions = " and ".join(
        f"cast({name} as varchar) = ?" if value else f"{name} is null" for name, value in pairs
    )
    found = connection.execute(
        f"select {cell['column']} from {schema}.{mart} where {conditions}",
        [value for _, value in pairs if value],
    ).fetchall()
    assert len(found) == 1, (cell, found)
    return found[0][0]


@pytest.mark.parametrize(
    ("name", "part"), [(name, part) for name, parts in NUMBERS.items() for part in parts]
)
def test_every_number_is_the_cell_that_it_names(
    launched: Browser, demonstration_address: str, demonstration_run: PublishedRun, name: str, part: str
) -> None:
    looking = look(launched, demonstration_address)
    looking.open(name, f"?entity=LE02&part={part}" if part else "?entity=LE02")
    assert (looking.exceptions(), looking.faults) == ([], [])
    cells = cells_of(looking.page.locator("[data-testid=stMain]"))
    looking.page.close()
    named = [
        cell for cell in cells if cell["mart"] not in MACROS and cell.get("value") and "=" in cell["key"]
    ]
    assert named
    with duckdb.connect(demonstration_run.warehouse / "published.duckdb", read_only=True) as connection:
        for cell in named:
            if cell["mart"] == "rpt_control_results":
                continue
            expected = stored(connection, cell)
            assert Decimal(cell["value"]) == Decimal(str(expected)), cell


def test_receivables_and_overdue_are_the_sums_of_their_documents(
    launched: Browser, golden_address: str
) -> None:
    looking = look(launched, golden_address)
    looking.open("overview", "?entity=LE01")
    cards = {
        (key_of(card)["metric_id"], card.get_attribute("data-column")): Decimal(
            card.get_attribute("data-value") or "0"
        )
        for card in looking.page.locator(".card [data-mart=rpt_kpis]").all()
    }
    looking.open("receivables", "?entity=LE01&part=open_items")
    items = [
        {cell["column"]: Decimal(cell["value"]) for cell in cells_of(row)}
        for row in looking.page.locator("table.tieout tbody tr").all()
    ]
    assert sum(item["open_amount_functional"] for item in items) == cards["dso_month", "numerator"]
    overdue = sum(item["open_amount_functional"] for item in items if item.get("days_past_due", 0) > 0)
    assert overdue == cards["average_days_delinquent_month", "numerator"]
    looking.open("receivables", "?entity=LE01&part=unapplied")
    unapplied = looking.page.locator("[data-column=unapplied_functional]").all()
    total = sum(Decimal(cell.get_attribute("data-value") or "0") for cell in unapplied)
    assert total == cards["unapplied_cash", "value"]


def test_ageing_of_the_segments_sums_to_that_of_all(
    launched: Browser, demonstration_address: str, demonstration_run: PublishedRun
) -> None:
    with duckdb.connect(demonstration_run.warehouse / "published.duckdb", read_only=True) as connection:
        segments = [
            row[0]
            for row in connection.execute(
                "select distinct segment from dashboard.cut_ageing where legal_entity_id = 'LE01'"
            ).fetchall()
        ]
    sums: dict[str, Decimal] = {}
    for segment in segments:
        looking = look(launched, demonstration_address)
        looking.open("receivables", f"?entity=LE01&part=ageing&segment={segment}")
        for cell in cells_of(looking.page.locator("[data-testid=stMain]")):
            bucket = cell["key"].split("basis=")[1].split(";segment")[0]
            sign = -1 if segment == "all" else 1
            sums[bucket] = sums.get(bucket, Decimal(0)) + sign * Decimal(cell["value"])
        looking.page.close()
    assert len(segments) > 2
    assert set(sums.values()) == {Decimal(0)}


def test_a_day_between_month_ends_is_shown_where_it_can_be(launched: Browser, golden_address: str) -> None:
    looking = look(launched, golden_address)
    looking.open("receivables", "?entity=LE01&as_of=2025-03-14&part=ageing")
    assert "as of 2025-03-14" in looking.text()
    assert looking.page.locator("[data-mart=ar_aging_at]").count() == 9
    looking.open("cash_flow", "?entity=LE01&as_of=2025-03-14")
    assert "You see 2025-02-28, the last one before 2025-03-14" in looking.text()


def test_the_currency_view_is_in_the_link_and_in_the_figures(
    launched: Browser, demonstration_address: str
) -> None:
    looking = look(launched, demonstration_address)
    looking.open("overview", "?entity=LE02")
    assert "in USD" in looking.text()
    own = looking.page.locator("[data-key*=net_revenue_month]").get_attribute("data-value")
    looking.open("overview", "?entity=LE02&view=reporting")
    assert "in EUR" in looking.text()
    assert "view=reporting" in looking.page.url
    translated = looking.page.locator("[data-key*=net_revenue_month]")
    assert translated.get_attribute("data-mart") == "cut_reporting_kpis"
    assert translated.get_attribute("data-value") != own


def test_a_customer_is_found_by_name_and_opened_by_a_link(
    launched: Browser, demonstration_address: str
) -> None:
    looking = look(launched, demonstration_address)
    looking.open("receivables", "?entity=LE01&part=customers")
    name = looking.page.locator("table.tieout td a").first.inner_text()
    looking.page.locator("table.tieout td a").first.click()
    looking.page.wait_for_url("**/customer?*customer=*")
    looking.wait()
    assert name in looking.page.locator("h3").first.inner_text()
    looking.page.get_by_label("Search by name or number").fill("no such customer")
    looking.page.keyboard.press("Enter")
    looking.page.get_by_text("No customer of this entity has a name").wait_for()
    looking.page.close()


def test_a_customer_slower_by_a_quarter_lowers_the_cash_of_the_scenario(
    launched: Browser, demonstration_address: str
) -> None:
    looking = look(launched, demonstration_address)
    looking.open("cash_forecast", "?entity=LE01&part=scenarios")
    rows = looking.page.locator("table.tieout tbody tr")

    def last_balance() -> tuple[Decimal, Decimal]:
        cells = {(cell["mart"], cell["column"]): Decimal(cell["value"]) for cell in cells_of(rows.last)}
        return cells["cut_cash_weeks", "closing_cash"], cells["cash_forecast_scenario", "expected"]

    base, scenario = last_balance()
    assert base == scenario
    looking.page.locator("[data-testid=stSlider] input").first.press("End")
    looking.page.wait_for_function(
        "base => [...document.querySelectorAll('table.tieout tbody tr')].at(-1)"
        ".querySelectorAll('[data-column=expected]')[1].dataset.value !== base",
        arg=str(scenario),
        timeout=PATIENCE,
    )
    looking.wait()
    assert "scenario_delay=56" in looking.page.url
    base_after, slower = last_balance()
    assert base_after == base
    assert slower < base


def test_a_choice_in_the_filter_bar_goes_into_the_link_and_along_to_other_pages(
    launched: Browser, demonstration_address: str
) -> None:
    looking = look(launched, demonstration_address)
    looking.open("overview")
    looking.page.locator("[data-testid=stSelectbox]").nth(1).click()
    looking.page.get_by_role("option", name="LE02").click()
    looking.page.wait_for_url("**/?*entity=LE02*")
    looking.wait()
    assert "LE02" in looking.text() and "in USD" in looking.text()
    looking.page.get_by_role("link", name="Cash flow", exact=True).click()
    looking.page.wait_for_url("**/cash_flow?*entity=LE02*")
    looking.wait()
    looking.page.locator("[data-testid=stSelectbox]").nth(0).click()
    looking.page.get_by_role("option", name="2024-06-30").click()
    looking.page.wait_for_url("**/cash_flow?*as_of=2024-06-30*")
    looking.wait()
    assert "as of 2024-06-30, LE02" in looking.text()
    assert looking.page.locator("[data-key*='period=2024-06']").count() > 10
