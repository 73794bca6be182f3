"""One module for each file format. Each yields the delivered cells as text, with their record numbers.

What a cell means is not decided here: ``ingest.landing.cells`` casts the text by the contract, the same
for every format. A reader refuses a file that is not what its extension says (a RefusedFile error) and
hands over single records that cannot be cut into cells as ``RejectedRecord``.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import pyarrow

from ingest.errors import DuplicateColumn, MissingColumn

EXTENSIONS = (".csv", ".csv.gz", ".parquet", ".jsonl", ".xlsx")
HANDED_OVER = "delivered_rows"
ROWS_PACKED_TOGETHER = 50_000


@dataclass(frozen=True)
class RejectedRecord:
    """A record that could not be cut into cells. ``row_text`` is the record as JSON text."""

    line: int
    reason: str
    expected: str
    row_text: str
    value: str | None = None
    column: str | None = None


@dataclass(frozen=True)
class Delivered:
    """The rows of one file as an SQL relation of text cells, an empty cell being null.

    ``cells`` holds an SQL expression for each name of ``header``. ``line`` is the SQL of the record
    number; without it the rows come in file order, the first being record ``first_line``.
    """

    header: tuple[str, ...]
    relation: str
    cells: tuple[str, ...]
    line: str | None = None
    first_line: int = 2
    rejected: tuple[RejectedRecord, ...] = field(default=())


def extension_of(path: Path) -> str | None:
    """The extension among those that can be read, in lower case; None for any other file."""
    name = path.name.lower()
    return next((extension for extension in EXTENSIONS if name.endswith(extension)), None)


def checked_header(names: Sequence[str | None], shown_as: str, line: int = 1) -> tuple[str, ...]:
    """The header's names, those without one called by their place. Raises DuplicateColumn."""
    header = tuple(name if name else f"column {place}" for place, name in enumerate(names, start=1))
    places: dict[str, int] = {}
    for place, name in enumerate(header, start=1):
        first = places.setdefault(name.lower(), place)
        if first != place:
            raise DuplicateColumn(
                f"`{name}` as column {first} and as column {place}",
                expected="each column name once (capitals make no difference)",
                next_step="Deliver the file again with one column of this name.",
                file=shown_as,
                line=line,
                column=name,
            )
    return header


def no_header(shown_as: str, names: tuple[str, ...]) -> MissingColumn:
    """The error of a file that has rows, or nothing, but no line with column names."""
    return MissingColumn(
        "no line with column names",
        expected=f"a header with at least {', '.join(names)}",
        next_step="Deliver the file with its header.",
        file=shown_as,
        line=1,
        column=names[0] if names else None,
    )


class RowsInMemory:
    """Rows collected in Python, handed to DuckDB as one Arrow table of text cells and record numbers.

    They are packed into Arrow every so often, since a Python text takes several times its characters.
    """

    def __init__(self, width: int) -> None:
        self.columns: list[list[str | None]] = [[] for _ in range(width)]
        self.lines: list[int] = []
        self.packed: list[pyarrow.RecordBatch] = []
        self.names = [*(f"c{place}" for place in range(width)), "record_number"]

    def add(self, line: int, cells: Sequence[str | None]) -> None:
        """Take over one record; an empty text becomes null."""
        self.lines.append(line)
        for column, cell in zip(self.columns, cells, strict=True):
            column.append(cell or None)
        if len(self.lines) >= ROWS_PACKED_TOGETHER:
            self._pack()

    def _pack(self) -> None:
        arrays = [pyarrow.array(column, pyarrow.large_string()) for column in self.columns]
        arrays.append(pyarrow.array(self.lines, pyarrow.int64()))
        self.packed.append(pyarrow.RecordBatch.from_arrays(arrays, names=self.names))
        self.columns = [[] for _ in self.columns]
        self.lines = []

    def hand_over(
        self,
        connection: duckdb.DuckDBPyConnection,
        header: tuple[str, ...],
        rejected: list[RejectedRecord],
    ) -> Delivered:
        """Make the rows known to the connection."""
        self._pack()
        connection.register(HANDED_OVER, pyarrow.Table.from_batches(self.packed))
        cells = tuple(self.names[:-1])
        return Delivered(header, HANDED_OVER, cells, "record_number", rejected=tuple(rejected))


def as_json(value: object) -> str:
    """JSON text for quarantine."""
    return json.dumps(value, ensure_ascii=False)
