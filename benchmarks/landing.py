"""Landing csv files against a plain typed read_csv of the same files into DuckDB."""

import csv
import tempfile
import time
from pathlib import Path
from statistics import median

import duckdb

from benchmarks.report import Measurement
from ingest.contracts import load_contract
from ingest.land import land
from ingest.warehouse import Run, Warehouse, now

LIMIT = 1.5


def measure(extracts: Path, rounds: int = 3) -> Measurement:
    """The ratio of the medians over a few rounds, the two taking turns."""
    landed, read = [], []
    for _ in range(rounds):
        with tempfile.TemporaryDirectory() as folder:
            read.append(seconds_to_read(extracts, Path(folder) / "plain.duckdb"))
            landed.append(seconds_to_land(extracts, Path(folder) / "warehouse"))
    size = sum(path.stat().st_size for path in delivered_files(extracts))
    ratio = median(landed) / median(read)
    return Measurement(
        "Landing csv, against a plain typed read_csv of the same files",
        f"{ratio:.2f} ×",
        f"{LIMIT} ×",
        ratio <= LIMIT,
        f"{median(landed):.1f} s against {median(read):.1f} s for {size / 1e6:,.0f} MB, medians of {rounds}",
    )


def seconds_to_land(extracts: Path, folder: Path) -> float:
    """Seconds for landing everything into a new warehouse."""
    warehouse = Warehouse(folder)
    warehouse.create()
    started = time.perf_counter()
    land(extracts, warehouse, Run("benchmark", now(), "benchmark"))
    return time.perf_counter() - started


def seconds_to_read(extracts: Path, database: Path) -> float:
    """Seconds for reading every csv file, typed by the contract, into one table each."""
    contract = load_contract("standard")
    started = time.perf_counter()
    with duckdb.connect(str(database)) as connection:
        for number, path in enumerate(delivered_files(extracts)):
            columns = contract.objects[path.stem.split("__")[0]].columns
            types = {column.name: column.sql_type for column in columns}
            with path.open(newline="", encoding="utf-8") as file:
                header = next(csv.reader(file))
            connection.execute(
                f"create table plain_{number} as select * from read_csv(?, header = true, columns = ?)",
                [str(path), {name: types[name] for name in header}],
            )
    return time.perf_counter() - started


def delivered_files(extracts: Path) -> list[Path]:
    """The csv files of every source, without the manifests."""
    return sorted(path for path in extracts.rglob("*/*.csv") if path.name != "manifest.csv")
