"""Kill the pipeline at random moments: what is published always opens and is always one whole version."""

import json
import random
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from tests.harness.golden import GOLDEN, needs_golden_quarter
from tests.harness.published import TIEOUT, tieout

pytestmark = pytest.mark.slow

MONTH_ENDS = ("2025-01-31", "2025-02-28", "2025-03-31")


def whole_version(path: Path) -> tuple[str, str]:
    """Run id and as-of date of a published file, after proof that all of it belongs to that run."""
    assert not path.with_name(path.name + ".wal").exists()
    with duckdb.connect(str(path), read_only=True) as connection:

        def value(question: str) -> object:
            return connection.execute(question).fetchone()[0]

        [(run_id, as_of, passed, failed)] = connection.execute(
            "select run_id, as_of::varchar, controls_passed, controls_failed from raw.finished_build"
        ).fetchall()
        assert value("select run_id from raw.run") == run_id
        assert value("select as_of::varchar from intermediate.int_as_of") == as_of
        tables = {
            row[0]
            for row in connection.execute(
                "select table_name from duckdb_tables() where schema_name = 'marts'"
            ).fetchall()
        }
        assert {"fct_orders", "rpt_control_results"} <= tables
        assert value("select count(*) from marts.fct_orders") == value(
            "select count(*) from raw.standard__orders"
        )
        for mart in tables & {"rpt_ar_aging", "rpt_trial_balance", "rpt_subledger_tie_out"}:
            assert value(f"select max(as_of)::varchar from marts.{mart}") == as_of
        statuses = dict(
            connection.execute(
                "select status, count(*) from marts.rpt_control_results where run_id = ? group by status",
                [run_id],
            ).fetchall()
        )
        assert statuses["pass"] == passed
        assert statuses.get("fail", 0) + statuses.get("error", 0) == failed == 0
        last_run = "select run_id from marts.rpt_control_results order by run_at desc, run_id desc limit 1"
        assert value(last_run) == run_id
    return run_id, as_of


def run_to_the_end(command: list[str]) -> str:
    """What a run says that is left alone; it publishes."""
    ended = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    assert ended.returncode == 0, ended.stdout
    return ended.stdout


def kill_within(command: list[str], phase: str, delay: float) -> bool:
    """Start a run and kill it `delay` seconds after it says that a phase begins; false if it ended before."""
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as process:
        for line in process.stderr:
            if line.startswith(f"{phase} …"):
                break
        try:
            process.wait(delay)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            return True
    return False


def kill_again_and_again(
    warehouse: Path, call: Callable[[str], list[str]], kills: dict[str, int], first: str
) -> None:
    """Kill runs within their phases, look at what is published after each, and let the last one end.

    `first` is what the run said that published first: how long each phase takes.
    """
    seed = random.SystemRandom().randrange(10**6)
    print(f"seed {seed}")
    chance = random.Random(seed)
    lengths = {
        phase: float(seconds)
        for phase, seconds in re.findall(r"^(\w+): done.* ([\d.]+) s$", first, re.MULTILINE)
    }
    phases = [phase for phase, count in kills.items() for _ in range(count)]
    chance.shuffle(phases)
    killed = 0
    _, published = whole_version(warehouse / "published.duckdb")
    for phase in phases:
        # Each run has something to do: it asks for a date that is not published.
        asked = chance.choice([day for day in MONTH_ENDS if day != published])
        if kill_within(call(asked), phase, chance.uniform(0, lengths[phase])):
            killed += 1
        else:
            # It was faster than the first run: this phase once more, and shorter.
            lengths[phase] /= 2
            phases.append(phase)
        _, published = whole_version(warehouse / "published.duckdb")
        assert published in MONTH_ENDS
    assert killed == sum(kills.values())

    asked = next(day for day in MONTH_ENDS if day != published)
    run_to_the_end(call(asked))
    assert whole_version(warehouse / "published.duckdb")[1] == asked
    leftovers = {path.name for path in warehouse.iterdir()} - {
        *("build.duckdb", "published.duckdb", "runs", "dbt", "backtest", ".lock", ".lock.owner"),
    }
    assert leftovers == set()
    outcomes = [json.loads(path.read_text())["outcome"] for path in warehouse.glob("runs/*/run.json")]
    # One that was killed after its rename had published.
    assert set(outcomes) == {"published", "killed"}
    assert outcomes.count("killed") <= killed


def test_killed_twenty_times(company):
    company.deliver("web", "phone")

    def call(as_of: str) -> list[str]:
        folders = (company.project, company.extracts, company.warehouse.path)
        return [sys.executable, *map(str, (Path(__file__).with_name("small_run.py"), *folders)), as_of]

    kills = {"landing": 3, "building": 6, "controls": 5, "publishing": 6}
    kill_again_and_again(company.warehouse.path, call, kills, run_to_the_end(call(MONTH_ENDS[0])))


def is_stopped_with_build_open(process: subprocess.Popen, build: Path) -> bool:
    """Stop a run; let it go on unless it holds its build at that moment."""
    process.send_signal(signal.SIGSTOP)
    try:
        duckdb.connect(str(build), read_only=True).close()
    except duckdb.IOException as error:
        if "lock" in str(error).lower():
            return True
    process.send_signal(signal.SIGCONT)
    return False


@needs_golden_quarter
def test_killed_on_the_golden_quarter(golden_february, tmp_path):
    shutil.copytree(golden_february.warehouse, tmp_path / "warehouse")

    def call(as_of: str) -> list[str]:
        asked = ("--as-of", as_of, "--warehouse", tmp_path / "warehouse")
        return [str(part) for part in (TIEOUT, "run", GOLDEN / "extracts", *asked)]

    kills = {"building": 1, "publishing": 1}
    kill_again_and_again(tmp_path / "warehouse", call, kills, golden_february.output)


@needs_golden_quarter
def test_readers_keep_their_version_and_do_not_hinder_a_run(golden_february, tmp_path):
    warehouse, first = tmp_path / "warehouse", golden_february
    shutil.copytree(golden_february.warehouse, warehouse)
    held = duckdb.connect(str(warehouse / "published.duckdb"), read_only=True)
    unfinished = held.cursor()
    unfinished.execute("select * from marts.fct_gl_lines")
    begun = unfinished.fetchmany(5)

    second = tieout("run", GOLDEN / "extracts", "--as-of", "2025-03-31", "--json", warehouse=warehouse)

    assert (second.exit_status, second.summary["published"]) == (0, True)
    assert held.execute("select run_id from raw.run").fetchall() == [(first.summary["run_id"],)]
    assert len(begun) + len(unfinished.fetchall()) == 129
    held.close()
    assert whole_version(warehouse / "published.duckdb") == (second.summary["run_id"], "2025-03-31")


def test_a_second_run_at_the_same_time_names_the_first(company):
    company.deliver("web", "phone")
    warehouse = company.warehouse.path
    folders = (company.project, company.extracts, warehouse)
    command = [sys.executable, *map(str, (Path(__file__).with_name("small_run.py"), *folders)), MONTH_ENDS[0]]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        # held where it has the build open, so that it is still at work however slow the others start
        while process.poll() is None and not is_stopped_with_build_open(process, warehouse / "build.duckdb"):
            time.sleep(0.01)
        try:
            [record] = warehouse.glob("runs/*/run.json")
            running = json.loads(record.read_text())
            started = time.monotonic()
            second = tieout("run", company.extracts, "--json", warehouse=warehouse)
            asked = tieout("sql", "select 1", "--unpublished", warehouse=warehouse)
            seconds = time.monotonic() - started
        finally:
            process.send_signal(signal.SIGCONT)
        assert process.wait(120) == 0
    assert (second.exit_status, second.summary["published"], second.summary["run_id"]) == (2, False, None)
    assert f"run {running['run_id']}, process {process.pid}, started " in second.output
    assert (asked.exit_status, "no run in progress" in asked.output) == (2, True)
    assert seconds < 10
    whole_version(warehouse / "published.duckdb")
