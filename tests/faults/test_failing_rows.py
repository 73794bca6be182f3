"""What a control says of what it found: where it lies, what was expected, and what stands there instead."""

from pathlib import Path

from tests.faults.cases import GOLDEN_QUARTER, CleanCompany, case_in_build, case_in_deliveries
from tests.faults.delivered import Deliveries
from tests.harness.golden import needs_golden_quarter
from tests.harness.project import Build, CompiledProject, is_built

pytestmark = needs_golden_quarter

FAILING_ROW_COLUMNS = {
    *("control_id", "as_of", "legal_entity_id", "business_key", "amount_at_risk", "expected", "actual"),
    *("difference", "source_system", "source_file", "source_line"),
}


def test_every_control_shows_the_agreed_columns(golden_build: Build) -> None:
    for control_id, node in golden_build.project.controls.items():
        if not is_built(node):
            continue
        described = golden_build.connection.execute(f"describe {node.sql}").fetchall()
        types = {name: data_type for name, data_type, *_ in described}
        assert types.keys() >= FAILING_ROW_COLUMNS, control_id
        assert types["amount_at_risk"].startswith("DECIMAL"), control_id
        assert (types["expected"], types["actual"]) == ("VARCHAR", "VARCHAR"), control_id


def order_of_nobody(books: Deliveries) -> None:
    books.first("orders", lambda row: row["order_id"] == "SO-1002")["customer_id"] = "C9"


def test_failing_rows_say_what_and_where(
    compiled_project: CompiledProject, companies: dict[str, CleanCompany], tmp_path: Path
) -> None:
    case = case_in_deliveries(compiled_project, companies[GOLDEN_QUARTER], tmp_path, order_of_nobody)
    [row] = case.failing_controls()["RI-01"]
    case.close()
    assert (row["control_id"], row["source_system"], row["source_file"]) == ("RI-01", "books", "orders.csv")
    assert row["source_line"] == 3
    assert "SO-1002" in str(row["business_key"])
    assert row["offending_value"] == "C9"


def test_a_row_that_stands_twice_fails_the_tests_of_the_models(
    compiled_project: CompiledProject, companies: dict[str, CleanCompany], tmp_path: Path
) -> None:
    twice = "insert into marts.fct_receipts select * from marts.fct_receipts limit 1"
    case = case_in_build(compiled_project, companies[GOLDEN_QUARTER], tmp_path, twice)
    found = case.failing_controls()
    case.close()
    assert [row for row in found["DT-02"] if "fct_receipts" in str(row["business_key"])] != []
