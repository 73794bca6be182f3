"""Public holidays of every country, on which nobody pays (library `holidays`).

The forecast takes pay days from them (model ``int_forecast_pay_days``). They are the national ones:
what only a part of a country keeps is not among them.
"""

from __future__ import annotations

from functools import cache
from importlib.metadata import version
from typing import TYPE_CHECKING

import duckdb

if TYPE_CHECKING:
    import polars

# The years are fixed, so that a forecast of the same day is the same whenever it is made.
YEARS = range(2010, 2036)
TABLE = "country varchar, holiday_date date, calendar_version varchar"


def fill(connection: duckdb.DuckDBPyConnection) -> None:
    """Put the holidays into ``raw.public_holidays``, unless those of the installed library lie there."""
    found = connection.execute("select distinct calendar_version from raw.public_holidays").fetchall()
    if found == [(version("holidays"),)]:
        return
    connection.register("public_holidays_listed", _listed())
    connection.execute("delete from raw.public_holidays")
    connection.execute(
        "insert into raw.public_holidays select *, ? from public_holidays_listed", [version("holidays")]
    )
    connection.unregister("public_holidays_listed")


@cache
def _listed() -> polars.DataFrame:
    """A row per country (`country`, ISO 3166 code of two and again of three letters) and `holiday_date`."""
    # questions must not pay for loading these
    import holidays
    import polars
    from holidays.registry import COUNTRIES

    days = {
        (alpha_2, alpha_3): sorted(holidays.country_holidays(alpha_2, years=YEARS))
        for _, alpha_2, alpha_3, *_ in COUNTRIES.values()
    }
    return polars.concat(
        polars.DataFrame({"holiday_date": found}, schema={"holiday_date": polars.Date}).select(
            polars.lit(code).alias("country"), "holiday_date"
        )
        for codes, found in days.items()
        for code in codes
    )
