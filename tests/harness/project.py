"""The dbt project compiled once; its SQL then runs directly on one small database per case."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

import duckdb
from filelock import FileLock

from ingest.land import LandingOutcome, land, write_run
from ingest.landing.registry import ensure_tables
from ingest.warehouse import Run, Warehouse
from tests.harness.golden import PROJECT

CLOCK = datetime(2025, 4, 1, 6, 0, 0)
FORECAST_FOLDERS = {"forecasting", "cash"}
RELATION = re.compile(r'"?\b([a-z_]+)"?\."?([a-z_0-9]+)\b"?')


@dataclass(frozen=True)
class Node:
    """A seed, model or data test with the SQL that dbt compiled for it."""

    unique_id: str
    resource_type: str
    name: str
    relation: str
    path: str
    materialized: str
    sql: str
    column_types: dict[str, str]
    config: dict[str, Any]
    parents: list[str]
    needs_forecast: bool

    @property
    def control_id(self) -> str | None:
        """The id of the control that this test implements, if it is one."""
        meta = self.config.get("meta")
        return meta.get("control_id") if isinstance(meta, dict) else None


def is_built(node: Node) -> bool:
    """Whether a case builds a node unless it says otherwise: all but the forecast, which costs the most."""
    return not node.needs_forecast


@dataclass(frozen=True)
class Failure:
    """A data test that returned rows, with those rows as dicts."""

    test: str
    rows: list[dict[str, object]]


@dataclass
class Build:
    """One case's database. A question first builds the models that it names and what they rest on."""

    warehouse: Warehouse
    database: duckdb.DuckDBPyConnection
    project: "CompiledProject"
    landing: LandingOutcome
    waiting: dict[str, Node] = field(default_factory=dict)

    @property
    def connection(self) -> duckdb.DuckDBPyConnection:
        """The connection to the finished build: every model of the case is there."""
        self._build(list(self.waiting.values()))
        return self.database

    def answer(self, query: str) -> duckdb.DuckDBPyConnection:
        """The answer to a query that names its relations in full."""
        if "information_schema" in query:
            return self.connection.execute(query)
        if self.waiting:
            named = {f"{schema}.{name}" for schema, name in RELATION.findall(query)}
            needed = self.project.resting_on(
                node.unique_id for node in self.waiting.values() if node.relation in named
            )
            self._build([node for node in self.waiting.values() if node.unique_id in needed])
        return self.database.execute(query)

    def _build(self, nodes: list[Node]) -> None:
        if nodes:
            run_nodes(self.database, nodes)
        for node in nodes:
            del self.waiting[node.unique_id]

    def rows(self, query: str) -> list[dict[str, object]]:
        """The rows of a query as dicts."""
        cursor = self.answer(query)
        columns = [column[0] for column in cursor.description]
        return [dict(zip(columns, values, strict=True)) for values in cursor.fetchall()]

    def failing_controls(self) -> dict[str, list[dict[str, object]]]:
        """The failing rows of every control that has some, by control id; the forecast's are left out."""
        found = {}
        for node in filter(is_built, self.project.controls.values()):
            rows = self.rows(node.sql)
            if rows:
                found[str(node.control_id)] = rows
        return found

    def failing_control(self, control_id: str) -> list[dict[str, object]]:
        """The failing rows of one control; empty when it passes."""
        return self.rows(self.project.controls[control_id].sql)

    def failing_tests(self) -> list[Failure]:
        """The generic and unit-free singular tests, controls left out, that return rows."""
        tests = [node for node in self.project.tests if node.control_id is None and is_built(node)]
        failures = [Failure(node.name, self.rows(node.sql)) for node in tests]
        return [failure for failure in failures if failure.rows]

    def close(self) -> None:
        """Close the database."""
        self.database.close()


@dataclass
class CompiledProject:
    """Every node of the project in an order in which it can be run."""

    nodes: list[Node]
    template: Path
    controls: dict[str, Node] = field(init=False)
    by_id: dict[str, Node] = field(init=False)

    def __post_init__(self) -> None:
        self.by_id = {node.unique_id: node for node in self.nodes}
        self.controls = {node.control_id: node for node in self.tests if node.control_id is not None}

    @property
    def tests(self) -> list[Node]:
        """All data tests, controls included."""
        return [node for node in self.nodes if node.resource_type == "test"]

    @property
    def models(self) -> list[Node]:
        """All models."""
        return [node for node in self.nodes if node.resource_type == "model"]

    def needed_by(self, folder: str) -> set[str]:
        """The unique ids of the models of a folder and of everything that they are made from."""
        return self.resting_on(node.unique_id for node in self.models if folder in Path(node.path).parts)

    def resting_on(self, unique_ids: Iterable[str]) -> set[str]:
        """The unique ids given and those of everything that they are made from."""
        waiting = list(unique_ids)
        found: set[str] = set()
        while waiting:
            unique_id = waiting.pop()
            if unique_id in self.by_id and unique_id not in found:
                found.add(unique_id)
                waiting += self.by_id[unique_id].parents
        return found

    def waiting(self, only: Callable[[Node], bool] = is_built) -> dict[str, Node]:
        """The models that `only` names, by unique id, in an order in which they can be built."""
        return {node.unique_id: node for node in self.models if only(node)}

    def build(
        self,
        extracts: Path | Iterable[Path],
        folder: Path,
        *,
        only: Callable[[Node], bool] = is_built,
        as_of: date | None = None,
    ) -> Build:
        """Land one folder, or several in turn, into a new warehouse in `folder`.

        The models that `only` names are built as they are asked for, the tests run when the Build is asked.
        """
        warehouse = Warehouse(folder / "warehouse")
        warehouse.create()
        shutil.copyfile(self.template, warehouse.build)
        folders = [extracts] if isinstance(extracts, Path) else extracts
        for number, delivered in enumerate(folders):
            run = Run(f"case-{number}", CLOCK, "test")
            outcome = land(delivered, warehouse, run, as_of=as_of)
        connection = warehouse.connect_build()
        write_run(connection, run)
        return Build(warehouse, connection, self, outcome, self.waiting(only))

    def run_models(
        self, connection: duckdb.DuckDBPyConnection, only: Callable[[Node], bool] = is_built
    ) -> None:
        """Create or replace the models that `only` names."""
        run_nodes(connection, self.waiting(only).values())


def run_nodes(connection: duckdb.DuckDBPyConnection, nodes: Iterable[Node]) -> None:
    """Create or replace models, in one transaction.

    Views become tables of the same rows: everything that reads a chain of views plans it anew, which
    on a few rows takes longer than all else.
    """
    connection.execute("begin")
    for node in nodes:
        stored = replace(node, materialized="table") if node.materialized == "view" else node
        try:
            for statement in statements_for(stored):
                connection.execute(statement)
        except duckdb.Error as error:
            error.add_note(f"while building {node.path}")
            raise
    connection.execute("commit")


def statements_for(node: Node) -> list[str]:
    """The statements by which dbt-duckdb would create a model."""
    if node.materialized == "view":
        return [f"create or replace view {node.relation} as ({node.sql}\n)"]
    if node.materialized == "table_function":
        parameters = ", ".join(node.config["parameters"])
        return [f"create or replace macro {node.relation}({parameters}) as table ({node.sql}\n)"]
    if node.materialized == "table":
        if not node.column_types:
            return [f"create or replace table {node.relation} as ({node.sql}\n)"]
        columns = ", ".join(node.column_types)
        typed = ", ".join(f"{name} {data_type}" for name, data_type in node.column_types.items())
        return [
            f"create or replace table {node.relation} ({typed})",
            f"insert into {node.relation} ({columns}) select {columns} from ({node.sql}\n) as compiled",
        ]
    raise NotImplementedError(f"{node.path} is materialized as {node.materialized}")


def compile_project(shared: Path) -> CompiledProject:
    """Compile the project in `shared`, once for all processes that name the same folder."""
    shared.mkdir(parents=True, exist_ok=True)
    store, template = shared / "nodes.json", shared / "template.duckdb"
    with FileLock(shared / "compile.lock"):
        if not store.exists():
            nodes = _compile(shared)
            _make_template(template, nodes)
            store.write_text(json.dumps([asdict(node) for node in nodes]))
    return CompiledProject([Node(**node) for node in json.loads(store.read_text())], template)


def _compile(shared: Path) -> list[Node]:
    """Compile against empty raw tables, and read the manifest."""
    warehouse = Warehouse(shared / "empty")
    with warehouse.connect_build() as connection:
        ensure_tables(connection)
    finished = subprocess.run(
        [
            *(
                sys.executable,
                "-m",
                "dbt.cli.main",
                "--no-use-colors",
                "compile",
                "--quiet",
                "--no-partial-parse",
            ),
            *("--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT)),
            *("--target-path", str(shared / "target"), "--log-path", str(shared / "logs")),
        ],
        env=os.environ | {"TIEOUT_BUILD": str(warehouse.build), "DBT_SEND_ANONYMOUS_USAGE_STATS": "false"},
        cwd=shared,
        capture_output=True,
        text=True,
        check=False,
    )
    if finished.returncode:
        raise RuntimeError(f"dbt compile failed\n{finished.stdout}\n{finished.stderr}")
    manifest = json.loads((shared / "target" / "manifest.json").read_text())
    return nodes_of(manifest)


def nodes_of(manifest: dict) -> list[Node]:
    """The seeds, models and data tests of a compiled manifest, each after what it depends on."""
    described = {
        unique_id: node
        for unique_id, node in manifest["nodes"].items()
        if node["resource_type"] in ("seed", "model", "test")
    }
    order = TopologicalSorter(
        {
            unique_id: [parent for parent in node["depends_on"].get("nodes", []) if parent in described]
            for unique_id, node in described.items()
        }
    ).static_order()
    nodes: dict[str, Node] = {}
    for unique_id in order:
        parents = described[unique_id]["depends_on"].get("nodes", [])
        needs_forecast = bool(
            FORECAST_FOLDERS & set(Path(described[unique_id]["original_file_path"]).parts)
            or any(nodes[parent].needs_forecast for parent in parents if parent in nodes)
        )
        nodes[unique_id] = node_of(described[unique_id], needs_forecast)
    return list(nodes.values())


def node_of(described: dict, needs_forecast: bool) -> Node:
    """One node of the manifest."""
    config = described["config"]
    if described["resource_type"] == "seed":
        types = config.get("column_types") or {}
    elif (config.get("contract") or {}).get("enforced"):
        types = {name: column["data_type"] for name, column in described["columns"].items()}
    else:
        types = {}
    return Node(
        unique_id=described["unique_id"],
        resource_type=described["resource_type"],
        name=described["name"],
        relation=f"{described['schema']}.{described['alias']}",
        path=described["original_file_path"],
        materialized=config["materialized"],
        sql=described.get("compiled_code") or "",
        column_types=types,
        config={name: config.get(name) for name in ("meta", "severity", "tags", "parameters")},
        parents=described["depends_on"].get("nodes", []),
        needs_forecast=needs_forecast,
    )


def _make_template(template: Path, nodes: list[Node]) -> None:
    """A database with empty raw tables, every schema and every seed, from which each case starts."""
    template.unlink(missing_ok=True)
    with duckdb.connect(template) as connection:
        ensure_tables(connection)
        for schema in sorted({node.relation.split(".")[0] for node in nodes}):
            connection.execute(f"create schema if not exists {schema}")
        for node in nodes:
            if node.resource_type == "seed":
                connection.read_csv(PROJECT / node.path, header=True, dtype=node.column_types or None).create(
                    node.relation
                )


def write_source(
    extracts: Path, name: str, *, kind: str = "standard", load: str = "incremental", extra: str = ""
) -> Path:
    """A source folder with its source.yml; `extra` is appended to that file."""
    source = extracts / name
    source.mkdir(parents=True, exist_ok=True)
    (source / "source.yml").write_text(f"kind: {kind}\nload: {load}\nowner: tests\n{extra}")
    return source
