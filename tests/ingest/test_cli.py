"""The command: what it prints, how it ends, and that no user sees a traceback."""

import csv
import json
import subprocess
import sys
from types import SimpleNamespace

import pytest
import typer

from ingest.cli import app, main
from tests.harness.golden import GOLDEN, needs_golden_quarter
from tests.harness.published import TIEOUT, tieout

COMMANDS = (
    "demo",
    "run",
    "land",
    "build",
    "publish",
    "watch",
    "status",
    "controls",
    "trace",
    "sql",
    "export",
    "dashboard",
    "close",
    "reopen",
    "restatement",
)
SUMMARY_KEYS = {
    *("run_id", "published", "as_of", "rows_landed", "rows_quarantined"),
    *("controls_passed", "controls_failed", "controls_blocking_failed", "seconds"),
}


def call(capsys, *arguments):
    """Exit status and both outputs of a call in this process."""
    with pytest.raises(SystemExit) as ended:
        main([str(argument) for argument in arguments])
    captured = capsys.readouterr()
    assert "Traceback" not in captured.out + captured.err
    return ended.value.code, captured.out, captured.err


def test_every_command_is_there_and_nothing_else():
    assert {command.name or command.callback.__name__ for command in app.registered_commands} == set(COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_and_option_has_help(capsys, command):
    described = typer.main.get_command(app).commands[command]
    assert described.help
    assert "--warehouse" in {name for option in described.params for name in option.opts}
    for option in described.params:
        assert option.help, option.name
    assert call(capsys, command, "--help")[0] == 0


@pytest.mark.parametrize(
    ("options", "on_a_terminal", "published", "opens"),
    [
        ([], True, True, True),
        (["--no-dashboard"], True, True, False),
        (["--json"], True, True, False),
        ([], False, True, False),
        ([], True, False, False),
    ],
)
def test_the_demonstration_opens_the_dashboard_only_where_somebody_looks(
    monkeypatch, tmp_path, options, on_a_terminal, published, opens
):
    outcome = SimpleNamespace(published=published, exit_status=0, as_json=lambda: {})
    served = []
    monkeypatch.setattr("ingest.simulate.make_company", lambda *_, **__: None)
    monkeypatch.setattr("ingest.pipeline.run", lambda *_, **__: outcome)
    monkeypatch.setattr("ingest.serve.serve", lambda place, **_: served.append(place.path))
    for name, stand_in in {
        "_tell": None,
        "_where_to_look": None,
        "_end": None,
        "_is_on_a_terminal": on_a_terminal,
    }.items():
        monkeypatch.setattr(f"ingest.cli.{name}", lambda *_, stand_in=stand_in: stand_in)
    with pytest.raises(SystemExit) as ended:
        main(["demo", "--warehouse", str(tmp_path), *options])
    assert ended.value.code == 0
    assert served == ([tmp_path] if opens else [])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["frobnicate"], "No such command 'frobnicate'"),
        (["run"], "Missing argument 'EXTRACTS'"),
        (["run", ".", "--as-of", "31.03.2025"], "31.03.2025"),
        (["run", "no-such-folder"], "no-such-folder"),
        (["build"], "no delivery in the warehouse"),
        (["publish"], "no build.duckdb"),
        (["status", "--size"], "--size"),
        (["controls"], "no run with controls"),
        (["trace", "INV-1"], "no published.duckdb"),
        (["sql", "select 1"], "no published.duckdb"),
        (["sql", "select 1", "--unpublished"], "no build.duckdb"),
        (["watch", "no-such-folder"], "no such folder"),
        (["export", "rpt_kpis"], "Missing option '--to'"),
        (["export", "rpt_kpis", "--to", "kpis.csv"], "no published.duckdb"),
        (["demo", "--size", "huge"], "huge"),
    ],
)
def test_a_call_that_cannot_be_carried_out_ends_with_2_and_says_why(
    capsys, tmp_path, monkeypatch, arguments, message
):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TIEOUT_WAREHOUSE", str(tmp_path / "warehouse"))
    status, _, error = call(capsys, *arguments)
    assert (status, message in error) == (2, True), error


def test_a_call_that_never_became_a_run_still_ends_with_the_machine_readable_line(capsys, tmp_path):
    status, shown, _ = call(capsys, "publish", "--warehouse", tmp_path / "w", "--json")
    summary = json.loads(shown.splitlines()[-1])
    assert (status, set(summary), summary["published"], summary["run_id"]) == (2, SUMMARY_KEYS, False, None)


def test_a_warehouse_that_cannot_be_made_is_said(capsys, tmp_path):
    (tmp_path / "file").write_text("")
    status, _, error = call(capsys, "build", "--warehouse", tmp_path / "file" / "warehouse")
    assert (status, "cannot be written" in error) == (2, True)


def test_an_internal_fault_ends_with_3_and_keeps_its_traceback_in_a_file(capsys, monkeypatch, tmp_path):
    def fail(warehouse):
        raise ZeroDivisionError("planted")

    monkeypatch.setattr("ingest.status.read_status", fail)
    status, _, error = call(capsys, "status", "--warehouse", tmp_path)
    assert (status, "ZeroDivisionError: planted" in error) == (3, True)


def test_the_status_of_an_empty_warehouse(capsys, tmp_path):
    status, shown, _ = call(capsys, "status", "--warehouse", tmp_path)
    assert (status, "published  nothing yet" in shown) == (0, True)


def test_only_what_a_command_needs_is_imported():
    """Questions must not pay for loading dbt."""
    code = (
        "import sys, ingest.cli, ingest.status, ingest.trace, ingest.query;"
        " print(sorted({'dbt', 'holidays', 'polars', 'pyarrow'} & set(sys.modules)))"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert shown.strip() == "[]"


@needs_golden_quarter
@pytest.mark.slow
class TestOnTheGoldenQuarter:
    """What the commands show of a published version."""

    def test_run_ends_with_the_machine_readable_line(self, golden_run):
        assert golden_run.exit_status == 0
        assert set(golden_run.summary) == SUMMARY_KEYS
        assert golden_run.summary["published"] is True
        assert golden_run.summary["as_of"] == "2025-03-31"
        assert golden_run.summary["rows_landed"] == rows_delivered()
        assert golden_run.summary["controls_failed"] == 0
        assert golden_run.summary["controls_passed"] >= 20

    def test_run_shows_what_was_published(self, golden_run):
        assert "LE01       receivables 2,082.45 EUR" in golden_run.output
        assert "group      receivables 2,082.45 EUR" in golden_run.output

    def test_status(self, golden_run):
        asked = tieout("status", warehouse=golden_run.warehouse)
        assert asked.exit_status == 0
        assert f"published  run {golden_run.summary['run_id']}" in asked.output
        assert "Source books: standard, incremental, owner finance systems" in asked.output
        assert "not delivered in the standard layout: payables" in asked.output
        assert "LD-03 Extract windows join: no manifest declares an extract window" in asked.output
        assert "Waits" not in asked.output

    def test_status_as_json(self, golden_run):
        shown = json.loads(tieout("status", "--json", warehouse=golden_run.warehouse).output)
        assert shown["published"]["run_id"] == golden_run.summary["run_id"]
        assert shown["waiting"] == []

    def test_controls_as_json_is_one_line_with_an_object_for_each(self, golden_run):
        [line] = tieout("controls", "--json", warehouse=golden_run.warehouse).output.splitlines()
        results = {result["control_id"]: result for result in json.loads(line)}
        assert results["SL-01"]["status"] == "pass"
        assert results["SL-01"]["severity"] == "block"
        assert results["SL-01"]["failures"] == 0
        assert results["SL-01"]["amount_at_risk"] == 0
        assert results["LD-03"]["status"] == "not_applicable"

    def test_one_control_in_either_spelling(self, golden_run):
        asked = tieout("controls", "sl_01", warehouse=golden_run.warehouse)
        assert asked.output.startswith("SL-01  Open items equal the receivables account")

    def test_an_unknown_control_is_said_with_those_that_exist(self, golden_run):
        asked = tieout("controls", "ZZ-99", warehouse=golden_run.warehouse)
        assert (asked.exit_status, "`ZZ-99`" in asked.output, "SL-01" in asked.output) == (2, True, True)

    def test_sql_in_csv(self, golden_run):
        question = (
            "select doc_id, open_amount from marts.rpt_ar_open_items where as_of = '2025-03-31' order by 1"
        )
        asked = tieout("sql", question, "--format", "csv", warehouse=golden_run.warehouse)
        assert asked.output.splitlines()[:2] == ["doc_id,open_amount", "INV-1001,366.0000"]

    def test_sql_on_the_last_build_says_so(self, golden_run):
        asked = tieout(
            *("sql", "select count(*) as n from marts.fct_orders", "--unpublished", "--format", "json"),
            warehouse=golden_run.warehouse,
        )
        assert asked.exit_status == 0
        assert "the last build" in asked.output
        assert '[{"n": 6}]' in asked.output

    def test_sql_cannot_write(self, golden_run):
        asked = tieout("sql", "drop table marts.fct_orders", warehouse=golden_run.warehouse)
        assert asked.exit_status == 2
        assert "read-only" in asked.output

    def test_a_relative_warehouse_and_the_variable_name_the_same_place(self, golden_run):
        by_variable = tieout("status", warehouse=golden_run.warehouse, TIEOUT_WAREHOUSE="elsewhere")
        assert str(golden_run.warehouse) in by_variable.output


@needs_golden_quarter
@pytest.mark.slow
def test_a_stopped_run_is_shown_by_status_and_controls(golden_extracts, tmp_path):
    """More cash on an invoice than is open stops the run; the failing row names the invoice."""
    path = golden_extracts / "books" / "applications.csv"
    text = path.read_text()
    path.write_text(
        text.replace(
            "APP-08,payment,PMT-05,INV-1001,2025-03-18,100.00",
            "APP-08,payment,PMT-05,INV-1001,2025-03-18,900.00",
        )
    )
    (golden_extracts / "books" / "manifest.csv").unlink()
    warehouse = tmp_path / "warehouse"
    stopped = tieout("run", golden_extracts, "--json", warehouse=warehouse)
    assert (stopped.exit_status, stopped.summary["published"]) == (1, False)
    assert stopped.summary["controls_blocking_failed"] >= 2
    assert not (warehouse / "published.duckdb").exists()
    status = tieout("status", warehouse=warehouse).output
    assert "published  nothing yet" in status
    assert "stopped by a control" in status
    assert "CA-02 Applications stay within the document: 1 failing rows" in status
    results = json.loads(tieout("controls", "--json", warehouse=warehouse).output)
    [failed] = [result for result in results if result["control_id"] == "CA-02"]
    assert (failed["status"], failed["failures"], failed["amount_at_risk"]) == ("fail", 1, 434)
    shown = tieout("controls", "CA-02", warehouse=warehouse).output
    assert "INV-1001" in shown
    refused = tieout("sql", "select 1", warehouse=warehouse)
    assert (refused.exit_status, "no published.duckdb" in refused.output) == (2, True)
    asked = tieout("sql", "select count(*) from marts.fct_orders", "--unpublished", warehouse=warehouse)
    assert asked.exit_status == 0


def rows_delivered() -> int:
    """Rows of all csv files of the golden quarter, manifest and headers left out."""
    count = 0
    for path in (GOLDEN / "extracts" / "books").glob("*.csv"):
        if path.name != "manifest.csv":
            with path.open(newline="") as file:
                count += sum(1 for _ in csv.reader(file)) - 1
    return count


def test_the_command_is_installed_beside_the_interpreter():
    assert TIEOUT.is_file()
