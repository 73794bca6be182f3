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
PAGES = ("overview", "receivables", "document", "cash_flow", "orders", "ledger", "controls", "data")
PATIENCE = 60_000


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
        self.page.wait_for_selector("h1", timeout=PATIENCE)
        self.page.wait_for_function(
            "document.querySelector('[data-testid=stApp]')?.dataset.testScriptState === 'notRunning'"
            " && !document.querySelector('[data-stale=true]')",
            timeout=PATIENCE,
        )

    def text(self) -> str:
        """Everything that is to be read on the page."""
        return self.page.locator("[data-testid=stMain]").inner_text()

    def exceptions(self) -> list[str]:
        """What Streamlit shows of an exception in a page."""
        return [one.inner_text() for one in self.page.locator("[data-testid=stException]").all()]


@contextlib.contextmanager
def served(warehouse: Path) -> Iterator[str]:
    """Serve a warehouse directory on a free port; gives the address."""
    with socket.socket() as free:
        free.bind(("localhost", 0))
        port = free.getsockname()[1]
    log = (warehouse.parent / f"server-{port}.log").open("w")
    server = subprocess.Popen(
        [TIEOUT, "dashboard", "--warehouse", str(warehouse), "--port", str(port), "--no-browser"],
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    address = f"http://localhost:{port}"
    try:
        for _ in range(240):
            with contextlib.suppress(urllib.error.URLError, ConnectionError):
                urllib.request.urlopen(f"{address}/_stcore/health", timeout=2)
                break
            assert server.poll() is None, Path(log.name).read_text()
            time.sleep(0.25)
        yield address
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(timeout=20)
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
    looking = Looking(launched.new_page(viewport={"width": 1440, "height": 900}), address)

    def note(message) -> None:
        # Streamlit probes its own addresses below deep links first
        if message.type == "error" and "_stcore" not in str(message.location.get("url", "")):
            looking.faults.append(f"{message.text} ({message.location.get('url')})")

    looking.page.on("console", note)
    looking.page.on("pageerror", lambda error: looking.faults.append(str(error)))
    return looking
