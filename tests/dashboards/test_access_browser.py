"""Users who sign in see only their entities, in a real browser: by page, link, search, trace and export.

What reaches a browser is judged by what the server sends, every message of it, not by what is drawn.
"""

import csv
import json
import os
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import pytest
from oidc_provider_mock import User, run_server_in_thread
from playwright.sync_api import Browser, BrowserContext, WebSocket

from dashboards.access import NOT_SIGNED_IN, PUBLIC, SIGN_IN, SIGN_OUT
from tests.dashboards.browser import (
    PAGES,
    PARTS,
    PATIENCE,
    Looking,
    browser,
    free_port,
    look,
    needs_chromium,
    served,
    serving,
    watching,
)
from tests.harness.golden import PROJECT, needs_golden_quarter
from tests.harness.published import PublishedRun

pytestmark = [needs_chromium, pytest.mark.slow]

ANNA, BEN, VERA, EVE = "anna", "ben", "vera", "eve"
OWN = {ANNA: "LE01", BEN: "LE02"}
OTHER = {ANNA: "LE02", BEN: "LE01"}
ROLES = """\
users:
  Anna@company.example: {entities: [LE01], duties: [analyst]}
  ben@company.example: {entities: [LE02], duties: [controller]}
  vera@company.example: {entities: all, duties: [FP&A]}
"""
IDS = re.compile(r"[A-Z][A-Za-z0-9_]*(?:-[A-Za-z0-9]+)+")


@dataclass
class Session:
    """A browser of one user, and everything that the server sent it."""

    user: str
    context: BrowserContext
    looking: Looking
    received: list[str] = field(default_factory=list)

    def has_received(self, names: set[str]) -> set[str]:
        """Which of the names (numbers of documents, or words) the server sent since the last question."""
        found: set[str] = set()
        for message in self.received:
            found |= names & set(IDS.findall(message))
            found |= {name for name in names if " " in name and name in message}
        self.received.clear()
        return found


@dataclass(frozen=True)
class Office:
    """A served dashboard with a sign-in, and a browser for each user."""

    address: str
    warehouse: Path
    sessions: dict[str, Session]
    names: dict[str, set[str]]
    samples: dict[str, dict[str, str]]


@pytest.fixture(scope="module")
def launched() -> Iterator[Browser]:
    """One browser for all tests of this file."""
    with browser() as found:
        yield found


@pytest.fixture(scope="module")
def office(
    launched: Browser, demonstration_run: PublishedRun, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Office]:
    """The company's dashboard behind a sign-in, with all users signed in who may."""
    folder = tmp_path_factory.mktemp("office")
    warehouse = folder / "warehouse"
    warehouse.mkdir(mode=0o700)
    for name in ("published.duckdb", "runs"):
        (warehouse / name).symlink_to(demonstration_run.warehouse / name)
    users = [
        User(sub=name, claims={"email": f"{name}@company.example", "email_verified": True})
        for name in (ANNA, BEN, VERA, EVE)
    ]
    port = free_port()
    (folder / "roles.yml").write_text(ROLES)
    with run_server_in_thread(user_claims=users) as provider:
        (folder / "secrets.toml").write_text(
            f"""
            [auth]
            redirect_uri = "http://localhost:{port}/oauth2callback"
            cookie_secret = "{os.urandom(32).hex()}"
            client_id = "tieout"
            client_secret = "known to the provider"
            server_metadata_url = "http://localhost:{provider.server_port}/.well-known/openid-configuration"
            """
        )
        files = ("--secrets", str(folder / "secrets.toml"), "--roles", str(folder / "roles.yml"))
        options = (*files, "--address", "0.0.0.0")
        with served(warehouse, *options, port=port) as address:
            sessions = {name: session_of(launched, address, name) for name in (ANNA, BEN, VERA, EVE)}
            names, samples = told_apart(demonstration_run.warehouse)
            yield Office(address, warehouse, sessions, names, samples)
            for session in sessions.values():
                session.context.close()


def session_of(launched: Browser, address: str, user: str) -> Session:
    """A browser of its own, with its own cookies, that keeps what it is sent."""
    context = launched.new_context(viewport={"width": 1440, "height": 900}, accept_downloads=True)
    session = Session(user, context, watching(context.new_page(), address))

    def listen(socket: WebSocket) -> None:
        socket.on("framereceived", lambda sent: session.received.append(as_text(sent)))

    session.looking.page.on("websocket", listen)
    return session


def as_text(sent: str | bytes) -> str:
    return sent if isinstance(sent, str) else sent.decode("utf-8", errors="replace")


def sign_in(session: Session, *, expected: str) -> None:
    """Sign in by the provider's form, where a session is not signed in yet."""
    page = session.looking.page
    page.goto(session.looking.address)
    button, heading = page.get_by_role("button", name=SIGN_IN), page.get_by_role("heading", name=expected)
    button.or_(heading).first.wait_for(timeout=PATIENCE)
    if button.count():
        button.click()
        page.wait_for_url("**/oauth2/authorize*", timeout=PATIENCE)
        page.locator("input[name=sub]").first.fill(session.user)
        page.get_by_role("button", name="Authorize").click()
        page.wait_for_url(f"{session.looking.address}/**", timeout=PATIENCE)
    heading.first.wait_for(timeout=PATIENCE)


def entered(office: Office, user: str) -> Session:
    """A session that is signed in and has its first page drawn."""
    session = office.sessions[user]
    sign_in(session, expected="Overview")
    session.looking.wait()
    return session


def told_apart(warehouse: Path) -> tuple[dict[str, set[str]], dict[str, dict[str, str]]]:
    """The numbers and names that only one of the entities has, and some to ask for; read past all roles."""
    relations = {
        "order": ("intermediate.int_orders", "order_id"),
        "document": ("intermediate.int_ar_documents", "doc_id"),
        "receipt": ("intermediate.int_receipts", "payment_id"),
        "application": ("intermediate.int_applications", "application_id"),
        "journal": ("intermediate.int_journal_lines", "journal_id"),
    }
    names: dict[str, set[str]] = {"LE01": set(), "LE02": set()}
    samples: dict[str, dict[str, str]] = {"LE01": {}, "LE02": {}}
    with duckdb.connect(str(warehouse / "published.duckdb"), read_only=True) as connection:
        for kind, (relation, column) in relations.items():
            rows = connection.execute(
                f"select legal_entity_id, {column} from {relation} where {column} is not null order by all"
            ).fetchall()
            for entity, name in rows:
                names[entity].add(name)
                samples[entity].setdefault(kind, name)
        customers = connection.execute(
            """
            select names.name, names.customer_id, min(documents.legal_entity_id)
            from marts.dim_customer as names
            inner join marts.fct_ar_documents as documents on names.customer_key = documents.customer_key
            group by all having count(distinct documents.legal_entity_id) = 1
            order by all"""
        ).fetchall()
        for name, number, entity in customers:
            names[entity].add(name)
            samples[entity] |= {"customer": number, "customer's name": name}
        for entity, name in connection.execute(
            "select legal_entity_id, name from marts.dim_legal_entity"
        ).fetchall():
            names[entity].add(name)
        for entity, bank_line in connection.execute(
            """
            select receipts.legal_entity_id, min(lines.entry_ref)
            from intermediate.int_bank_statement_lines as lines
            inner join intermediate.int_receipts as receipts on lines.receipt_key = receipts.receipt_key
            group by receipts.legal_entity_id"""
        ).fetchall():
            samples[entity]["bank line"] = bank_line
    shared = names["LE01"] & names["LE02"]
    return {entity: own - shared for entity, own in names.items()}, samples


# Signing in


def test_who_is_not_signed_in_sees_nothing_on_any_page(launched: Browser, office: Office) -> None:
    session = session_of(launched, office.address, "nobody")
    for name in ("", "receivables?entity=LE01", "document?document=" + office.samples["LE01"]["document"]):
        session.looking.page.goto(f"{office.address}/{name}")
        session.looking.page.get_by_role("heading", name=NOT_SIGNED_IN.title, level=1).wait_for(
            timeout=PATIENCE
        )
        session.looking.page.get_by_role("button", name=SIGN_IN).wait_for(timeout=PATIENCE)
        assert session.looking.page.locator("[data-testid=stSidebarNav]").count() == 0
    asked = {office.samples["LE01"]["document"]}
    assert session.has_received(office.names["LE01"] | office.names["LE02"]) <= asked
    session.context.close()


def test_who_is_not_in_the_roles_file_sees_nothing_and_can_sign_out(office: Office) -> None:
    session = office.sessions[EVE]
    sign_in(session, expected="You have no access to this dashboard")
    session.looking.page.get_by_text("eve@company.example").first.wait_for(timeout=PATIENCE)
    assert session.has_received(office.names["LE01"] | office.names["LE02"]) == set()
    session.looking.page.get_by_role("button", name=SIGN_OUT).click()
    session.looking.page.wait_for_url("**/oauth2/end_session*", timeout=PATIENCE)
    session.looking.page.goto(office.address)
    session.looking.page.get_by_role("button", name=SIGN_IN).wait_for(timeout=PATIENCE)


# By page, link, search, trace and export


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("user", [ANNA, BEN])
def test_a_page_holds_nothing_of_other_entities(office: Office, user: str, name: str) -> None:
    session = entered(office, user)
    # every part for one user; for the other the one that opens first
    for part in PARTS.get(name, ("",)) if user == ANNA else ("",):
        session.looking.open(name, f"?part={part}" if part else "")
        assert session.looking.exceptions() == [], part
        assert session.has_received(office.names[OTHER[user]]) == set(), part


def test_the_same_pages_hold_both_entities_for_a_user_of_all(office: Office) -> None:
    """What the test above looks for is there to be found."""
    session = entered(office, VERA)
    found: set[str] = set()
    for page, part in (("receivables", "open_items"), ("orders", "backlog"), ("customer", "statement")):
        session.looking.open(page, f"?entity=*&part={part}")
        found |= session.has_received(office.names["LE01"] | office.names["LE02"])
    assert {"Nordlicht Messtechnik GmbH", "Nordlicht Instruments Inc"} < found
    for entity in ("LE01", "LE02"):
        assert len(found & office.names[entity]) > 10


@pytest.mark.parametrize("user", [ANNA, BEN])
@pytest.mark.parametrize("asked", ["other", "*"])
def test_a_link_to_what_is_not_the_users_shows_the_users_own(office: Office, user: str, asked: str) -> None:
    session = entered(office, user)
    entity = OTHER[user] if asked == "other" else asked
    session.looking.open("receivables", f"?entity={entity}")
    assert f"{entity}, which does not exist here" in session.looking.text()
    assert f"entity={OWN[user]}" in session.looking.page.url
    assert session.has_received(office.names[OTHER[user]]) == set()


@pytest.mark.parametrize("kind", ["order", "document", "receipt", "application", "journal", "bank line"])
@pytest.mark.parametrize("user", [ANNA, BEN])
def test_search_and_trace_find_the_users_own_and_nothing_else(office: Office, user: str, kind: str) -> None:
    session = entered(office, user)
    own, other = (office.samples[entity][kind] for entity in (OWN[user], OTHER[user]))
    session.looking.open("document", f"?document={own}")
    assert own in session.looking.text()
    assert session.has_received(office.names[OWN[user]])
    session.looking.open("document", f"?document={other}")
    assert f"Nothing that was delivered is called {other}" in session.looking.text()
    assert session.has_received(office.names[OTHER[user]]) <= {other}


@pytest.mark.parametrize("user", [ANNA, BEN])
def test_a_customer_of_another_entity_is_neither_shown_nor_found(office: Office, user: str) -> None:
    session = entered(office, user)
    number, name = (office.samples[OTHER[user]][kind] for kind in ("customer", "customer's name"))
    session.looking.open("customer", f"?customer={number}")
    assert session.has_received(office.names[OTHER[user]]) == set()
    search = session.looking.page.get_by_label("Search by name or number")
    search.fill(name)
    search.press("Enter")
    session.looking.page.get_by_text(f"with {name} in it").wait_for(timeout=PATIENCE)
    assert session.has_received(office.names[OTHER[user]]) <= {name}


def test_bank_accounts_are_masked_for_an_analyst_and_not_for_a_controller(office: Office) -> None:
    texts = {}
    for user in (ANNA, BEN):
        session = entered(office, user)
        session.looking.open("document", f"?document={office.samples[OWN[user]]['bank line']}")
        texts[user] = session.looking.text()
    assert "account ••••" in texts[ANNA]
    assert re.search(r"account \d+", texts[BEN]) and "••••" not in texts[BEN]


@pytest.mark.parametrize("user", [ANNA, BEN])
def test_an_export_holds_the_users_own_rows_and_is_logged(office: Office, user: str) -> None:
    session = entered(office, user)
    log = office.warehouse / "exports.jsonl"
    before = len(log.read_text().splitlines()) if log.exists() else 0
    exported: set[str] = set()
    files = []
    for page, query in (
        ("document", f"?document={office.samples[OWN[user]]['document']}"),
        ("receivables", "?part=open_items"),
        ("controls", "?part=all"),
    ):
        session.looking.open(page, query)
        buttons = session.looking.page.get_by_role("button", name="csv", exact=True)
        buttons.first.wait_for(timeout=PATIENCE)
        for position in range(buttons.count()):
            with session.looking.page.expect_download(timeout=PATIENCE) as waiting:
                buttons.nth(position).click()
            files.append(waiting.value.suggested_filename)
            with Path(waiting.value.path()).open(newline="", encoding="utf-8") as file:
                exported |= {cell for row in csv.reader(file) for cell in row}
    assert exported & office.names[OWN[user]]
    assert exported & office.names[OTHER[user]] == set()
    lines = [json.loads(line) for line in log.read_text().splitlines()][before:]
    assert [line["file"] for line in lines] == files
    for line in lines:
        assert (line["user"], line["entities"]) == (f"{user}@company.example", [OWN[user]])
        assert line["filters"]["entity"] == OWN[user]
        assert line["run_id"] and line["as_of"] and line["rows"] > 0


# Without a sign-in


@needs_golden_quarter
def test_an_app_started_for_every_address_shows_nothing(
    launched: Browser, golden_run: PublishedRun, tmp_path: Path
) -> None:
    port = free_port()
    command = [
        *(sys.executable, "-m", "streamlit", "run", str(PROJECT / "dashboards" / "app.py")),
        *("--server.address=0.0.0.0", f"--server.port={port}", "--server.headless=true"),
        *("--browser.gatherUsageStats=false", f"--secrets.files={os.devnull}"),
    ]
    warehouse = ["env", f"TIEOUT_WAREHOUSE={golden_run.warehouse}", f"PYTHONPATH={PROJECT}"]
    with serving([*warehouse, *command], port, tmp_path / "server.log") as address:
        session = session_of(launched, address, "nobody")
        for name in PAGES:
            session.looking.page.goto(f"{address}/{'' if name == 'overview' else name}")
            session.looking.page.get_by_role("heading", name=PUBLIC.title, level=1).wait_for(timeout=PATIENCE)
            session.looking.page.get_by_text("tieout dashboard").first.wait_for(timeout=PATIENCE)
        assert session.has_received({"Golden Quarter GmbH", "INV-1001"}) == set()
        session.context.close()


@needs_golden_quarter
def test_without_a_sign_in_an_export_on_this_machine_is_logged_too(
    launched: Browser, golden_run: PublishedRun, tmp_path: Path
) -> None:
    warehouse = tmp_path / "warehouse"
    warehouse.mkdir()
    for name in ("published.duckdb", "runs"):
        (warehouse / name).symlink_to(golden_run.warehouse / name)
    with served(warehouse) as address:
        looking = look(launched, address)
        looking.open("ledger", "?entity=LE01")
        with looking.page.expect_download(timeout=PATIENCE) as waiting:
            looking.page.get_by_role("button", name="xlsx", exact=True).first.click()
        name = waiting.value.suggested_filename
    [line] = [json.loads(one) for one in (warehouse / "exports.jsonl").read_text().splitlines()]
    assert (line["file"], line["run_id"]) == (name, golden_run.summary["run_id"])
    assert line["user"].startswith("local user ") and line["entities"] == "all"
