"""xlsx: the first sheet of a workbook. Its first row that is not empty holds the column names."""

from __future__ import annotations

import re
from pathlib import Path

import duckdb
import fastexcel

from ingest.contracts import DeliveredObject
from ingest.errors import EmptyFile, UnreadableFile
from ingest.readers import Delivered, RejectedRecord, RowsInMemory, as_json, checked_header, no_header

MIDNIGHT = re.compile(r"(\d{4}-\d{2}-\d{2})[ T]00:00:00(\.0+)?")
SPREADSHEET_ERRORS = {
    "Div0": "#DIV/0!",
    "NA": "#N/A",
    "Name": "#NAME?",
    "Null": "#NULL!",
    "Num": "#NUM!",
    "Ref": "#REF!",
    "Value": "#VALUE!",
}


def read(
    connection: duckdb.DuckDBPyConnection, path: Path, delivered_object: DeliveredObject, shown_as: str
) -> Delivered:
    """The rows of the first sheet, numbered as in the sheet; empty rows are no records.

    Numbers come without a trailing ``.0``, dates as ``YYYY-MM-DD``. A row with a cell in error (#N/A) is
    rejected. Raises EmptyFile, UnreadableFile or MissingColumn (nothing in the sheet).
    """
    if path.stat().st_size == 0:
        raise EmptyFile(
            "0 bytes", expected="a workbook", next_step="Deliver the file again.", file=shown_as, line=1
        )
    try:
        sheet = fastexcel.read_excel(path).load_sheet(0, header_row=None, skip_rows=0, dtypes="string")
        content, errors = sheet.to_arrow_with_errors()
    except (fastexcel.FastExcelError, OSError) as error:
        raise UnreadableFile(
            str(error).splitlines()[0].rstrip("."),
            expected="a workbook (xlsx)",
            next_step="Save it as xlsx and deliver it again.",
            file=shown_as,
            line=1,
        ) from error
    table = [list(row) for row in zip(*(column.to_pylist() for column in content.columns), strict=True)]
    in_error = {error.position: _shown(error.detail) for error in (errors.errors if errors else ())}
    top = next((place for place, row in enumerate(table) if any(row)), None)
    if top is None:
        raise no_header(shown_as, delivered_object.required)
    places = [place for place in range(len(table[top])) if any(row[place] for row in table[top:])]
    header = checked_header([table[top][place] for place in places], shown_as, top + 1)
    is_date = [
        column is not None and column.type == "date" for column in map(delivered_object.column, header)
    ]
    rows = RowsInMemory(len(header))
    rejected: list[RejectedRecord] = []
    for place, row in enumerate(table[top + 1 :], start=top + 1):
        cells = [row[column] or in_error.get((place, column)) for column in places]
        wrong = next((index for index, column in enumerate(places) if (place, column) in in_error), None)
        if wrong is not None:
            record = dict(zip(header, cells, strict=True))
            rejected.append(
                RejectedRecord(
                    line=place + 1,
                    reason="a cell in error",
                    expected="a value",
                    row_text=as_json(record),
                    value=cells[wrong],
                    column=header[wrong],
                )
            )
        elif any(cells):
            rows.add(place + 1, [_plain(cell, date) for cell, date in zip(cells, is_date, strict=True)])
    return rows.hand_over(connection, header, rejected)


def _plain(cell: str | None, is_date: bool) -> str | None:
    found = MIDNIGHT.fullmatch(cell) if cell and is_date else None
    return found[1] if found else cell


def _shown(detail: str) -> str:
    found = re.search(r"Error\((\w+)\)", detail)
    return SPREADSHEET_ERRORS.get(found[1], "#ERROR") if found else "#ERROR"
