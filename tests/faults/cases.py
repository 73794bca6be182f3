"""One case is one company with one fault in it. Only what the fault reaches is built again.

A company is landed and built once. A case lands the faulty deliveries afresh and goes through the models in
their order: one whose inputs all hold the rows of the clean build holds those rows too, and is read from
there; every other one is built. Then the controls that read something changed are asked. The others would
find what they find on the clean build, which is nothing: a test of its own sees to that.
"""

import json
import re
import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

import duckdb
from filelock import FileLock

from ingest.controls import OTHER_TESTS
from ingest.land import land, write_run
from ingest.simulate import make_company
from ingest.warehouse import Run, Warehouse
from tests.faults.catalogue import Fault
from tests.faults.delivered import Deliveries
from tests.harness.golden import copy_extracts
from tests.harness.project import CLOCK, RELATION, CompiledProject, Node, is_built, statements_for

GOLDEN_QUARTER, DEMONSTRATION = "golden_quarter", "demonstration_company"
COMPANIES = (GOLDEN_QUARTER, DEMONSTRATION)
RUN = Run("case-0", CLOCK, "test")

Rows = list[dict[str, object]]


DELIVERIES = "staging.stg_registry__deliveries"
PLACEMENT = f"{DELIVERIES}, as staging reads it"
PLACEMENT_COLUMNS = frozenset(
    {
        *("batch_id", "snapshot_at", "next_complete_snapshot_at", "object_load", "is_superseded"),
        *("is_first_delivery", "is_in_live_snapshot"),
    }
)


@dataclass(frozen=True)
class CleanCompany:
    """A company without a fault: its deliveries, its finished build, and what each relation there holds.

    `template` is the database that a case starts from: nothing landed, every model a view on the clean build.
    """

    name: str
    extracts: Path
    database: Path
    template: Path
    contents: dict[str, str] = field(hash=False)


def clean_company(project: CompiledProject, name: str, shared: Path) -> CleanCompany:
    """A company's deliveries and build, made once for all processes that name the same folder."""
    folder = shared / name
    folder.mkdir(parents=True, exist_ok=True)
    ended = folder / "contents.json"
    with FileLock(folder / "lock"):
        if not ended.exists():
            if name == GOLDEN_QUARTER:
                copy_extracts(folder)
            else:
                make_company(folder)
            build = project.build(folder / "extracts", folder)
            found = contents(build.connection, relations(build.connection))
            found[PLACEMENT] = placement_of(build.connection)
            build.close()
            _make_template(project, folder / "warehouse" / "build.duckdb", folder / "template.duckdb")
            ended.write_text(json.dumps(found))
    database, template = folder / "warehouse" / "build.duckdb", folder / "template.duckdb"
    return CleanCompany(name, folder / "extracts", database, template, json.loads(ended.read_text()))


def _make_template(project: CompiledProject, database: Path, template: Path) -> None:
    shutil.copyfile(project.template, template)
    with duckdb.connect(template) as connection:
        connection.execute(f"attach '{database}' as clean (read_only)")
        for node in filter(is_built, project.models):
            if node.materialized == "table_function":
                run(connection, node)
            else:
                connection.execute(f"create view {node.relation} as select * from clean.{node.relation}")


@dataclass
class Case:
    """A company with a fault in it, built; the connection is open for questions."""

    project: CompiledProject
    connection: duckdb.DuckDBPyConnection
    changed: set[str]

    def failing(self, nodes: Iterable[Node]) -> dict[str, Rows]:
        """The rows of those tests that read something changed and find something, by control id or name."""
        found = {}
        for node in nodes:
            if is_built(node) and self.changed & reads(node):
                cursor = self.connection.execute(node.sql)
                columns = [column[0] for column in cursor.description]
                rows = [dict(zip(columns, values, strict=True)) for values in cursor.fetchall()]
                if rows:
                    found[node.control_id or node.name] = rows
        return found

    def failing_controls(self) -> dict[str, Rows]:
        """The failing rows of every control that has some, by control id.

        As in a run, the models' own tests are together one control, with a row for each test that fails.
        """
        found = self.failing(self.project.controls.values())
        others = self.failing(node for node in self.project.tests if node.control_id is None)
        if others:
            found[OTHER_TESTS] = [{"business_key": name} for name in others]
        return found

    def verdicts(self) -> dict[str, bool]:
        """The controls that fail, each with whether it stops publishing: by its severity or by a row."""
        failing = self.failing_controls()
        severities = dict(
            self.connection.execute(
                "select control_id, severity from intermediate.int_control_settings"
            ).fetchall()
        )
        return {
            control_id: severities[control_id] == "block" or any(row.get("blocks") for row in rows)
            for control_id, rows in failing.items()
        }

    def close(self) -> None:
        """Close the database."""
        self.connection.close()


def case_of(project: CompiledProject, clean: CleanCompany, folder: Path, fault: Fault) -> Case:
    """A company with a fault of the catalogue in it."""
    if fault.in_build:
        return case_in_build(project, clean, folder, fault.in_build)
    return case_in_deliveries(project, clean, folder, fault.plant, fault.in_raw)


def case_in_deliveries(
    project: CompiledProject,
    clean: CleanCompany,
    folder: Path,
    plant: Callable[[Deliveries], None],
    in_raw: str = "",
) -> Case:
    """A case whose fault lies in what is delivered, in the settings, or in raw once it was landed.

    `in_raw` may read the clean build, which is attached as `clean`.
    """
    extracts = folder / "extracts"
    shutil.copytree(clean.extracts, extracts)
    deliveries = Deliveries(extracts)
    plant(deliveries)
    deliveries.save()
    warehouse = Warehouse(folder / "warehouse")
    warehouse.create()
    shutil.copyfile(clean.template, warehouse.build)
    outcome = land(extracts, warehouse, RUN)
    if outcome.refused:
        raise AssertionError(f"a file was refused: {outcome.refused}")
    connection = warehouse.connect_build()
    write_run(connection, RUN)
    connection.execute(f"attach '{clean.database}' as clean (read_only)")
    if in_raw:
        connection.execute(in_raw)
    landed = [name for name in relations(connection) if name.startswith("raw.")]
    changed = {
        relation
        for relation, found in contents(connection, landed).items()
        if found != clean.contents.get(relation)
    }
    build_changed(project, connection, clean, changed)
    return Case(project, connection, changed)


def case_in_build(project: CompiledProject, clean: CleanCompany, folder: Path, in_build: str) -> Case:
    """A case whose fault lies in a copy of the finished build."""
    warehouse = Warehouse(folder / "warehouse")
    warehouse.create()
    shutil.copyfile(clean.database, warehouse.build)
    connection = warehouse.connect_build()
    connection.execute(in_build)
    return Case(project, connection, {*clean.contents, "information_schema.columns"})


def build_changed(
    project: CompiledProject, connection: duckdb.DuckDBPyConnection, clean: CleanCompany, changed: set[str]
) -> None:
    """Build the models that the changed relations reach, and add to these what comes out differently.

    What is built is never committed: the questions are asked on the same connection, nothing else reads it.
    """
    connection.execute("begin")
    for node in filter(is_built, project.models):
        if not changed & reads(node):
            continue
        if node.materialized == "table_function":
            changed.add(node.relation)
            continue
        connection.execute(f"drop view {node.relation}")
        run(connection, replace(node, materialized="table") if node.materialized == "view" else node)
        if content(connection, node.relation) != clean.contents[node.relation]:
            changed.add(node.relation)
        if node.relation == DELIVERIES and placement_of(connection) != clean.contents[PLACEMENT]:
            changed.add(PLACEMENT)


def run(connection: duckdb.DuckDBPyConnection, node: Node) -> None:
    """Create a model as dbt would."""
    try:
        for statement in statements_for(node):
            connection.execute(statement)
    except duckdb.Error as error:
        error.add_note(f"while building {node.path}")
        raise


READS: dict[str, set[str]] = {}


def reads(node: Node) -> set[str]:
    """Every `schema.name` that a node's SQL mentions; what is no relation does no harm.

    Of the deliveries most of staging reads only where a file stands among the snapshots: hash and size of a
    changed file are nothing to it.
    """
    if node.unique_id not in READS:
        found = {f"{schema}.{name}" for schema, name in RELATION.findall(node.sql)}
        columns = set(re.findall(r"\bdeliveries\.(\w+)", node.sql))
        if "staging" in Path(node.path).parts and columns and columns <= PLACEMENT_COLUMNS:
            found = found - {DELIVERIES} | {PLACEMENT}
        READS[node.unique_id] = found
    return READS[node.unique_id]


def relations(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """All tables and views of the database that is open, the attached clean one left out."""
    rows = connection.execute(
        """
        select table_schema || '.' || table_name
        from information_schema.tables
        where table_catalog = current_database()
        """
    ).fetchall()
    return [name for (name,) in rows]


def contents(connection: duckdb.DuckDBPyConnection, names: Iterable[str]) -> dict[str, str]:
    """What relations hold, as text that is equal when they hold the same rows in whatever order."""
    return {name: content(connection, name) for name in names}


def placement_of(connection: duckdb.DuckDBPyConnection) -> str:
    """What the deliveries hold of where each stands among the snapshots."""
    return content(connection, DELIVERIES, PLACEMENT_COLUMNS)


def content(connection: duckdb.DuckDBPyConnection, name: str, columns: Iterable[str] = ()) -> str:
    """What a relation holds, or some columns of it."""
    chosen = f"columns({sorted(columns)})" if columns else "columns(*)"
    [counted] = connection.execute(
        f"select count(*), coalesce(sum(hash(*{chosen}))::varchar, '') from {name}"
    ).fetchall()
    return f"{counted[0]} rows, {counted[1]}"
