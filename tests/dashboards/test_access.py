"""Who is let in: the roles file, the sign-in, the address that is served, and the log of exports."""

import json
import stat
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from dashboards import access
from dashboards.access import Refusal, admitted
from dashboards.export_log import record
from ingest import serve
from ingest.errors import SettingsError, UsageError
from ingest.export import Origin
from ingest.roles import Access, Duty, access_of_operator, read_roles
from ingest.sign_in import ROLES_VARIABLE, SECRETS_VARIABLE, SignIn, check_address, is_local, read_sign_in
from ingest.warehouse import Warehouse
from tests.harness.golden import PROJECT
from tests.harness.published import tieout

ROLES = """\
users:
  Anna@company.example: {entities: [LE01], duties: [analyst]}
  ben@company.example:
    entities: all
    duties: [controller, FP&A]
"""
SECRETS = """\
[auth]
redirect_uri = "https://tieout.company.example/oauth2callback"
cookie_secret = "0123456789abcdef0123456789abcdef"
client_id = "tieout"
client_secret = "known to the provider"
server_metadata_url = "https://login.company.example/.well-known/openid-configuration"
"""


def written(folder: Path, roles: str = ROLES, secrets: str = SECRETS) -> SignIn:
    (folder / "roles.yml").write_text(roles)
    (folder / "secrets.toml").write_text(secrets)
    return SignIn(folder / "secrets.toml", folder / "roles.yml")


# The roles file


def test_users_have_entities_and_duties_whatever_the_case_of_their_address(tmp_path):
    users = read_roles(written(tmp_path).roles)
    assert users == {
        "anna@company.example": Access(
            "anna@company.example", frozenset({"LE01"}), frozenset({Duty.ANALYST})
        ),
        "ben@company.example": Access("ben@company.example", None, frozenset({Duty.CONTROLLER, Duty.FPA})),
    }
    anna, ben = users.values()
    assert (anna.scope.sees_group, anna.scope.sees_bank_details) == (False, False)
    assert (ben.scope.sees_group, ben.scope.sees_bank_details) == (True, True)


USER = "users:\n  anna@company.example:\n    "


@pytest.mark.parametrize(
    ("text", "line", "found", "expected"),
    [
        ("", 1, "nothing", "`users:` with at least one user"),
        ("users:\n", 1, "nothing", "at least one user"),
        ("people: {}\n", 1, "`people`", "users"),
        ("users: [anna]\n", 1, "a list", "for each user"),
        ("users:\n  anna: {entities: all, duties: [admin]}\n", 2, "`anna`", "an e-mail address"),
        ("users:\n  a@b.c: {entities: all, duties: [admin]}\n  A@b.c: {entities: all, duties: [admin]}\n",
         3, "`A@b.c`", "each user once"),
        ("users:\n  a@b.c: {entities: all, duties: [admin]}\n  a@b.c: {entities: all, duties: [admin]}\n",
         3, "`a@b.c`", "each name once"),
        ("users:\n  a@b.c: all\n", 2, "`a@b.c`", "`entities` and `duties`"),
        (USER + "duties: [admin]\n", 2, "`anna@company.example`", "`entities` below the user"),
        (USER + "entities: all\n", 2, "`anna@company.example`", "`duties` below the user"),
        (USER + "entities: all\n    duties: []\n", 4, "a list", "a list of duties"),
        (USER + "entities: []\n    duties: [admin]\n", 3, "a list", "or a list of legal entities"),
        (USER + "entities: LE01\n    duties: [admin]\n", 3, "`LE01`", "or a list of legal entities"),
        (USER + "entities: ['*']\n    duties: [admin]\n", 3, "`*`", "write `entities: all`"),
        (USER + "entities: [LE01, all]\n    duties: [admin]\n", 3, "`all`", "write `entities: all`"),
        (USER + "entities: [LE01, LE01]\n    duties: [admin]\n", 3, "`LE01`", "each entity once"),
        (USER + "entities: all\n    duties: [boss]\n", 4, "`boss`", "analyst, FP&A, controller, admin"),
        (USER + "entities: all\n    duties: admin\n", 4, "`admin`", "a list of duties"),
        (USER + "entities: all\n    role: [admin]\n", 4, "`role`", "entities, duties"),
        ("users: {a@b.c\n", 2, "", "YAML"),
    ],
)  # fmt: skip
def test_a_roles_file_that_cannot_be_used_is_refused_with_line_and_reason(
    tmp_path, text, line, found, expected
):
    path = written(tmp_path, text).roles
    with pytest.raises(SettingsError) as caught:
        read_roles(path)
    error = caught.value
    assert (error.file, found in error.found, expected in error.expected) == (str(path), True, True), error
    assert error.next_step and error.line is not None and abs(error.line - line) <= (not found), error


def test_a_roles_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(SettingsError, match=r"absent\.yml: .*found no such file, expected a roles file"):
        read_roles(tmp_path / "absent.yml")


# The address and the files of the sign-in


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        *(
            (address, True)
            for address in ("localhost", "LOCALHOST.", "127.0.0.1", "127.9.9.9", "::1", "[::1]")
        ),
        *((address, False) for address in (None, "", "0.0.0.0", "::", "10.1.2.3", "tieout.company.example")),
        *((address, False) for address in ("localhost.evil.example", "127.0.0.1.evil.example", "unix:///s")),
    ],
)
def test_which_addresses_only_this_machine_reaches(address, expected):
    assert is_local(address) is expected


def test_a_public_address_is_refused_without_a_sign_in(tmp_path):
    check_address("localhost", None)
    check_address("0.0.0.0", written(tmp_path))
    with pytest.raises(UsageError, match=r"public address 0\.0\.0\.0 and no sign-in.*--secrets and --roles"):
        check_address("0.0.0.0", None)


def test_the_command_refuses_a_public_address_before_it_serves(tmp_path):
    ended = tieout("dashboard", "--no-browser", "--address", "0.0.0.0", warehouse=tmp_path / "warehouse")
    assert ended.exit_status == 2
    assert "no sign-in" in ended.output and "README, section Access" in ended.output


def test_a_sign_in_is_both_files_or_none(tmp_path):
    files = written(tmp_path)
    assert read_sign_in(None, None) is None
    assert read_sign_in(files.secrets, files.roles) == files
    for given in ((files.secrets, None), (None, files.roles)):
        with pytest.raises(UsageError, match="expected both, or neither"):
            read_sign_in(*given)


@pytest.mark.parametrize(
    ("change", "column", "expected"),
    [
        (("[auth]", "[other]"), "auth.redirect_uri", "a section"),
        (("oauth2callback", ""), "auth.redirect_uri", "/oauth2callback"),
        (("0123456789abcdef0123456789abcdef", "short"), "auth.cookie_secret", "at least 32"),
        (('client_secret = "known to the provider"', ""), "auth.client_secret", "one"),
        (('client_id = "tieout"', "client_id = 5"), "auth.client_id", "one"),
        (("https://login", "http://login"), "auth.server_metadata_url", "https"),
        (("client_id =", "client_id"), None, "TOML"),
    ],
)
def test_secrets_that_cannot_be_used_are_refused(tmp_path, change, column, expected):
    files = written(tmp_path, secrets=SECRETS.replace(*change))
    with pytest.raises(SettingsError) as caught:
        read_sign_in(files.secrets, files.roles)
    assert (caught.value.file, caught.value.column) == (str(files.secrets), column)
    assert expected in caught.value.expected
    assert "known to the provider" not in str(caught.value)


def test_secrets_do_not_lie_in_the_project(tmp_path):
    files = written(tmp_path)
    with pytest.raises(SettingsError, match="outside of it"):
        read_sign_in(PROJECT / "secrets.toml", files.roles)


def served_with(monkeypatch, warehouse: Path, **options: Any) -> tuple[list[str], dict[str, str]]:
    """The command and environment that the server would be started with."""
    calls: list[tuple[list[str], dict[str, str]]] = []

    def run(command: list[str], *, env: dict[str, str], check: bool) -> SimpleNamespace:
        calls.append((command, env))
        return SimpleNamespace(returncode=0)

    monkeypatch.setattr(serve.subprocess, "run", run)
    serve.serve(Warehouse(warehouse), port=8501, opens_browser=False, **options)
    return calls[0]


def test_without_a_sign_in_only_local_names_are_answered_and_no_secrets_are_read(monkeypatch, tmp_path):
    monkeypatch.setenv(ROLES_VARIABLE, "/left/over")
    command, environment = served_with(monkeypatch, tmp_path)
    assert "--server.address=localhost" in command
    assert "--server.allowedHosts=localhost" in command and "--secrets.files=/dev/null" in command
    assert "--client.disableDataExport=true" in command
    assert not {ROLES_VARIABLE, SECRETS_VARIABLE} & environment.keys()


def test_with_a_sign_in_the_server_gets_both_files_and_shows_no_tracebacks(monkeypatch, tmp_path, capsys):
    files = written(tmp_path)
    (tmp_path / "warehouse").mkdir(mode=0o755)
    command, environment = served_with(monkeypatch, tmp_path / "warehouse", address="0.0.0.0", sign_in=files)
    assert {f"--secrets.files={files.secrets}", "--server.address=0.0.0.0"} <= set(command)
    assert "--client.showErrorDetails=none" in command
    assert environment[ROLES_VARIABLE] == str(files.roles)
    assert "chmod 700" in capsys.readouterr().err
    (tmp_path / "warehouse").chmod(0o700)
    served_with(monkeypatch, tmp_path / "warehouse", sign_in=files)
    assert capsys.readouterr().err == ""


# Who is let in


class FakeStreamlit:
    """What Streamlit knows of a session: options, secrets, the user that it vouches for, the request."""

    def __init__(
        self,
        *,
        address: str | None = "localhost",
        host: str = "localhost:8501",
        provider: bool = False,
        **user: Any,
    ) -> None:
        self.options = {"server.address": address, "server.trustedUserHeaders": {}}
        claims = {"is_logged_in": bool(user), **user}
        self.user = SimpleNamespace(is_logged_in=bool(user), get=claims.get)
        self.context = SimpleNamespace(headers={"Host": host} if host else {})
        self.secrets = _Secrets({"auth": {}} if provider else {})

    def get_option(self, name: str) -> object:
        return self.options[name]


class _Secrets(dict):
    def load_if_toml_exists(self) -> bool:
        return bool(self)


@pytest.fixture
def roles(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A roles file that the server was told of."""
    path = written(tmp_path).roles
    monkeypatch.setenv(ROLES_VARIABLE, str(path))
    return path


def verdict(monkeypatch: pytest.MonkeyPatch, **session: Any) -> Access | Refusal:
    monkeypatch.setattr(access, "st", FakeStreamlit(**session))
    return admitted()


def test_without_a_sign_in_whoever_uses_this_machine_sees_everything(monkeypatch):
    monkeypatch.delenv(ROLES_VARIABLE, raising=False)
    for host in ("localhost:8501", "127.0.0.1:8501", "[::1]:8501", ""):
        found = verdict(monkeypatch, host=host)
        assert isinstance(found, Access) and found.scope.sees_group and found.scope.sees_bank_details
        assert found.user.startswith("local user ")


@pytest.mark.parametrize(
    "session",
    [
        {"address": None},
        {"address": "0.0.0.0"},
        {"address": "10.1.2.3"},
        # reached by another name: a proxy, or a page that made its name point here
        {"host": "tieout.company.example"},
        {"host": "evil.example:8501"},
    ],
)
def test_without_a_sign_in_nothing_is_shown_to_the_network(monkeypatch, session):
    monkeypatch.delenv(ROLES_VARIABLE, raising=False)
    assert verdict(monkeypatch, **session) is access.PUBLIC


def test_half_a_sign_in_lets_nobody_in(monkeypatch, roles):
    assert verdict(monkeypatch, provider=False) is access.HALF
    monkeypatch.delenv(ROLES_VARIABLE)
    assert verdict(monkeypatch, provider=True) is access.HALF


def test_only_users_of_the_roles_file_are_let_in(monkeypatch, roles):
    assert verdict(monkeypatch, provider=True) is access.NOT_SIGNED_IN
    anna = verdict(monkeypatch, provider=True, email="ANNA@company.example", email_verified=True)
    assert isinstance(anna, Access) and anna.entities == {"LE01"}
    stranger = verdict(monkeypatch, provider=True, email="eve@company.example")
    assert isinstance(stranger, Refusal) and stranger.offers == "sign out"


@pytest.mark.parametrize("claims", [{"sub": "1"}, {"email": ["anna@company.example"]}, {"email": None}])
def test_a_user_without_an_address_is_not_let_in(monkeypatch, roles, claims):
    assert verdict(monkeypatch, provider=True, **claims) is access.NOT_VERIFIED


@pytest.mark.parametrize("verified", [False, "false", "", 0])
def test_an_address_that_the_provider_did_not_confirm_lets_nobody_in(monkeypatch, roles, verified):
    found = verdict(monkeypatch, provider=True, email="anna@company.example", email_verified=verified)
    assert found is access.NOT_VERIFIED


def test_a_request_may_not_name_its_own_user(monkeypatch, roles):
    fake = FakeStreamlit(provider=True, email="anna@company.example")
    fake.options["server.trustedUserHeaders"] = {"X-User": "email"}
    monkeypatch.setattr(access, "st", fake)
    assert admitted() is access.HEADERS


def test_the_roles_file_is_read_again_when_it_changes(monkeypatch, roles, capsys):
    session = {"provider": True, "email": "anna@company.example"}
    assert isinstance(verdict(monkeypatch, **session), Access)
    roles.write_text(ROLES.replace("[LE01]", "[LE02, LE03]"))
    found = verdict(monkeypatch, **session)
    assert isinstance(found, Access) and found.entities == {"LE02", "LE03"}
    roles.write_text(ROLES.replace("Anna", "Other"))
    assert isinstance(verdict(monkeypatch, **session), Refusal)
    for break_it in (lambda: roles.write_text("users: everybody"), roles.unlink):
        break_it()
        assert verdict(monkeypatch, **session) is access.NO_ROLES
        # the reason is for whoever runs the server
        assert str(roles) in capsys.readouterr().err


def test_the_app_itself_shows_nothing_when_it_is_started_for_every_address(monkeypatch):
    monkeypatch.delenv(ROLES_VARIABLE, raising=False)
    app = AppTest.from_file(str(PROJECT / "dashboards" / "app.py"), default_timeout=60).run()
    assert [one.value for one in app.title] == [access.PUBLIC.title]
    assert [one.value for one in app.error] == [access.PUBLIC.text]
    assert not app.exception and not app.selectbox and not app.dataframe


# The log of exports


def test_an_export_is_logged_with_who_what_filters_and_run(tmp_path, monkeypatch):
    monkeypatch.setenv("TIEOUT_NOW", "2025-04-01T06:00:00Z")
    warehouse = Warehouse(tmp_path)
    origin = Origin("run-1", date(2025, 3, 31), {"entity": "LE01"})
    anna = Access("anna@company.example", frozenset({"LE02", "LE01"}), frozenset({Duty.ANALYST}))
    record(warehouse, anna, origin, what="rpt_ar_open_items", file="open_items.xlsx", rows=12)
    record(warehouse, access_of_operator("root"), origin, what="rpt_kpis", file="metrics.csv", rows=1)
    first, second = (json.loads(line) for line in (tmp_path / "exports.jsonl").read_text().splitlines())
    assert first == {
        "at": "2025-04-01T06:00:00Z",
        "user": "anna@company.example",
        "entities": ["LE01", "LE02"],
        "duties": ["analyst"],
        "bank_details": False,
        "what": "rpt_ar_open_items",
        "file": "open_items.xlsx",
        "rows": 12,
        "run_id": "run-1",
        "as_of": "2025-03-31",
        "filters": {"entity": "LE01"},
    }
    assert (second["user"], second["entities"]) == ("local user root", "all")
    assert stat.S_IMODE((tmp_path / "exports.jsonl").stat().st_mode) == 0o600


def test_without_the_log_there_is_no_export(tmp_path):
    with pytest.raises(OSError):
        record(
            Warehouse(tmp_path / "absent"),
            access_of_operator("root"),
            Origin("", None),
            what="",
            file="",
            rows=0,
        )
