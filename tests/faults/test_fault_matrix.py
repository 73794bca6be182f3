"""Every fault is noticed, every control notices one, and clean companies fail nothing: the matrix is true."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults.cases import (
    COMPANIES,
    GOLDEN_QUARTER,
    CleanCompany,
    case_in_build,
    case_in_deliveries,
    case_of,
)
from tests.faults.catalogue import FAULTS, HARMLESS, Fault
from tests.faults.delivered import Deliveries
from tests.faults.matrix import NOT_FED, PAGE, SEED, as_csv, as_page, contradictions, controls, read_seed
from tests.harness.golden import needs_golden_quarter
from tests.harness.project import CompiledProject

pytestmark = needs_golden_quarter

MAKE_IT_ANEW = "the committed matrix is out of date: python -m tests.faults.matrix"


@pytest.mark.parametrize("company", COMPANIES)
def test_without_a_fault_nothing_fails(
    compiled_project: CompiledProject, companies: dict[str, CleanCompany], tmp_path: Path, company: str
) -> None:
    case = case_in_build(compiled_project, companies[company], tmp_path, "select 'nothing is changed'")
    assert case.failing_controls() == {}
    case.close()


@pytest.mark.parametrize("company", COMPANIES)
@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.fault_id)
def test_a_fault_fails_its_controls_and_no_other(
    compiled_project: CompiledProject,
    companies: dict[str, CleanCompany],
    tmp_path: Path,
    fault: Fault,
    company: str,
) -> None:
    case = case_of(compiled_project, companies[company], tmp_path, fault)
    failing = case.verdicts()
    case.close()
    assert contradictions(fault, company, failing) == "", fault.description
    assert read_seed().get((fault.fault_id, company), {}) == failing, MAKE_IT_ANEW


@pytest.mark.parametrize("company", COMPANIES)
@pytest.mark.parametrize("addition", HARMLESS, ids=lambda addition: addition.__name__)
def test_what_is_right_fails_nothing(
    compiled_project: CompiledProject,
    companies: dict[str, CleanCompany],
    tmp_path: Path,
    addition: Callable[[Deliveries], None],
    company: str,
) -> None:
    case = case_in_deliveries(compiled_project, companies[company], tmp_path, addition, HARMLESS[addition])
    failing = case.failing_controls()
    case.close()
    assert failing == {}, addition.__doc__


# What is built again is decided by what changed; these reach masters, documents, cash and the ledger.
BUILT_IN_FULL = ["customer_delivered_twice", "tax_too_high_in_the_document", "journal_in_the_month_before"]


@pytest.mark.parametrize("fault_id", BUILT_IN_FULL)
def test_building_what_changed_finds_what_a_full_build_finds(
    compiled_project: CompiledProject, companies: dict[str, CleanCompany], tmp_path: Path, fault_id: str
) -> None:
    [fault] = [fault for fault in FAULTS if fault.fault_id == fault_id]
    case = case_of(compiled_project, companies[GOLDEN_QUARTER], tmp_path, fault)
    in_part = case.failing_controls()
    case.close()
    build = compiled_project.build(tmp_path / "extracts", tmp_path / "in_full")
    in_full = build.failing_controls()
    build.close()
    assert {control_id: len(rows) for control_id, rows in in_part.items()} == {
        control_id: len(rows) for control_id, rows in in_full.items()
    }


def test_the_matrix_lists_every_fault_and_shows_what_it_lists() -> None:
    assert len(FAULTS) >= 45
    assert len({fault.fault_id for fault in FAULTS}) == len(FAULTS)
    found: dict[tuple[str, str], dict[str, bool]] = {
        (fault.fault_id, company): {} for fault in FAULTS for company in COMPANIES
    }
    found |= read_seed()
    assert as_csv(found) == SEED.read_text(encoding="utf-8"), MAKE_IT_ANEW
    assert as_page(found) == PAGE.read_text(encoding="utf-8"), MAKE_IT_ANEW


@pytest.mark.parametrize("company", COMPANIES)
def test_every_fault_is_noticed_and_every_control_notices_one(company: str) -> None:
    noticed = {fault_id: failing for (fault_id, where), failing in read_seed().items() if where == company}
    assert [fault.fault_id for fault in FAULTS if not noticed.get(fault.fault_id)] == []
    silent = controls().keys() - set().union(*noticed.values())
    assert sorted(silent) == sorted(NOT_FED)
