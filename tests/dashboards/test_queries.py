"""Named queries select, filter, order, limit and join labels; every figure comes from a mart as it is."""

import json
from collections.abc import Iterator

import duckdb
import pytest

from dashboards.warehouse import QUERIES

NAMES = sorted(path.stem for path in QUERIES.glob("*.sql"))
FORBIDDEN_NODES = {"WINDOW", "WINDOW_AGGREGATE"}
ARITHMETIC = {"+", "-", "*", "/", "//", "%", "**", "^"}
AGGREGATES = {
    row[0]
    for row in duckdb.sql(
        "select distinct function_name from duckdb_functions() where function_type = 'aggregate'"
    ).fetchall()
}


def nodes(tree: object) -> Iterator[dict]:
    """Every node of a parsed statement."""
    if isinstance(tree, dict):
        yield tree
        for child in tree.values():
            yield from nodes(child)
    elif isinstance(tree, list):
        for child in tree:
            yield from nodes(child)


def offences(query: str) -> list[str]:
    """What a query computes."""
    text = duckdb.execute("select json_serialize_sql(?)", [query]).fetchone()[0]
    tree = json.loads(text)
    assert not tree["error"], tree
    found = []
    for node in nodes(tree["statements"]):
        name = str(node.get("function_name", "")).lower()
        if node.get("class") == "FUNCTION" and (name in AGGREGATES or name in ARITHMETIC):
            found.append(name)
        if node.get("class") == "WINDOW" or node.get("type") in FORBIDDEN_NODES:
            found.append("window")
        if node.get("group_expressions"):
            found.append("group by")
    return found


@pytest.mark.parametrize("name", NAMES)
def test_a_named_query_computes_nothing(name):
    assert offences((QUERIES / f"{name}.sql").read_text()) == []


@pytest.mark.parametrize(
    ("query", "offence"),
    [
        ("select sum(a) from t", "sum"),
        ("select a - b from t", "-"),
        ("select a from t group by a", "group by"),
        ("select row_number() over (order by a) from t", "window"),
    ],
)
def test_the_test_itself_sees_a_computation(query, offence):
    assert offence in offences(query)
