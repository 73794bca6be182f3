"""dbt inside this process: the parsed project is kept, and nothing of dbt stays behind."""

import os
from pathlib import Path

import duckdb
import pytest

from ingest.build import DbtProject, variables_that_differ
from ingest.errors import BuildFault
from ingest.project import project_root
from ingest.warehouse import Warehouse
from tests.ingest.small_project import write_small_project


def test_the_contracts_and_the_project_name_the_same_kinds():
    """Otherwise a bare dbt command would build other models than the pipeline."""
    assert variables_that_differ(project_root()) == ""


@pytest.fixture
def project(tmp_path, monkeypatch):
    """The small project with a warehouse in which nothing is landed."""
    monkeypatch.setattr("ingest.build.variables_that_differ", lambda root: "")
    warehouse = Warehouse(tmp_path / "warehouse")
    warehouse.create()
    return DbtProject(warehouse, root=write_small_project(tmp_path / "project"))


def test_a_second_warehouse_does_not_parse_again_until_something_changes(project, tmp_path, monkeypatch):
    project._manifest()

    def other(name):
        return DbtProject(Warehouse(tmp_path / name), root=project.root)

    def parse(self):
        raise AssertionError("parsed again")

    with monkeypatch.context() as patched:
        patched.setattr(DbtProject, "_parse", parse)
        assert other("second")._manifest().nodes.keys() == project._manifest().nodes.keys()
        model = project.root / "models" / "marts" / "fct_orders.sql"
        model.write_text(model.read_text() + "\n-- changed")
        with pytest.raises(AssertionError, match="parsed again"):
            other("third")._manifest()


def test_a_damaged_cache_is_parsed_over(project):
    project._manifest()
    project._cache_file().write_bytes(b"damaged")
    again = DbtProject(project.warehouse, root=project.root)
    assert again._manifest().nodes.keys() == project._manifest().nodes.keys()


def test_a_project_that_does_not_parse_is_a_fault_that_says_where(project):
    (project.root / "models" / "marts" / "fct_orders.sql").write_text("select {{ ref('nowhere') }}")
    with pytest.raises(BuildFault, match="nowhere"):
        project._manifest()


def test_the_build_file_the_folder_and_the_environment_are_as_before(project):
    folder, environment = Path.cwd(), dict(os.environ)
    with pytest.raises(BuildFault, match="raw"):
        # Nothing is landed, so the models find no raw tables.
        project.build_models()
    assert (Path.cwd(), dict(os.environ)) == (folder, environment)
    with duckdb.connect(str(project.warehouse.build), config={"threads": "1"}) as connection:
        assert connection.execute("select 1").fetchall() == [(1,)]
    assert "fct_orders" in project.log_file.read_text()
