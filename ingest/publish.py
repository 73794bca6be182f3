"""Putting a finished build in the place that readers open.

The build is copied beside ``published.duckdb``, checked, written through to the disk and renamed over it. A
rename is one step for the file system: whoever opens the file gets one whole version or the next, and whoever
has it open keeps the version it opened.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import duckdb

from ingest.errors import PublishFault
from ingest.state import read_finished_build
from ingest.warehouse import Warehouse

PARTIAL_PREFIX = ".published-"


def publish_build(warehouse: Warehouse, run_id: str) -> None:
    """Replace published.duckdb by the build of ``run_id``. The caller holds the lock and no connection.

    Raises PublishFault, and leaves the published version as it was, when the build is not whole.
    """
    remove_partial_copies(warehouse)
    log = write_ahead_log(warehouse)
    with warehouse.connect_build() as connection:
        connection.execute("checkpoint")
    if log.exists():
        raise PublishFault(
            f"{log.name} beside the build after a checkpoint",
            expected="a build that nothing else holds open",
            next_step="Close whatever reads build.duckdb and run `tieout publish`.",
        )
    partial = warehouse.path / f"{PARTIAL_PREFIX}{run_id}.duckdb"
    try:
        shutil.copyfile(warehouse.build, partial)
        _check_copy(partial, run_id)
        _write_through(partial)
        partial.replace(warehouse.published)
        _write_through(warehouse.path)
    except OSError as error:
        raise PublishFault(
            f"{error.strerror or error} ({error.filename or partial})",
            next_step="Make room or mend the directory's rights, then run `tieout publish`.",
        ) from error
    finally:
        partial.unlink(missing_ok=True)


def write_ahead_log(warehouse: Warehouse) -> Path:
    """Where the build's changes stand that are not yet in its file."""
    return warehouse.build.with_name(warehouse.build.name + ".wal")


def remove_partial_copies(warehouse: Warehouse) -> list[Path]:
    """Remove copies that a killed run left unfinished; returns them. The caller holds the lock."""
    leftovers = sorted(warehouse.path.glob(f"{PARTIAL_PREFIX}*"))
    for leftover in leftovers:
        leftover.unlink(missing_ok=True)
    return leftovers


def _check_copy(partial: Path, run_id: str) -> None:
    """The copy opens on its own and is the finished build of this run."""
    try:
        with duckdb.connect(str(partial), read_only=True) as connection:
            finished = read_finished_build(connection)
    except duckdb.Error as error:
        raise PublishFault(f"a copy that does not open: {error}") from error
    if finished is None or finished.run_id != run_id:
        raise PublishFault(
            f"the build of {finished.run_id if finished else 'no run'}",
            expected=f"that of run {run_id}",
            next_step="Run `tieout build`, then `tieout publish`.",
        )


def _write_through(path: Path) -> None:
    """Ask the system to write a file, or a directory's entries, to the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
