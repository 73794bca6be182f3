"""The fault matrix: which controls fail on which fault, on which company.

    python -m tests.faults.matrix

plants every fault of the catalogue in both companies, writes what failed to `seeds/control_faults.csv` and
shows it in `tests/faults/fault_matrix.md`. It writes nothing when a fault goes unnoticed, or when a control
fails that the catalogue does not allow. The tests compare both files with what they find themselves.
"""

import csv
import io
import os
import shutil
import sys
import tempfile
from collections.abc import Collection, Mapping
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from tests.faults.cases import COMPANIES, DEMONSTRATION, GOLDEN_QUARTER, case_of, clean_company
from tests.faults.catalogue import FAULTS
from tests.faults.catalogue.fault import BUILD, DELIVERIES, RAW, SETTINGS, Fault
from tests.harness.golden import PROJECT
from tests.harness.project import compile_project

SEED = PROJECT / "seeds" / "control_faults.csv"
PAGE = PROJECT / "tests" / "faults" / "fault_matrix.md"
COLUMNS = ["fault_id", "description", "planted_in", "company", "control_id", "stops_publishing"]
PLACES = {
    DELIVERIES: "deliveries",
    SETTINGS: "settings",
    RAW: "raw, behind landing's back",
    BUILD: "a copy of the build",
}

# Controls that no layout feeds, or whose input no company delivers yet.
NOT_FED = {
    "OR-03": "no layout delivers the history of an order's status",
    "OR-04": "no layout delivers allocations of stock",
    "CA-06": "no layout delivers the lines of remittance advices",
    "AC-01": "no layout delivers who has access to order data",
    "FC-01": "needs the forecast, which the cases leave out: tests/scenarios/test_forecast.py tries it",
}

# Fault and company to the controls that failed, each with whether it stops publishing.
Matrix = Mapping[tuple[str, str], Mapping[str, bool]]


def contradictions(fault: Fault, company: str, failing: Collection[str]) -> str:
    """What the catalogue says otherwise about a fault than was found; empty when they agree."""
    said = []
    if missed := fault.must_fail.difference(failing):
        said.append(f"not noticed by {' '.join(sorted(missed))}")
    if beyond := set(failing) - fault.allowed(company):
        said.append(f"fails {' '.join(sorted(beyond))} too")
    return "; ".join(said)


def as_csv(found: Matrix) -> str:
    """The matrix as the seed: a row for each fault, company and control that fails."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for fault in FAULTS:
        for company in COMPANIES:
            for control_id, stops in sorted(found[fault.fault_id, company].items()):
                about = [fault.fault_id, fault.description, fault.planted_in, company]
                writer.writerow([*about, control_id, str(stops).lower()])
    return text.getvalue()


def read_seed() -> dict[tuple[str, str], dict[str, bool]]:
    """The committed matrix."""
    found: dict[tuple[str, str], dict[str, bool]] = {}
    with SEED.open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            of_case = found.setdefault((row["fault_id"], row["company"]), {})
            of_case[row["control_id"]] = row["stops_publishing"] == "true"
    return found


def controls() -> dict[str, dict[str, str]]:
    """The catalogue of controls by id."""
    with (PROJECT / "seeds" / "control_catalogue.csv").open(newline="", encoding="utf-8") as file:
        return {row["control_id"]: row for row in csv.DictReader(file)}


def as_page(found: Matrix) -> str:
    """The matrix as a page: what fails on each fault, then what fails each control."""
    golden = {fault.fault_id: found[fault.fault_id, GOLDEN_QUARTER] for fault in FAULTS}
    demonstration = {fault.fault_id: found[fault.fault_id, DEMONSTRATION] for fault in FAULTS}
    lines = [
        "# The fault matrix",
        "",
        f"{len(FAULTS)} faults, each planted by itself in two companies: the golden quarter and the",
        "demonstration company. Without a fault no control fails in either, warnings included. Most faults",
        "lie in what is delivered. A control that guards our own code cannot be failed that way: its fault",
        "is planted in raw or in a copy of the build, and the table says so.",
        "",
        "Made by `python -m tests.faults.matrix`; the tests compare it with what they find.",
        "",
        "## What fails on each fault",
        "",
        "**Bold** is what stops publishing. What fails on one company only is marked: ¹ the golden quarter,",
        "² the demonstration company.",
        "",
        "| fault | planted in | controls that fail |",
        "|---|---|---|",
    ]
    for fault in FAULTS:
        here, there = golden[fault.fault_id], demonstration[fault.fault_id]
        cells = []
        for control_id, stops in sorted({**here, **there}.items()):
            only = "" if control_id in here and control_id in there else "¹" if control_id in here else "²"
            cells.append((f"**{control_id}**" if stops else control_id) + only)
        lines.append(f"| {fault.description} | {PLACES[fault.planted_in]} | {', '.join(cells)} |")
    lines += [
        "",
        "## What fails each control",
        "",
        "How many faults fail it, on the golden quarter and on the demonstration company.",
        "",
        "| control | | severity | golden quarter | demonstration company | for example |",
        "|---|---|---|---|---|---|",
    ]
    for control_id, control in sorted(controls().items()):
        if control_id in NOT_FED:
            cells = ["–", "–", NOT_FED[control_id]]
        else:
            caught = [fault for fault in FAULTS if control_id in golden[fault.fault_id]]
            caught_there = [fault for fault in FAULTS if control_id in demonstration[fault.fault_id]]
            told = sorted(
                {*caught, *caught_there},
                key=lambda fault: (control_id not in fault.must_fail, len(fault.must_fail), fault.fault_id),
            )
            example = told[0].description if told else ""
            cells = [str(len(caught)), str(len(caught_there)), example]
        lines.append(f"| {control_id} | {control['title']} | {control['severity']} | {' | '.join(cells)} |")
    return "\n".join([*lines, ""])


def find(shared: Path, fault_id: str, company: str) -> dict[str, bool]:
    """The controls that fail on a fault, tried out in a folder of its own."""
    fault = next(fault for fault in FAULTS if fault.fault_id == fault_id)
    project = compile_project(shared / "project")
    clean = clean_company(project, company, shared / "companies")
    with tempfile.TemporaryDirectory(dir=shared) as folder:
        case = case_of(project, clean, Path(folder), fault)
        failing = case.verdicts()
        case.close()
    return failing


def main() -> int:
    """Make the matrix anew; returns the exit status."""
    shared = Path(tempfile.mkdtemp(prefix="fault-matrix-"))
    try:
        project = compile_project(shared / "project")
        for company in COMPANIES:
            clean_company(project, company, shared / "companies")
        wanted = [(fault.fault_id, company) for fault in FAULTS for company in COMPANIES]
        with ProcessPoolExecutor(os.cpu_count(), get_context("spawn")) as pool:
            told = pool.map(find, [shared] * len(wanted), *zip(*wanted, strict=True))
            found = dict(zip(wanted, told, strict=True))
    finally:
        shutil.rmtree(shared, ignore_errors=True)
    wrong = [
        f"{fault.fault_id} on {company}: {said}"
        for fault in FAULTS
        for company in COMPANIES
        if (said := contradictions(fault, company, found[fault.fault_id, company]))
    ]
    if wrong:
        print("\n".join(wrong), file=sys.stderr)
        return 1
    SEED.write_text(as_csv(found), encoding="utf-8")
    PAGE.write_text(as_page(found), encoding="utf-8")
    print(f"{len(FAULTS)} faults on {len(COMPANIES)} companies: {SEED.name}, {PAGE.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
