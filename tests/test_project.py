"""The project keeps its own rules: documents name what exists, settings agree, models are described."""

import csv
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from ingest.contracts import known_kinds, load_contract
from ingest.controls import OTHER_TESTS
from ingest.definitions import definitions
from tests.harness.golden import PROJECT, needs_golden_quarter
from tests.harness.project import CompiledProject
from tests.harness.published import PublishedRun

SQL_FOLDERS = ("models", "macros", "tests")
FLOATING = {"double", "float", "real", "float4", "float8", "double precision"}
# Ratios and day counts may be floating point (contracts: "Ratios and days are double or decimal(18,6)").
RATIOS_AND_DAYS = re.compile(r"(_days|^days_.*|_ratio|_rate|_share|confidence|^value)$")


def sql_files() -> list[Path]:
    return [path for folder in SQL_FOLDERS for path in (PROJECT / folder).rglob("*.sql")]


def without_comments(text: str) -> str:
    """SQL without its SQL and Jinja comments."""
    return re.sub(r"--[^\n]*|\{#.*?#\}", "", text, flags=re.DOTALL)


def command_names() -> list[str]:
    import typer.main

    from ingest.cli import app

    return sorted(typer.main.get_group(app).commands)


def test_every_command_is_in_the_readme_and_has_help() -> None:
    import typer.main

    from ingest.cli import app

    readme = (PROJECT / "README.md").read_text()
    commands = typer.main.get_group(app).commands
    assert {
        "run",
        "land",
        "build",
        "publish",
        "status",
        "controls",
        "trace",
        "sql",
        "demo",
    } <= commands.keys()
    assert [name for name in commands if f"tieout {name}" not in readme] == []
    assert [name for name, command in commands.items() if not (command.help or "").strip()] == []


def test_no_page_names_a_command_that_does_not_exist() -> None:
    named = {
        name
        for page in ("README.md", "CONTRIBUTING.md")
        for name in re.findall(r"`(?:\.venv/bin/)?tieout ([a-z]+)", (PROJECT / page).read_text())
    }
    assert named - set(command_names()) == set()


def test_every_make_target_of_the_documents_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (PROJECT / "Makefile").read_text(), flags=re.MULTILINE))
    named = {
        name
        for page in ("README.md", "CONTRIBUTING.md")
        for name in re.findall(r"`make ([a-z-]+)", (PROJECT / page).read_text())
    }
    assert named <= targets
    assert {"setup", "demo", "test", "test-fast", "bench", "lint"} <= targets


def test_every_folder_of_the_tree_is_in_the_readme() -> None:
    readme = (PROJECT / "README.md").read_text()
    tracked = {"models", "seeds", "macros", "ingest", "dashboards", "tests", "benchmarks"}
    present = {path.name for path in PROJECT.iterdir() if path.is_dir()} & tracked
    assert [folder for folder in sorted(present) if f"{folder}/" not in readme] == []


def test_the_lock_names_no_index_and_has_hashes() -> None:
    lock = (PROJECT / "requirements.lock").read_text()
    assert re.search(r"index-url|find-links|https?://|file:", lock) is None
    pinned = re.findall(
        r"^([a-z0-9._-]+(?:\[[a-z,]+\])?)==\S+ \\\n    --hash=sha256:", lock, flags=re.MULTILINE
    )
    assert len(pinned) == len(re.findall(r"^[a-z]", lock, flags=re.MULTILINE)) > 50


def test_what_the_project_needs_stands_in_the_lock() -> None:
    metadata = (PROJECT / "pyproject.toml").read_text()
    lock = (PROJECT / "requirements.lock").read_text()
    for name, version in re.findall(
        r'^    "([a-z0-9-]+)(?:\[[a-z,]+\])?==([0-9.]+)",$', metadata, flags=re.MULTILINE
    ):
        assert re.search(rf"^{name}(\[[a-z,]+\])?=={re.escape(version)} ", lock, flags=re.MULTILINE), name


def test_the_variable_kinds_says_what_the_contracts_say() -> None:
    variables = yaml.safe_load((PROJECT / "dbt_project.yml").read_text())["vars"]
    contracts = {kind: sorted(load_contract(kind).entities) for kind in known_kinds()}
    assert {kind: sorted(entities) for kind, entities in variables["kinds"].items()} == contracts


# Controls whose input no source can deliver yet: in the catalogue, shown as not applicable, without a test.
NOT_FED = {"AC-01", "CA-06", "OR-03", "OR-04"}


def test_controls_and_catalogue_name_each_other(compiled_project: CompiledProject) -> None:
    with (PROJECT / "seeds" / "control_catalogue.csv").open(newline="") as file:
        catalogue = {row["control_id"]: row for row in csv.DictReader(file)}
    assert set(compiled_project.controls) | {OTHER_TESTS} == set(catalogue) - NOT_FED
    for control_id, row in catalogue.items():
        assert row["severity"] in ("block", "warn"), control_id
        assert row["title"] and row["assertion"] and row["owner"] and row["covers"], control_id
        is_exact = float(row["tolerance"] or 0) == 0
        assert is_exact or row["tolerance_reason"] or control_id in NOT_FED, control_id
    with (PROJECT / "seeds" / "control_inputs.csv").open(newline="") as file:
        inputs = {row["input"] for row in csv.DictReader(file)}
    required = {name for row in catalogue.values() for name in row["requires"].split(";") if name}
    assert required == inputs


def test_what_a_control_covers_exists(manifest: dict) -> None:
    marts = {
        node["name"]
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model" and node["access"] == "public"
    }
    with (PROJECT / "seeds" / "control_catalogue.csv").open(newline="") as file:
        catalogue = {row["control_id"]: row for row in csv.DictReader(file)}
    covered = {
        control_id: set(row["covers"].split(";")) - marts - definitions().keys() - {"rpt_control_results"}
        for control_id, row in catalogue.items()
        if control_id not in NOT_FED
    }
    assert {control_id: names for control_id, names in covered.items() if names} == {}
    vouched = {name for row in catalogue.values() for name in row["covers"].split(";")}
    assert definitions().keys() - vouched == set()


def test_a_control_stands_in_the_file_and_table_of_its_id(compiled_project: CompiledProject) -> None:
    for control_id, node in compiled_project.controls.items():
        table = control_id.lower().replace("-", "_")
        assert node.relation == f"controls.{table}"
        path = Path(node.path)
        assert path.parts[:2] == ("tests", "controls") and len(path.parts) == 4
        assert path.name.startswith(f"{table}_"), path
        assert without_comments(first := (PROJECT / path).read_text()) != first, (
            f"{path} does not say why it exists"
        )


def test_no_sql_asks_for_today() -> None:
    today = re.compile(
        r"current_date|current_timestamp|\bnow\(\)|\btoday\(\)|get_current_timestamp", re.IGNORECASE
    )
    assert [path for path in sql_files() if today.search(without_comments(path.read_text()))] == []


def test_every_model_and_seed_is_described(manifest: dict) -> None:
    nodes = [node for node in manifest["nodes"].values() if node["resource_type"] in ("model", "seed")]
    assert [node["name"] for node in nodes if len(node["description"].split()) < 4] == []
    assert len(nodes) > 80


def test_every_column_of_a_public_model_is_described(manifest: dict) -> None:
    undescribed = [
        f"{node['name']}.{column['name']}"
        for node in public_models(manifest)
        for column in node["columns"].values()
        if not column["description"].strip() or column["description"].strip() == column["name"]
    ]
    assert undescribed == []


def test_every_public_table_has_an_enforced_contract(manifest: dict) -> None:
    without = [
        node["name"]
        for node in public_models(manifest)
        if node["config"]["materialized"] != "table_function" and not node["contract"]["enforced"]
    ]
    assert without == []


def test_no_amount_in_a_contract_is_floating_point(manifest: dict) -> None:
    floating = [
        f"{node['name']}.{column['name']}"
        for node in public_models(manifest)
        for column in node["columns"].values()
        if (column["data_type"] or "").lower() in FLOATING and not RATIOS_AND_DAYS.search(column["name"])
    ]
    assert floating == []


def test_models_lie_in_groups_and_only_marts_are_public(manifest: dict) -> None:
    models = [node for node in manifest["nodes"].values() if node["resource_type"] == "model"]
    assert [node["name"] for node in models if not node["group"]] == []
    access = {
        node["name"]: (node["original_file_path"].split("/")[1] == "marts", node["access"]) for node in models
    }
    assert set(access.values()) == {(True, "public"), (False, "protected")}
    assert all(group["owner"]["name"] for group in manifest["groups"].values())


@needs_golden_quarter
@pytest.mark.slow
@pytest.mark.parametrize("kind", ["unit_test", "test"])
def test_bare_dbt_test_passes_on_a_clean_build(golden_run: PublishedRun, tmp_path: Path, kind: str) -> None:
    build = tmp_path / "build.duckdb"
    shutil.copyfile(golden_run.warehouse / "build.duckdb", build)
    finished = subprocess.run(
        [
            *(
                sys.executable,
                "-m",
                "dbt.cli.main",
                "test",
                "--resource-type",
                kind,
                "--project-dir",
                str(PROJECT),
            ),
            *("--profiles-dir", str(PROJECT), "--target-path", str(tmp_path), "--log-path", str(tmp_path)),
        ],
        env=os.environ | {"TIEOUT_BUILD": str(build)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 0, finished.stdout
    assert re.search(r"Done\. PASS=[1-9]\d* WARN=0 ERROR=0 SKIP=0", finished.stdout)


def public_models(manifest: dict) -> list[dict]:
    models = [node for node in manifest["nodes"].values() if node.get("access") == "public"]
    assert len(models) > 15
    return models


@pytest.fixture(scope="module")
def manifest(compiled_project: CompiledProject) -> dict:
    """dbt's own description of the project."""
    return json.loads((compiled_project.template.parent / "target" / "manifest.json").read_text())


def test_tracked_files_name_no_machine_path() -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=PROJECT, capture_output=True, text=True, check=False)
    if listed.returncode or not listed.stdout:
        pytest.skip("not a git checkout with files")
    found = []
    for name in listed.stdout.splitlines():
        path = PROJECT / name
        if path.is_file() and path.stat().st_size < 2_000_000:
            text = path.read_text(errors="ignore")
            if re.search(r"/(home|root|work|Users)/[a-z]", text) and name != "tests/test_project.py":
                found.append(name)
    assert found == []
