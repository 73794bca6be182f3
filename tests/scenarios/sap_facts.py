"""The facts that a public data set's README states, and the comparison of a warehouse with them."""

import json
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from pathlib import Path

import duckdb

from tests.harness.golden import PROJECT
from tests.harness.published import PublishedRun, tieout

DATA = PROJECT.parent / "shared" / "data"


def read_facts(name: str) -> dict[str, object]:
    """Value by fact id; empty where the data set is not beside the project."""
    path = DATA / name / "facts.json"
    if not path.exists():
        return {}
    return {fact["id"]: fact["value"] for fact in json.loads(path.read_text())["facts"]}


def run_data_set(name: str, folder: Path) -> PublishedRun:
    """`tieout run` on a data set where it lies."""
    return tieout("run", DATA / name, "--json", warehouse=folder / "warehouse")


def one_value(connection: duckdb.DuckDBPyConnection, query: str) -> object:
    """The only value of a query's only row."""
    rows = connection.execute(query).fetchall()
    assert len(rows) == 1, f"{len(rows)} rows from {query}"
    assert len(rows[0]) == 1, f"{len(rows[0])} columns from {query}"
    return rows[0][0]


def plain(value: object) -> str:
    """A value as text, numbers without trailing zeros, so that 60000 equals 60000.00 and nothing else."""
    if value is None:
        return "null"
    try:
        return f"{Decimal(str(value)).normalize():f}"
    except InvalidOperation:
        return str(value)


def left_out(facts: Mapping[str, object], asked: Mapping[str, str], unasked: Mapping[str, str]) -> set[str]:
    """Facts that are neither asked of the warehouse nor explained, and questions about no fact."""
    return set(facts) ^ (set(asked) | set(unasked))
