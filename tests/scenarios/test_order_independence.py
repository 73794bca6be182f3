"""However the golden deliveries arrive, the result is the same.

The same rows come in other files: split, overlapping, in other folders and orders, over several landings, and
some files twice under another name. Hypothesis thinks up the deliveries; the manifest is rewritten to match.
"""

import random
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.harness.deliveries import MANIFEST_COLUMNS, declaration, read_rows, write_rows
from tests.harness.golden import GOLDEN, needs_golden_quarter
from tests.harness.project import Build, CompiledProject, Node, is_built, write_source

pytestmark = [needs_golden_quarter, pytest.mark.slow]

BOOKS = GOLDEN / "extracts" / "books"
OBJECTS = sorted(path.stem for path in BOOKS.glob("*.csv") if path.stem != "manifest")

# Where a row came from and which run brought it: all that may depend on how the rows were delivered.
LINEAGE = {"source_file", "source_line", "batch_id", "recorded_at", "run_id"}
# The order of equal versions of a row that was delivered more than once.
VERSION_ORDER = {"version_age", "version_rank", "version_in_file"}


@dataclass(frozen=True)
class Plan:
    """How the golden rows are delivered."""

    files_per_object: dict[str, int]
    landings: int
    share_delivered_twice: float
    files_repeated: int
    earlier_files_stay: bool
    load: str
    seed: int


plans = st.builds(
    Plan,
    files_per_object=st.fixed_dictionaries({name: st.integers(1, 4) for name in OBJECTS}),
    landings=st.integers(1, 3),
    share_delivered_twice=st.sampled_from([0.0, 0.3]),
    files_repeated=st.integers(0, 5),
    earlier_files_stay=st.booleans(),
    load=st.sampled_from(["incremental", "full_snapshot"]),
    seed=st.integers(0, 2**32),
)


def deliver(plan: Plan, folder: Path) -> Iterator[Path]:
    """Write the extracts of one landing after the other into `folder`, each yielded when it lies there."""
    chance = random.Random(plan.seed)
    extracts = folder / "extracts"
    source = write_source(extracts, "books", load=plan.load)
    shutil.copyfile(GOLDEN / "extracts" / "tieout.yml", extracts / "tieout.yml")
    _, declared = read_rows(BOOKS / "manifest.csv")
    golden = {row["object"]: row for row in declared}

    files: list[tuple[str, str, list[str], list[dict[str, str]]]] = []
    for name in OBJECTS:
        columns, rows = read_rows(BOOKS / f"{name}.csv")
        parts: list[list[dict[str, str]]] = [[] for _ in range(plan.files_per_object[name])]
        for row in rows:
            is_twice = len(parts) > 1 and chance.random() < plan.share_delivered_twice
            for part in chance.sample(parts, 2 if is_twice else 1):
                part.append(row)
        for number, part in enumerate(parts):
            chance.shuffle(part)
            chance.shuffle(columns)
            folders = "".join(f"{letter}/" for letter in chance.choices("abc", k=chance.randrange(3)))
            files.append((f"{folders}{name}__{chance.choice('pqrs')}{number}.csv", name, list(columns), part))
    chance.shuffle(files)
    landing_of = {file[0]: chance.randrange(plan.landings) for file in files}
    repeated = chance.sample(files, min(plan.files_repeated, len(files)))

    lying: list[tuple[Path, str]] = []
    for landing in range(plan.landings):
        if not plan.earlier_files_stay:
            for path, _ in lying:
                path.unlink()
            lying.clear()
        for name, object_name, columns, rows in files:
            if landing_of[name] == landing:
                write_rows(source / name, columns, rows)
                lying.append((source / name, object_name))
        if landing == plan.landings - 1:
            for name, object_name, columns, rows in repeated:
                path = (source / name).with_stem(f"{Path(name).stem}_again")
                write_rows(path, columns, rows)
                lying.append((path, object_name))
        manifest = [
            declaration(source, path, name, golden[name]["control_column"], golden[name]["extracted_at"])
            for path, name in lying
        ]
        write_rows(source / "manifest.csv", MANIFEST_COLUMNS, manifest)
        yield extracts


def is_staging(node: Node) -> bool:
    """The models up to the end of staging."""
    return node.relation.startswith("staging.")


def tables(build: Build, wanted: Callable[[Node], bool]) -> dict[str, list[str]]:
    """The rows of every model that is wanted, sorted, without the columns that depend on the delivery."""
    found = {}
    for node in build.project.models:
        if wanted(node) and "registry" not in node.name:
            omitted = LINEAGE | (VERSION_ORDER if node.name.endswith("_versions") else set())
            rows = [
                str({column: value for column, value in row.items() if column not in omitted})
                for row in build.rows(f"select * from {node.relation}")
            ]
            found[node.name] = sorted(set(rows) if node.name.endswith("_versions") else rows)
    return found


# What it ties to is what the files declare, rows that were delivered twice included.
TOLD_BY_DELIVERIES = "marts.rpt_amount_states"


def is_compared_at_the_end(node: Node) -> bool:
    """The marts that are tables; a macro for any date has no rows of its own."""
    return (
        node.relation.startswith("marts.")
        and node.relation != TOLD_BY_DELIVERIES
        and node.materialized in ("table", "view")
        and is_built(node)
    )


@pytest.fixture(scope="module")
def golden_staging(golden_build: Build) -> dict[str, list[str]]:
    """Staging of the deliveries as they lie in the golden quarter."""
    return tables(golden_build, is_staging)


@pytest.fixture(scope="module")
def golden_marts(golden_build: Build) -> dict[str, list[str]]:
    """The marts of the deliveries as they lie in the golden quarter."""
    return tables(golden_build, is_compared_at_the_end)


PROPERTY = {"deadline": None, "print_blob": True, "suppress_health_check": [HealthCheck.too_slow]}


@settings(max_examples=12, **PROPERTY)
@given(plan=plans)
def test_staging_does_not_depend_on_how_the_rows_arrive(
    compiled_project: CompiledProject, golden_staging: dict[str, list[str]], plan: Plan
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        build = compiled_project.build(deliver(plan, Path(folder)), Path(folder), only=is_staging)
        try:
            assert build.landing.rows_quarantined == 0
            assert tables(build, is_staging) == golden_staging
        finally:
            build.close()


@settings(max_examples=3, **PROPERTY)
@given(plan=plans)
def test_marts_do_not_depend_on_how_the_rows_arrive(
    compiled_project: CompiledProject, golden_marts: dict[str, list[str]], plan: Plan
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        build = compiled_project.build(deliver(plan, Path(folder)), Path(folder))
        try:
            assert tables(build, is_compared_at_the_end) == golden_marts
            assert build.failing_controls() == {}
        finally:
            build.close()


def test_the_comparison_sees_something(
    golden_staging: dict[str, list[str]], golden_marts: dict[str, list[str]]
) -> None:
    assert len(golden_staging["stg_standard__gl_journal_lines"]) == 129
    assert len(golden_marts["fct_gl_lines"]) == 129
    assert len(golden_marts) > 15
