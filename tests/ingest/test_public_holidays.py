"""The public holidays that landing puts into the warehouse."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import duckdb
import pytest

from ingest import public_holidays
from ingest.landing.registry import ensure_tables


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    """A database with the tables of landing."""
    with duckdb.connect() as opened:
        ensure_tables(opened)
        yield opened


def days_of(connection: duckdb.DuckDBPyConnection, country: str, year: int) -> list[date]:
    """A country's holidays of a year."""
    rows = connection.execute(
        """
        select holiday_date from raw.public_holidays
        where country = ? and year(holiday_date) = ? order by holiday_date""",
        [country, year],
    ).fetchall()
    return [day for (day,) in rows]


def test_the_holidays_of_a_country_stand_under_both_of_its_codes(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    # the nine days on which all of Germany is closed
    nine = [(1, 1), (3, 29), (4, 1), (5, 1), (5, 9), (5, 20), (10, 3), (12, 25), (12, 26)]
    assert days_of(connection, "DE", 2024) == [date(2024, month, day) for month, day in nine]
    assert days_of(connection, "DEU", 2024) == days_of(connection, "DE", 2024)
    assert date(2024, 7, 4) in days_of(connection, "US", 2024)
    assert days_of(connection, "Germany", 2024) == []
    for year in public_holidays.YEARS:
        assert len(days_of(connection, "DE", year)) >= 9


def test_they_are_written_anew_only_when_the_library_is_another_one(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    connection.execute("delete from raw.public_holidays where country = 'DE'")
    public_holidays.fill(connection)
    assert days_of(connection, "DE", 2024) == []
    connection.execute("update raw.public_holidays set calendar_version = '0.1'")
    public_holidays.fill(connection)
    assert len(days_of(connection, "DE", 2024)) == 9
    assert connection.execute(
        "select count(distinct calendar_version) from raw.public_holidays"
    ).fetchall() == [(1,)]
