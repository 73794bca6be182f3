"""A dashboard that is being served, and a real browser that looks at it."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.harness.published import TIEOUT

CHROMIUM = shutil.which("chromium")
needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="Debian's chromium is not installed")
PAGES = (
    *("overview", "receivables", "customer", "document", "cash_forecast", "cash_flow"),
    *("orders", "ledger", "controls", "data"),
)
PARTS = {
    "receivables": ("dso", "ageing", "rollforward", "customers", "open_items", "unapplied"),
    "customer": ("open_items", "statement", "behaviour", "forecast", "disputes"),
    "cash_forecast": ("outlook", "lines", "scenarios", "accuracy", "bridge", "worklist"),
    "cash_flow": ("statement", "waterfall", "ratios"),
    "orders": ("funnel", "backlog", "cycles", "trends", "patterns"),
    "ledger": ("statements", "trial_balance", "tie_outs", "differences", "budget", "profitability"),
    "controls": ("status", "all", "one", "faults"),
    "data": ("deliveries", "freshness", "quarantine", "lineage"),
}
PATIENCE = 120_000
# The last thing that a page draws says which page it was and what of the link it was drawn from.
DRAWN = """() => {
    if (document.querySelector("[data-testid=stException]")) return true
    const end = [...document.querySelectorAll("[data-drawn]")].at(-1)
    if (!end || document.querySelector("[data-stale=true], [data-testid=stSkeleton]")) return false
    if (document.querySelector("[data-testid=stApp]").dataset.testScriptState !== "notRunning") return false
    const asked = location.pathname.replaceAll("/", "") || "overview"
    if (end.dataset.drawn !== asked) return false
    const link = new URLSearchParams(location.search)
    return Object.entries(JSON.parse(end.dataset.link)).every(([name, value]) => link.get(name) === value)
}"""


@dataclass
class Looking:
    """A browser page on a served dashboard; `faults` are what it complained about."""

    page: Page
    address: str
    faults: list[str] = field(default_factory=list)

    def open(self, name: str, query: str = "") -> None:
        """Open a page of the dashboard and wait until it is drawn."""
        path = "" if name == "overview" else name
        self.page.goto(f"{self.address}/{path}{query}")
        self.wait()

    def wait(self) -> None:
        """Wait until the page is drawn and nothing runs any more."""
        self.page.wait_for_function(DRAWN, timeout=PATIENCE)

    def wait_for_charts(self) -> None:
        """Wait until every chart is drawn."""
        self.page.wait_for_function(
            "[...document.querySelectorAll('[data-testid=stVegaLiteChart]')]"
            ".every(chart => chart.querySelector('canvas, svg'))",
            timeout=PATIENCE,
        )

    def text(self) -> str:
        """Everything that is to be read on the page."""
        return self.page.locator("[data-testid=stMain]").inner_text()

    def exceptions(self) -> list[str]:
        """What Streamlit shows of an exception in a page."""
        return [one.inner_text() for one in self.page.locator("[data-testid=stException]").all()]


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as free:
        free.bind(("localhost", 0))
        return int(free.getsockname()[1])


@contextlib.contextmanager
def served(warehouse: Path, *options: str, port: int | None = None) -> Iterator[str]:
    """Serve a warehouse directory, on a free port unless one is given; gives the address."""
    port = port or free_port()
    command = [
        *(str(TIEOUT), "dashboard", "--warehouse", str(warehouse), "--port", str(port), "--no-browser"),
        *options,
    ]
    with serving(command, port, warehouse.parent / f"server-{port}.log") as address:
        yield address


@contextlib.contextmanager
def serving(command: list[str], port: int, log_file: Path) -> Iterator[str]:
    """Run a command that serves the dashboard on a port until the end of the block; gives the address."""
    log = log_file.open("w")
    server = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
    )
    address = f"http://localhost:{port}"
    try:
        for _ in range(480):
            with contextlib.suppress(urllib.error.URLError, ConnectionError, TimeoutError):
                urllib.request.urlopen(f"{address}/_stcore/health", timeout=2)
                break
            assert server.poll() is None, log_file.read_text()
            time.sleep(0.25)
        yield address
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        try:
            server.wait(timeout=20)
        except subprocess.TimeoutExpired:
            os.killpg(server.pid, signal.SIGKILL)
        log.close()


@contextlib.contextmanager
def browser() -> Iterator[Browser]:
    """A headless chromium."""
    with sync_playwright() as driver:
        launched = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield launched
        launched.close()


def look(launched: Browser, address: str) -> Looking:
    """A session of its own on a served dashboard."""
    return watching(launched.new_page(viewport={"width": 1440, "height": 900}), address)


def watching(page: Page, address: str) -> Looking:
    """A page of a browser on a served dashboard, whose complaints are noted."""
    looking = Looking(page, address)

    def note(message) -> None:
        # Streamlit probes its own addresses below deep links first
        if message.type == "error" and "_stcore" not in str(message.location.get("url", "")):
            looking.faults.append(f"{message.text} ({message.location.get('url')})")

    looking.page.on("console", note)
    looking.page.on("pageerror", lambda error: looking.faults.append(str(error)))
    return looking
