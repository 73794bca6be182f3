"""What a company sets for a control in controls.yml: severity, tolerance, owner, overrides."""

from pathlib import Path

import duckdb
import pytest

from ingest import pipeline
from tests.harness.project import Build, CompiledProject
from tests.scenarios.company import CHART, CUSTOMERS, LEGAL_ENTITIES, Company, assert_shows

# The run begins on 1 April 2025 (the company's clock).
OVERRIDES = """
SL-01: {override: {reason: known, requested_by: u_ann, approver: u_bob, expires_on: 2025-04-01}}
SL-02: {override: {reason: known, requested_by: u_ann, approver: u_bob, expires_on: 2025-03-31}}
SL-04: {override: {reason: known, requested_by: u_ann, approver: u_ann, expires_on: 2025-12-31}}
SQ-01: {override: {requested_by: u_ann, approver: u_bob, expires_on: 2025-12-31}}
CM-01: {override: {reason: known, requested_by: u_ann, expires_on: 2025-12-31}}
CA-01: {override: {reason: known, requested_by: u_ann, approver: u_bob}}
CA-02: {override: {reason: known, approver: u_bob, expires_on: 2025-12-31}}
GL-01: {severity: warn, owner: "The controller"}
GL-02: {tolerance: 5}
"""


def settings_of(project: CompiledProject, folder: Path, controls: str) -> Build:
    company = Company(project, folder)
    company.settings(controls, "controls.yml")
    company.deliver(
        {
            "legal_entities": LEGAL_ENTITIES,
            "customers": CUSTOMERS,
            "chart_of_accounts": CHART,
            "gl_journal_lines": """
            journal_id line_no posting_date account_id amount source_type source_doc_id
            J-1        1       2025-01-10   1010       105.00 manual      -
            J-1        2       2025-01-10   4000      -100.00 manual      -
            """,
        }
    )
    return company.build("2025-04-01T23:00:00")


def test_an_override_needs_reason_another_approver_and_an_expiry_to_come(
    compiled_project: CompiledProject, tmp_path: Path
) -> None:
    build = settings_of(compiled_project, tmp_path, OVERRIDES)
    assert_shows(
        build,
        "intermediate.int_control_settings",
        """
        control_id is_overridden severity tolerance
        SL-01      true          block    0
        SL-02      false         block    0
        SL-04      false         block    0
        SQ-01      false         block    0
        CM-01      false         block    0
        CA-01      false         block    0
        CA-02      false         block    0
        GL-01      false         warn     0
        GL-02      false         block    5
        """,
        "control_id in ('SL-01', 'SL-02', 'SL-04', 'SQ-01', 'CM-01', 'CA-01', 'CA-02', 'GL-01', 'GL-02')",
    )
    assert_shows(
        build,
        "intermediate.int_control_settings",
        'control_id owner\nGL-01 "The controller"\nGL-02 "Financial accounting"',
        "control_id in ('GL-01', 'GL-02')",
    )
    # The journal is 5.00 out of balance: inside GL-02's tolerance now, outside GL-01's own of zero.
    assert {"GL-01", "GL-02"} & build.failing_controls().keys() == {"GL-01"}
    build.close()


def test_a_tolerance_is_exceeded_by_a_cent(compiled_project: CompiledProject, tmp_path: Path) -> None:
    build = settings_of(compiled_project, tmp_path, "GL-01: {tolerance: 4.99}\nGL-02: {tolerance: 5.00}\n")
    assert {"GL-01", "GL-02"} & build.failing_controls().keys() == {"GL-01"}
    build.close()


INVOICES = """
doc_id doc_type    posting_date gross  original_doc_id
INV-1  invoice     2025-01-10   100.00 -
INV-3  invoice     2025-01-11   200.00 -
CM-1   credit_memo 2025-01-12   -10.00 -
"""
ACCEPTED = """
SQ-01:
  owner: Billing Berlin
  override: {reason: INV-2 is void, requested_by: u_ann, approver: u_bob, expires_on: 2025-04-30}
CM-01: {severity: warn}
"""
NOT_ACCEPTED = """
SQ-01: {override: {reason: INV-2 is void, requested_by: u_ann, approver: u_ann, expires_on: 2025-04-30}}
CM-01: {override: {reason: known, requested_by: u_ann, approver: u_bob, expires_on: 2025-03-31}}
"""


def results(file: Path, run_id: str, expected: str) -> None:
    with duckdb.connect(str(file), read_only=True) as connection:
        assert_shows(
            connection,
            "marts.rpt_control_results",
            expected,
            f"run_id = '{run_id}' and control_id in ('SQ-01', 'CM-01', 'OV-01') and status = 'fail'",
        )


DELIVERED = {"legal_entities": LEGAL_ENTITIES, "customers": CUSTOMERS, "invoices": INVOICES}


@pytest.mark.slow
def test_an_overridden_failure_is_published_and_stays_visible(
    compiled_project: CompiledProject, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TIEOUT_NOW", "2025-04-01T06:00:00Z")
    company = Company(compiled_project, tmp_path)
    company.deliver(DELIVERED)
    company.settings(ACCEPTED, "controls.yml")
    accepted = pipeline.run(company.extracts, company.warehouse)
    assert (accepted.exit_status, accepted.published) == (0, True)
    assert (accepted.controls_failed, accepted.controls_blocking_failed) == (2, 0)
    results(
        company.warehouse.published,
        accepted.run_id,
        """
        control_id status severity is_overridden failures owner            override_reason override_approver
        SQ-01      fail   block    true          1        "Billing Berlin" "INV-2 is void" u_bob
        CM-01      fail   warn     false         1        Billing          -               -
        """,
    )


def test_an_override_that_is_not_accepted_blocks_and_is_a_finding_of_its_own(
    compiled_project: CompiledProject, tmp_path: Path
) -> None:
    company = Company(compiled_project, tmp_path)
    company.deliver(DELIVERED)
    company.settings(NOT_ACCEPTED, "controls.yml")
    build = company.build("2025-04-01T07:00:00")
    failing = {control_id: len(rows) for control_id, rows in build.failing_controls().items()}
    assert failing == {"SQ-01": 1, "CM-01": 1, "OV-01": 2}
    assert_shows(
        build,
        "intermediate.int_control_settings",
        """
        control_id severity is_overridden
        SQ-01      block    false
        CM-01      block    false
        OV-01      block    false
        """,
        f"control_id in {tuple(failing)}",
    )
    build.close()
