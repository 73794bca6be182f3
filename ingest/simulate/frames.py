"""Columns of text and dates from whole numbers, and files of each format, the same bytes every time."""

from __future__ import annotations

import gzip
import io
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from pathlib import Path

import polars as pl
import xlsxwriter

_EPOCH = date(1970, 1, 1).toordinal()


def dates(days: Sequence[int | None]) -> pl.Series:
    """Return a date column from ordinals; 0 and None are null."""
    return pl.Series([day - _EPOCH if day else None for day in days], dtype=pl.Int32).cast(pl.Date)


def amounts(
    values: Sequence[int | None] | pl.Series, decimals: Sequence[int] | pl.Series | int = 2
) -> pl.Series:
    """Return decimal text of minor units: `decimals` places each, plain, with a sign only where negative."""
    if isinstance(decimals, int):
        return _text(pl.Series(values, dtype=pl.Int64), decimals)
    frame = pl.DataFrame(
        {"value": pl.Series(values, dtype=pl.Int64), "places": pl.Series(decimals, dtype=pl.Int8)}
    )
    places = pl.col("places")
    expression = pl.when(places == 2).then(_expression(2)).when(places == 0).then(_expression(0))
    expression = expression.when(places == 3).then(_expression(3))
    return frame.select(expression.alias("text"))["text"]


def _text(values: pl.Series, places: int) -> pl.Series:
    return pl.DataFrame({"value": values}).select(_expression(places).alias("text"))["text"]


def _expression(places: int) -> pl.Expr:
    value = pl.col("value")
    sign = pl.when(value < 0).then(pl.lit("-")).otherwise(pl.lit(""))
    if places == 0:
        return sign + value.abs().cast(pl.String)
    unit = 10**places
    return (
        sign
        + (value.abs() // unit).cast(pl.String)
        + pl.lit(".")
        + (value.abs() % unit).cast(pl.String).str.zfill(places)
    )


@lru_cache(maxsize=100_000)
def rate_text(rate: int) -> str:
    """Return a rate of whole 1e-8 as decimal text without trailing zeros."""
    whole, part = divmod(rate, 10**8)
    text = f"{whole}.{part:08d}".rstrip("0")
    return text.removesuffix(".")


@lru_cache(maxsize=1_000)
def fraction_text(parts: int, places: int = 4) -> str:
    """Return whole 1/10^places as decimal text: 1900 → 0.19."""
    whole, part = divmod(parts, 10**places)
    text = f"{whole}.{part:0{places}d}".rstrip("0")
    return text.removesuffix(".")


def csv_bytes(frame: pl.DataFrame) -> bytes:
    """Return a frame as csv."""
    buffer = io.BytesIO()
    frame.write_csv(buffer)
    return buffer.getvalue()


def write_frame(frame: pl.DataFrame, path: Path) -> None:
    """Write a frame in the format of the file's name: csv, csv.gz, jsonl, parquet or xlsx.

    Raises:
        ValueError: another ending.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    name = path.name
    if name.endswith(".csv"):
        frame.write_csv(path)
    elif name.endswith(".csv.gz"):
        with path.open("wb") as file, gzip.GzipFile(filename="", mode="wb", fileobj=file, mtime=0) as packed:
            packed.write(csv_bytes(frame))
    elif name.endswith(".jsonl"):
        frame.write_ndjson(path)
    elif name.endswith(".parquet"):
        frame.write_parquet(path, compression="zstd", statistics=False)
    elif name.endswith(".xlsx"):
        _write_workbook(frame, path)
    else:
        raise ValueError(f"{path}: no format for this ending")


def _write_workbook(frame: pl.DataFrame, path: Path) -> None:
    """Write text cells as text, numbers as numbers and dates as dates."""
    with xlsxwriter.Workbook(path, {"in_memory": True}) as workbook:
        workbook.set_properties({"created": datetime(2024, 12, 31, 22, 0, 0)})
        sheet = workbook.add_worksheet("data")
        day_format = workbook.add_format({"num_format": "yyyy-mm-dd"})
        sheet.write_row(0, 0, frame.columns)
        for position, row in enumerate(frame.iter_rows(), start=1):
            for column, cell in enumerate(row):
                if isinstance(cell, date):
                    sheet.write_datetime(
                        position, column, datetime(cell.year, cell.month, cell.day), day_format
                    )
                elif isinstance(cell, Decimal | int | float):
                    sheet.write_number(position, column, float(cell))
                elif cell is not None:
                    sheet.write_string(position, column, str(cell))
