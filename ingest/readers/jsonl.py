"""jsonl: one JSON object on each line, UTF-8. Numbers keep the text they are written in."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from ingest.errors import EmptyFile, UnreadableFile
from ingest.readers import Delivered, RejectedRecord, RowsInMemory, as_json, checked_header


class _NotUsableError(ValueError):
    """A line that is JSON but no usable record."""


class _Number(str):
    """A number as it stands in the file."""

    __slots__ = ()


def read(connection: duckdb.DuckDBPyConnection, path: Path, shown_as: str) -> Delivered:
    """All records of the file; a line that is no JSON object is rejected with its number.

    The columns are the names that occur in any record. Blank lines are no records.
    Raises EmptyFile, or UnreadableFile where the bytes are no UTF-8 or no line is an object.
    """
    records: list[tuple[int, dict[str, str | None]]] = []
    rejected: list[RejectedRecord] = []
    names: dict[str, None] = {}
    number = 0
    with path.open("rb") as file:
        for text_line, content in enumerate(file, start=1):
            text = _decoded(
                content.removeprefix(b"\xef\xbb\xbf") if text_line == 1 else content, text_line, shown_as
            )
            text = text.rstrip("\r\n")
            if not text.strip():
                continue
            number += 1
            try:
                record = _record(text)
            except (_NotUsableError, json.JSONDecodeError, RecursionError) as error:
                rejected.append(_rejected(number, text, error))
                continue
            names.update(dict.fromkeys(record))
            records.append((number, record))
    if number == 0:
        raise EmptyFile(
            "no record",
            expected="one JSON object on each line",
            next_step="Deliver the file again. An empty snapshot needs a format with a header, such as csv.",
            file=shown_as,
            line=1,
        )
    if not records:
        raise UnreadableFile(
            f"no line that is a JSON object ({rejected[0].reason})",
            expected="one JSON object on each line",
            next_step="Deliver the file as JSON lines.",
            file=shown_as,
            line=rejected[0].line,
        )
    header = checked_header(list(names), shown_as)
    rows = RowsInMemory(len(header))
    for line, record in records:
        rows.add(line, [record.get(name) for name in header])
    return rows.hand_over(connection, header, rejected)


def _decoded(content: bytes, line: int, shown_as: str) -> str:
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise UnreadableFile(
            f"the byte 0x{content[error.start]:02x} as character {error.start + 1} of the line",
            expected="UTF-8",
            next_step="Deliver the file again, saved as UTF-8.",
            file=shown_as,
            line=line,
        ) from error


def _record(text: str) -> dict[str, str | None]:
    content = json.loads(
        text,
        parse_int=_Number,
        parse_float=_plain,
        parse_constant=_no_number,
        object_pairs_hook=_each_name_once,
    )
    if not isinstance(content, dict):
        raise _NotUsableError("no JSON object")
    return {name: _cell(value) for name, value in content.items()}


def _plain(text: str) -> _Number:
    """A JSON number without its exponent: 1.5e2 is 150."""
    return _Number(format(Decimal(text), "f") if "e" in text.lower() else text)


def _no_number(text: str) -> Any:
    raise _NotUsableError(f"{text} is no JSON number")


def _each_name_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    content = dict(pairs)
    if len(content) != len(pairs):
        raise _NotUsableError("a name stands twice in the object")
    return content


def _cell(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return _nested(value)


def _nested(value: Any) -> str:
    """JSON text of an object or array, numbers as they stood."""
    if isinstance(value, _Number):
        return str(value)
    if isinstance(value, dict):
        return "{" + ",".join(f"{as_json(name)}:{_nested(part)}" for name, part in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(_nested(part) for part in value) + "]"
    return as_json(value)


def _rejected(line: int, text: str, error: Exception) -> RejectedRecord:
    reason = "too deeply nested" if isinstance(error, RecursionError) else str(error)
    if isinstance(error, json.JSONDecodeError):
        reason = f"no JSON: {error.msg} at character {error.pos + 1}"
    return RejectedRecord(line, reason, "a JSON object on one line", as_json(text))
