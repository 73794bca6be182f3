"""The build through dbt against the same compiled SQL run by hand, and what dbt costs per node."""

import os
import shutil
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.report import Measurement
from ingest.build import release_connections
from ingest.land import land, write_run
from ingest.project import project_root
from ingest.scored_origins import request_backtest
from ingest.warehouse import Run, Warehouse, now
from tests.harness.project import CompiledProject, compile_project, statements_for

LIMIT = 1.3


def measure(extracts: Path) -> list[Measurement]:
    """The ratio at full size, and the cost per node from a build without rows."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        project = compile_project(folder / "compiled")
        without_rows, _ = compare(project, None, folder / "empty")
        by_dbt, by_hand = compare(project, extracts, folder / "full")
    nodes = len(by_dbt)
    fixed = sum(without_rows.values()) / nodes
    ratio = sum(by_dbt.values()) / sum(by_hand.values())
    slowest = ", ".join(
        f"{name} ({by_dbt[name]:.1f} s, {by_hand[name]:.1f} s by hand)"
        for name in sorted(by_dbt, key=by_dbt.__getitem__, reverse=True)[:5]
    )
    return [
        Measurement(
            "Build through dbt, against the same compiled SQL",
            f"{ratio:.2f} ×",
            f"{LIMIT} ×",
            ratio <= LIMIT,
            f"sum over {nodes} nodes, one after the other: {sum(by_dbt.values()):.1f} s against "
            f"{sum(by_hand.values()):.1f} s; the slowest are {slowest}",
        ),
        Measurement(
            "dbt's fixed cost per node",
            f"{fixed * 1000:.0f} ms",
            "",
            True,
            f"mean over {nodes} nodes on empty tables, so {fixed * nodes:.1f} s of every build",
        ),
    ]


def compare(
    project: CompiledProject, extracts: Path | None, folder: Path
) -> tuple[dict[str, float], dict[str, float]]:
    """Seconds of every model through dbt, and by hand; without extracts on empty raw tables."""
    warehouse, by_hand_copy = Warehouse(folder / "warehouse"), Warehouse(folder / "by_hand")
    warehouse.create()
    by_hand_copy.create()
    run = Run("benchmark", now(), "benchmark")
    shutil.copyfile(project.template, warehouse.build)
    if extracts is not None:
        land(extracts, warehouse, run)
    with warehouse.connect_build() as connection:
        write_run(connection, run)
        request_backtest(connection, False)
    shutil.copyfile(warehouse.build, by_hand_copy.build)
    return seconds_by_dbt(warehouse), seconds_by_hand(project, by_hand_copy)


def seconds_by_dbt(warehouse: Warehouse) -> dict[str, float]:
    """Execution time of every model as dbt reports it, one model at a time so that none waits for another."""
    from dbt.cli.main import dbtRunner

    os.environ["TIEOUT_BUILD"] = str(warehouse.build)
    root = str(project_root())
    arguments = [
        *("--quiet", "--log-level-file", "none", "run", "--threads", "1", "--no-partial-parse"),
        *("--project-dir", root, "--profiles-dir", root),
        *("--target-path", str(warehouse.dbt_target), "--log-path", str(warehouse.dbt_logs)),
    ]
    outcome: Any = dbtRunner().invoke(arguments)
    release_connections()
    if not outcome.success:
        raise RuntimeError(f"dbt could not build: {outcome.exception or outcome.result}")
    return {result.node.name: float(result.execution_time) for result in outcome.result}


def seconds_by_hand(project: CompiledProject, warehouse: Warehouse) -> dict[str, float]:
    """Seconds for executing the compiled SQL of every model, one after the other on one connection."""
    seconds = {}
    with warehouse.connect_build() as connection:
        for node in project.models:
            started = time.perf_counter()
            for statement in statements_for(node):
                connection.execute(statement)
            seconds[node.name] = time.perf_counter() - started
    return seconds
