"""A period that is closed, what changes it afterwards, and what was published then against now."""

import csv
import io
import json
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from ingest import controls, evidence, seals, state
from ingest.close import close_period, reopen_period
from ingest.errors import CloseRefused, NothingBuilt, UnknownName
from ingest.land import write_run
from ingest.publish import publish_build
from ingest.reader import open_published
from ingest.restatement import restatement
from ingest.state import FinishedBuild
from ingest.warehouse import Run
from tests.harness.golden import apply, copy_extracts, mutations, needs_golden_quarter
from tests.harness.project import Build, CompiledProject
from tests.harness.published import tieout
from tests.scenarios.company import CHART, CUSTOMERS, LEGAL_ENTITIES, Company

Row = dict[str, Any]

JOURNAL_COLUMNS = "journal_id line_no posting_date account_id amount source_type source_doc_id entry_at"
# Each line: journal, day, account debited, account credited, amount, source type, document.
BOOKS = {
    "OPEN": ("2024-12-31", "1010", "3000", "1000.00", "opening", "OPEN"),
    "JAN": ("2025-01-15", "1100", "4000", "100.00", "invoice", "INV-1"),
    "FEB": ("2025-02-15", "1100", "4000", "200.00", "invoice", "INV-2"),
    "PAID": ("2025-02-20", "1010", "2400", "60.00", "customer_receipt", "PMT-1"),
    "MAR": ("2025-03-15", "1100", "4000", "300.00", "invoice", "INV-3"),
}
INVOICES = {
    "INV-1": ("2025-01-15", "100.00"),
    "INV-2": ("2025-02-15", "200.00"),
    "INV-3": ("2025-03-15", "300.00"),
}
CONTROL_APPLIES = (
    "select is_applicable, reason from intermediate.int_control_applicability where control_id = "
)


@dataclass
class Books:
    """A company whose ledger can be changed, built, published and closed; the clock is an argument."""

    company: Company
    monkeypatch: pytest.MonkeyPatch
    journals: dict[str, tuple[str, ...]] = field(default_factory=lambda: dict(BOOKS))
    invoices: dict[str, tuple[str, str]] = field(default_factory=lambda: dict(INVOICES))
    chart: str = CHART
    has_ledger: bool = True
    builds: int = 0

    def deliver(self) -> None:
        """Put the whole books there as one snapshot, in place of what lay there."""
        files = {
            "legal_entities": LEGAL_ENTITIES,
            "customers": CUSTOMERS,
            "chart_of_accounts": self.chart,
            "invoices": "doc_id posting_date gross\n"
            + "\n".join(f"{name} {day} {gross}" for name, (day, gross) in self.invoices.items()),
            "payments": "payment_id posting_date amount\nPMT-1 2025-02-20 60.00",
        }
        if self.has_ledger:
            lines = [JOURNAL_COLUMNS]
            for name, (day, debit, credit, amount, source_type, document) in self.journals.items():
                lines.append(f"{name} 1 {day} {debit} {amount} {source_type} {document} {day}T12:00:00Z")
                lines.append(f"{name} 2 {day} {credit} -{amount} {source_type} {document} {day}T12:00:00Z")
            files["gl_journal_lines"] = "\n".join(lines)
        self.company.deliver(files, load="full_snapshot")

    def build(self, as_of: str | None = "2025-03-31") -> Build:
        """Deliver, land and build as `tieout build` does, controls left to the test."""
        self.builds += 1
        moment = datetime(2025, 4, self.builds, 6)
        self.monkeypatch.setenv("TIEOUT_NOW", moment.isoformat())
        self.deliver()
        outcome = self.company.land(moment.isoformat(), as_of)
        assert outcome.refused == []
        connection = self.company.warehouse.connect_build()
        write_run(connection, Run(f"run-{self.builds}", moment, "test"))
        seals.mirror(connection, self.company.warehouse)
        project = self.company.project
        return Build(self.company.warehouse, connection, project, outcome, project.waiting())

    def publish(self, as_of: str | None = "2025-03-31") -> None:
        """Build, and put it in place whatever the controls say: what they say is the test's business."""
        build = self.build(as_of)
        connection, run = build.connection, evidence.run_of_now(f"run-{self.builds}")
        controls.restore_history(connection, build.warehouse)
        controls.write_results(connection, [])
        connection.execute(
            """
            create or replace table raw.finished_build (
                run_id varchar, fingerprint varchar, as_of date, finished_at timestamp,
                controls_passed bigint, controls_failed bigint, controls_blocking_failed bigint
            )"""
        )
        (found,) = connection.execute("select as_of from intermediate.int_as_of").fetchone()
        fingerprint = state.input_fingerprint(connection, run)
        state.finish_build(connection, FinishedBuild(run.run_id, fingerprint, found, run.started_at, 0, 0, 0))
        build.close()
        publish_build(build.warehouse, run.run_id)

    def close(self, period: str, entity: str = "LE01") -> seals.Seal:
        """Close a period as it is published."""
        return close_period(self.company.warehouse, entity, period, "ann")

    def reopen(self, period: str) -> seals.Seal:
        """Open a period again."""
        return reopen_period(
            self.company.warehouse, "LE01", period, reason="late invoice", approver="bob", requested_by="ann"
        )

    def changed_since(self, *columns: str) -> list[tuple[Any, ...]]:
        """The failing rows of CL-02 in a new build, in order."""
        build = self.build()
        rows = build.failing_control("CL-02")
        build.close()
        return sorted((tuple(row[column] for column in columns) for row in rows), key=repr)

    def restated(self, period: str, version: int = 1) -> list[Row]:
        """The rows of a restatement."""
        with open_published(self.company.warehouse) as connection:
            answer = restatement(connection, self.company.warehouse, period, version=version)
        return [dict(zip(answer.columns, row, strict=True)) for row in answer.rows]


@pytest.fixture
def books(compiled_project: CompiledProject, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Books:
    """The company's books, nothing landed yet."""
    return Books(Company(compiled_project, tmp_path), monkeypatch)


CHANGE = ("period", "account_id", "change", "journal_id", "sealed_amount", "present_amount")


def test_a_seal_holds_what_was_published(books: Books) -> None:
    books.publish()
    first, second = books.close("2025-01"), books.close("2025-02")
    assert (first.covers_from, second.covers_from) == (None, date(2025, 2, 1))
    assert (second.closed_by, second.run_id, second.as_of) == ("ann", "run-1", date(2025, 3, 31))
    assert second.content["follows"] == first.sha256
    # by hand: 1010 is the opening and, in February, the payment; 1100 the two invoices
    balances = {
        (sealed.period, account["account_id"]): (account["opening_balance"], account["closing_balance"])
        for sealed in (first, second)
        for account in sealed.content["accounts"]
    }
    assert balances == {
        ("2025-01", "1010"): ("1000.0000", "1000.0000"),
        ("2025-01", "1100"): ("0.0000", "100.0000"),
        ("2025-01", "3000"): ("-1000.0000", "-1000.0000"),
        ("2025-01", "4000"): ("0.0000", "-100.0000"),
        ("2025-02", "1010"): ("1000.0000", "1060.0000"),
        ("2025-02", "1100"): ("100.0000", "300.0000"),
        ("2025-02", "2400"): ("0.0000", "-60.0000"),
        ("2025-02", "3000"): ("-1000.0000", "-1000.0000"),
        ("2025-02", "4000"): ("-100.0000", "-300.0000"),
    }
    lines = {(line["journal_id"], line["line_no"]): line["amount"] for line in first.lines().to_pylist()}
    assert lines == {
        ("OPEN", "1"): Decimal(1000),
        ("OPEN", "2"): Decimal(-1000),
        ("JAN", "1"): Decimal(100),
        ("JAN", "2"): Decimal(-100),
    }
    assert {line["journal_id"] for line in second.lines().to_pylist()} == {"FEB", "PAID"}
    figures = {(figure["report"], figure["line"]): figure["amount"] for figure in second.content["figures"]}
    assert figures["income_statement", "net_revenue"] == "200.0000"
    assert figures["balance_sheet", "Receivables"] == "300.0000"
    assert figures["cash_flow", "Receipts from customers"] == "60.0000"
    delivered = {entry["source_file"]: entry["sha256"] for entry in second.content["deliveries"]}
    assert delivered.keys() == {f"{path.stem}.csv" for path in (books.company.extracts / "erp").glob("*.csv")}
    assert all(len(sha256) == 64 for sha256 in delivered.values())
    assert books.changed_since("account_id") == []


def test_a_period_is_closed_only_when_it_is_over_in_turn_and_published(books: Books) -> None:
    books.publish("2025-03-30")
    with pytest.raises(CloseRefused, match=r"as of 2025-03-30, expected .* 2025-03-31 or later"):
        books.close("2025-03")
    with pytest.raises(UnknownName, match="`LE09`, expected one of LE01"):
        books.close("2025-02", "LE09")
    with pytest.raises(CloseRefused, match="no ledger of LE01 up to 2024-11-30"):
        books.close("2024-11")
    books.close("2025-01")
    for period, found in {
        "2025-01": "closed by ann at 2025-04-01T06:00:00Z",
        "2024-12": "lies inside what was closed with 2025-01",
        "2025-03": "2025-03 while 2025-02 is open",
    }.items():
        with pytest.raises(CloseRefused, match=found):
            books.close(period)
    # what was landed since is not what readers see
    books.journals["MAR"] = ("2025-03-15", "1100", "4000", "301.00", "invoice", "INV-3")
    books.build("2025-03-30").close()
    with pytest.raises(CloseRefused, match="newer than the published run run-1"):
        books.close("2025-02")
    assert [sealed.seal_id for sealed in seals.read_seals(books.company.warehouse)] == ["LE01:2025-01:1"]


def test_what_changes_a_sealed_balance_is_listed_with_its_lines(books: Books) -> None:
    books.publish()
    books.close("2025-01")
    books.close("2025-02")
    # in March, which is open, anything may change
    books.journals["MAR"] = ("2025-03-16", "1100", "4000", "333.00", "invoice", "INV-3")
    assert books.changed_since(*CHANGE) == []

    books.journals["LATE"] = ("2025-02-28", "1100", "4000", "7.00", "invoice", "INV-4")
    books.journals["JAN"] = ("2025-01-15", "1100", "4000", "90.00", "invoice", "INV-1")
    books.journals["PAID"] = ("2025-02-20", "1010", "3000", "60.00", "customer_receipt", "PMT-1")
    assert books.changed_since(*CHANGE) == sorted(
        [
            ("2025-01", "1100", "changed", "JAN", Decimal("100.0000"), Decimal("90.0000")),
            ("2025-01", "4000", "changed", "JAN", Decimal("-100.0000"), Decimal("-90.0000")),
            ("2025-02", "1100", "new", "LATE", None, Decimal("7.0000")),
            ("2025-02", "4000", "new", "LATE", None, Decimal("-7.0000")),
            ("2025-02", "2400", "changed", "PAID", Decimal("-60.0000"), None),
            ("2025-02", "3000", "changed", "PAID", None, Decimal("-60.0000")),
        ],
        key=repr,
    )
    # sealed and present balance, and where the line stands: February's balance has January's change in it
    rows = books.changed_since(
        *("account_id", "expected", "actual", "difference", "line_difference", "source_file", "source_line")
    )
    lines = (books.company.extracts / "erp" / "gl_journal_lines.csv").read_text().splitlines()
    late = next(number for number, line in enumerate(lines, start=1) if line.startswith("LATE,1"))
    assert rows[1] == (
        *("1100", "300.0000", "297.0000", Decimal("-3.0000"), Decimal("7.0000")),
        *("gl_journal_lines.csv", late),
    )


def test_a_journal_that_is_gone_or_moved_and_one_that_cancels_out(books: Books) -> None:
    books.publish()
    books.close("2025-01")
    books.close("2025-02")
    del books.journals["PAID"]
    books.journals["JAN"] = ("2025-02-01", "1100", "4000", "100.00", "invoice", "INV-1")
    # two lines that cancel each other on each account change no balance
    books.journals["UP"] = ("2025-02-10", "1100", "4000", "5.00", "manual", "M-1")
    books.journals["DOWN"] = ("2025-02-11", "4000", "1100", "5.00", "manual", "M-2")
    rows = books.changed_since(*CHANGE)
    plain = [row for row in rows if row[3] not in ("UP", "DOWN")]
    assert plain == sorted(
        [
            ("2025-01", "1100", "changed", "JAN", Decimal("100.0000"), None),
            ("2025-01", "4000", "changed", "JAN", Decimal("-100.0000"), None),
            ("2025-02", "1100", "changed", "JAN", None, Decimal("100.0000")),
            ("2025-02", "4000", "changed", "JAN", None, Decimal("-100.0000")),
            ("2025-02", "1010", "gone", "PAID", Decimal("60.0000"), None),
            ("2025-02", "2400", "gone", "PAID", Decimal("-60.0000"), None),
        ],
        key=repr,
    )
    books.journals["PAID"] = BOOKS["PAID"]
    books.journals["JAN"] = BOOKS["JAN"]
    assert books.changed_since(*CHANGE) == []


def test_the_first_seal_watches_over_everything_before_it(books: Books) -> None:
    books.publish()
    assert books.close("2025-02").covers_from is None
    books.journals["OPEN"] = ("2024-12-31", "1010", "3000", "990.00", "opening", "OPEN")
    assert books.changed_since(*CHANGE) == [
        ("2025-02", "1010", "changed", "OPEN", Decimal("1000.0000"), Decimal("990.0000")),
        ("2025-02", "3000", "changed", "OPEN", Decimal("-1000.0000"), Decimal("-990.0000")),
    ]
    # from January into February: the balance stays, what February moved does not
    books.journals["OPEN"] = BOOKS["OPEN"]
    books.journals["JAN"] = ("2025-02-15", "1100", "4000", "100.00", "invoice", "INV-1")
    assert {row[:4] for row in books.changed_since(*CHANGE)} == {
        ("2025-02", "1100", "changed", "JAN"),
        ("2025-02", "4000", "changed", "JAN"),
    }


def test_a_seal_after_the_as_of_date_is_not_judged(books: Books) -> None:
    books.publish()
    books.close("2025-01")
    books.close("2025-02")
    books.journals["FEB"] = ("2025-02-15", "1100", "4000", "201.00", "invoice", "INV-2")
    build = books.build("2025-01-31")
    assert build.failing_control("CL-02") == []
    build.close()
    assert len(books.changed_since("account_id")) == 2


def test_a_reopened_period_is_judged_again_once_it_is_closed_again(books: Books) -> None:
    books.publish()
    books.close("2025-01")
    books.close("2025-02")
    books.journals["LATE"] = ("2025-02-28", "1100", "4000", "7.00", "invoice", "INV-4")
    assert len(books.changed_since("account_id")) == 2
    books.reopen("2025-02")
    books.publish()
    assert books.changed_since("account_id") == []
    build = books.build()
    assert build.rows(CONTROL_APPLIES + "'CL-02'") == [{"is_applicable": True, "reason": None}]
    build.close()

    again = books.close("2025-02")
    assert (again.version, again.covers_from) == (2, date(2025, 2, 1))
    assert books.changed_since("account_id") == []
    books.journals["LATE"] = ("2025-02-28", "1100", "4000", "8.00", "invoice", "INV-4")
    assert books.changed_since(*CHANGE) == [
        ("2025-02", "1100", "changed", "LATE", Decimal("7.0000"), Decimal("8.0000")),
        ("2025-02", "4000", "changed", "LATE", Decimal("-7.0000"), Decimal("-8.0000")),
    ]
    # history is kept: what was published first, and what the second closing changed
    books.reopen("2025-02")
    books.publish()
    revenue = [
        (row["version"], row["published"], row["present"], row["change"], row["sealed_amount"])
        for version in (1, 2)
        for row in books.restated("2025-02", version)
        if row["line"] == "net_revenue"
    ]
    assert revenue == [
        (1, Decimal("200.0000"), Decimal("208.0000"), "new", None),
        (2, Decimal("207.0000"), Decimal("208.0000"), "changed", Decimal("-7.0000")),
    ]


def test_closing_says_when_a_period_may_no_longer_be_posted_to(books: Books) -> None:
    build = books.build()
    assert build.rows(CONTROL_APPLIES + "'CL-01'") == [
        {"is_applicable": False, "reason": "no period is closed with a moment of closing"}
    ]
    build.close()
    books.publish()
    closed = books.close("2025-01")
    assert closed.closed_at == datetime(2025, 4, 2, 6)
    # entered at noon of its posting date, so only what is posted in January and entered in April is late
    books.journals["LATE"] = ("2025-01-31", "1100", "4000", "7.00", "invoice", "INV-4")
    books.deliver()
    path = books.company.extracts / "erp" / "gl_journal_lines.csv"
    text = path.read_text().replace("INV-4,2025-01-31T12", "INV-4,2025-04-02T07")
    books.monkeypatch.setattr(books, "deliver", lambda: path.write_text(text))
    build = books.build()
    assert [(row["business_key"], row["closed_at"]) for row in build.failing_control("CL-01")] == [
        ("LATE", datetime(2025, 4, 2, 6))
    ]
    assert {row["journal_id"] for row in build.failing_control("CL-02")} == {"LATE"}
    build.close()


def differences_explained(rows: list[Row]) -> None:
    """The effects of each figure sum to its difference, and each figure has one pair of values."""
    figures: dict[tuple[str, str, str], set[tuple[Decimal, Decimal, Decimal]]] = defaultdict(set)
    effects: dict[tuple[str, str, str], Decimal] = defaultdict(Decimal)
    for row in rows:
        key = (row["report"], row["section"], row["line"])
        figures[key].add((row["published"], row["present"], row["difference"]))
        effects[key] += row["effect"]
    for key, values in figures.items():
        ((published, present, difference),) = values
        assert present - published == difference == effects[key], key
    assert {row["change"] for row in rows} <= {"new", "changed", "gone", "account moved"}


def test_a_restatement_explains_every_figure_by_its_lines(books: Books) -> None:
    books.publish()
    books.close("2025-01")
    books.close("2025-02")
    assert books.restated("2025-02") == []
    books.reopen("2025-02")
    books.reopen("2025-01")
    books.journals["JAN"] = ("2025-01-15", "1100", "4000", "90.00", "invoice", "INV-1")
    books.journals["PAID"] = ("2025-02-20", "1010", "2400", "75.00", "customer_receipt", "PMT-1")
    books.journals["LATE"] = ("2025-02-28", "1100", "4000", "7.00", "invoice", "INV-4")
    books.journals["FEB"] = ("2025-03-01", "1100", "4000", "200.00", "invoice", "INV-2")
    books.journals["LOAN"] = ("2025-02-03", "1010", "3000", "500.00", "financing", "LOAN-1")
    books.publish()
    rows = books.restated("2025-02")
    differences_explained(rows)
    shown = {
        (row["report"], row["section"], row["line"]): (row["published"], row["present"])
        for row in rows
        if row["report"] != "trial_balance"
    }
    # by hand, from BOOKS and the changes above
    assert {key: tuple(map(int, values)) for key, values in shown.items()} == {
        ("income_statement", "line", "Revenue"): (200, 7),
        ("income_statement", "subtotal", "net_revenue"): (200, 7),
        ("income_statement", "subtotal", "gross_profit"): (200, 7),
        ("income_statement", "subtotal", "operating_result"): (200, 7),
        ("income_statement", "subtotal", "net_income"): (200, 7),
        ("balance_sheet", "asset", "Cash"): (1060, 1575),
        ("balance_sheet", "asset", "Receivables"): (300, 97),
        ("balance_sheet", "liability", "Credits"): (60, 75),
        ("balance_sheet", "equity", "Capital"): (1000, 1500),
        ("balance_sheet", "equity", "Current year result"): (300, 97),
        ("cash_flow", "direct operating", "Receipts from customers"): (60, 75),
        ("cash_flow", "direct financing", "Capital"): (0, 500),
        ("cash_flow", "direct total", "operating_cash_flow"): (60, 75),
        ("cash_flow", "direct total", "net_change_in_cash"): (60, 575),
        ("cash_flow", "indirect operating", "Net income"): (200, 7),
        ("cash_flow", "indirect operating", "Change in Receivables"): (-200, -7),
        ("cash_flow", "indirect operating", "Change in Credits"): (60, 75),
        ("cash_flow", "indirect financing", "Capital"): (0, 500),
        ("cash_flow", "indirect total", "operating_cash_flow"): (60, 75),
        ("cash_flow", "indirect total", "net_change_in_cash"): (60, 575),
    }
    # the balance sheet has January's change too, with the document that made it
    receivables = {
        row["source_doc_id"]: (row["change"], row["effect"])
        for row in rows
        if (row["report"], row["line"]) == ("balance_sheet", "Receivables")
    }
    assert receivables == {
        "INV-1": ("changed", Decimal("-10.0000")),
        "INV-4": ("new", Decimal("7.0000")),
        "INV-2": ("changed", Decimal("-200.0000")),
    }
    assert {row["change"] for row in books.restated("2025-01")} == {"changed"}


def test_an_account_that_moves_to_another_line_restates_both(books: Books) -> None:
    books.publish()
    books.close("2025-01")
    books.close("2025-02")
    unapplied = '2400       "Unapplied cash"    liability    C              '
    books.chart = CHART.replace(f"{unapplied}Credits", f"{unapplied}Deposits")
    assert books.chart != CHART
    books.publish()
    assert books.changed_since("account_id") == []
    rows = books.restated("2025-02")
    differences_explained(rows)
    assert {(row["section"], row["line"], row["change"], row["effect"]) for row in rows} == {
        ("liability", "Credits", "account moved", Decimal("-60.0000")),
        ("liability", "Deposits", "account moved", Decimal("60.0000")),
        ("indirect operating", "Change in Credits", "account moved", Decimal("-60.0000")),
        ("indirect operating", "Change in Deposits", "account moved", Decimal("60.0000")),
    }


def test_a_ledger_derived_from_documents_is_sealed_by_document(books: Books) -> None:
    books.has_ledger = False
    books.publish()
    books.close("2025-01")
    books.close("2025-02")
    assert books.changed_since("account_id") == []
    books.invoices["INV-2"] = ("2025-02-15", "205.00")
    rows = books.changed_since(
        *("period", "account_id", "change", "source_type", "source_doc_id"),
        *("line_difference", "source_file", "source_line"),
    )
    assert rows == [
        ("2025-02", "1100", "changed", "invoice", "INV-2", Decimal("5.0000"), "invoices.csv", 3),
        ("2025-02", "4000", "changed", "invoice", "INV-2", Decimal("-5.0000"), "invoices.csv", 3),
    ]
    books.publish()
    restated = books.restated("2025-02")
    differences_explained(restated)
    assert {row["source_doc_id"] for row in restated} == {"INV-2"}


def test_only_what_was_closed_can_be_restated(books: Books) -> None:
    books.publish()
    with pytest.raises(UnknownName, match="no version 1 of a seal of 2025-02, expected a closed period"):
        books.restated("2025-02")
    books.close("2025-02")
    with pytest.raises(UnknownName, match=r"no version 2 of .*, expected one of LE01:2025-02:1"):
        books.restated("2025-02", version=2)
    books.publish("2025-02-27")
    with pytest.raises(NothingBuilt, match="as of 2025-02-27, expected a version as of 2025-02-28 or later"):
        books.restated("2025-02")


@needs_golden_quarter
def test_the_command_closes_stops_at_what_changes_and_explains_it(
    books: Books, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The golden quarter: INV-1006 of March turns up in February after February was closed."""
    company = books.company
    company.extracts.rmdir()
    company.extracts = copy_extracts(tmp_path)
    monkeypatch.setattr(Books, "deliver", lambda self: None)
    books.publish()

    def call(*arguments: str) -> tuple[int, str]:
        ended = tieout(*arguments, warehouse=company.warehouse.path, TIEOUT_NOW="2025-04-07T08:00:00Z")
        return ended.exit_status, ended.output

    assert call("close") == (0, "no period is closed\n")
    status, output = call("close", "LE01", "2025-03", "--by", "ann")
    assert status == 0, output
    assert "closed    LE01 2025-03, version 1, by ann" in output
    assert call("close", "LE01", "2025-03")[0] == 2
    status, output = call("close", "--json")
    (listed,) = json.loads(output)
    assert (listed["seal_id"], listed["closed_by"]) == ("LE01:2025-03:1", "ann")

    # one journal of March changes its amount by ten
    apply(next(mutation for mutation in mutations() if mutation.mutation_id == "M11"), company.extracts)
    assert {row[0] for row in books.changed_since("account_id", "journal_id")} == {"1100", "1250"}
    assert call("restatement", "2025-03") == (0, "nothing of 2025-03 is other than when it was closed\n")

    status, output = call("reopen", "LE01", "2025-03", "--reason", "wrong amount", "--approver", "bob")
    assert status == 0, output
    assert "approved by bob: wrong amount" in output
    books.publish()
    status, output = call("restatement", "2025-03", "--format", "csv")
    assert status == 0
    rows = list(csv.DictReader(io.StringIO(output)))
    assert {(row["report"], row["line"], row["journal_id"], row["effect"]) for row in rows} == {
        ("balance_sheet", "Trade receivables", "017", "10.0000"),
        ("balance_sheet", "Contract assets", "017", "-10.0000"),
        ("trial_balance", "1100", "017", "10.0000"),
        ("trial_balance", "1250", "017", "-10.0000"),
    }
    status, output = call("restatement", "2025-03", "--json", "--entity", "LE01")
    assert (status, len(json.loads(output))) == (0, len(rows))
    assert call("restatement", "2025-03", "--entity", "LE02")[0] == 2
