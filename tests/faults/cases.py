"""One case is one company with one fault in it. Only what the fault reaches is built again.

A company is landed and built once. A case lands the faulty deliveries afresh and goes through the models in
their order: one whose inputs all hold the rows of the clean build holds those rows too, and is read from
there; every other one is built. Then the controls that read something changed are asked. The others would
find what they find on the clean build, which is nothing: a test of its own sees to that.
"""

import json
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


@dataclass(frozen=True)
class CleanCompany:
    """A company without a fault: its deliveries, its finished build, and what each relation there holds."""

    name: str
    extracts: Path
    database: Path
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
            build.close()
            ended.write_text(json.dumps(found))
    database = folder / "warehouse" / "build.duckdb"
    return CleanCompany(name, folder / "extracts", database, json.loads(ended.read_text()))


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
    shutil.copyfile(project.template, warehouse.build)
    outcome = land(extracts, warehouse, RUN)
    if outcome.refused:
        raise AssertionError(f"a file was refused: {outcome.refused}")
    connection = warehouse.connect_build()
    write_run(connection, RUN)
    connection.execute(f"attach '{clean.database}' as clean (read_only)")
    if in_raw:
        connection.execute(in_raw)
    changed = {
        relation
        for relation, found in contents(connection, relations(connection)).items()
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
    """Build the models that the changed relations reach, and add to these what comes out differently."""
    connection.execute("begin")
    for node in filter(is_built, project.models):
        is_reached = bool(changed & reads(node))
        if node.materialized == "table_function":
            run(connection, node)
            if is_reached:
                changed.add(node.relation)
        elif is_reached:
            run(connection, replace(node, materialized="table") if node.materialized == "view" else node)
            if contents(connection, [node.relation]) != {node.relation: clean.contents[node.relation]}:
                changed.add(node.relation)
        else:
            connection.execute(
                f"create or replace view {node.relation} as select * from clean.{node.relation}"
            )
    connection.execute("commit")


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
    """Every `schema.name` that a node's SQL mentions; what is no relation does no harm."""
    if node.unique_id not in READS:
        READS[node.unique_id] = {f"{schema}.{name}" for schema, name in RELATION.findall(node.sql)}
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
    found = {}
    for name in names:
        counted = connection.execute(
            f"select count(*), coalesce(sum(hash(*columns(*)))::varchar, '') from {name}"
        ).fetchone()
        assert counted
        found[name] = f"{counted[0]} rows, {counted[1]}"
    return found
