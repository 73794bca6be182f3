"""What a database file of the warehouse says about itself: which run built it, from what, and if it is whole.

``raw.run``             the run that is building, or was the last to begin
``raw.finished_build``  the run whose build and controls this file holds whole; empty while one is being built
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, datetime

import duckdb

from ingest.landing.registry import write_run
from ingest.reader import open_version
from ingest.warehouse import Run, Warehouse

BUILT_SCHEMAS = ("seeds", "staging", "intermediate", "marts", "dashboard", "controls")

# What is delivered and set, without what only says when and by which run it was landed.
INPUTS = {
    "sources": "select * exclude (extracts_folder) from raw.sources",
    "settings_files": "select file, sha256 from raw.settings_files",
    "deliveries": """
        select
            source_system, object, source_file, sha256, declared_extracted_at, extracted_at, snapshot_at,
            status, rows_landed, rows_quarantined, is_current, is_superseded
        from raw.deliveries""",
    "manifests": "select * exclude (batch_id) from raw.manifests",
    "settings": "select reporting_currency, coalesce(as_of_requested, as_of) from raw.settings",
    "entity_settings": "select * from raw.entity_settings",
    "source_priorities": "select * from raw.source_priorities",
    "number_series": "select * from raw.number_series",
    "ageing_buckets": "select * from raw.ageing_buckets",
    # An override ends by itself, so on which side of its expiry the run starts is an input too.
    "control_settings": """
        select *, override_expires_on >= cast(cast($started_at as timestamp) as date)
        from raw.control_settings""",
}


@dataclass(frozen=True)
class FinishedBuild:
    """The build that a file holds whole, with its controls' results."""

    run_id: str
    fingerprint: str
    as_of: date | None
    finished_at: datetime
    controls_passed: int
    controls_failed: int
    controls_blocking_failed: int

    @property
    def can_be_published(self) -> bool:
        """No blocking control failed."""
        return self.controls_blocking_failed == 0


def input_fingerprint(connection: duckdb.DuckDBPyConnection, run: Run) -> str:
    """A hash over deliveries, manifests, settings, as-of date and code: equal hashes build equal marts."""
    digest = hashlib.sha256(run.code_version.encode())
    for name, query in INPUTS.items():
        parameters = {"started_at": run.started_at} if "$started_at" in query else {}
        rows = connection.execute(query + " order by all", parameters).fetchall()
        digest.update(f"\n{name} {rows!r}".encode())
    return digest.hexdigest()


def begin_build(connection: duckdb.DuckDBPyConnection, run: Run) -> None:
    """Note in the build file that ``run`` is building, and clear away what the run before it made.

    Everything is built anew, so no table of a model that is gone stays behind, no control that cannot run
    finds the failing rows of another run, and dbt has nothing to rename and drop.
    """
    connection.execute("begin")
    for schema in BUILT_SCHEMAS:
        connection.execute(f"drop schema if exists {schema} cascade")
    write_run(connection, run)
    connection.execute(
        """
        create or replace table raw.finished_build (
            run_id varchar, fingerprint varchar, as_of date, finished_at timestamp,
            controls_passed bigint, controls_failed bigint, controls_blocking_failed bigint
        )"""
    )
    connection.execute("commit")


def finish_build(connection: duckdb.DuckDBPyConnection, finished: FinishedBuild) -> None:
    """Note in the build file that it is whole. The caller commits."""
    connection.execute(
        "insert into raw.finished_build values (?, ?, ?, ?, ?, ?, ?)",
        [
            finished.run_id,
            finished.fingerprint,
            finished.as_of,
            finished.finished_at,
            finished.controls_passed,
            finished.controls_failed,
            finished.controls_blocking_failed,
        ],
    )


def read_finished_build(connection: duckdb.DuckDBPyConnection) -> FinishedBuild | None:
    """The build that the opened file holds whole, None while there is none."""
    try:
        row = connection.execute("select * from raw.finished_build").fetchone()
    except duckdb.CatalogException:
        return None
    return None if row is None else FinishedBuild(*row)


def read_published(warehouse: Warehouse) -> FinishedBuild | None:
    """What is published; None when nothing is, or nothing that opens."""
    if not warehouse.published.exists():
        return None
    try:
        connection = open_version(warehouse.published)
    except duckdb.Error:
        return None
    with connection:
        return read_finished_build(connection)
