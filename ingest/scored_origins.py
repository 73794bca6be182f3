"""Origins of the forecast's backtest that need not be computed again.

What the models forecast at an origin depends on what was known then and on the code. After every build it is
written to ``backtest/`` in the warehouse directory, with a number for what was known (the model
``int_forecast_known_data``); before a build, what the same code wrote is read back into ``raw.scored_*``, and
the models compute only origins that are not there or for which the number is another.
"""

from __future__ import annotations

import shutil

import duckdb

from ingest.reader import open_version
from ingest.warehouse import Warehouse, holds

FOLDER = "backtest"
ORIGINS = "scored_origins"

# raw table and file: (columns, the query that gives its rows after a build; {sundays} are the origins kept)
STORED = {
    ORIGINS: (
        "origin_date date, known_data varchar, has_item_weeks boolean, first_posting_date date, "
        "payers integer, payments integer",
        """
        select origin_date, known_data, is_scored, first_posting_date, payers, payments
        from intermediate.int_forecast_origins
        inner join intermediate.int_forecast_origin_histories using (origin_date)
        where is_sunday""",
    ),
    "scored_lines": (
        "origin_date date, model varchar, legal_entity_id varchar, currency varchar, line varchar, "
        "horizon_week integer, amount_functional decimal(18,4)",
        "select * from intermediate.int_forecast_lines where origin_date in ({sundays})",
    ),
    "scored_items": (
        "origin_date date, document_key varchar, legal_entity_id varchar, payer_key varchar, "
        "currency varchar, functional_currency varchar, open_amount decimal(18,4), "
        "origin_rate decimal(18,8), due_date date, has_open_dispute boolean, due_date_baseline date, "
        "customer_delay_baseline date, expected_date date",
        "select * from intermediate.int_forecast_items where origin_date in ({sundays})",
    ),
    "scored_item_weeks": (
        "origin_date date, document_key varchar, horizon_week integer, model_share double, "
        "due_date_share integer, customer_delay_share integer",
        """
        select item_weeks.* from intermediate.int_forecast_item_weeks as item_weeks
        inner join intermediate.int_forecast_origins as origins using (origin_date)
        where origins.is_sunday and origins.is_scored""",
    ),
    "scored_orders": (
        "origin_date date, order_key varchar",
        "select * from intermediate.int_forecast_orders_shipped where origin_date in ({sundays})",
    ),
    "scored_order_months": (
        "origin_date date, legal_entity_id varchar, month_start_date date, backlog decimal(18,4), "
        "new_orders decimal(18,4)",
        "select * from intermediate.int_forecast_order_months where origin_date in ({sundays})",
    ),
}
SUNDAYS = "select origin_date from intermediate.int_forecast_origins where is_sunday"
REQUEST = "with_backtest boolean"


def table_definitions() -> dict[str, str]:
    """The raw tables with their columns, as `ingest.landing.registry` makes them."""
    return {"forecast_request": REQUEST} | {table: columns for table, (columns, _) in STORED.items()}


def request_backtest(connection: duckdb.DuckDBPyConnection, wanted: bool) -> None:
    """Note whether the build that follows computes the origins of the backtest."""
    connection.execute(f"create or replace table raw.forecast_request ({REQUEST})")
    connection.execute("insert into raw.forecast_request values (?)", [wanted])


def has_backtest(warehouse: Warehouse) -> bool:
    """Whether what is published was built with the backtest."""
    try:
        with open_version(warehouse.published) as connection:
            row = connection.execute("select bool_and(with_backtest) from raw.forecast_request").fetchone()
    except duckdb.Error:
        return False
    return row is not None and row[0] is not False


def read_scored_origins(
    connection: duckdb.DuckDBPyConnection, warehouse: Warehouse, code_version: str
) -> None:
    """Fill the raw tables with what the same code has scored; with nothing where the files do not open."""
    _empty(connection)
    folder = warehouse.path / FOLDER / code_version
    if not folder.is_dir():
        return
    connection.execute("begin")
    try:
        for table in STORED:
            path = (folder / f"{table}.parquet").as_posix().replace("'", "''")
            connection.execute(f"insert into raw.{table} by name select * from read_parquet('{path}')")
        connection.execute("commit")
    except duckdb.Error:
        connection.execute("rollback")


def keep_scored_origins(
    connection: duckdb.DuckDBPyConnection, warehouse: Warehouse, code_version: str
) -> None:
    """Write the origins that a build has scored, or was given, beside the warehouse; older ones go.

    The raw tables are emptied, since a published version does not need them. A project without the models of
    the forecast has nothing to keep.
    """
    if not holds(connection, "intermediate.int_forecast_origins"):
        return
    kept = warehouse.path / FOLDER
    partial = kept.with_name(f".{FOLDER}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    (partial / code_version).mkdir(parents=True)
    for table, (columns, query) in STORED.items():
        names = ", ".join(column.split()[0] for column in columns.replace("(18,", "(18;").split(", "))
        path = (partial / code_version / f"{table}.parquet").as_posix().replace("'", "''")
        rows = query.format(sundays=SUNDAYS)
        connection.execute(
            f"copy (select * from ({rows}) as rows_kept ({names}) order by all) to '{path}' (format parquet)"
        )
    shutil.rmtree(kept, ignore_errors=True)
    partial.replace(kept)
    _empty(connection)


def _empty(connection: duckdb.DuckDBPyConnection) -> None:
    for table, (columns, _) in STORED.items():
        connection.execute(f"create or replace table raw.{table} ({columns})")
