"""The control results of a run: judged from what dbt's tests found, kept as a mart and as evidence.

``marts.rpt_control_results`` holds every run's results, stopped runs included. It is written after the
tests, since a model cannot depend on tests. Its rows are kept twice, in ``evidence.control_results`` of the
build and in ``runs/*/controls.duckdb``: a build that was lost gets its history back from there.

A run's ``controls.duckdb`` holds its results and, in schema ``controls``, every control's failing rows with
run_id, owner, batch_id and first_seen_at added. ``evidence.first_seen`` there remembers every failing key
that was ever seen, so the last run's evidence is enough to tell for how long something has been wrong.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from ingest.build import NodeResult
from ingest.evidence import CONTROLS_FILE, run_folders
from ingest.reader import open_version
from ingest.warehouse import Run, Warehouse, holds

PASS, FAIL, ERROR, NOT_APPLICABLE = "pass", "fail", "error", "not_applicable"
BLOCK = "block"

# The tests of the models themselves (keys, accepted values) count together as one control.
OTHER_TESTS = "DT-02"
OTHER_TESTS_TABLE = "controls.dt_02"

RESULT_COLUMNS = {
    "run_id": "varchar",
    "control_id": "varchar",
    "title": "varchar",
    "domain": "varchar",
    "assertion": "varchar",
    "covers": "varchar",
    "severity": "varchar",
    "status": "varchar",
    "failures": "bigint",
    "amount_at_risk": "decimal(18,4)",
    "failures_table": "varchar",
    "tolerance": "decimal(18,4)",
    "owner": "varchar",
    "is_overridden": "boolean",
    "override_reason": "varchar",
    "override_approver": "varchar",
    "override_expires_on": "date",
    "applicability_reason": "varchar",
    "message": "varchar",
    "run_at": "timestamp",
}
RESULTS = "marts.rpt_control_results"
HISTORY = "evidence.control_results"

# Opened directly, controls.duckdb is a catalog `controls` with a schema `controls`, and `controls.sl_01` is
# ambiguous to DuckDB. So it is attached under another name.
EVIDENCE_CATALOG = "kept"


@dataclass(frozen=True)
class ControlResult:
    """One control in one run; the fields are the columns of marts.rpt_control_results.

    ``amount_at_risk`` is in functional currency, summed over the failing rows; None where none has one.
    ``failures`` counts failing rows; None where the control could not run, which ``message`` explains.
    """

    run_id: str
    control_id: str
    title: str
    domain: str
    assertion: str
    covers: str
    severity: str
    status: str
    failures: int | None
    amount_at_risk: Decimal | None
    failures_table: str | None
    tolerance: Decimal | None
    owner: str | None
    is_overridden: bool
    override_reason: str | None
    override_approver: str | None
    override_expires_on: date | None
    applicability_reason: str | None
    message: str | None
    run_at: datetime

    @property
    def has_failed(self) -> bool:
        """It failed or could not run."""
        return self.status in (FAIL, ERROR)

    @property
    def blocks(self) -> bool:
        """It stops publishing."""
        return self.has_failed and self.severity == BLOCK and not self.is_overridden


def judge_controls(
    connection: duckdb.DuckDBPyConnection, tests: Iterable[NodeResult], run: Run
) -> list[ControlResult]:
    """One result for each control of the catalogue, in the order of their ids.

    A control with failing rows fails, whatever is said about its applicability. One that is in the catalogue
    but has no test could not run, unless nothing it could judge was delivered. A control that warns blocks
    where a failing row says so (column ``blocks``) and the company did not set the severity itself.
    """
    tests = list(tests)
    by_id = {test.control_id: test for test in tests if test.control_id}
    settings = _settings(connection)
    inapplicable = dict(
        connection.execute(
            "select control_id, reason from intermediate.int_control_applicability where not is_applicable"
        ).fetchall()
    )
    results = []
    for control_id in sorted({*by_id, *settings} - {OTHER_TESTS}):
        result = _without_verdict(control_id, settings.get(control_id, {}), run)
        test = by_id.get(control_id)
        if test is None and control_id in inapplicable:
            result = replace(result, status=NOT_APPLICABLE, failures=0)
        elif test is None:
            result = replace(result, status=ERROR, message="no test of this id exists in tests/controls")
        elif test.is_broken or test.failures is None:
            result = replace(result, status=ERROR, message=test.message or test.status)
        elif test.failures > 0:
            result = replace(
                result,
                status=FAIL,
                severity=_severity_in_force(connection, settings.get(control_id, {}), test.relation),
                failures=test.failures,
                failures_table=test.relation,
                amount_at_risk=_amount_at_risk(connection, test.relation),
            )
        elif control_id in inapplicable:
            result = replace(result, status=NOT_APPLICABLE, failures=0)
        else:
            result = replace(result, status=PASS, failures=0, amount_at_risk=Decimal(0))
        results.append(replace(result, applicability_reason=inapplicable.get(control_id)))
    others = [test for test in tests if not test.control_id]
    if others:
        results.append(_judge_other_tests(connection, others, settings.get(OTHER_TESTS, {}), run))
    return sorted(results, key=lambda result: result.control_id)


def write_results(connection: duckdb.DuckDBPyConnection, results: Iterable[ControlResult]) -> None:
    """Add a run's results to the history and make the mart of it. The caller commits."""
    rows = [[getattr(result, column) for column in RESULT_COLUMNS] for result in results]
    if rows:
        marks = ", ".join("?" * len(RESULT_COLUMNS))
        connection.executemany(f"insert into {HISTORY} values ({marks})", rows)
    connection.execute("create schema if not exists marts")
    connection.execute(f"drop table if exists {RESULTS}")
    _create_results(connection, RESULTS)
    connection.execute(f"insert into {RESULTS} select * from {HISTORY} order by run_at, run_id, control_id")


def restore_history(connection: duckdb.DuckDBPyConnection, warehouse: Warehouse) -> int:
    """Take the results of runs that the build does not know from their evidence; returns how many runs."""
    connection.execute("create schema if not exists evidence")
    _adopt_columns(connection)
    known = {row[0] for row in connection.execute(f"select distinct run_id from {HISTORY}").fetchall()}
    restored = 0
    for folder in run_folders(warehouse):
        path = folder / CONTROLS_FILE
        if folder.name in known or not path.is_file():
            continue
        _attach(connection, path, "evidence_of_run", read_only=True)
        try:
            # By name: evidence of an older version may lack a column, which is then null.
            kept = f"evidence_of_run.{RESULTS}"
            shared = ", ".join(column for column in _columns(connection, kept) if column in RESULT_COLUMNS)
            connection.execute(f"insert into {HISTORY} by name select {shared} from {kept}")
            restored += 1
        except duckdb.Error:
            # Evidence that does not open is not worth stopping a run for.
            continue
        finally:
            connection.execute("detach evidence_of_run")
    return restored


def keep_evidence(
    connection: duckdb.DuckDBPyConnection, results: list[ControlResult], warehouse: Warehouse, run: Run
) -> Path:
    """Copy the run's results and failing rows into its controls.duckdb, which appears as a whole."""
    path = warehouse.runs / run.run_id / CONTROLS_FILE
    partial = path.with_name(f".{CONTROLS_FILE}.partial")
    partial.unlink(missing_ok=True)
    earlier = _earlier_evidence(warehouse, run.run_id)
    _attach(connection, partial, "kept", read_only=False)
    try:
        for schema in ("marts", "controls", "evidence"):
            connection.execute(f"create schema kept.{schema}")
        _create_results(connection, f"kept.{RESULTS}")
        connection.execute(
            f"insert into kept.{RESULTS} select * from {RESULTS} where run_id = ? order by control_id",
            [run.run_id],
        )
        connection.execute(
            """
            create table kept.evidence.first_seen (
                control_id varchar, business_key varchar, first_seen_at timestamp
            )"""
        )
        if earlier is not None:
            _attach(connection, earlier, "earlier", read_only=True)
            connection.execute(
                "insert into kept.evidence.first_seen select * from earlier.evidence.first_seen"
            )
            connection.execute("detach earlier")
        owners = {result.control_id: result.owner for result in results}
        for control_id, owner in owners.items():
            _copy_failing_rows(connection, control_id, owner, run)
    finally:
        connection.execute("detach kept")
    partial.replace(path)
    return path


def results_of_run(path: Path) -> list[dict[str, Any]]:
    """The control results in a run's controls.duckdb, by control id."""
    with open_version(path, EVIDENCE_CATALOG) as connection:
        return _dictionaries(connection.execute(f"select * from {RESULTS} order by control_id"))


def failing_rows(path: Path, control_id: str, limit: int | None = None) -> list[dict[str, Any]]:
    """The failing rows of one control in a run's controls.duckdb; empty where it has none."""
    table = f"controls.{table_of(control_id)}"
    with open_version(path, EVIDENCE_CATALOG) as connection:
        if not holds(connection, table):
            return []
        return _dictionaries(
            connection.execute(
                f"select * from {table}" + (f" limit {int(limit)}" if limit is not None else "")
            )
        )


def table_of(control_id: str) -> str:
    """The table of a control's failing rows, without its schema: SL-01 is sl_01."""
    return control_id.lower().replace("-", "_")


def _settings(connection: duckdb.DuckDBPyConnection) -> dict[str, dict[str, Any]]:
    cursor = connection.execute("select * from intermediate.int_control_settings")
    return {row["control_id"]: row for row in _dictionaries(cursor)}


def _without_verdict(control_id: str, settings: dict[str, Any], run: Run) -> ControlResult:
    return ControlResult(
        run_id=run.run_id,
        control_id=control_id,
        title=settings.get("title") or control_id,
        domain=settings.get("domain") or "",
        assertion=settings.get("assertion") or "",
        covers=settings.get("covers") or "",
        severity=settings.get("severity") or BLOCK,
        status=ERROR,
        failures=None,
        amount_at_risk=None,
        failures_table=None,
        tolerance=settings.get("tolerance"),
        owner=settings.get("owner"),
        is_overridden=bool(settings.get("is_overridden")),
        override_reason=settings.get("override_reason"),
        override_approver=settings.get("override_approver"),
        override_expires_on=settings.get("override_expires_on"),
        applicability_reason=None,
        message=None,
        run_at=run.started_at,
    )


def _judge_other_tests(
    connection: duckdb.DuckDBPyConnection, tests: list[NodeResult], settings: dict[str, Any], run: Run
) -> ControlResult:
    """All tests that are no control, as one control with a failing row for each test that does not pass."""
    defaults = {
        "title": "The models' own tests hold",
        "domain": "platform",
        "assertion": f"Each of the {len(tests)} tests of keys and values that the models carry passes.",
        "severity": BLOCK,
        "owner": "Data operations",
        "covers": "*",
    }
    result = _without_verdict(OTHER_TESTS, {**defaults, **settings}, run)
    failed = [test for test in tests if test.is_broken or (test.status == "fail" and test.failures)]
    as_of = connection.execute("select as_of from intermediate.int_as_of").fetchone()
    connection.execute("create schema if not exists controls")
    connection.execute(
        f"""
        create or replace table {OTHER_TESTS_TABLE} (
            control_id varchar, as_of date, legal_entity_id varchar, business_key varchar,
            amount_at_risk decimal(18,4), expected varchar, actual varchar, difference varchar,
            source_system varchar, source_file varchar, source_line bigint
        )"""
    )
    for test in failed:
        actual = test.message or test.status if test.is_broken else f"{test.failures} failing rows"
        connection.execute(
            f"""
            insert into {OTHER_TESTS_TABLE} by name
            select
                ? as control_id, ? as as_of, ? as business_key,
                'no failing row' as expected, ? as actual""",
            [OTHER_TESTS, as_of[0] if as_of else None, test.name, actual],
        )
    if not failed:
        return replace(result, status=PASS, failures=0, amount_at_risk=Decimal(0))
    broken = [test for test in failed if test.is_broken]
    return replace(
        result,
        status=ERROR if broken else FAIL,
        failures=len(failed),
        failures_table=OTHER_TESTS_TABLE,
        message=broken[0].message if broken else None,
    )


def _severity_in_force(
    connection: duckdb.DuckDBPyConnection, settings: dict[str, Any], table: str | None
) -> str:
    """The severity of a failed control: its own, or block where one of its failing rows escalates it."""
    severity = str(settings.get("severity") or BLOCK)
    if table is None or not settings.get("may_escalate") or "blocks" not in _columns(connection, table):
        return severity
    row = connection.execute(f"select count(*) from {table} where blocks").fetchone()
    return BLOCK if row and row[0] else severity


def _amount_at_risk(connection: duckdb.DuckDBPyConnection, table: str | None) -> Decimal | None:
    if table is None or "amount_at_risk" not in _columns(connection, table):
        return None
    row = connection.execute(
        f"select try_cast(sum(cast(amount_at_risk as decimal(38,4))) as decimal(18,4)) from {table}"
    ).fetchone()
    return row[0] if row else None


def _copy_failing_rows(
    connection: duckdb.DuckDBPyConnection, control_id: str, owner: str | None, run: Run
) -> None:
    """Copy one control's failing rows into the attached evidence, with what only the pipeline knows added."""
    table = f"controls.{table_of(control_id)}"
    if not holds(connection, table):
        return
    columns = _columns(connection, table)
    added = {
        "run_id": "$run_id",
        "owner": "$owner",
        "batch_id": _batch_of_row(columns),
        "first_seen_at": "coalesce(first_seen.first_seen_at, cast($started_at as timestamp))",
    }
    own = ", ".join(f'failing."{column}"' for column in columns if column not in added)
    more = ", ".join(f"{expression} as {column}" for column, expression in added.items())
    key = "cast(failing.business_key as varchar)" if "business_key" in columns else "cast(null as varchar)"
    connection.execute(
        f"""
        create table kept.{table} as
        select {own}, {more}
        from {table} as failing
        left join kept.evidence.first_seen as first_seen
            on first_seen.control_id = $control_id and first_seen.business_key is not distinct from {key}
        """,
        {"run_id": run.run_id, "owner": owner, "started_at": run.started_at, "control_id": control_id},
    )
    connection.execute(
        f"""
        insert into kept.evidence.first_seen
        select distinct $control_id, {key}, cast($started_at as timestamp)
        from {table} as failing
        where not exists (
            from kept.evidence.first_seen as first_seen
            where first_seen.control_id = $control_id and first_seen.business_key is not distinct from {key}
        )
        """,
        {"started_at": run.started_at, "control_id": control_id},
    )


def _batch_of_row(columns: list[str]) -> str:
    """The delivery of a failing row: its own batch, else the newest landed one of its file."""
    if "batch_id" in columns:
        return 'failing."batch_id"'
    if not {"source_system", "source_file"} <= set(columns):
        return "cast(null as bigint)"
    return """(
        select max(deliveries.batch_id)
        from raw.deliveries as deliveries
        where
            deliveries.source_system = failing.source_system
            and deliveries.source_file = failing.source_file
    )"""


def _earlier_evidence(warehouse: Warehouse, run_id: str) -> Path | None:
    """The newest evidence of an earlier run that opens and remembers first sightings."""
    for folder in reversed(run_folders(warehouse)):
        path = folder / CONTROLS_FILE
        if folder.name == run_id or not path.is_file():
            continue
        try:
            with open_version(path, EVIDENCE_CATALOG) as connection:
                if holds(connection, "evidence.first_seen"):
                    return path
        except duckdb.Error:
            continue
    return None


def _create_results(connection: duckdb.DuckDBPyConnection, table: str) -> None:
    columns = ", ".join(f"{name} {sql_type}" for name, sql_type in RESULT_COLUMNS.items())
    connection.execute(f"create table if not exists {table} ({columns})")


def _adopt_columns(connection: duckdb.DuckDBPyConnection) -> None:
    """Give the history the columns of this version; what an older version did not have is null."""
    described = connection.execute(f"describe {HISTORY}").fetchall() if holds(connection, HISTORY) else []
    if not described or [(row[0], row[1].lower()) for row in described] == list(RESULT_COLUMNS.items()):
        _create_results(connection, HISTORY)
        return
    shared = ", ".join(row[0] for row in described if row[0] in RESULT_COLUMNS)
    connection.execute(f"create or replace temp table older_results as select {shared} from {HISTORY}")
    connection.execute(f"drop table {HISTORY}")
    _create_results(connection, HISTORY)
    connection.execute(f"insert into {HISTORY} by name select * from older_results")
    connection.execute("drop table older_results")


def _attach(connection: duckdb.DuckDBPyConnection, path: Path, name: str, *, read_only: bool) -> None:
    quoted = str(path).replace("'", "''")
    connection.execute(f"attach '{quoted}' as {name} {'(read_only)' if read_only else ''}")


def _columns(connection: duckdb.DuckDBPyConnection, table: str) -> list[str]:
    return [row[0] for row in connection.execute(f"select * from {table} limit 0").description or []]


def _dictionaries(cursor: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    names = [column[0] for column in cursor.description or []]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
