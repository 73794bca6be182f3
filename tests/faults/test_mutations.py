"""Every mutation of the golden quarter fails the controls it must, and no control that it may not."""

from pathlib import Path

import pytest

from tests.faults.cases import GOLDEN_QUARTER, CleanCompany, case_in_deliveries
from tests.harness.golden import Mutation, apply, mutations, needs_golden_quarter
from tests.harness.project import CompiledProject

pytestmark = needs_golden_quarter


@pytest.mark.parametrize("mutation", mutations(), ids=lambda mutation: mutation.mutation_id)
def test_a_mutation_fails_the_controls_that_must_notice_it(
    compiled_project: CompiledProject,
    companies: dict[str, CleanCompany],
    tmp_path: Path,
    mutation: Mutation,
) -> None:
    case = case_in_deliveries(
        compiled_project,
        companies[GOLDEN_QUARTER],
        tmp_path,
        lambda deliveries: apply(mutation, deliveries.extracts),
    )
    failing = case.failing_controls()
    case.close()

    implemented = set(compiled_project.controls)
    missed = mutation.must_fail & implemented - failing.keys()
    wrongly_failing = {
        control_id: rows
        for control_id, rows in failing.items()
        if control_id not in mutation.must_fail | mutation.may_fail
    }
    assert (sorted(missed), wrongly_failing) == ([], {}), mutation.description
