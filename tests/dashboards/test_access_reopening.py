"""A run that publishes while the dashboard is open: both sessions show it, and no page mixes two versions."""

import json
import shutil
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from playwright.sync_api import Browser

from ingest import evidence
from ingest.warehouse import Warehouse
from tests.dashboards.browser import Looking, browser, look, needs_chromium, served
from tests.harness.golden import needs_golden_quarter
from tests.harness.published import PublishedRun

pytestmark = [needs_chromium, needs_golden_quarter, pytest.mark.slow]


@pytest.fixture(scope="module")
def launched() -> Iterator[Browser]:
    """One browser for all tests of this file."""
    with browser() as found:
        yield found


def run_of(number: int) -> str:
    return f"20250401T060000Z-{number:04d}"


def publish(number: int, original: Path, warehouse: Path) -> None:
    """Publish a version in which every figure of the pages' cuts is the number of its run."""
    partial = warehouse / f"being_written_{number}.duckdb"
    shutil.copyfile(original, partial)
    with duckdb.connect(str(partial)) as connection:
        connection.execute("update raw.finished_build set run_id = ?", [run_of(number)])
        connection.execute("update dashboard.cut_figures set value = ? where value is not null", [number])
    partial.replace(warehouse / "published.duckdb")


def seen(session: Looking) -> tuple[str, set[float]]:
    """The run that a page names, and the metrics that it shows."""
    values = session.page.locator("[data-mart=rpt_kpis][data-value]").evaluate_all(
        "cards => cards.map(card => card.dataset.value).filter(value => value !== '')"
    )
    [run] = [line.split()[1].rstrip(",") for line in session.text().splitlines() if line.startswith("Run ")]
    return run, {float(value) for value in values}


def test_versions_that_are_published_meanwhile_appear_whole_in_every_open_session(
    launched: Browser, golden_run: PublishedRun, tmp_path: Path
) -> None:
    warehouse = tmp_path / "warehouse"
    warehouse.mkdir()
    original = golden_run.warehouse / "published.duckdb"
    publish(1, original, warehouse)
    pages: list[tuple[str, set[float]]] = []
    is_over = threading.Event()

    def keep_publishing() -> None:
        number = 1
        while not is_over.wait(timeout=0.5):
            number += 1
            publish(number, original, warehouse)

    with served(warehouse) as address:
        sessions = [look(launched, address), look(launched, address)]
        publisher = threading.Thread(target=keep_publishing)
        for session in sessions:
            session.open("overview")
        publisher.start()
        try:
            until = time.monotonic() + 60
            while len({run for run, _ in pages}) < 4 and time.monotonic() < until:
                for session in sessions:
                    session.page.reload()
                    session.wait()
                    pages.append(seen(session))
        finally:
            is_over.set()
            publisher.join()
        last = max(int(run.rpartition("-")[2]) for run, _ in pages) + 1000
        publish(last, original, warehouse)
        # what a user does next shows it: another page in one session, the same one again in the other
        sessions[0].page.get_by_role("link", name="Cash flow", exact=True).click()
        sessions[1].page.reload()
        for session in sessions:
            session.page.get_by_text(f"Run {run_of(last)}").first.wait_for()
            session.wait()
            assert (session.exceptions(), session.faults) == ([], [])
        pages.append(seen(sessions[1]))
    assert len({run for run, _ in pages}) >= 4
    for run, values in pages:
        assert values == {float(run.rpartition("-")[2])}, run


@pytest.mark.parametrize(
    ("outcome", "said"),
    [
        (evidence.STOPPED, "was not published: a blocking control failed"),
        (evidence.REFUSED, "built nothing: a delivered file was refused"),
    ],
)
def test_a_last_run_that_was_not_published_is_said_on_top(
    launched: Browser, golden_run: PublishedRun, tmp_path: Path, outcome: str, said: str
) -> None:
    warehouse = Warehouse(tmp_path / "warehouse")
    warehouse.create()
    warehouse.published.symlink_to(golden_run.warehouse / "published.duckdb")
    later = warehouse.runs / "20991231T000000Z-9999"
    later.mkdir()
    (later / evidence.RUN_FILE).write_text(json.dumps({"run_id": later.name, "outcome": outcome}))
    with served(warehouse.path) as address:
        session = look(launched, address)
        session.open("overview")
        assert f"The last run, {later.name}, {said}" in session.text()
        assert f"You see run {golden_run.summary['run_id']}" in session.text()
