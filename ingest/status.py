"""The state of a warehouse: what is published, from what, and what waits."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from ingest import controls, evidence
from ingest.missing import missing_inputs
from ingest.reader import open_published, pipeline_at_work
from ingest.summary import Summary, lines_of, summarise
from ingest.warehouse import Warehouse

ROWS_SHOWN = 10

SOURCES = """
    select sources.source_system, sources.kind, sources.load, sources.owner
    from raw.sources as sources
    where exists (from raw.deliveries where deliveries.source_system = sources.source_system)
    order by sources.source_system
"""
DELIVERIES = """
    select
        source_system, object, source_file, sha256, extracted_at, recorded_at,
        rows_landed, rows_quarantined
    from raw.deliveries
    where is_current and status = 'landed'
    order by source_system, object, source_file
"""


@dataclass
class Status:
    """A warehouse at this moment. ``waiting``, ``missing`` and ``overridden`` are sentences."""

    warehouse: Path
    published: Summary | None = None
    published_at: str | None = None
    sources: list[dict[str, Any]] = field(default_factory=list)
    deliveries: list[dict[str, Any]] = field(default_factory=list)
    last_run: dict[str, Any] | None = None
    running: str | None = None
    waiting: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    overridden: list[str] = field(default_factory=list)
    not_applicable: list[str] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """For ``--json``."""
        return asdict(self)


def read_status(warehouse: Warehouse) -> Status:
    """Read the state of a warehouse from its published version and its runs' evidence; opens no build."""
    status = Status(warehouse.path, running=pipeline_at_work(warehouse))
    if warehouse.published.exists():
        with open_published(warehouse) as connection:
            status.published = summarise(connection)
            status.missing = missing_inputs(connection)
            status.sources = _ask(connection, SOURCES)
            status.deliveries = _ask(connection, DELIVERIES)
    folder = evidence.last_run(warehouse)
    if folder is not None:
        status.last_run = evidence.read_run(folder)
        _read_last_run(status, folder)
    if status.published is None and status.last_run is not None:
        landed = [file for file in status.last_run.get("deliveries", []) if file["status"] == "landed"]
        status.deliveries = landed
        status.sources = status.last_run.get("sources", [])
    if status.published is not None:
        published = evidence.read_run(warehouse.runs / status.published.run_id)
        status.published_at = published.get("finished_at")
    return status


def _read_last_run(status: Status, folder: Path) -> None:
    """What the last run says that the published version does not."""
    run = status.last_run or {}
    is_published = status.published is not None and status.published.run_id == run.get("run_id")
    results = []
    controlled = folder / evidence.CONTROLS_FILE
    if controlled.is_file():
        results = controls.results_of_run(controlled)
    status.overridden = [
        _override(result) for result in results if result["is_overridden"] and _failed(result)
    ]
    status.not_applicable = [
        f"{result['control_id']} {result['title']}: {result['applicability_reason'] or 'no input'}"
        for result in results
        if result["status"] == controls.NOT_APPLICABLE
    ]
    if is_published:
        return
    name = f"{run.get('command', 'run')} {run.get('run_id')} of {run.get('started_at')}"
    status.waiting.append(f"{name}: {_outcome(run, status.running)}")
    status.waiting += [str(refused.get("message") or refused) for refused in run.get("refused", [])]
    if (error := run.get("error")) and error["message"] not in status.waiting:
        status.waiting.append(error["message"])
    status.waiting += [
        f"{result['control_id']} {result['title']}: {_finding(result)}"
        for result in results
        if _failed(result) and result["severity"] == controls.BLOCK and not result["is_overridden"]
    ]
    quarantine = run.get("quarantine", [])
    status.waiting += [
        f"quarantined: {row['source_system']}/{row['source_file']}, line {row['source_line']},"
        f" column {row['column_name']}: {row['reason']}: found {row['value']!r}, expected {row['expected']}"
        for row in quarantine[:ROWS_SHOWN]
    ]
    if len(quarantine) > ROWS_SHOWN:
        status.waiting.append(
            f"and {run.get('quarantined_rows', len(quarantine)) - ROWS_SHOWN} more quarantined rows"
        )
    status.missing += [sentence for sentence in run.get("missing", []) if sentence not in status.missing]


def lines(status: Status) -> list[str]:
    """The state as lines of text."""
    text = [f"warehouse  {status.warehouse}"]
    if status.running:
        text.append(f"running    {status.running}")
    if status.published is None:
        text.append("published  nothing yet")
    else:
        at = f", {status.published_at}" if status.published_at else ""
        text.append(f"published  run {status.published.run_id}{at}")
        text += lines_of(status.published)
    if status.last_run is not None:
        run = status.last_run
        text.append(f"last run   {run.get('run_id')} ({run.get('command')}): {_outcome(run, status.running)}")
    for source in status.sources:
        owner = f", owner {source['owner']}" if source["owner"] else ""
        text += ["", f"Source {source['source_system']}: {source['kind']}, {source['load']}{owner}"]
        text += _delivered_objects(status.deliveries, source["source_system"])
    for heading, sentences in (
        ("Waits", status.waiting),
        ("Overridden controls", status.overridden),
        ("Missing, and not invented", status.missing),
        ("Controls not applicable", status.not_applicable),
    ):
        if sentences:
            text += ["", heading, *(f"  {sentence}" for sentence in sentences)]
    return text


def _outcome(run: dict[str, Any], running: str | None) -> str:
    """How a run ended; one that says it is running while nobody works was killed."""
    outcome = str(run.get("outcome"))
    return evidence.KILLED if outcome == evidence.RUNNING and running is None else outcome


def _delivered_objects(deliveries: list[dict[str, Any]], source_system: str) -> list[str]:
    """One line for each object of a source: its files, rows and newest extraction."""
    by_object: dict[str, list[dict[str, Any]]] = {}
    for delivery in deliveries:
        if delivery["source_system"] == source_system:
            by_object.setdefault(delivery["object"], []).append(delivery)
    width = max(map(len, by_object), default=0)
    text = []
    for name, files in by_object.items():
        what = files[0]["source_file"] if len(files) == 1 else f"{len(files)} files"
        rows = sum(file["rows_landed"] for file in files)
        newest = max(str(file["extracted_at"])[:16].replace("T", " ") for file in files)
        text.append(f"  {name:<{width}}  {rows:>9,} rows  extracted {newest} UTC  {what}")
    return text


def _ask(connection: duckdb.DuckDBPyConnection, question: str) -> list[dict[str, Any]]:
    cursor = connection.execute(question)
    names = [column[0] for column in cursor.description or []]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _failed(result: dict[str, Any]) -> bool:
    return result["status"] in (controls.FAIL, controls.ERROR)


def _finding(result: dict[str, Any]) -> str:
    if result["status"] == controls.ERROR:
        return f"could not run ({result['message']})"
    risk = "" if result["amount_at_risk"] is None else f", amount at risk {result['amount_at_risk']:,.2f}"
    return f"{result['failures']} failing rows{risk}; owner {result['owner'] or 'nobody'}"


def _override(result: dict[str, Any]) -> str:
    return (
        f"{result['control_id']} {result['title']}: {_finding(result)}; overridden until"
        f" {result['override_expires_on']} by {result['override_approver']}: {result['override_reason']}"
    )
