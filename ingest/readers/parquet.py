"""parquet: typed columns turned into the text that csv would hold, exactly."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pyarrow.parquet

from ingest.contracts import DeliveredObject
from ingest.errors import EmptyFile, UnreadableFile
from ingest.landing.cells import literal, quoted
from ingest.readers import Delivered, checked_header


def read(
    connection: duckdb.DuckDBPyConnection, path: Path, delivered_object: DeliveredObject, shown_as: str
) -> Delivered:
    """The rows of a parquet file, numbered from 1.

    Binary floating point is written with the fewest digits that give the same number back, so that an
    amount passes only if it is exact in the decimals of its column. A timestamp at midnight is a date
    where the contract wants one; one without zone stays without. Raises EmptyFile or UnreadableFile.
    """
    if path.stat().st_size == 0:
        raise EmptyFile(
            "0 bytes", expected="a parquet file", next_step="Deliver the file again.", file=shown_as, line=1
        )
    relation = f"read_parquet({literal(str(path))}, file_row_number = true, hive_partitioning = false)"
    try:
        names = list(pyarrow.parquet.read_schema(path).names)
        header = checked_header(names, shown_as)
        described = connection.execute(
            f"describe select * exclude (file_row_number) from {relation}"
        ).fetchall()
    except (pyarrow.ArrowException, duckdb.Error) as error:
        raise broken(shown_as, error) from error
    cells = []
    for name, (delivered_name, sql_type, *_) in zip(header, described, strict=True):
        column = delivered_object.column(name)
        cells.append(_as_text(quoted(delivered_name), sql_type, column is not None and column.type == "date"))
    return Delivered(header, relation, tuple(cells), "file_row_number + 1")


def broken(shown_as: str, error: Exception) -> UnreadableFile:
    """The error of a file that is no whole parquet file."""
    return UnreadableFile(
        str(error).splitlines()[0].removeprefix("Invalid Input Error: ").rstrip("."),
        expected="a whole parquet file",
        next_step="Deliver the file again.",
        file=shown_as,
        line=1,
    )


def _as_text(cell: str, sql_type: str, is_date_wanted: bool) -> str:
    base = sql_type.upper()
    text = f"cast({cell} as varchar)"
    if base == "VARCHAR":
        return f"nullif({cell}, '')"
    if base in ("FLOAT", "DOUBLE"):
        return _float_as_text(cell)
    if base == "TIMESTAMP WITH TIME ZONE":
        full = f"strftime(cast({cell} as timestamp), '%Y-%m-%dT%H:%M:%S.%fZ')"
        return _or_date(cell, f"cast({cell} as timestamp)", full) if is_date_wanted else full
    if base.startswith("TIMESTAMP"):
        return _or_date(cell, f"cast({cell} as timestamp)", text) if is_date_wanted else text
    if base == "BLOB":
        return f"nullif(decode({cell}), '')"
    if base.endswith("]") or base.startswith(("STRUCT", "MAP", "LIST", "UNION")):
        return f"cast(to_json({cell}) as varchar)"
    return text


def _or_date(cell: str, moment: str, full: str) -> str:
    is_midnight = f"date_trunc('day', {moment}) = {moment}"
    return f"case when {is_midnight} then cast(cast({moment} as date) as varchar) else {full} end"


def _float_as_text(cell: str) -> str:
    whole = f"isfinite({cell}) and {cell} = trunc({cell}) and abs({cell}) < 1e15"
    text = f"cast({cell} as varchar)"
    small = f"contains({text}, 'e') and abs({cell}) between 1e-12 and 1e15"
    return (
        f"case when {whole} then cast(try_cast({cell} as bigint) as varchar) "
        f"when {small} then cast(try_cast({cell} as decimal(38,18)) as varchar) else {text} end"
    )
