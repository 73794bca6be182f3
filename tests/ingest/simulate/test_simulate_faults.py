"""Planted faults: each changes the files it names and nothing else, and the manifest as announced."""

from __future__ import annotations

import hashlib
import shutil
from decimal import Decimal
from pathlib import Path

import pytest
from delivered_books import money, read_object

from ingest.simulate import FAULTS, make_company
from ingest.simulate.faults import MANIFEST, plant

ASKED_FOR = {
    "LD-01",
    "LD-02",
    "LD-03",
    "LD-05",
    "RI-01",
    "RI-02",
    "IN-01",
    "CA-01",
    "CA-02",
    "CM-01",
    "FX-01",
    "GL-01",
    "GL-02",
    "GL-05",
    "SL-01",
    "SL-02",
    "AG-01",
    "SQ-01",
}


def contents(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_every_control_asked_for_has_a_fault() -> None:
    assert {control for fault in FAULTS.values() for control in fault.must_fail} >= ASKED_FOR


@pytest.mark.parametrize("name", sorted(FAULTS))
def test_a_fault_changes_the_files_it_names(name: str, extracts: Path, tmp_path: Path) -> None:
    faulty = tmp_path / "extracts"
    shutil.copytree(extracts, faulty)
    plant(faulty, name)
    before, after = contents(extracts), contents(faulty)
    changed = {file for file in before if before[file] != after[file]}
    assert changed == set(FAULTS[name].files) | {MANIFEST}
    assert before.keys() == after.keys()


@pytest.mark.parametrize("name", sorted(name for name, fault in FAULTS.items() if fault.mends_manifest))
def test_the_manifest_agrees_again(name: str, extracts: Path, tmp_path: Path) -> None:
    faulty = tmp_path / "extracts"
    shutil.copytree(extracts, faulty)
    plant(faulty, name)
    entries = {entry["file"]: entry for entry in read_object(faulty / MANIFEST)}
    for file in FAULTS[name].files:
        path, entry = faulty / file, entries[file.removeprefix("erp/")]
        rows = read_object(path)
        assert entry["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
        assert int(entry["row_count"]) == len(rows)
        if entry["control_column"]:
            assert money(entry["control_total"]) == sum(
                (money(row[entry["control_column"]]) for row in rows), Decimal(0)
            )


def test_a_fault_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    with pytest.raises(KeyError, match="no such fault: flood"):
        make_company(tmp_path, faults=["flood"])
    assert list(tmp_path.iterdir()) == []


def test_faults_are_planted_while_the_answers_stay_true(tmp_path: Path) -> None:
    right = make_company(tmp_path / "right")
    wrong = make_company(tmp_path / "wrong", faults=["orphan_customer", "unbalanced_journal"])
    assert contents(right.folder) == contents(wrong.folder)
    assert contents(right.extracts) != contents(wrong.extracts)
