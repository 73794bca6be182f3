"""Each control fails on a fault that it must notice, and on nothing else that clean data would show.

Most faults lie in what is delivered. A control that guards our own code cannot be failed that way: its fault
is planted in raw, or in a copy of the finished build, and the control is asked again.
"""

import csv
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from ingest.controls import OTHER_TESTS
from tests.harness.deliveries import MANIFEST_COLUMNS, declare_again, read_rows, write_rows
from tests.harness.golden import PROJECT, change, copy_extracts, needs_golden_quarter
from tests.harness.project import Build, CompiledProject

pytestmark = needs_golden_quarter


@dataclass(frozen=True)
class Fault:
    """A fault in the deliveries, or one planted behind landing's back, and what must fail on it."""

    name: str
    must_fail: set[str]
    in_extracts: Callable[[Path], None] | None = None
    in_raw: str = ""
    in_build: str = ""
    may_fail: frozenset[str] = frozenset()


def edit(file: str, op: str, key: str = "", column: str = "", value: str = "") -> Callable[[Path], None]:
    """One operation of mutations.csv on a file of the source `books`, whose manifest then agrees again."""

    def carry_out(extracts: Path) -> None:
        path = extracts / "books" / file
        change(path, op, key, column, value)
        if path.name != "manifest.csv":
            declare_again(path.parent, [path])

    return carry_out


def both(*edits: Callable[[Path], None]) -> Callable[[Path], None]:
    """Several operations after each other."""

    def carry_out(extracts: Path) -> None:
        for one in edits:
            one(extracts)

    return carry_out


def windows(*bounds: tuple[str, str]) -> Callable[[Path], None]:
    """The golden orders in as many files as there are windows, declared with them."""

    def carry_out(extracts: Path) -> None:
        source = extracts / "books"
        columns, orders = read_rows(source / "orders.csv")
        _, declared = read_rows(source / "manifest.csv")
        template = next(row for row in declared if row["object"] == "orders")
        kept = [row for row in declared if row["object"] != "orders"]
        (source / "orders.csv").unlink()
        for number, (window_from, window_to) in enumerate(bounds):
            file = source / f"orders__part{number}.csv"
            write_rows(file, columns, orders[number :: len(bounds)])
            kept.append({**template, "file": file.name, "window_from": window_from, "window_to": window_to})
        write_rows(source / "manifest.csv", MANIFEST_COLUMNS, kept)
        declare_again(source, source.glob("orders__*.csv"))

    return carry_out


def remove(file: str) -> Callable[[Path], None]:
    """A file that the manifest lists does not come."""
    return lambda extracts: (extracts / "books" / file).unlink()


def touch_bytes(file: str) -> Callable[[Path], None]:
    """Other bytes than the manifest declares, with the same rows: quotes around the header."""

    def carry_out(extracts: Path) -> None:
        path = extracts / "books" / file
        header, _, rest = path.read_text().partition("\n")
        path.write_text(",".join(f'"{name}"' for name in header.split(",")) + "\n" + rest)

    return carry_out


JANUARY = ("2025-01-01T00:00:00Z", "2025-02-01T00:00:00Z")
FEBRUARY = ("2025-02-01T00:00:00Z", "2025-03-01T00:00:00Z")
LATE_FEBRUARY = ("2025-02-01T00:00:01Z", "2025-03-01T00:00:00Z")
EARLY_FEBRUARY = ("2025-01-31T23:00:00Z", "2025-03-01T00:00:00Z")

FAULTS = [
    Fault("a listed file does not come", {"LD-01", "LD-02"}, remove("budgets.csv")),
    Fault("a file has other bytes than declared", {"LD-01"}, touch_bytes("payments.csv")),
    Fault(
        "a control total is one cent off",
        {"LD-02"},
        edit("manifest.csv", "set_value", "object=refunds", "control_total", "44.01"),
    ),
    Fault("a gap of one second between two windows", {"LD-03"}, windows(JANUARY, LATE_FEBRUARY)),
    Fault("an overlap of one hour between two windows", {"LD-03"}, windows(JANUARY, EARLY_FEBRUARY)),
    Fault(
        "a delivery registered, and landed, a second time",
        {"LD-04"},
        in_raw="""
        insert into raw.deliveries by name
        select * replace (9999 as batch_id, 'again.csv' as source_file)
        from raw.deliveries where object = 'orders';
        insert into raw.standard__orders by name
        select * replace (9999 as batch_id, 'again.csv' as source_file) from raw.standard__orders;
        """,
    ),
    Fault(
        "rows of a batch that nobody registered",
        {"LD-04"},
        in_raw="""
        insert into raw.standard__budgets by name
        select * replace (8888 as batch_id) from raw.standard__budgets;
        """,
    ),
    Fault(
        "an amount with a decimal comma",
        {"LD-05", "LD-06"},
        edit("budgets.csv", "set_value", "period=2025-02", "amount", "12,50"),
        may_fail=frozenset({"LD-02"}),
    ),
    Fault(
        "the quarantine emptied by hand",
        {"LD-06"},
        edit("budgets.csv", "set_value", "period=2025-02", "amount", "12,50"),
        in_raw="delete from raw.quarantine",
        may_fail=frozenset({"LD-01", "LD-02"}),
    ),
    Fault(
        "an invoice line of an invoice that does not exist",
        {"RI-01"},
        edit(
            "invoice_lines.csv",
            "add_row",
            value="doc_id=INV-9999;line_no=1;quantity=1;unit_price=0;tax_rate=0",
        ),
    ),
    Fault(
        "an application to a document that does not exist",
        {"RI-01"},
        edit(
            "applications.csv",
            "add_row",
            value="application_id=APP-99;source_type=payment;source_id=PMT-07;doc_id=INV-9999;"
            "posting_date=2025-03-31;amount=0",
        ),
    ),
    Fault(
        "one key in two different rows of a file",
        {"RI-02"},
        edit("customers.csv", "duplicate_row", "customer_id=C1", value="customer_id=C1;name=Somebody else"),
    ),
    Fault(
        "a net that its lines do not make",
        {"IN-01"},
        edit("invoice_lines.csv", "set_value", "doc_id=INV-1006;line_no=1", "unit_price", "95.01"),
    ),
    Fault(
        "a number missing inside a series, its document never posted to the ledger",
        {"SQ-01"},
        both(
            edit("invoices.csv", "set_value", "doc_id=INV-1007", "doc_id", "INV-1009"),
            edit("invoice_lines.csv", "set_value", "doc_id=INV-1007", "doc_id", "INV-1009"),
            edit("gl_journal_lines.csv", "set_value", "source_doc_id=INV-1007", "source_doc_id", "INV-1009"),
        ),
    ),
    Fault(
        "a credit memo on another customer's invoice",
        {"CM-01"},
        edit("invoices.csv", "set_value", "doc_id=CM-2001", "original_doc_id", "INV-1002"),
    ),
    Fault(
        "a refund beyond what the receipt has left",
        {"CA-01", "SL-02"},
        edit("refunds.csv", "set_value", "refund_id=RF-01", "amount", "44.01"),
    ),
    Fault(
        "an application beyond what the document has left",
        {"CA-01", "CA-02", "SL-01", "SL-02", "AG-01"},
        edit("applications.csv", "set_value", "application_id=APP-08", "amount", "466.01"),
    ),
    Fault(
        "the rate of a report date missing while a foreign invoice is open",
        {"FX-01"},
        edit("fx_rates.csv", "drop_row", "rate_date=2025-02-28"),
    ),
    Fault(
        "a journal line one cent too high",
        {"GL-01", "GL-02"},
        edit("gl_journal_lines.csv", "set_value", "journal_id=002;line_no=1", "amount", "725.01"),
    ),
    Fault(
        "a journal that balances in functional currency only",
        {"GL-01"},
        edit(
            "gl_journal_lines.csv", "set_value", "journal_id=025;line_no=1", "amount_transaction", "1300.01"
        ),
    ),
    Fault(
        "a journal line on an account that the chart does not have",
        {"GL-05"},
        edit("gl_journal_lines.csv", "set_value", "journal_id=027;line_no=1", "account_id", "6101"),
        may_fail=frozenset({"GL-02"}),
    ),
    Fault(
        "a balance lost from the trial balance",
        {"GL-02"},
        in_build="""
        delete from marts.rpt_trial_balance where as_of = date '2025-03-31' and account_id = '3000'
        """,
    ),
    Fault(
        "the whole journal of an invoice missing, so that every balance still balances",
        {"SL-01", "AG-01"},
        edit("gl_journal_lines.csv", "drop_row", "journal_id=047"),
    ),
    Fault(
        "the whole journal of a receipt missing",
        {"SL-02"},
        edit("gl_journal_lines.csv", "drop_row", "journal_id=045"),
    ),
    Fault(
        "a month of the roll-forward one cent off",
        {"SL-04"},
        in_build="""
        update marts.rpt_ar_rollforward set collected = collected - 0.01
        where period = '2025-02' and legal_entity_id = 'LE01'
        """,
    ),
    Fault(
        "a bucket lost from the ageing",
        {"AG-01"},
        in_build="""
        delete from marts.rpt_ar_aging
        where as_of = date '2025-03-31' and legal_entity_id = 'LE01'
        and basis = 'due_date' and bucket = '31-60'
        """,
    ),
    Fault(
        "an amount turned into floating point",
        {"DT-01"},
        in_build="alter table marts.rpt_ar_aging alter amount type double",
    ),
]


def built_with(fault: Fault, project: CompiledProject, folder: Path) -> Build:
    """The golden quarter with the fault in it."""
    extracts = copy_extracts(folder)
    if fault.in_extracts:
        fault.in_extracts(extracts)
    build = project.build(extracts, folder)
    if fault.in_raw:
        build.connection.execute(fault.in_raw)
        project.run_models(build.connection)
    if fault.in_build:
        build.connection.execute(fault.in_build)
    return build


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name.replace(" ", "-"))
def test_a_planted_fault_fails_its_controls_and_no_other(
    compiled_project: CompiledProject, tmp_path: Path, fault: Fault
) -> None:
    build = built_with(fault, compiled_project, tmp_path)
    failing = build.failing_controls()
    build.close()
    missed = fault.must_fail - failing.keys()
    wrongly_failing = {
        control_id: rows
        for control_id, rows in failing.items()
        if control_id not in fault.must_fail | fault.may_fail
    }
    assert (missed, wrongly_failing) == (set(), {})


def test_windows_that_join_pass(compiled_project: CompiledProject, tmp_path: Path) -> None:
    extracts = copy_extracts(tmp_path)
    windows(JANUARY, FEBRUARY)(extracts)
    build = compiled_project.build(extracts, tmp_path)
    assert build.failing_controls() == {}
    build.close()


def test_failing_rows_say_what_and_where(compiled_project: CompiledProject, tmp_path: Path) -> None:
    extracts = copy_extracts(tmp_path)
    edit("orders.csv", "set_value", "order_id=SO-1002", "customer_id", "C9")(extracts)
    build = compiled_project.build(extracts, tmp_path)
    [row] = build.failing_control("RI-01")
    build.close()
    assert (row["control_id"], row["source_system"], row["source_file"]) == ("RI-01", "books", "orders.csv")
    assert row["source_line"] == 3
    assert "SO-1002" in row["business_key"]
    assert row["offending_value"] == "C9"


FAILING_ROW_COLUMNS = {
    *("control_id", "as_of", "legal_entity_id", "business_key", "amount_at_risk", "expected", "actual"),
    *("difference", "source_system", "source_file", "source_line"),
}


def test_every_control_shows_the_agreed_columns(golden_build: Build) -> None:
    for control_id, node in golden_build.project.controls.items():
        described = golden_build.connection.execute(f"describe {node.sql}").fetchall()
        types = {name: data_type for name, data_type, *_ in described}
        assert types.keys() >= FAILING_ROW_COLUMNS, control_id
        assert types["amount_at_risk"].startswith("DECIMAL"), control_id
        assert (types["expected"], types["actual"]) == ("VARCHAR", "VARCHAR"), control_id


def test_a_row_that_stands_twice_fails_the_tests_of_the_models(
    compiled_project: CompiledProject, tmp_path: Path
) -> None:
    build = compiled_project.build(copy_extracts(tmp_path), tmp_path)
    assert build.failing_tests() == []
    build.connection.execute("insert into marts.fct_receipts select * from marts.fct_receipts limit 1")
    failing = {failure.test for failure in build.failing_tests()}
    build.close()
    assert [name for name in failing if "fct_receipts" in name] != []


def test_every_control_of_the_catalogue_has_a_fault_that_fails_it() -> None:
    with (PROJECT / "seeds" / "control_catalogue.csv").open(newline="") as file:
        catalogue = {row["control_id"] for row in csv.DictReader(file)} - {OTHER_TESTS}
    planted = {control_id for fault in FAULTS for control_id in fault.must_fail}
    assert catalogue - planted == set()
