"""Published forecasts, kept as they were.

When a run publishes, its cash forecast is written to ``runs/<run_id>/``: ``forecast.parquet``, by document
to ``forecast_invoices.parquet``, by document and week to ``forecast_invoice_weeks.parquet``; its revenue
forecast to ``forecast_revenue.parquet``. Later builds read these files back into ``raw.published_forecasts``
and the tables beside it, so that a forecast can be held against what then came, whatever has been rebuilt or
landed again since.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

from ingest.warehouse import Warehouse, holds

# file in the run's folder: (model that it keeps, raw table into which it is read back, its columns)
KEPT = {
    "forecast.parquet": (
        "marts.rpt_cash_forecast",
        "published_forecasts",
        {
            "origin_date": "date",
            "week_start": "date",
            "horizon_week": "integer",
            "legal_entity_id": "varchar",
            "line": "varchar",
            "line_position": "integer",
            "expected": "decimal(18,4)",
            "p10": "decimal(18,4)",
            "p50": "decimal(18,4)",
            "p90": "decimal(18,4)",
            "null_reason": "varchar",
            "model": "varchar",
            "fallback_reason": "varchar",
        },
    ),
    "forecast_invoices.parquet": (
        "marts.rpt_cash_forecast_invoices",
        "published_forecast_invoices",
        {
            "origin_date": "date",
            "legal_entity_id": "varchar",
            "source_system": "varchar",
            "document_key": "varchar",
            "doc_id": "varchar",
            "customer_id": "varchar",
            "currency": "varchar",
            "due_date": "date",
            "open_amount": "decimal(18,4)",
            "expected_date": "date",
            "p10_date": "date",
            "p90_date": "date",
            "probability_late": "decimal(18,6)",
            "expected_amount": "decimal(18,4)",
            "worst_drivers": "varchar",
        },
    ),
    "forecast_revenue.parquet": (
        "marts.rpt_revenue_forecast",
        "published_revenue_forecasts",
        {
            "origin_date": "date",
            "period": "varchar",
            "legal_entity_id": "varchar",
            "billed": "decimal(18,4)",
            "backlog": "decimal(18,4)",
            "new_orders": "decimal(18,4)",
            "expected": "decimal(18,4)",
            "p10": "decimal(18,4)",
            "p50": "decimal(18,4)",
            "p90": "decimal(18,4)",
            "run_rate": "decimal(18,4)",
        },
    ),
    "forecast_invoice_weeks.parquet": (
        "intermediate.int_forecast_invoice_weeks",
        "published_forecast_invoice_weeks",
        {
            "origin_date": "date",
            "document_key": "varchar",
            "legal_entity_id": "varchar",
            "week_start": "date",
            "horizon_week": "integer",
            "first_day": "date",
            "last_day": "date",
            "has_open_dispute": "boolean",
            "origin_rate": "decimal(18,8)",
            "expected_date": "date",
            "expected": "decimal(18,4)",
        },
    ),
}


def table_definitions() -> dict[str, str]:
    """The raw tables with their columns, as `ingest.landing.registry` makes them."""
    return {
        table: ", ".join(["run_id varchar", *(f"{name} {kind}" for name, kind in columns.items())])
        for _, table, columns in KEPT.values()
    }


def keep_forecast(warehouse: Warehouse, run_id: str) -> None:
    """Write the forecast of a build that has just been published into the folder of its run."""
    folder = warehouse.runs / run_id
    folder.mkdir(parents=True, exist_ok=True)
    with warehouse.connect_build() as connection:
        for file, (model, _, columns) in KEPT.items():
            if not holds(connection, model):
                continue
            path = folder / file
            partial = path.with_suffix(".part")
            connection.execute(
                f"copy (select {', '.join(columns)} from {model} order by all) "
                f"to '{_quoted(partial)}' (format parquet)"
            )
            partial.replace(path)


def read_forecasts_back(connection: duckdb.DuckDBPyConnection, warehouse: Warehouse) -> None:
    """Fill the raw tables with what all earlier runs published; what was in them goes."""
    for file, (_, table, columns) in KEPT.items():
        connection.execute(f"create or replace table raw.{table} ({table_definitions()[table]})")
        for path in sorted(warehouse.runs.glob(f"*/{file}")):
            names = ", ".join(columns)
            connection.execute(
                f"insert into raw.{table} (run_id, {names}) "
                f"select ?, {names} from read_parquet('{_quoted(path)}')",
                [path.parent.name],
            )


def _quoted(path: Path) -> str:
    return path.as_posix().replace("'", "''")
