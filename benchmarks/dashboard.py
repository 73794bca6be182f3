"""The dashboard in a real browser: first page, change of a filter, memory of a server with five sessions."""

import os
import subprocess
import time
from pathlib import Path
from statistics import median

from benchmarks.report import Measurement
from tests.dashboards.browser import Looking, browser, free_port, look, served

FIRST_PAGE_LIMIT, CHANGE_LIMIT, MEMORY_LIMIT = 2.0, 1.0, 1.5
SESSIONS = 5
PAGES = ("overview", "receivables", "cash_forecast", "cash_flow", "orders", "ledger")


def measure(warehouse: Path) -> list[Measurement]:
    """Seconds for the first page and for another entity on each page, and the memory after all that."""
    port = free_port()
    with served(warehouse, port=port) as address, browser() as launched:
        looking = look(launched, address)
        started = time.perf_counter()
        looking.open("overview")
        first_page = time.perf_counter() - started
        changes = {}
        for name in PAGES:
            looking.open(name)
            entities = entities_to_choose(looking)
            changes[name] = median(seconds_to_choose(looking, entity) for entity in entities[1:] * 2)
        others = [look(launched, address) for _ in range(SESSIONS - 1)]
        for session in others:
            for name in PAGES:
                session.open(name)
        memory = resident_memory(port)
    slowest = max(changes, key=changes.__getitem__)
    return [
        Measurement(
            "First page of the dashboard",
            f"{first_page:.2f} s",
            f"{FIRST_PAGE_LIMIT:.0f} s",
            first_page <= FIRST_PAGE_LIMIT,
            "from the request to the last thing drawn, in a browser on the same machine",
        ),
        Measurement(
            "Another entity chosen on a page",
            f"{changes[slowest]:.2f} s",
            f"{CHANGE_LIMIT:.0f} s",
            changes[slowest] <= CHANGE_LIMIT,
            "the slowest page, median of its changes; "
            + ", ".join(f"{name} {seconds:.2f} s" for name, seconds in changes.items()),
        ),
        Measurement(
            f"Memory of the server with {SESSIONS} sessions",
            f"{memory:.2f} GiB",
            f"{MEMORY_LIMIT} GiB",
            memory <= MEMORY_LIMIT,
            "resident, after each session has seen six pages",
        ),
    ]


def entities_to_choose(looking: Looking) -> list[str]:
    """The entries of the filter, the chosen one first."""
    open_entities(looking)
    found = [one.inner_text() for one in looking.page.locator("[role=option]").all()]
    looking.page.keyboard.press("Escape")
    return found


def open_entities(looking: Looking) -> None:
    """Unfold the list of entities."""
    box = looking.page.locator("[data-testid=stSelectbox]").filter(has_text="Entity").first
    box.locator("input").click()
    looking.page.locator("[role=option]").first.wait_for()


def seconds_to_choose(looking: Looking, entity: str) -> float:
    """Seconds from the click on an entity, chosen from the first one, until the page is drawn again."""
    for one in (looking.page.locator("[role=option]").first, None):
        open_entities(looking)
        option = one or looking.page.locator("[role=option]").filter(has_text=entity).first
        link = looking.page.url
        started = time.perf_counter()
        option.click()
        looking.page.wait_for_timeout(20)
        if one is None:
            looking.page.wait_for_function("before => location.href !== before", arg=link, timeout=20_000)
        looking.wait()
        seconds = time.perf_counter() - started
    return seconds


def resident_memory(port: int) -> float:
    """Resident memory in GiB of the processes that serve on a port."""
    shown = subprocess.run(
        ["ps", "-eo", "rss=,args="], capture_output=True, text=True, check=True, env=os.environ
    ).stdout
    sizes = [int(line.split()[0]) for line in shown.splitlines() if f"--server.port={port}" in line]
    return sum(sizes) / 2**20
