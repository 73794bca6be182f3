"""The seals of closed periods: evidence on disk that outlives every build, and its mirror in schema raw.

``<warehouse>/closes/<entity>/<period>/<version>/`` holds

``seal.json``       what was closed, by whom and when; the published run, its code version, deliveries with
                    their hashes and control results; balances and place of every account, every figure of
                    the statements
``lines.parquet``   the ledger lines that the seal holds, those since the seal before it
``reopened.json``   who opened the period again, who approved it and why; only once that has happened

Nothing in here is ever written over: a period that is closed again gets its next version. Each seal names the
hash of its own content and of the entity's seal before it. A build mirrors the seals into ``raw.seals``,
``raw.sealed_balances`` and ``raw.sealed_lines``, where the controls read them.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import quote

import duckdb
import pyarrow as pa
import pyarrow.parquet as parquet

from ingest.errors import SealDamaged
from ingest.evidence import as_json, write_json
from ingest.landing.registry import TABLES
from ingest.reader import open_version
from ingest.warehouse import Warehouse

SEAL_FILE, LINES_FILE, REOPENED_FILE = "seal.json", "lines.parquet", "reopened.json"
PARTIAL_PREFIX = ".partial-"
MIRROR_TABLES = ("seals", "sealed_balances", "sealed_lines")


@dataclass(frozen=True)
class Reopening:
    """Who opened a period again, and why. ``reopened_at`` is UTC."""

    reopened_at: datetime
    requested_by: str
    approver: str
    reason: str


@dataclass(frozen=True)
class Seal:
    """One closing of one period. ``closed_at`` is UTC; ``covers_from`` is None for an entity's first seal.

    ``content`` is all of seal.json: besides the fields here ``deliveries``, ``controls``, ``accounts``
    (balances in functional currency, debit +) and ``figures`` (statement lines in natural sign), decimals as
    exact text.
    """

    legal_entity_id: str
    period: str
    version: int
    covers_from: date | None
    closed_through: date
    closed_at: datetime
    closed_by: str
    run_id: str
    as_of: date
    code_version: str
    sha256: str
    folder: Path
    reopening: Reopening | None = None
    content: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @property
    def seal_id(self) -> str:
        """Entity, period and version: ``LE01:2025-02:1``."""
        return f"{self.legal_entity_id}:{self.period}:{self.version}"

    @property
    def is_in_force(self) -> bool:
        """Controls judge by it: the period was not opened again."""
        return self.reopening is None

    def lines(self) -> pa.Table:
        """The ledger lines that it holds. Raises SealDamaged when they are not those that were sealed."""
        path = self.folder / LINES_FILE
        try:
            found = hashlib.sha256(path.read_bytes()).hexdigest()
        except OSError as error:
            raise _damaged(path, f"no file that can be read ({error.strerror})") from error
        if found != self.content["lines"]["sha256"]:
            raise _damaged(path, "other bytes than were sealed")
        return parquet.read_table(path)


def closes_folder(warehouse: Warehouse) -> Path:
    """Where the evidence of all closings lies."""
    return warehouse.path / "closes"


def read_seals(warehouse: Warehouse) -> list[Seal]:
    """All seals, reopened ones included, by entity, period and version.

    Raises SealDamaged when one of them is not as it was written.
    """
    folders = (path.parent for path in closes_folder(warehouse).glob(f"*/*/*/{SEAL_FILE}"))
    seals = [_read_seal(folder) for folder in folders if not folder.name.startswith(PARTIAL_PREFIX)]
    return sorted(seals, key=lambda seal: (seal.legal_entity_id, seal.period, seal.version))


def seals_beneath(seal: Seal, seals: list[Seal]) -> list[Seal]:
    """The seals that a seal rests on, as they were when it was made: the one it follows, and those before."""
    by_hash = {other.sha256: other for other in seals}
    beneath: list[Seal] = []
    follows = seal.content["follows"]
    while follows in by_hash:
        beneath.append(by_hash[follows])
        follows = beneath[-1].content["follows"]
    return beneath


def write_seal(warehouse: Warehouse, content: dict[str, Any], lines: pa.Table) -> Seal:
    """Write a new seal, which appears as a whole, and return it as it is read again.

    ``content`` has at least the fields of a Seal; its hashes are added here. The caller holds the lock.
    """
    period = closes_folder(warehouse) / _folder_name(content["legal_entity_id"]) / content["period"]
    folder = period / str(content["version"])
    partial = period / f"{PARTIAL_PREFIX}{content['version']}"
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    parquet.write_table(lines, partial / LINES_FILE)
    hashed = hashlib.sha256((partial / LINES_FILE).read_bytes()).hexdigest()
    content = _as_stored({**content, "lines": {"rows": lines.num_rows, "sha256": hashed}})
    write_json(partial / SEAL_FILE, {**content, "sha256": _hash_of(content)})
    partial.replace(folder)
    return _read_seal(folder)


def write_reopening(seal: Seal, reopening: Reopening) -> Seal:
    """Note beside a seal that its period was opened again."""
    write_json(
        seal.folder / REOPENED_FILE,
        {
            "reopened_at": reopening.reopened_at,
            "requested_by": reopening.requested_by,
            "approver": reopening.approver,
            "reason": reopening.reason,
        },
    )
    return _read_seal(seal.folder)


def mirror(connection: duckdb.DuckDBPyConnection, warehouse: Warehouse) -> None:
    """Bring schema raw of a build in line with the evidence on disk. The caller holds the lock.

    Balances and lines of seals that are known already are not read again. Raises SealDamaged when a seal that
    the build knows is no longer there.
    """
    _ensure_tables(connection)
    seals = read_seals(warehouse)
    known = _known(connection)
    for seal_id, sha256 in known.items():
        if sha256 not in {seal.sha256 for seal in seals}:
            raise SealDamaged(
                f"no evidence of the seal {seal_id}",
                expected="every seal that was ever made",
                next_step="Put the folder back from a backup; to open a period again use `tieout reopen`.",
                file=closes_folder(warehouse),
            )
    connection.execute("begin")
    try:
        _mirror(connection, seals, known)
        connection.execute("commit")
    except BaseException:
        connection.execute("rollback")
        raise


def are_published(warehouse: Warehouse) -> bool:
    """What is published was controlled by exactly the seals that are there now."""
    if not warehouse.published.exists():
        return False
    on_disk = {(seal.seal_id, seal.sha256, seal.is_in_force) for seal in read_seals(warehouse)}
    with open_version(warehouse.published) as connection:
        try:
            rows = connection.execute("select seal_id, sha256, is_in_force from raw.seals").fetchall()
        except duckdb.CatalogException:
            rows = []
    return on_disk == set(rows)


def _mirror(connection: duckdb.DuckDBPyConnection, seals: list[Seal], known: dict[str, str]) -> None:
    connection.execute("delete from raw.seals")
    for seal in seals:
        reopening = seal.reopening
        connection.execute(
            "insert into raw.seals values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                seal.seal_id,
                seal.legal_entity_id,
                seal.period,
                seal.version,
                seal.covers_from,
                seal.closed_through,
                seal.closed_at,
                seal.closed_by,
                seal.run_id,
                seal.as_of,
                seal.code_version,
                seal.sha256,
                reopening.reopened_at if reopening else None,
                reopening.requested_by if reopening else None,
                reopening.approver if reopening else None,
                reopening.reason if reopening else None,
                seal.is_in_force,
            ],
        )
        if seal.is_in_force and known.get(seal.seal_id) != seal.sha256:
            _mirror_contents(connection, seal)
    for table in ("sealed_balances", "sealed_lines"):
        connection.execute(
            f"delete from raw.{table} where seal_id not in (select seal_id from raw.seals where is_in_force)"
        )


def _mirror_contents(connection: duckdb.DuckDBPyConnection, seal: Seal) -> None:
    for table in ("sealed_balances", "sealed_lines"):
        connection.execute(f"delete from raw.{table} where seal_id = ?", [seal.seal_id])
    balances = [
        (
            seal.seal_id,
            account["account_id"],
            Decimal(account["opening_balance"]),
            Decimal(account["closing_balance"]),
        )
        for account in seal.content["accounts"]
    ]
    if balances:
        connection.executemany("insert into raw.sealed_balances values (?, ?, ?, ?)", balances)
    connection.register("lines_of_seal", seal.lines())
    connection.execute(
        """
        insert into raw.sealed_lines by name
        select
            ? as seal_id, line_key, journal_id, line_no, source_type, source_doc_id, posting_date, account_id,
            amount, source_system as line_source, source_file as line_file, source_line as line_number
        from lines_of_seal
        """,
        [seal.seal_id],
    )
    connection.unregister("lines_of_seal")


def _known(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    return dict(connection.execute("select seal_id, sha256 from raw.seals").fetchall())


def _ensure_tables(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("create schema if not exists raw")
    for name in MIRROR_TABLES:
        connection.execute(f"create table if not exists raw.{name} ({TABLES[name]})")


def _read_seal(folder: Path) -> Seal:
    path = folder / SEAL_FILE
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        sha256 = content.pop("sha256")
    except (OSError, ValueError, AttributeError, KeyError) as error:
        raise _damaged(path, f"a file that cannot be read ({error})") from error
    if sha256 != _hash_of(content):
        raise _damaged(path, "another content than was sealed")
    covers_from = content["covers_from"]
    return Seal(
        legal_entity_id=content["legal_entity_id"],
        period=content["period"],
        version=content["version"],
        covers_from=None if covers_from is None else date.fromisoformat(covers_from),
        closed_through=date.fromisoformat(content["closed_through"]),
        closed_at=_moment(content["closed_at"]),
        closed_by=content["closed_by"],
        run_id=content["run_id"],
        as_of=date.fromisoformat(content["as_of"]),
        code_version=content["code_version"],
        sha256=sha256,
        folder=folder,
        reopening=_read_reopening(folder),
        content=content,
    )


def _read_reopening(folder: Path) -> Reopening | None:
    path = folder / REOPENED_FILE
    if not path.exists():
        return None
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        return Reopening(
            _moment(content["reopened_at"]), content["requested_by"], content["approver"], content["reason"]
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise _damaged(path, f"a file that cannot be read ({error})") from error


def _damaged(path: Path, found: str) -> SealDamaged:
    return SealDamaged(
        found, expected="the seal as it was written", next_step="Put it back from a backup.", file=path
    )


def _as_stored(content: dict[str, Any]) -> dict[str, Any]:
    """The content with dates, moments and decimals as the text that is written."""
    stored: dict[str, Any] = json.loads(json.dumps(content, default=as_json))
    return stored


def _hash_of(content: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text.removesuffix("Z"))


def _folder_name(legal_entity_id: str) -> str:
    """A name that every file system takes and that no path leaves through."""
    return quote(legal_entity_id, safe=" ").replace(".", "%2E")
