"""csv and csv.gz: UTF-8, comma, header row, quoting by RFC 4180.

Two ways lead to the same rows. The quick one is DuckDB's parser, told the dialect and the columns of
the header. It takes the file whole or not at all; when it finds a record that is not well formed, the
careful one reads the file again, a record at a time, and rejects only that record.
Blank lines are no records.
"""

from __future__ import annotations

import csv
import gzip
import io
import shutil
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import duckdb

from ingest.errors import EmptyFile, UnreadableFile
from ingest.landing.cells import literal
from ingest.readers import Delivered, RejectedRecord, RowsInMemory, as_json, checked_header, no_header

LARGEST_CELL = 1 << 30


def unpack(path: Path, to: Path, shown_as: str) -> None:
    """Unpack a csv.gz. Raises UnreadableFile where the archive is broken or cut."""
    try:
        with gzip.open(path) as packed, to.open("wb") as unpacked:
            shutil.copyfileobj(packed, unpacked, 1 << 20)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        after = to.stat().st_size if to.exists() else 0
        raise UnreadableFile(
            f"an archive that ends or breaks after {after} unpacked bytes ({error})",
            expected="a whole gzip archive",
            next_step="Deliver the file again.",
            file=shown_as,
            line=_lines_before(to, after),
        ) from error


def _lines_before(path: Path, end: int) -> int:
    with path.open("rb") as file:
        return file.read(end).count(b"\n") + 1


def read_header(path: Path, shown_as: str, required: tuple[str, ...]) -> tuple[tuple[str, ...], bool]:
    """The column names, and whether they stand on the first line, as the quick way needs it.

    Raises EmptyFile, UnreadableFile, MissingColumn (no header at all) or DuplicateColumn.
    """
    if path.stat().st_size == 0:
        raise EmptyFile(
            "0 bytes",
            expected=f"a header with at least {', '.join(required)}, and rows if there are any",
            next_step="Deliver the file again; a delivery without rows is a header alone.",
            file=shown_as,
            line=1,
        )
    try:
        with path.open("rb") as file:
            first, _, _ = next(_records(file, shown_as), (None, 0, ""))
            file.seek(0)
            is_on_first_line = bool(file.readline().removeprefix(b"\xef\xbb\xbf").strip(b"\r\n"))
    except UnicodeDecodeError as error:
        raise _not_utf8(path, shown_as) from error
    if not isinstance(first, list):
        raise no_header(shown_as, required)
    return checked_header(first, shown_as), is_on_first_line


def quick(path: Path, header: tuple[str, ...]) -> Delivered:
    """DuckDB's parser on the file; the statement that uses it fails if any record is not well formed."""
    names = [f"c{place}" for place in range(len(header))]
    columns = ", ".join(f"{name}: 'varchar'" for name in names)
    relation = (
        f"read_csv({literal(str(path))}, auto_detect = false, hive_partitioning = false, header = true, "
        f"strict_mode = true, delim = ',', quote = '\"', escape = '\"', nullstr = '', "
        f"columns = {{{columns}}})"
    )
    return Delivered(header, relation, tuple(names))


def careful(
    connection: duckdb.DuckDBPyConnection, path: Path, header: tuple[str, ...], shown_as: str
) -> Delivered:
    """Read a record at a time; records that are not well formed are rejected, each with its number.

    Raises UnreadableFile where the bytes are no UTF-8.
    """
    rows = RowsInMemory(len(header))
    rejected: list[RejectedRecord] = []
    try:
        with path.open("rb") as file:
            records = _records(file, shown_as)
            next(records)
            for cells, line, text in records:
                if isinstance(cells, str):
                    rejected.append(RejectedRecord(line, cells, "quoting by RFC 4180", as_json(text)))
                elif len(cells) != len(header):
                    rejected.append(_wrong_number(line, cells, header))
                else:
                    rows.add(line, cells)
    except UnicodeDecodeError as error:
        raise _not_utf8(path, shown_as) from error
    return rows.hand_over(connection, header, rejected)


def ends_without_newline(path: Path) -> bool:
    """True where the last line has no line end, as in a file that was cut."""
    with path.open("rb") as file:
        file.seek(0, io.SEEK_END)
        if file.tell() == 0:
            return False
        file.seek(-1, io.SEEK_END)
        return file.read(1) not in (b"\n", b"\r")


def _records(file: BinaryIO, shown_as: str) -> Iterator[tuple[list[str] | str, int, str]]:
    """Each record as its cells, or as the reason why it has none, with its number and its text."""
    csv.field_size_limit(LARGEST_CELL)
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="")
    taken: list[str] = []

    def lines() -> Iterator[str]:
        for line in text:
            taken.append(line)
            yield line

    reader = csv.reader(lines(), strict=True)
    number = 0
    try:
        while True:
            taken.clear()
            try:
                cells: list[str] | str = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                cells = _reason(error)
            if cells == []:
                continue
            number += 1
            yield cells, number, "".join(taken)
    finally:
        text.detach()


def _reason(error: csv.Error) -> str:
    if "unexpected end" in str(error):
        return "a quote is opened and never closed"
    if "expected after" in str(error):
        return "text after a closing quote"
    return f"no csv record ({error})"


def _wrong_number(line: int, cells: list[str], header: tuple[str, ...]) -> RejectedRecord:
    is_short = len(cells) < len(header)
    return RejectedRecord(
        line=line,
        reason=f"{len(cells)} cells where the header has {len(header)}",
        expected=f"{len(header)} cells",
        row_text=as_json(cells),
        value=None if is_short else cells[len(header)],
        column=header[len(cells)] if is_short else header[-1],
    )


def _not_utf8(path: Path, shown_as: str) -> UnreadableFile:
    """The error that names the first byte that is no UTF-8, its text line and its column."""
    found, line, column = "bytes", 0, None
    header: list[str] = []
    with path.open("rb") as file:
        for content in file:
            line += 1
            try:
                text = content.decode("utf-8-sig")
            except UnicodeDecodeError as error:
                found = f"the byte 0x{content[error.start]:02x} as character {error.start + 1} of the line"
                before = next(csv.reader([content[: error.start].decode("utf-8")]), [""])
                column = header[len(before) - 1] if 0 < len(before) <= len(header) else None
                break
            header = header or next(csv.reader([text]), [])
    return UnreadableFile(
        found,
        expected="UTF-8",
        next_step="Deliver the file again, saved as UTF-8.",
        file=shown_as,
        line=line,
        column=column,
    )
