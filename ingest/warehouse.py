"""The warehouse directory: where its files lie, who may write them, how a connection is opened."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb
from filelock import FileLock, Timeout

from ingest.errors import SettingsError, WarehouseBusy

SESSION_SETTINGS = "set TimeZone = 'UTC'; set preserve_insertion_order = true"


def now() -> datetime:
    """The present moment in UTC without a zone, to the microsecond; ``TIEOUT_NOW`` replaces it.

    ``TIEOUT_NOW`` is an ISO date or timestamp; one without a zone is taken as UTC.
    Raises SettingsError when it is neither.
    """
    fixed = os.environ.get("TIEOUT_NOW")
    if not fixed:
        return datetime.now(UTC).replace(tzinfo=None)
    try:
        moment = datetime.fromisoformat(fixed)
    except ValueError:
        raise SettingsError(
            f"`{fixed}`",
            expected="an ISO timestamp such as 2025-04-01T06:00:00Z",
            next_step="Correct or unset the environment variable TIEOUT_NOW.",
            column="TIEOUT_NOW",
        ) from None
    if moment.tzinfo is not None:
        moment = moment.astimezone(UTC).replace(tzinfo=None)
    return moment


def holds(connection: duckdb.DuckDBPyConnection, relation: str) -> bool:
    """A table or view of that name (``schema.table``, or with a catalog before it) is there."""
    try:
        connection.execute(f"select * from {relation} limit 0")
    except duckdb.CatalogException:
        return False
    return True


@dataclass(frozen=True)
class Run:
    """One run of the pipeline. ``started_at`` is UTC without a zone and the run's only clock."""

    run_id: str
    started_at: datetime
    code_version: str = ""


@dataclass(frozen=True)
class Warehouse:
    """A warehouse directory, created on first use."""

    path: Path

    @property
    def build(self) -> Path:
        """The working copy; after a stopped run it holds what was not published."""
        return self.path / "build.duckdb"

    @property
    def published(self) -> Path:
        """What readers open; only ever replaced as a whole."""
        return self.path / "published.duckdb"

    @property
    def runs(self) -> Path:
        """One folder of evidence for each run."""
        return self.path / "runs"

    @property
    def export_log(self) -> Path:
        """What was exported from the dashboard, one line of JSON for each file."""
        return self.path / "exports.jsonl"

    @property
    def dbt_target(self) -> Path:
        """Where dbt puts what it compiles."""
        return self.path / "dbt" / "target"

    @property
    def dbt_logs(self) -> Path:
        """Where dbt writes its log."""
        return self.path / "dbt" / "logs"

    @property
    def lock_file(self) -> Path:
        """Held by the one pipeline that works here; names it."""
        return self.path / ".lock"

    def create(self) -> None:
        """Make the directory and its folders where they are missing."""
        for folder in (self.path, self.runs, self.dbt_target, self.dbt_logs):
            folder.mkdir(parents=True, exist_ok=True)

    def connect_build(self, *, read_only: bool = False) -> duckdb.DuckDBPyConnection:
        """Open the working copy with the settings that every module relies on (UTC, rows in file order).

        The caller closes it. Raises WarehouseBusy when another process holds the file.
        """
        self.path.mkdir(parents=True, exist_ok=True)
        try:
            connection = duckdb.connect(str(self.build), read_only=read_only)
        except duckdb.IOException as error:
            if "lock" not in str(error).lower():
                raise
            raise WarehouseBusy(
                "another process that holds build.duckdb open",
                expected="no other writer",
                next_step="Close it or wait until it has ended, then run the command again.",
                file=self.build,
            ) from error
        connection.execute(SESSION_SETTINGS)
        return connection

    @contextmanager
    def lock(self, owner: str = "") -> Iterator[None]:
        """Hold the warehouse for one pipeline; a second one is told at once who holds it.

        ``owner`` is what the second one reads, for instance ``run 20250401T060000Z, process 4711``.
        Raises WarehouseBusy without waiting.
        """
        self.path.mkdir(parents=True, exist_ok=True)
        holder = self.path / ".lock.owner"
        lock = FileLock(self.lock_file)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            held_by = holder.read_text(encoding="utf-8") if holder.exists() else ""
            raise WarehouseBusy(
                held_by or "a pipeline that does not give its name",
                expected="no other pipeline on this warehouse",
                next_step="Wait until it has ended, or give another directory with --warehouse.",
                file=self.path,
            ) from None
        try:
            holder.write_text(owner or f"process {os.getpid()}", encoding="utf-8")
            yield
        finally:
            holder.unlink(missing_ok=True)
            lock.release()
