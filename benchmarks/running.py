"""A whole run as a user starts it: peak memory, seconds, and how fast the published file answers."""

import os
import sys
import tempfile
import time
from datetime import date
from pathlib import Path
from statistics import median

import duckdb

from benchmarks.report import Measurement

MEMORY_LIMIT = 4.0


def measure(extracts: Path) -> list[Measurement]:
    """Memory of `tieout run`, then the latency of the ageing at dates nobody has computed before."""
    with tempfile.TemporaryDirectory() as name:
        warehouse = Path(name) / "warehouse"
        started = time.perf_counter()
        exit_status, peak = run_tieout(extracts, warehouse)
        seconds = time.perf_counter() - started
        if exit_status:
            raise RuntimeError(f"tieout run ended with exit status {exit_status}")
        with duckdb.connect(str(warehouse / "published.duckdb"), read_only=True) as connection:
            lines = connection.execute("select count(*) from marts.fct_order_lines").fetchall()[0][0]
            latency = seconds_for_ageing(connection)
        size = (warehouse / "published.duckdb").stat().st_size
    return [
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
            "",
            True,
            "median of 9 dates on the published file",
        ),
    ]


def run_tieout(extracts: Path, warehouse: Path) -> tuple[int, float]:
    """Exit status of `tieout run` and its peak resident memory in GiB."""
    tieout = Path(sys.executable).with_name("tieout")
    arguments = [str(tieout), "run", str(extracts), "--warehouse", str(warehouse)]
    process = os.posix_spawn(tieout, arguments, os.environ)
    _, status, usage = os.wait4(process, 0)
    return os.waitstatus_to_exitcode(status), usage.ru_maxrss / 2**20


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
