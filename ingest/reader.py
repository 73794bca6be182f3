"""Opening what a warehouse holds, to read only."""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

import duckdb

from ingest.errors import InternalFault, NothingBuilt, WarehouseBusy
from ingest.warehouse import SESSION_SETTINGS, Warehouse


def open_version(path: Path, catalog: str | None = None) -> duckdb.DuckDBPyConnection:
    """A connection that reads one version of a database file, whatever else this process has open.

    The file is attached to an instance of its own: DuckDB hands out the open instance for a path that the
    process already has open, even after the file was replaced. Its catalog is named as it is for whoever
    opens the file directly, unless another name is given. The caller closes the connection.
    """
    connection = duckdb.connect()
    quoted = str(path).replace("'", "''")
    name = '"' + (catalog or path.stem).replace('"', '""') + '"'
    try:
        connection.execute(SESSION_SETTINGS)
        connection.execute(f"attach '{quoted}' as {name} (read_only)")
        connection.execute(f"use {name}")
        connection.execute("set enable_external_access = false")
    except duckdb.Error:
        connection.close()
        raise
    return connection


@contextlib.contextmanager
def open_published(warehouse: Warehouse) -> Iterator[duckdb.DuckDBPyConnection]:
    """The published version. Raises NothingBuilt when there is none yet."""
    if not warehouse.published.exists():
        raise NothingBuilt(
            f"no {warehouse.published.name} in {warehouse.path}",
            expected="a published version",
            next_step="Publish one with `tieout run EXTRACTS`, or name another directory with --warehouse.",
        )
    try:
        connection = open_version(warehouse.published)
    except duckdb.Error as error:
        raise InternalFault(
            f"a published version that cannot be opened ({error})",
            next_step="Run `tieout run EXTRACTS`; if it stays so, remove published.duckdb first.",
            file=warehouse.published,
        ) from error
    try:
        yield connection
    finally:
        connection.close()


@contextlib.contextmanager
def open_unpublished(warehouse: Warehouse) -> Iterator[duckdb.DuckDBPyConnection]:
    """The working copy as the last run left it, also one that a control stopped.

    Raises NothingBuilt when there is none, WarehouseBusy while a pipeline works on it.
    """
    if not warehouse.build.exists():
        raise NothingBuilt(
            f"no {warehouse.build.name} in {warehouse.path}",
            expected="a build",
            next_step="Make one with `tieout run EXTRACTS`, or name another directory with --warehouse.",
        )
    holder = pipeline_at_work(warehouse)
    if holder is not None:
        raise _busy(warehouse, holder)
    try:
        connection = open_version(warehouse.build)
    except duckdb.Error as error:
        if "lock" in str(error).lower():
            raise _busy(warehouse, "another process that writes the build") from error
        raise NothingBuilt(
            f"a build that cannot be opened ({error})",
            next_step="Run `tieout run EXTRACTS`, which puts it right.",
            file=warehouse.build,
        ) from error
    try:
        yield connection
    finally:
        connection.close()


def pipeline_at_work(warehouse: Warehouse) -> str | None:
    """Who holds the warehouse's lock at this moment, None when nobody does."""
    try:
        descriptor = os.open(warehouse.lock_file, os.O_RDONLY)
    except OSError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        owner = warehouse.path / ".lock.owner"
        return owner.read_text(encoding="utf-8") if owner.is_file() else "a pipeline"
    finally:
        os.close(descriptor)
    return None


def _busy(warehouse: Warehouse, holder: str) -> WarehouseBusy:
    return WarehouseBusy(
        holder,
        expected="no run in progress, since only then the unpublished build can be read",
        next_step="Ask again when it has ended, or leave out --unpublished.",
        file=warehouse.build,
    )
