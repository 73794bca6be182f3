"""The forecast of a company with 100,000 invoices: alone, and with its backtest."""

import tempfile
import time
from pathlib import Path

import duckdb

from benchmarks.report import Measurement
from benchmarks.running import build_seconds, run_tieout
from ingest.land import land, write_run
from ingest.scored_origins import request_backtest
from ingest.warehouse import Run, Warehouse, now
from tests.harness.project import compile_project

ALONE_LIMIT, BACKTEST_LIMIT, MEMORY_LIMIT = 10.0, 120.0, 4.0
ORIGINS_OF_THE_LIMIT = 26


def measure(extracts: Path) -> list[Measurement]:
    """Seconds of the forecast's models alone, of the backtest for 26 origins, and peak memory with it."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        alone = seconds_alone(extracts, folder / "alone")
        warehouse = folder / "warehouse"
        run_tieout(extracts, warehouse)
        without = build_seconds(warehouse)["seconds_models"]
        peak = run_tieout(extracts, warehouse, with_backtest=True)
        backtest = build_seconds(warehouse)["seconds_models"] - without
        with duckdb.connect(str(warehouse / "published.duckdb"), read_only=True) as connection:
            invoices, origins = connection.execute(
                """
                select (select count(*) from marts.fct_ar_documents where doc_type = 'invoice'),
                    (select count(*) from intermediate.int_forecast_origins where is_sunday)"""
            ).fetchall()[0]
    part = backtest / origins * ORIGINS_OF_THE_LIMIT
    return [
        Measurement(
            "The forecast alone",
            f"{alone:.1f} s",
            f"{ALONE_LIMIT:.0f} s",
            alone <= ALONE_LIMIT,
            f"its models and those that rest on it, one after the other, for {invoices:,} invoices",
        ),
        Measurement(
            f"Backtest of {ORIGINS_OF_THE_LIMIT} origins",
            f"{part:.0f} s",
            f"{BACKTEST_LIMIT:.0f} s",
            part <= BACKTEST_LIMIT,
            f"their part of {backtest:.0f} s by which the models of a run with {origins} origins take longer "
            "than without",
        ),
        Measurement(
            "Peak memory of a run with its backtest",
            f"{peak:.2f} GiB",
            f"{MEMORY_LIMIT:.0f} GiB",
            peak <= MEMORY_LIMIT,
            f"{invoices:,} invoices, {origins} origins",
        ),
    ]


def seconds_alone(extracts: Path, folder: Path) -> float:
    """Seconds of the forecast's compiled SQL on a build in which everything else stands."""
    project = compile_project(folder / "compiled")
    warehouse = Warehouse(folder / "warehouse")
    warehouse.create()
    warehouse.build.write_bytes(project.template.read_bytes())
    run = Run("benchmark", now(), "benchmark")
    land(extracts, warehouse, run)
    with warehouse.connect_build() as connection:
        write_run(connection, run)
        request_backtest(connection, wanted=False)
        project.run_models(connection, lambda node: not node.needs_forecast)
        started = time.perf_counter()
        project.run_models(connection, lambda node: node.needs_forecast)
        return time.perf_counter() - started
