"""What every mart rests on: the relations beneath it, down to what was delivered, kept as ``raw.lineage``.

It is read from the parsed project, so it cannot differ from what was built. Readers of a published version
find it there without the project that made it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import duckdb

LINEAGE = "raw.lineage"
READERS_FOLDER = "marts"
COLUMNS = ("mart", "steps", "relation", "kind", "description", "rests_on")


@dataclass(frozen=True)
class BuiltRelation:
    """A relation of the project: `schema.name`, what it is, its grain in words, and what it reads."""

    name: str
    kind: str
    description: str
    rests_on: tuple[str, ...]


@dataclass(frozen=True)
class Beneath:
    """A relation beneath a mart, and the fewest steps down to it."""

    mart: str
    relation: BuiltRelation
    steps: int


def lineage_of(relations: Mapping[str, BuiltRelation]) -> Iterator[Beneath]:
    """Everything beneath every mart, the mart itself left out.

    Args:
        relations: all relations of the project by their name.

    Yields:
        one entry per mart and relation beneath it, nearest first.
    """
    for mart in sorted(name for name in relations if name.split(".")[0] == READERS_FOLDER):
        seen = {mart}
        level: Sequence[str] = [mart]
        steps = 0
        while level:
            steps += 1
            beneath = {below for name in level for below in relations[name].rests_on if below in relations}
            level = sorted(beneath - seen)
            seen.update(level)
            for name in level:
                yield Beneath(mart, relations[name], steps)


def write_lineage(connection: duckdb.DuckDBPyConnection, relations: Mapping[str, BuiltRelation]) -> None:
    """Write the lineage of all marts anew, without what nothing was delivered for."""
    used = _with_rows(connection, relations)
    rows = [
        (
            one.mart,
            one.steps,
            one.relation.name,
            one.relation.kind,
            one.relation.description,
            ", ".join(below for below in one.relation.rests_on if below in used),
        )
        for one in lineage_of(used)
    ]
    import polars

    types = {name: polars.Int32 if name == "steps" else polars.String for name in COLUMNS}
    lineage = polars.DataFrame(rows, schema=types, orient="row").to_arrow()
    connection.register("lineage_read", lineage)
    connection.execute(f"create or replace table {LINEAGE} as select * from lineage_read")
    connection.unregister("lineage_read")


def _with_rows(
    connection: duckdb.DuckDBPyConnection, relations: Mapping[str, BuiltRelation]
) -> dict[str, BuiltRelation]:
    """The relations without delivered ones that hold no row, and without those that read only such."""
    tables = connection.execute(
        """
        select schema_name || '.' || table_name
        from duckdb_tables()
        where database_name = current_database()
        """
    ).fetchall()
    empty = {
        name
        for name, relation in relations.items()
        if relation.kind == "delivered"
        and ((name,) not in tables or not connection.execute(f"select 1 from {name} limit 1").fetchall())
    }
    idle = {
        name
        for name, relation in relations.items()
        if name.startswith("staging.") and relation.rests_on and empty.issuperset(relation.rests_on)
    }
    return {name: relation for name, relation in relations.items() if name not in empty | idle}
