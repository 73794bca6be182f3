"""One file: read, typed and judged into a temporary table, then stored in raw in one transaction."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb
import pyarrow

from ingest.contracts import EXTRA_COLUMNS, Column, DeliveredObject
from ingest.errors import ChangedWhileRead, DuplicateColumn, MissingColumn, RefusedFile, UnreadableFile
from ingest.landing.cells import cast_cell, expected_of, literal, quoted, reason_of
from ingest.landing.discovery import FoundFile
from ingest.readers import HANDED_OVER, Delivered, RejectedRecord, csv, jsonl, parquet, xlsx

STAGED = "temp.landing_rows"
BYTES_AT_A_TIME = 1 << 20


@dataclass(frozen=True)
class Identity:
    """What a file was when it was hashed. ``state`` changes when the file is rewritten or replaced."""

    sha256: str
    size: int
    state: tuple[int, ...]


@dataclass(frozen=True)
class StagedFile:
    """A file whose rows stand, typed and judged, in the temporary table."""

    delivered_object: DeliveredObject
    delivered: Delivered
    places: dict[str, int]
    quarantined: tuple[RejectedRecord, ...]
    ends_without_newline: bool | None


@dataclass(frozen=True)
class Delivery:
    """One landed or refused file version, as in raw.deliveries. Times are UTC without zone."""

    batch_id: int
    run_id: str
    source_system: str
    kind: str
    object: str
    source_file: str
    sha256: str | None
    bytes: int | None
    declared_extracted_at: datetime | None
    extracted_at: datetime
    snapshot_at: datetime
    recorded_at: datetime
    status: str
    rows_landed: int = 0
    rows_quarantined: int = 0
    message: str | None = None
    is_current: bool = True
    is_superseded: bool = False
    ends_without_newline: bool | None = None


def identify(found: FoundFile) -> Identity:
    """Hash a file. Raises ChangedWhileRead (gone or rewritten) or UnreadableFile (barred)."""
    digest = hashlib.sha256()
    try:
        before = _state(found.path)
        with found.path.open("rb") as file:
            while block := file.read(BYTES_AT_A_TIME):
                digest.update(block)
        after = _state(found.path)
    except FileNotFoundError as error:
        raise vanished(found) from error
    except OSError as error:
        raise UnreadableFile(
            f"a file that cannot be opened ({error.strerror})",
            expected="a file that may be read",
            next_step="Give the right to read it, then run again.",
            file=found.shown_as,
        ) from error
    if before != after:
        raise rewritten(found)
    return Identity(digest.hexdigest(), after[0], after)


def _state(path: Path) -> tuple[int, ...]:
    status = path.stat()
    return (status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)


def vanished(found: FoundFile) -> ChangedWhileRead:
    """The error of a file that is no longer there."""
    return ChangedWhileRead(
        "no file any more",
        expected="a file that stays until it is read",
        next_step="Deliver it again once it is complete, under its final name only when it is.",
        file=found.shown_as,
    )


def rewritten(found: FoundFile) -> ChangedWhileRead:
    """The error of a file whose bytes changed between hashing and the end of reading."""
    return ChangedWhileRead(
        "other bytes at the end than at the beginning",
        expected="a file that stays as it is until it is read",
        next_step="Run again once the delivery is complete.",
        file=found.shown_as,
    )


def stage(
    connection: duckdb.DuckDBPyConnection, found: FoundFile, identity: Identity, workspace: Path
) -> StagedFile:
    """Read a file into the temporary table. Raises a RefusedFile error; nothing is stored yet.

    ``workspace`` is a folder for unpacked archives.
    """
    try:
        staged = _stage(connection, found, workspace)
        if _state(found.path) != identity.state:
            raise rewritten(found)
    except FileNotFoundError as error:
        raise vanished(found) from error
    except (RefusedFile, duckdb.Error) as error:
        if not found.path.exists():
            raise vanished(found) from error
        raise
    finally:
        connection.unregister(HANDED_OVER)
    return staged


def _stage(connection: duckdb.DuckDBPyConnection, found: FoundFile, workspace: Path) -> StagedFile:
    path, known, shown_as = found.path, found.delivered_object, found.shown_as
    if found.extension in (".csv", ".csv.gz"):
        return _stage_csv(connection, found, workspace)
    if found.extension == ".jsonl":
        delivered = jsonl.read(connection, path, shown_as)
    elif found.extension == ".xlsx":
        delivered = xlsx.read(connection, path, known, shown_as)
    else:
        delivered = parquet.read(connection, _plainly_named(path, workspace), known, shown_as)
        places = _places(delivered.header, known, shown_as)
        try:
            return _typed(connection, delivered, known, places)
        except duckdb.Error as error:
            raise parquet.broken(shown_as, error) from error
    return _typed(connection, delivered, known, _places(delivered.header, known, shown_as))


def _stage_csv(connection: duckdb.DuckDBPyConnection, found: FoundFile, workspace: Path) -> StagedFile:
    path, known = found.path, found.delivered_object
    if found.extension == ".csv.gz":
        if path.stat().st_size > 0:
            path = workspace / "unpacked.csv"
            csv.unpack(found.path, path, found.shown_as)
    else:
        path = _plainly_named(path, workspace)
    header, is_on_first_line = csv.read_header(path, found.shown_as, known.required)
    places = _places(header, known, found.shown_as)
    is_open_ended = csv.ends_without_newline(path)
    if is_on_first_line:
        try:
            return _typed(connection, csv.quick(path, header), known, places, is_open_ended)
        except (duckdb.InvalidInputException, duckdb.ConversionException):
            pass  # some record is not well formed; the careful way finds out which
    delivered = csv.careful(connection, path, header, found.shown_as)
    return _typed(connection, delivered, known, places, is_open_ended)


def _plainly_named(path: Path, workspace: Path) -> Path:
    """A path that DuckDB does not take for a pattern."""
    if not set("*?[]{}") & set(str(path)):
        return path
    link = workspace / f"delivered{path.suffix.lower()}"
    link.unlink(missing_ok=True)
    link.symlink_to(path.resolve())
    return link


def _places(header: tuple[str, ...], known: DeliveredObject, shown_as: str) -> dict[str, int]:
    """The place of each contract column in the file. Raises MissingColumn or DuplicateColumn."""
    places: dict[str, int] = {}
    for place, name in enumerate(header):
        column = known.column(name)
        if column is None:
            continue
        if column.name in places:
            raise DuplicateColumn(
                f"`{header[places[column.name]]}` and `{name}`",
                expected=f"one column for {column.name}",
                next_step="Deliver the file again with one of them.",
                file=shown_as,
                line=1,
                column=column.name,
            )
        places[column.name] = place
    for name in known.required:
        if name not in places:
            shown = ", ".join(header[:40]) + (" …" if len(header) > 40 else "")
            advice = "Deliver the file again with this column."
            if len(header) == 1 and any(sign in header[0] for sign in ";\t|"):
                advice = "Deliver the file again with commas between the columns."
            raise MissingColumn(
                f"the columns {shown}",
                expected=f"a column {name}",
                next_step=advice,
                file=shown_as,
                line=1,
                column=name,
            )
    return places


def _typed(
    connection: duckdb.DuckDBPyConnection,
    delivered: Delivered,
    known: DeliveredObject,
    places: dict[str, int],
    ends_without_newline: bool | None = None,
) -> StagedFile:
    connection.execute(f"create or replace temp table landing_rows as {casting(delivered, known, places)}")
    number = "record_number" if delivered.line else f"rowid + {delivered.first_line}"
    wrong = connection.execute(
        f"select {number}, offending, row_text from {STAGED} where offending is not null order by 1"
    ).fetchall()
    judged = [
        _rejected_cell(line, known.columns[offending], places, delivered.header, row_text)
        for line, offending, row_text in wrong
    ]
    quarantined = sorted([*delivered.rejected, *judged], key=lambda record: record.line)
    return StagedFile(known, delivered, places, tuple(quarantined), ends_without_newline)


def casting(delivered: Delivered, known: DeliveredObject, places: dict[str, int]) -> str:
    """The statement that types and judges the cells of one file.

    ``offending`` is the place in the contract of the first column whose cell is rejected, null in a good row.
    """
    first = [f"{cell} as d{place}" for place, cell in enumerate(delivered.cells)]
    second, typed, wrong = [], [], []
    for index, column in enumerate(known.columns):
        if column.name not in places:
            continue
        cell = f"d{places[column.name]}"
        is_plain = not (column.strip or column.empty or column.float_suffix or column.leading_zeros)
        ready = cell if is_plain else f"p{index}"
        cast = cast_cell(column, cell, ready)
        if not is_plain:
            second.append(f"{cast.prepared} as {ready}")
        typed.append(f"{cast.typed} as t{index}")
        if cast.is_rejected:
            wrong.append(f"when {cast.is_rejected} then {index}")
    values = ", ".join(_values(known, places))
    staged = ", ".join(value for value in _values(known, places) if value != "null")
    used = set(places.values())
    extra = [place for place in range(len(delivered.header)) if place not in used]
    extra_json = f"{_json_object(delivered.header, extra)} as {EXTRA_COLUMNS}, " if extra else ""
    row_json = _json_object(delivered.header, range(len(delivered.header)))
    number = "record_number, " if delivered.line else ""
    if delivered.line:
        first.append(f"{delivered.line} as record_number")
    offending = f"case {' '.join(wrong)} end" if wrong else "cast(null as integer)"
    text = f"select {', '.join(first)} from {delivered.relation}"
    prepared = f"select {', '.join(['*', *second])} from ({text})"
    return (
        f"select {number}{staged}, hash({values}) as row_hash, {extra_json}offending, "
        f"case when offending is not null then {row_json} end as row_text "
        f"from (select *, {', '.join(typed)}, {offending} as offending from ({prepared}))"
    )


def _values(known: DeliveredObject, places: dict[str, int]) -> list[str]:
    """The typed value of every contract column; null for a column that the file does not have."""
    return [f"t{index}" if column.name in places else "null" for index, column in enumerate(known.columns)]


def _json_object(header: tuple[str, ...], places: range | list[int]) -> str:
    pairs = ", ".join(f"{literal(header[place])}, d{place}" for place in places)
    return f"cast(json_object({pairs}) as varchar)"


def _rejected_cell(
    line: int, column: Column, places: dict[str, int], header: tuple[str, ...], row_text: str
) -> RejectedRecord:
    value = json.loads(row_text).get(header[places[column.name]])
    return RejectedRecord(line, reason_of(column, value), expected_of(column), row_text, value, column.name)


def store(connection: duckdb.DuckDBPyConnection, delivery: Delivery, staged: StagedFile) -> int:
    """Put the good rows into raw and the others into quarantine; returns the number of good rows.

    Runs inside the caller's transaction. Good rows need no order in raw, since each carries its line.
    """
    known = staged.delivered_object
    number = "record_number" if staged.delivered.line else f"rowid + {staged.delivered.first_line}"
    values = ", ".join(_values(known, staged.places))
    has_extra = len(staged.delivered.header) > len(staged.places)
    connection.execute("set preserve_insertion_order = false")
    (landed,) = connection.execute(
        f"""
        insert into raw.{quoted(known.table)}
        select
            {literal(delivery.source_system)}, {literal(delivery.source_file)}, {number}, {delivery.batch_id},
            timestamp '{delivery.extracted_at}', timestamp '{delivery.recorded_at}', row_hash,
            {values}, {EXTRA_COLUMNS if has_extra else "null"}
        from {STAGED}
        where offending is null
        """
    ).fetchone() or (0,)
    connection.execute("set preserve_insertion_order = true")
    if staged.quarantined:
        _store_quarantine(connection, delivery, staged.quarantined)
    return int(landed)


def _store_quarantine(
    connection: duckdb.DuckDBPyConnection, delivery: Delivery, records: tuple[RejectedRecord, ...]
) -> None:
    table = pyarrow.table(
        {
            "source_line": pyarrow.array([record.line for record in records], pyarrow.int64()),
            **{
                name: pyarrow.array(
                    [getattr(record, attribute) for record in records], pyarrow.large_string()
                )
                for name, attribute in (
                    ("column_name", "column"),
                    ("value", "value"),
                    ("reason", "reason"),
                    ("expected", "expected"),
                    ("row_text", "row_text"),
                )
            },
        }
    )
    connection.register("quarantined_rows", table)
    try:
        connection.execute(
            """
            insert into raw.quarantine
            select ?, ?, ?, ?, ?, ?, source_line, column_name, value, reason, expected, row_text, ?
            from quarantined_rows
            """,
            [
                delivery.batch_id,
                delivery.run_id,
                delivery.source_system,
                delivery.kind,
                delivery.object,
                delivery.source_file,
                delivery.recorded_at,
            ],
        )
    finally:
        connection.unregister("quarantined_rows")
