"""Read-only SQL questions, and answers as a table, CSV or JSON with every decimal as it is."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

import duckdb

from ingest.errors import QueryRefused

ROWS_AT_A_TIME = 10_000


class Format(StrEnum):
    """How an answer is written."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"


@dataclass(frozen=True)
class Answer:
    """Column names and rows of one question."""

    columns: list[str]
    rows: list[tuple[Any, ...]]


def ask(connection: duckdb.DuckDBPyConnection, question: str) -> Answer:
    """Answer one SQL question on an opened version. Raises QueryRefused with the engine's reason."""
    try:
        statements = connection.extract_statements(question)
        if len(statements) != 1:
            raise QueryRefused(
                f"{len(statements)} statements" if statements else "no statement",
                expected="one question such as select * from marts.rpt_ar_aging",
                next_step="Ask one at a time.",
            )
        cursor = connection.execute(statements[0])
        columns = [column[0] for column in cursor.description or []]
        return Answer(columns, cursor.fetchall())
    except duckdb.Error as error:
        raise QueryRefused(
            str(error).strip(),
            expected="a read-only question on schema marts, for instance",
            next_step='`tieout sql "show all tables"` lists what there is.',
        ) from error


def written(answer: Answer, style: Format) -> Iterator[str]:
    """The answer's lines in one of the formats, without line ends."""
    if style is Format.CSV:
        yield from as_csv(answer)
    elif style is Format.JSON:
        yield from as_json_rows(answer)
    else:
        yield from as_table(answer)


def as_csv(answer: Answer) -> Iterator[str]:
    """RFC 4180 with a header; null is empty."""
    for row in [answer.columns, *answer.rows]:
        line = io.StringIO()
        csv.writer(line, lineterminator="").writerow(["" if cell is None else text_of(cell) for cell in row])
        yield line.getvalue()


def as_json_rows(answer: Answer) -> Iterator[str]:
    """One JSON array, an object for each row; decimals are numbers with all their digits."""
    if not answer.rows:
        yield "[]"
        return
    for number, row in enumerate(answer.rows):
        opening = "[" if number == 0 else " "
        closing = "]" if number == len(answer.rows) - 1 else ","
        yield opening + exact_json(dict(zip(answer.columns, row, strict=True))) + closing


def as_table(answer: Answer) -> Iterator[str]:
    """Columns side by side, figures to the right; null is empty."""
    cells = [
        ["" if cell is None else text_of(cell).replace("\n", " ") for cell in row] for row in answer.rows
    ]
    widths = [
        max([len(name), *(len(row[position]) for row in cells)])
        for position, name in enumerate(answer.columns)
    ]
    right = [
        all(isinstance(row[position], int | float | Decimal) or row[position] is None for row in answer.rows)
        for position in range(len(answer.columns))
    ]

    def line(values: Sequence[str]) -> str:
        padded = (
            value.rjust(width) if is_figure else value.ljust(width)
            for value, width, is_figure in zip(values, widths, right, strict=True)
        )
        return "  ".join(padded).rstrip()

    yield line(answer.columns)
    yield "  ".join("-" * width for width in widths)
    for row in cells:
        yield line(row)
    yield f"({len(cells)} row{'' if len(cells) == 1 else 's'})"


def text_of(value: Any) -> str:
    """One value as text: decimals with all their digits, moments in UTC, nested values as JSON."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, list | dict):
        return exact_json(value)
    return str(value)


def exact_json(value: Any) -> str:
    """JSON in which a decimal is a number with all its digits; dates are ISO 8601 text."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return f"{value:f}" if value.is_finite() else json.dumps(str(value))
    if isinstance(value, float):
        return json.dumps(value) if math.isfinite(value) else json.dumps(str(value))
    if isinstance(value, int):
        return str(value)
    if isinstance(value, dict):
        pairs = (
            f"{json.dumps(str(key), ensure_ascii=False)}: {exact_json(item)}" for key, item in value.items()
        )
        return "{" + ", ".join(pairs) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(exact_json, value)) + "]"
    if isinstance(value, datetime | date):
        return json.dumps(value.isoformat())
    return json.dumps(str(value), ensure_ascii=False)
