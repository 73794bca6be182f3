"""The only connection of the pages: one whole published version for each page run, as its user may see it.

Within a process DuckDB hands out the instance it already has for a path, even after the file was replaced. So
every published version gets an instance of its own, told apart by the file's identity; a page run takes one
at its start and uses no other, and a version that was replaced is closed when its last page run has ended.
What is taken is the version as one user's scope sees it (see dashboards/entitlement.py).
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from pathlib import Path
from secrets import token_hex
from typing import Any

import duckdb

from dashboards.entitlement import (
    SUMS_OVER_ENTITIES,
    Publication,
    Relation,
    columns_for,
    is_entitled,
)
from ingest.controls import RESULTS, table_of
from ingest.errors import TieoutError
from ingest.evidence import CONTROLS_FILE, RUN_ID
from ingest.reader import open_version
from ingest.roles import Access
from ingest.state import read_finished_build
from ingest.warehouse import Warehouse

QUERIES = Path(__file__).with_name("queries")
Identity = tuple[int, int, int]
Row = dict[str, Any]


class NothingPublished(TieoutError):  # noqa: N818
    """There is no published version to show."""

    title = "nothing is published yet"


class NotInThisVersion(TieoutError):  # noqa: N818
    """A named query asks for what the version does not hold, for instance one of an older tieout."""

    title = "this version does not hold what is asked for"


@dataclass
class _Opened:
    """One open published version: run, as-of date, publication (UTC), and how many pages use it."""

    identity: Identity
    publication: Publication
    run_id: str
    as_of: date | None
    finished_at: datetime | None
    controls_passed: int
    controls_failed: int
    users: int = field(default=0)


class Version:
    """One published version as one user may see it; everything a page shows is asked here."""

    def __init__(self, opened: _Opened, access: Access, warehouse: Warehouse) -> None:
        self.access = access
        self.run_id = opened.run_id
        self.as_of = opened.as_of
        self.finished_at = opened.finished_at
        self.controls_passed = opened.controls_passed
        self.controls_failed = opened.controls_failed
        self._warehouse = warehouse
        self._connection = opened.publication.connection
        self._catalog = opened.publication.catalog_of(access.scope)

    @property
    def sees_group(self) -> bool:
        """The user is entitled to all entities, and so to the group."""
        return self.access.scope.sees_group

    def ask(self, name: str, **parameters: object) -> list[Row]:
        """The rows of a named query of dashboards/queries; parameters it does not use are ignored.

        Raises:
            NotInThisVersion: a relation is not there, or nobody has classified it.
        """
        text = query_text(name)
        used = {key: value for key, value in parameters.items() if f"${key}" in text}
        with self.cursor() as cursor:
            try:
                return _rows(cursor.execute(text, used))
            except duckdb.CatalogException as error:
                raise NotInThisVersion(
                    str(error).splitlines()[0],
                    expected="a relation of this version that dashboards/entitlement.py classifies",
                    next_step="Build and publish again with `tieout run EXTRACTS`.",
                ) from error

    def ask_if_held(self, name: str, **parameters: object) -> list[Row]:
        """The rows of a named query; none in a version that an older tieout published."""
        try:
            return self.ask(name, **parameters)
        except NotInThisVersion:
            return []

    @contextlib.contextmanager
    def cursor(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A connection of its own to what the user may see: several users ask at the same time."""
        cursor = self._connection.cursor()
        try:
            cursor.execute(f"use {self._catalog}")
            yield cursor
        finally:
            cursor.close()

    def failing_rows(self, run_id: str, control_id: str, limit: int) -> list[Row]:
        """The rows that failed a control in a run, also in one that was stopped; of the user's entities."""
        return self._evidence(run_id, f"controls.{table_of(control_id)}", "true", limit)

    def control_results(self, run_id: str) -> list[Row]:
        """The control results of a run, also of one that was stopped."""
        return self._evidence(run_id, RESULTS, "true order by control_id")

    def _evidence(self, run_id: str, relation: str, condition: str, limit: int | None = None) -> list[Row]:
        """Rows of a run's evidence; empty where it has none. They are masked and filtered as views are."""
        path = self._warehouse.runs / run_id / CONTROLS_FILE
        if not RUN_ID.fullmatch(run_id) or not path.is_file():
            return []
        # Under another name than the file's, since its catalog would be called like its schema
        with open_version(path, "kept") as connection:
            given = connection.execute(
                """
                select column_name, data_type from duckdb_columns()
                where database_name = 'kept' and schema_name || '.' || table_name = ?
                order by column_index""",
                [relation],
            ).fetchall()
            kept = Relation(relation, dict(given))
            if not kept.columns or not (kept.is_of_entities or relation in SUMS_OVER_ENTITIES):
                return []
            scope = self.access.scope
            entitled = is_entitled(scope) if kept.is_of_entities else "true"
            return _rows(
                connection.execute(
                    f"select {columns_for(kept, scope, token_hex(16))} from {relation}"
                    f" where {entitled} and {condition}"
                    + (f" limit {int(limit)}" if limit is not None else "")
                )
            )


class Versions:
    """The published versions that pages of this server are reading."""

    def __init__(self, warehouse: Warehouse) -> None:
        self.warehouse = warehouse
        self._open: dict[Identity, _Opened] = {}
        self._lock = threading.Lock()

    @contextlib.contextmanager
    def take(self, access: Access) -> Iterator[Version]:
        """The newest published version as a user may see it, for one page run.

        Raises:
            NothingPublished: the warehouse directory has none.
        """
        with self._lock:
            opened = self._current()
            version = Version(opened, access, self.warehouse)
            opened.users += 1
            self._close_unused(opened)
        try:
            yield version
        finally:
            with self._lock:
                opened.users -= 1
                self._close_unused(self._open.get(self._identity() or (0, 0, 0)))

    def _identity(self) -> Identity | None:
        try:
            found = self.warehouse.published.stat()
        except FileNotFoundError:
            return None
        return found.st_ino, found.st_mtime_ns, found.st_size

    def _current(self) -> _Opened:
        identity = self._identity()
        if identity is None:
            raise NothingPublished(
                f"no {self.warehouse.published.name} in {self.warehouse.path}",
                expected="a published version",
                next_step="Publish one with `tieout run EXTRACTS`, or name another directory.",
            )
        if identity not in self._open:
            self._open[identity] = self._opened(identity)
        return self._open[identity]

    def _opened(self, identity: Identity) -> _Opened:
        whole = "whole_" + token_hex(8)
        connection = open_version(self.warehouse.published, whole)
        try:
            finished = read_finished_build(connection)
            publication = Publication(connection, whole)
            connection.execute("use memory")
        except duckdb.Error:
            connection.close()
            raise
        return _Opened(
            identity,
            publication,
            finished.run_id if finished else "",
            finished.as_of if finished else None,
            finished.finished_at if finished else None,
            finished.controls_passed if finished else 0,
            finished.controls_failed if finished else 0,
        )

    def _close_unused(self, current: _Opened | None) -> None:
        for opened in list(self._open.values()):
            if opened.users == 0 and opened is not current:
                opened.publication.connection.close()
                del self._open[opened.identity]


@cache
def query_text(name: str) -> str:
    """The SQL of a named query."""
    return (QUERIES / f"{name}.sql").read_text(encoding="utf-8")


def _rows(cursor: duckdb.DuckDBPyConnection) -> list[Row]:
    columns = [column[0] for column in cursor.description or []]
    return [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]
