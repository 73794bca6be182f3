"""A whole run as a user starts it: peak memory, seconds, and how fast the published file answers."""

import json
import os
import sys
import tempfile
import time
from datetime import date
from pathlib import Path
from statistics import median

import duckdb

from benchmarks.report import Measurement

BUILD_LIMIT, MEMORY_LIMIT, LATENCY_LIMIT = 60.0, 6.0, 1.0
# A company of one invoice: what its build takes is dbt's own, for each model and test.
ONE_INVOICE = {
    "source.yml": "kind: standard\nload: incremental\nowner: benchmarks\n",
    "legal_entities.csv": "legal_entity_id,name,functional_currency\nLE01,One,EUR\n",
    "customers.csv": "customer_id,name\nC1,First\n",
    "invoices.csv": "doc_id,doc_type,legal_entity_id,customer_id,document_date,posting_date,due_date,"
    "currency,fx_rate,net,tax,gross\nI1,invoice,LE01,C1,2024-01-10,2024-01-10,2024-02-09,EUR,1,100.00,0.00,100.00\n",
}


def measure(extracts: Path, warehouse: Path) -> list[Measurement]:
    """The build with all controls beyond dbt's fixed cost, memory of `tieout run`, and the ageing's latency.

    The run leaves its warehouse; origins of the forecast's backtest are no part of it.
    """
    started = time.perf_counter()
    peak = run_tieout(extracts, warehouse)
    seconds = time.perf_counter() - started
    built = sum(build_seconds(warehouse).values())
    with tempfile.TemporaryDirectory() as name:
        source = Path(name) / "extracts" / "books"
        source.mkdir(parents=True)
        for file, text in ONE_INVOICE.items():
            (source / file).write_text(text)
        run_tieout(source.parent, Path(name) / "warehouse")
        fixed = sum(build_seconds(Path(name) / "warehouse").values())
    with duckdb.connect(str(warehouse / "published.duckdb"), read_only=True) as connection:
        lines = connection.execute("select count(*) from marts.fct_order_lines").fetchall()[0][0]
        latency = seconds_for_ageing(connection)
    size = (warehouse / "published.duckdb").stat().st_size
    return [
        Measurement(
            "Build and controls, beyond dbt's own cost",
            f"{built - fixed:.0f} s",
            f"{BUILD_LIMIT:.0f} s",
            built - fixed <= BUILD_LIMIT,
            f"{built:.0f} s for {lines:,} order lines, {fixed:.0f} s for a company of one invoice",
        ),
        Measurement(
            "Peak memory of a whole run",
            f"{peak:.2f} GiB",
            f"{MEMORY_LIMIT:.0f} GiB",
            peak <= MEMORY_LIMIT,
            f"land, build, control and publish {lines:,} order lines in {seconds:.0f} s; "
            f"published.duckdb has {size / 1e6:,.0f} MB",
        ),
        Measurement(
            "Ageing of receivables at any date (`ar_aging_at`)",
            f"{latency * 1000:.0f} ms",
            f"{LATENCY_LIMIT * 1000:.0f} ms",
            latency <= LATENCY_LIMIT,
            "median of 9 dates on the published file",
        ),
    ]


def run_tieout(extracts: Path, warehouse: Path, *, with_backtest: bool = False) -> float:
    """Let `tieout run` publish; gives its peak resident memory in GiB."""
    tieout = Path(sys.executable).with_name("tieout")
    arguments = [str(tieout), "run", str(extracts), "--warehouse", str(warehouse)]
    if not with_backtest:
        arguments.append("--no-backtest")
    process = os.posix_spawn(tieout, arguments, os.environ)
    _, status, usage = os.wait4(process, 0)
    exit_status = os.waitstatus_to_exitcode(status)
    if exit_status:
        raise RuntimeError(f"tieout run ended with exit status {exit_status}")
    return usage.ru_maxrss / 2**20


def build_seconds(warehouse: Path) -> dict[str, float]:
    """Seconds of models (`seconds_models`) and controls (`seconds_controls`) of the last run."""
    record = max(warehouse.glob("runs/*/run.json"))
    found = json.loads(record.read_text(encoding="utf-8"))
    return {name: float(found[name]) for name in ("seconds_models", "seconds_controls")}


def seconds_for_ageing(connection: duckdb.DuckDBPyConnection) -> float:
    """Median seconds of `ar_aging_at` over dates spread across the data."""
    dates = "select min(posting_date), max(posting_date) from marts.fct_ar_documents"
    first, last = connection.execute(dates).fetchall()[0]
    seconds = []
    for part in range(1, 10):
        as_of = date.fromordinal(first.toordinal() + (last - first).days * part // 10)
        started = time.perf_counter()
        rows = connection.execute("select * from marts.ar_aging_at(?)", [as_of]).fetchall()
        seconds.append(time.perf_counter() - started)
        if not rows:
            raise RuntimeError(f"no ageing at {as_of}")
    return median(seconds)
