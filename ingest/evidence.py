"""What a run leaves behind in ``runs/<run_id>/``, whatever became of it.

``run.json``          what ran, when, on which code, settings and deliveries, and how it ended
``controls.duckdb``   the control results and their failing rows (see ingest/controls.py)
``fault.txt``         the traceback of an internal fault, for whoever mends it

A run's id is the moment of its start and a number that only grows, so ids sort in the order of the runs.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from ingest.project import code_version, engine_versions, git_commit
from ingest.warehouse import Run, Warehouse, now

RUN_ID = re.compile(r"\d{8}T\d{6}Z-(\d{4,})")
RUN_FILE = "run.json"
CONTROLS_FILE = "controls.duckdb"
FAULT_FILE = "fault.txt"

RUNNING = "running"
PUBLISHED = "published"
STOPPED = "stopped by a control"
REFUSED = "input refused"
LANDED = "landed"
BUILT = "built"
FAILED = "failed"
KILLED = "killed"
INTERRUPTED = "interrupted"


@dataclass
class RunRecord:
    """The run.json of one run, rewritten as a whole whenever something is added."""

    run: Run
    folder: Path
    content: dict[str, Any] = field(default_factory=dict)

    @property
    def controls_file(self) -> Path:
        """Where the run's control results and failing rows lie."""
        return self.folder / CONTROLS_FILE

    def add(self, **facts: Any) -> None:
        """Add facts and write the file, atomically."""
        self.content.update(facts)
        write_json(self.folder / RUN_FILE, self.content)

    def finish(self, outcome: str, exit_status: int) -> None:
        """Say how the run ended."""
        self.add(outcome=outcome, exit_status=exit_status, finished_at=now())

    def keep_fault(self, traceback: str) -> Path:
        """Keep the traceback of an internal fault; returns where it lies."""
        path = self.folder / FAULT_FILE
        path.write_text(traceback, encoding="utf-8")
        return path

    def discard(self) -> None:
        """Leave nothing behind: the run found nothing to do."""
        shutil.rmtree(self.folder, ignore_errors=True)


def begin_run(
    warehouse: Warehouse, command: str, call: dict[str, Any], published: str | None = None
) -> RunRecord:
    """Give the next run its id and its folder. The caller holds the warehouse's lock.

    A record of an earlier run that still says it is running is that of one that was killed, and is told so;
    or, if it is the ``published`` run, of one that was killed when it had done its work.
    """
    warehouse.create()
    for folder in run_folders(warehouse):
        content = read_run(folder)
        if content.get("outcome") == RUNNING:
            outcome = PUBLISHED if folder.name == published else KILLED
            write_json(folder / RUN_FILE, {**content, "outcome": outcome, "exit_status": None})
    run = run_of_now(next_run_id(warehouse))
    folder = warehouse.runs / run.run_id
    folder.mkdir(parents=True)
    record = RunRecord(run, folder)
    record.add(
        run_id=run.run_id,
        command=command,
        call=call,
        started_at=run.started_at,
        outcome=RUNNING,
        process=os.getpid(),
        code_version=run.code_version,
        git_commit=git_commit(),
        engines=engine_versions(),
    )
    return record


def next_run_id(warehouse: Warehouse) -> str:
    """The id that a run beginning now would have."""
    folders = run_folders(warehouse)
    last_number = _number_of(folders[-1]) if folders else 0
    return f"{now():%Y%m%dT%H%M%SZ}-{last_number + 1:04d}"


def run_of_now(run_id: str) -> Run:
    """A run of this id as the present moment and the running code see it."""
    return Run(run_id, now(), code_version())


def record_of(warehouse: Warehouse, run_id: str) -> RunRecord:
    """The record of an earlier run, to add to."""
    folder = warehouse.runs / run_id
    folder.mkdir(parents=True, exist_ok=True)
    return RunRecord(run_of_now(run_id), folder, read_run(folder) or {"run_id": run_id})


def run_folders(warehouse: Warehouse) -> list[Path]:
    """The folders of all runs, oldest first."""
    if not warehouse.runs.is_dir():
        return []
    folders = [path for path in warehouse.runs.iterdir() if RUN_ID.fullmatch(path.name)]
    return sorted(folders, key=lambda folder: (_number_of(folder), folder.name))


def _number_of(folder: Path) -> int:
    return int(folder.name.rpartition("-")[2])


def read_run(folder: Path) -> dict[str, Any]:
    """The content of a run's run.json; empty when it has none that can be read."""
    try:
        content = json.loads((folder / RUN_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def last_run(warehouse: Warehouse, *, with_controls: bool = False) -> Path | None:
    """The folder of the last run (that came as far as its controls), None if there is none."""
    for folder in reversed(run_folders(warehouse)):
        if (folder / (CONTROLS_FILE if with_controls else RUN_FILE)).is_file():
            return folder
    return None


def write_json(path: Path, content: Any) -> None:
    """Write JSON so that a reader sees the old file or the new one, never a part."""
    partial = path.with_name(f".{path.name}.partial")
    partial.write_text(json.dumps(content, indent=2, default=as_json) + "\n", encoding="utf-8")
    partial.replace(path)


def as_json(value: Any) -> Any:
    """Dates and moments in ISO 8601 (moments are UTC), decimals as exact text."""
    if isinstance(value, datetime):
        return value.isoformat() + "Z"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, Path):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no JSON form")
