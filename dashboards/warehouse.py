"""The only connection of the pages: one whole published version for each page run.

Within a process DuckDB hands out the instance it already has for a path, even after the file was replaced. So
every published version gets an instance of its own, told apart by the file's identity; a page run takes one
at its start and uses no other, and a version that was replaced is closed when its last page run has ended.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import duckdb

from ingest.errors import TieoutError
from ingest.reader import open_version
from ingest.state import read_finished_build
from ingest.warehouse import Warehouse

QUERIES = Path(__file__).with_name("queries")
CATALOG = "published"
Identity = tuple[int, int, int]
Row = dict[str, Any]


class NothingPublished(TieoutError):  # noqa: N818
    """There is no published version to show."""

    title = "nothing is published yet"


@dataclass
class Version:
    """One published version: its run, as-of date, moment of publication (UTC), and how many pages use it."""

    identity: Identity
    connection: duckdb.DuckDBPyConnection
    run_id: str
    as_of: date | None
    finished_at: datetime | None
    controls_passed: int
    controls_failed: int
    users: int = field(default=0)

    def ask(self, name: str, **parameters: object) -> list[Row]:
        """The rows of a named query of dashboards/queries; parameters it does not use are ignored."""
        text = query_text(name)
        used = {key: value for key, value in parameters.items() if f"${key}" in text}
        with self.cursor() as cursor:
            cursor.execute(text, used)
            columns = [column[0] for column in cursor.description or []]
            return [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]

    @contextlib.contextmanager
    def cursor(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A connection of its own to this version: sessions of several users ask at the same time."""
        cursor = self.connection.cursor()
        try:
            cursor.execute(f"use {CATALOG}")
            yield cursor
        finally:
            cursor.close()


class Versions:
    """The published versions that pages of this server are reading."""

    def __init__(self, warehouse: Warehouse) -> None:
        self.warehouse = warehouse
        self._open: dict[Identity, Version] = {}
        self._lock = threading.Lock()

    @contextlib.contextmanager
    def take(self) -> Iterator[Version]:
        """The newest published version, for one page run.

        Raises:
            NothingPublished: the warehouse directory has none.
        """
        with self._lock:
            version = self._current()
            version.users += 1
            self._close_unused(version)
        try:
            yield version
        finally:
            with self._lock:
                version.users -= 1
                self._close_unused(self._open.get(self._identity() or (0, 0, 0)))

    def _identity(self) -> Identity | None:
        try:
            found = self.warehouse.published.stat()
        except FileNotFoundError:
            return None
        return found.st_ino, found.st_mtime_ns, found.st_size

    def _current(self) -> Version:
        identity = self._identity()
        if identity is None:
            raise NothingPublished(
                f"no {self.warehouse.published.name} in {self.warehouse.path}",
                expected="a published version",
                next_step="Publish one with `tieout run EXTRACTS`, or name another directory.",
            )
        if identity not in self._open:
            connection = open_version(self.warehouse.published, CATALOG)
            finished = read_finished_build(connection)
            self._open[identity] = Version(
                identity,
                connection,
                finished.run_id if finished else "",
                finished.as_of if finished else None,
                finished.finished_at if finished else None,
                finished.controls_passed if finished else 0,
                finished.controls_failed if finished else 0,
            )
        return self._open[identity]

    def _close_unused(self, current: Version | None) -> None:
        for version in list(self._open.values()):
            if version.users == 0 and version is not current:
                version.connection.close()
                del self._open[version.identity]


@cache
def query_text(name: str) -> str:
    """The SQL of a named query."""
    return (QUERIES / f"{name}.sql").read_text(encoding="utf-8")
