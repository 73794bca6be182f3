"""Cell by cell: what is loaded, with its exact value, and what is rejected, with its reason."""

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal

import duckdb
import pytest

from ingest.contracts import Column
from ingest.landing.cells import cast_cell, expected_of, reason_of
from ingest.warehouse import SESSION_SETTINGS

AMOUNT = Column("amount", "amount")
DATE = Column("day", "date")
MOMENT = Column("at", "timestamp")
COUNT = Column("days", "integer")
FLAG = Column("flag", "boolean")
STATUS = Column("status", "text", values=("open", "closed"))
AMERICAN = Column("day", "date", format="MM/DD/YYYY", empty=("00/00/0000",))
GROUPED = Column("amount", "amount", thousands=",", strip=True)
GERMAN = Column("amount", "amount", thousands=".", decimal_sign=",", sign="trailing")
FLOATED = Column("id", "text", float_suffix=True, leading_zeros="strip", strip=True)
DAY_OF = Column("day", "date", format="iso_timestamp")
CROSS = Column("flag", "boolean", true_values=("X",), false_values=("",))

NO_ZONE = "a timestamp without its zone"
NOT_ROUNDED = "more decimals than the column holds; amounts are never rounded"


@pytest.fixture(scope="module")
def engine() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute(SESSION_SETTINGS)
        yield connection


def judge(engine: duckdb.DuckDBPyConnection, column: Column, cell: str | None) -> object:
    """The typed value, or the word `rejected`."""
    cast = cast_cell(column, "cell", "ready")
    value, is_rejected = engine.execute(
        f"select cast({cast.typed} as {column.sql_type}), {cast.is_rejected or 'false'} "
        f"from (select {cast.prepared} as ready from (select cast(? as varchar) as cell))",
        [cell],
    ).fetchone()
    return "rejected" if is_rejected else value


@pytest.mark.parametrize(
    ("column", "cell", "value"),
    [
        (AMOUNT, "1", Decimal("1.0000")),
        (AMOUNT, "-1.50", Decimal("-1.5000")),
        (AMOUNT, "+5", Decimal("5.0000")),
        (AMOUNT, "0012.5", Decimal("12.5000")),
        (AMOUNT, ".5", Decimal("0.5000")),
        (AMOUNT, "1.23450000", Decimal("1.2345")),
        (AMOUNT, "99999999999999.9999", Decimal("99999999999999.9999")),
        (AMOUNT, None, None),
        (Column("rate", "rate"), "1.12345678", Decimal("1.12345678")),
        (Column("x", "decimal(23,2)"), "123456789012345678901.25", Decimal("123456789012345678901.25")),
        (COUNT, "30", 30),
        (COUNT, "30.0", 30),
        (COUNT, "-007", -7),
        (DATE, "2024-02-29", date(2024, 2, 29)),
        (MOMENT, "2025-03-31T22:00:00Z", datetime(2025, 3, 31, 22)),
        (MOMENT, "2025-03-31T22:00Z", datetime(2025, 3, 31, 22)),
        (MOMENT, "2025-03-31 22:00:00+02:00", datetime(2025, 3, 31, 20)),
        (MOMENT, "2025-03-31T22:00:00.123456+0530", datetime(2025, 3, 31, 16, 30, 0, 123456)),
        (FLAG, "true", True),
        (FLAG, "false", False),
        (Column("month", "period"), "2025-12", "2025-12"),
        (STATUS, "open", "open"),
        (Column("id", "text"), "001", "001"),
        (Column("id", "text"), " a ", " a "),
        (AMERICAN, "04/23/2018", date(2018, 4, 23)),
        (AMERICAN, "00/00/0000", None),
        (Column("day", "date", format="YYYYMMDD"), "20180423", date(2018, 4, 23)),
        (DAY_OF, "2025-04-02T00:00:00.000Z", date(2025, 4, 2)),
        (DAY_OF, "2025-04-02", date(2025, 4, 2)),
        (GROUPED, "      60,000.00", Decimal("60000.0000")),
        (GROUPED, "0.0", Decimal("0.0000")),
        (GROUPED, "   ", None),
        (GERMAN, "1.234,50-", Decimal("-1234.5000")),
        (FLOATED, " 1001.0 ", "1001"),
        (FLOATED, "000010", "10"),
        (FLOATED, "000", "0"),
        (FLOATED, "00A1", "00A1"),
        (CROSS, "X", True),
        (CROSS, None, False),
    ],
)
def test_a_readable_cell_has_its_exact_value(engine, column, cell, value):
    assert judge(engine, column, cell) == value


@pytest.mark.parametrize(
    ("column", "cell", "reason"),
    [
        (AMOUNT, "1.23451", NOT_ROUNDED),
        (AMOUNT, "12,50", "a comma or thousands sign in a number"),
        (AMOUNT, "1.234.50", "a comma or thousands sign in a number"),
        (AMOUNT, "100000000000000", "more digits than the column holds"),
        (AMOUNT, "1_000", "no number"),
        (AMOUNT, "1e2", "no number"),
        (AMOUNT, " 1", "no number"),
        (AMOUNT, "NaN", "no number"),
        (AMOUNT, "infinity", "no number"),
        (AMOUNT, "１２", "no number"),
        (COUNT, "30.5", NOT_ROUNDED),
        (COUNT, "99999999999999999999", "more digits than the column holds"),
        (DATE, "2025-02-30", "no such day in the calendar"),
        (DATE, "2025-1-5", "no date in the form expected"),
        (DATE, " 2025-1-5 ", "no date in the form expected"),
        (DATE, "2025/01/05", "no date in the form expected"),
        (DATE, "infinity", "no date in the form expected"),
        (DATE, "epoch", "no date in the form expected"),
        (DATE, "10000-01-01", "no date in the form expected"),
        (DATE, "2025-01-01T00:00:00Z", "no date in the form expected"),
        (MOMENT, "2025-03-31T22:00:00", NO_ZONE),
        (MOMENT, "2025-02-30T00:00:00Z", "no such moment"),
        (MOMENT, "2025-03-31T22:00:00.1234567Z", "no such moment"),
        (MOMENT, "2025-03-31", "no timestamp"),
        (FLAG, "True", "neither true nor false"),
        (FLAG, "1", "neither true nor false"),
        (Column("month", "period"), "2025-13", "no month"),
        (STATUS, "Open", "a value that the layout does not know"),
        (Column("id", "text", required=True), None, "the cell is empty, and the column is required"),
        (Column("day", "date", required=True), None, "the cell is empty, and the column is required"),
        (AMERICAN, "4/3/2018", "no date in the form expected"),
        (AMERICAN, "02/30/2018", "no such day in the calendar"),
        (GROUPED, "12,50", "no number with its signs in the right places"),
        (GERMAN, "12.5", "no number with its signs in the right places"),
        (CROSS, "Y", "neither true nor false"),
    ],
)
def test_an_unreadable_cell_is_rejected_with_its_reason(engine, column, cell, reason):
    assert judge(engine, column, cell) == "rejected"
    assert reason_of(column, cell) == reason
    assert expected_of(column)


def test_the_spelling_of_a_required_empty_cell_counts_as_empty(engine):
    column = Column("day", "date", required=True, format="MM/DD/YYYY", empty=("00/00/0000",))
    assert judge(engine, column, "00/00/0000") == "rejected"
    assert reason_of(column, "00/00/0000") == "the cell is empty, and the column is required"
    may_be_empty = Column("day", "date", required=True, may_be_empty=True)
    assert judge(engine, may_be_empty, None) is None
