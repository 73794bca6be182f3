"""Fixtures that several test folders share."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from filelock import FileLock

from ingest.land import LandingOutcome
from ingest.warehouse import Warehouse
from tests.faults.cases import COMPANIES, DEMONSTRATION, CleanCompany, clean_company
from tests.harness.golden import GOLDEN, copy_extracts
from tests.harness.project import Build, CompiledProject, compile_project
from tests.harness.published import PublishedRun, tieout

# What builds a company of its own with dbt, or on the models it compiled, takes seconds.
SLOW_FIXTURES = {
    "compiled_project",
    "small_project",
    "project",
    "golden_run",
    "golden_february",
    "demonstration_run",
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark as slow what uses one of the slow fixtures, so that `make test-fast` leaves it out."""
    for item in items:
        if SLOW_FIXTURES & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="session")
def shared_folder(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """A temporary folder that all workers of this session share; a lock guards what is made in it."""
    folder = tmp_path_factory.getbasetemp()
    return folder if worker_id == "master" else folder.parent


@pytest.fixture(scope="session")
def compiled_project(shared_folder: Path) -> CompiledProject:
    """The dbt project, compiled once for all workers of this session."""
    return compile_project(shared_folder / "compiled_project")


@pytest.fixture(scope="session")
def companies(compiled_project: CompiledProject, shared_folder: Path) -> dict[str, CleanCompany]:
    """The golden quarter and the demonstration company, each built once for all workers of this session."""
    return {
        name: clean_company(compiled_project, name, shared_folder / "clean_companies") for name in COMPANIES
    }


@pytest.fixture(scope="session")
def demonstration_company(compiled_project: CompiledProject, shared_folder: Path) -> CleanCompany:
    """The small demonstration company's deliveries, answers and build, made once for all workers."""
    return clean_company(compiled_project, DEMONSTRATION, shared_folder / "clean_companies")


@pytest.fixture(scope="session")
def demonstration(
    compiled_project: CompiledProject,
    demonstration_company: CleanCompany,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Build]:
    """The small demonstration company, built; tests that change it take their own copy instead."""
    warehouse = Warehouse(tmp_path_factory.mktemp("demonstration"))
    shutil.copyfile(demonstration_company.database, warehouse.build)
    build = Build(warehouse, warehouse.connect_build(), compiled_project, LandingOutcome())
    yield build
    build.close()


@pytest.fixture(scope="session")
def golden_run(shared_folder: Path) -> PublishedRun:
    """`tieout run` on the golden quarter, once for all workers; nobody may write into its warehouse."""
    return _run_once(shared_folder / "golden_run", "run", GOLDEN / "extracts")


@pytest.fixture(scope="session")
def golden_february(shared_folder: Path) -> PublishedRun:
    """`tieout run` on the golden quarter as of the end of February; nobody may write into its warehouse."""
    return _run_once(shared_folder / "golden_february", "run", GOLDEN / "extracts", "--as-of", "2025-02-28")


@pytest.fixture(scope="session")
def demonstration_run(shared_folder: Path) -> PublishedRun:
    """`tieout demo`, once for all workers: a company of two entities in a group. Nobody may write into it."""
    run = _run_once(shared_folder / "demonstration_run", "demo")
    assert run.exit_status == 0, run.output
    return run


def _run_once(folder: Path, *arguments: str | Path) -> PublishedRun:
    folder.mkdir(exist_ok=True)
    ended = folder / "ended.json"
    with FileLock(folder / "lock"):
        if not ended.exists():
            run = tieout(*arguments, "--json", warehouse=folder / "warehouse")
            ended.write_text(json.dumps([run.exit_status, run.output]))
    return PublishedRun(folder / "warehouse", *json.loads(ended.read_text()))


@pytest.fixture
def golden_extracts(tmp_path: Path) -> Path:
    """A writable copy of the golden quarter's deliveries."""
    return copy_extracts(tmp_path)


@pytest.fixture(scope="session")
def golden_build(
    compiled_project: CompiledProject, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Build]:
    """The golden quarter, landed and built; tests that change it take their own copy instead."""
    folder = tmp_path_factory.mktemp("golden_build")
    build = compiled_project.build(copy_extracts(folder), folder)
    yield build
    build.close()
