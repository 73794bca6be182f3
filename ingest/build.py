"""dbt inside this process: the project is parsed once, then models and tests run on that one manifest.

Parsing costs seconds and gives the same manifest for every warehouse, so it is kept in ``.cache`` under the
project, by a hash of everything that dbt reads.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import yaml

from ingest.contracts import known_kinds, load_contract
from ingest.errors import BuildFault
from ingest.lineage import BuiltRelation
from ingest.progress import Progress
from ingest.project import engine_versions, hash_of_files, project_root
from ingest.warehouse import Warehouse

if TYPE_CHECKING:
    from dbt.contracts.graph.manifest import Manifest

MANIFEST_PATTERNS = (
    "dbt_project.yml",
    "profiles.yml",
    "models/**/*",
    "seeds/**/*",
    "macros/**/*",
    "tests/**/*.sql",
    "tests/**/*.yml",
    "tests/**/*.md",
)
CACHE_FOLDER = ".cache"
LINES_OF_A_MESSAGE = 12


@dataclass(frozen=True)
class NodeResult:
    """What dbt says about a model, seed or test. ``failures`` counts failing rows, None where nothing ran."""

    unique_id: str
    name: str
    resource_type: str
    status: str
    seconds: float
    message: str = ""
    failures: int | None = None
    relation: str | None = None
    control_id: str | None = None

    @property
    def is_broken(self) -> bool:
        """It could not run at all (or was skipped since another could not)."""
        return self.status in ("error", "runtime error", "skipped")


@dataclass
class DbtProject:
    """The dbt project bound to one warehouse. One at a time in a process: dbt's connection is global."""

    warehouse: Warehouse
    progress: Progress = field(default_factory=Progress)
    root: Path = field(default_factory=lambda: project_root())
    _parsed: Manifest | None = field(default=None, init=False, repr=False)
    _log: IO[str] | None = field(default=None, init=False, repr=False)

    @property
    def log_file(self) -> Path:
        """What dbt said in the last run: its informative lines, warnings and errors."""
        return self.warehouse.dbt_logs / "dbt.log"

    def build_models(self) -> list[NodeResult]:
        """Load the seeds and build every model. Raises BuildFault naming the first that cannot be built."""
        results = self._invoke("building", ["build", "--resource-type", "seed", "--resource-type", "model"])
        broken = [result for result in results if result.is_broken]
        causes = [result for result in broken if result.status != "skipped"]
        if broken:
            first = (causes or broken)[0]
            others = f" and {len(causes) - 1} more" if len(causes) > 1 else ""
            raise BuildFault(
                f"{first.resource_type} {first.name}{others}: {first.message}",
                next_step=f"dbt's log lies at {self.log_file}.",
            )
        return results

    def run_tests(self) -> list[NodeResult]:
        """Run every control and every other data test; failing ones are results, not exceptions."""
        return self._invoke("controls", ["test", "--exclude-resource-type", "unit_test"])

    def relations(self) -> dict[str, BuiltRelation]:
        """Models, seeds and sources of the project by `schema.name`, with what each of them reads."""
        manifest = self._manifest()
        nodes = {
            **{key: node for key, node in manifest.nodes.items() if node.resource_type in ("model", "seed")},
            **manifest.sources,
        }
        names = {key: f"{node.schema}.{node.identifier}" for key, node in nodes.items()}
        return {
            names[key]: BuiltRelation(
                names[key],
                "delivered" if node.resource_type == "source" else str(node.resource_type),
                " ".join(node.description.split()),
                tuple(sorted(names[below] for below in node.depends_on_nodes if below in names)),
            )
            for key, node in nodes.items()
        }

    def _manifest(self) -> Manifest:
        """The parsed project, from the cache where nothing changed."""
        if self._parsed is None:
            self._parsed = self._cached_manifest() or self._parse()
        return self._parsed

    def _cache_file(self) -> Path:
        identity = (str(self.root), *engine_versions().values(), self._variables())
        version = hash_of_files(self.root, MANIFEST_PATTERNS, identity)[:24]
        return self.root / CACHE_FOLDER / f"manifest-{version}"

    def _cached_manifest(self) -> Manifest | None:
        from dbt.contracts.graph.manifest import Manifest
        from dbt.parser.manifest import extended_mashumuro_decoder

        try:
            packed = self._cache_file().read_bytes()
            manifest = Manifest.from_msgpack(packed, decoder=extended_mashumuro_decoder)
        except Exception:
            # Whatever is wrong with a cached file, parsing anew is right.
            return None
        manifest.build_flat_graph()  # type: ignore[no-untyped-call]
        return manifest

    def _parse(self) -> Manifest:
        from dbt.parser.manifest import extended_mashumaro_encoder

        self.progress.start("reading the models")
        outcome = self._call(["parse"], manifest=None)
        self.progress.finish(failed=not outcome.success)
        if not outcome.success:
            raise self._fault(outcome.exception)
        manifest: Manifest = outcome.result
        cache = self._cache_file()
        # A read-only project works too, only slower.
        with contextlib.suppress(OSError):
            cache.parent.mkdir(exist_ok=True)
            (cache.parent / ".gitignore").write_text("*\n", encoding="utf-8")
            for older in cache.parent.glob("manifest-*"):
                older.unlink(missing_ok=True)
            partial = cache.with_name(f"partial-{os.getpid()}")
            partial.write_bytes(manifest.to_msgpack(extended_mashumaro_encoder))
            partial.replace(cache)
        return manifest

    def _variables(self) -> str:
        """What dbt is told besides the project's own variables, as YAML; empty when nothing."""
        return variables_that_differ(self.root)

    def _invoke(self, what: str, arguments: list[str]) -> list[NodeResult]:
        manifest = self._manifest()
        self.progress.start(what)
        outcome = self._call(arguments, manifest)
        self.progress.finish(failed=not outcome.success and what == "building")
        if outcome.exception is not None or outcome.result is None:
            raise self._fault(outcome.exception)
        return [_node_result(result) for result in outcome.result]

    def _call(self, arguments: list[str], manifest: Manifest | None) -> Any:
        from dbt.cli.main import dbtRunner

        variables = self._variables()
        environment = {
            "TIEOUT_BUILD": str(self.warehouse.build.resolve()),
            "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        }
        mode = "w" if manifest is None or arguments[0] == "build" else "a"
        with _environment(environment), self.log_file.open(mode, encoding="utf-8") as self._log:
            try:
                outcome = dbtRunner(manifest=manifest, callbacks=[self._on_event]).invoke(
                    [
                        "--quiet",
                        *("--no-use-colors", "--no-write-json", "--no-partial-parse"),
                        *("--log-level", "none", "--log-level-file", "none"),
                        *arguments,
                        *("--project-dir", str(self.root), "--profiles-dir", str(self.root)),
                        *("--target-path", str(self.warehouse.dbt_target.resolve())),
                        *("--log-path", str(self.warehouse.dbt_logs.resolve())),
                        *(("--vars", variables) if variables else ()),
                    ]
                )
            finally:
                release_connections()
                self._log = None
        if isinstance(outcome.exception, KeyboardInterrupt):
            raise outcome.exception
        return outcome

    def _on_event(self, event: Any) -> None:
        # dbt's own log formats every debug line, also where only informative ones are asked for: a tenth of a
        # build's time.
        if self._log is not None and event.info.level in ("info", "warn", "error"):
            print(event.info.ts.ToJsonString(), event.info.level, event.info.msg, file=self._log)
        if event.info.name in ("LogModelResult", "LogSeedResult"):
            self.progress.advance(event.data.node_info.node_name, event.data.total)
        elif event.info.name == "LogTestResult":
            self.progress.advance(event.data.name, event.data.num_models)

    def _fault(self, exception: BaseException | None) -> BuildFault:
        return BuildFault(
            _shortened(str(exception or "dbt gave no result")),
            next_step=f"dbt's log lies at {self.log_file}.",
        )


@cache
def variables_that_differ(root: Path) -> str:
    """The variable ``kinds`` as JSON where the contracts say otherwise than dbt_project.yml, else empty."""
    settings = yaml.safe_load((root / "dbt_project.yml").read_text(encoding="utf-8"))
    declared = settings.get("vars", {}).get("kinds")
    delivered = {kind: list(load_contract(kind).entities) for kind in known_kinds()}
    if declared is None or _as_sets(declared) == _as_sets(delivered):
        return ""
    return json.dumps({"kinds": delivered}, sort_keys=True)


def _as_sets(entities: dict[str, list[str]]) -> dict[str, set[str]]:
    return {kind: set(names) for kind, names in entities.items() if names}


def release_connections() -> None:
    """Let go of the build file, which dbt-duckdb otherwise holds until this process ends."""
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from dbt.adapters.factory import cleanup_connections

    cleanup_connections()  # type: ignore[no-untyped-call]
    with contextlib.suppress(Exception):
        # Raised when nothing was opened; close_all_connections alone only drops its reference.
        DuckDBConnectionManager.env().close()  # type: ignore[no-untyped-call]
    DuckDBConnectionManager.close_all_connections()  # type: ignore[no-untyped-call]


@contextlib.contextmanager
def _environment(values: dict[str, str]) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _shortened(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return " ".join(lines[:LINES_OF_A_MESSAGE])


def _node_result(result: Any) -> NodeResult:
    node = result.node
    meta = getattr(node.config, "meta", None) or {}
    stores = node.resource_type == "test" and bool(node.config.get("store_failures"))
    return NodeResult(
        unique_id=node.unique_id,
        name=node.name,
        resource_type=str(node.resource_type),
        status=str(result.status),
        seconds=float(result.execution_time),
        message=_shortened(result.message or ""),
        failures=result.failures,
        relation=f"{node.schema}.{node.alias}" if stores else None,
        control_id=meta.get("control_id"),
    )
