"""Tiny companies, written as tables of text: what they deliver, and what a mart must then show.

A table is a header and rows, cells parted by blanks; `-` is an empty cell, a cell with blanks stands in
double quotes. Columns that a table leaves out take the plain values of DEFAULTS, so that a test shows only
what it is about: one entity LE01 in EUR, one customer C1, no tax, due after 30 days.
"""

import csv
import shlex
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import duckdb

from ingest.land import LandingOutcome, land, write_run
from ingest.warehouse import Run, Warehouse
from tests.harness.golden import equal
from tests.harness.project import Build, CompiledProject

Row = dict[str, str]

MORNING = "2025-04-01T06:00:00"

LEGAL_ENTITIES = """
legal_entity_id name functional_currency
LE01            One  EUR
"""

CUSTOMERS = """
customer_id name
C1          First
C2          Second
"""

CHART = """
account_id name                account_type normal_balance statement_line    cash_flow_class control_of
1010       Bank                asset        D              Cash              cash            bank
1100       Receivables         asset        D              Receivables       operating       ar
2200       VAT                 liability    C              VAT               operating       tax
2400       "Unapplied cash"    liability    C              Credits           operating       unapplied
3000       Capital             equity       C              Capital           financing       -
4000       Revenue             revenue      C              Revenue           pl              revenue
4900       Discounts           revenue      D              Revenue           pl              discount
6500       Impairment          expense      D              Impairment        pl              impairment
7000       "Realised FX"       other_pl     C              "FX result"       pl              fx_realised
"""


def _later(text: str, days: int) -> str:
    return (date.fromisoformat(text) + timedelta(days)).isoformat()


def _net(row: Row) -> str:
    return str(Decimal(row["gross"]) - Decimal(row["tax"]))


# What a row takes for a column that its table leaves out, in the order in which they are filled.
DEFAULTS: dict[str, dict[str, str | Callable[[Row], str]]] = {
    "invoices": {
        "doc_type": "invoice",
        "legal_entity_id": "LE01",
        "customer_id": "C1",
        "document_date": lambda row: row["posting_date"],
        "due_date": lambda row: _later(row["document_date"], 30),
        "currency": "EUR",
        "fx_rate": "1",
        "tax": "0",
        "net": _net,
    },
    "payments": {
        "legal_entity_id": "LE01",
        "customer_id": "C1",
        "bank_account_id": "1010",
        "currency": "EUR",
        "fx_rate": "1",
    },
    "applications": {"source_type": "payment"},
    "refunds": {
        "legal_entity_id": "LE01",
        "customer_id": "C1",
        "currency": "EUR",
        "bank_account_id": "1010",
    },
    "write_offs": {"legal_entity_id": "LE01", "customer_id": "C1", "currency": "EUR", "tax": "0"},
    "orders": {
        "legal_entity_id": "LE01",
        "customer_id": "C1",
        "currency": "EUR",
        "status": "confirmed",
    },
    "gl_journal_lines": {
        "legal_entity_id": "LE01",
        "currency": "EUR",
        "amount_transaction": lambda row: row["amount"],
    },
    "fx_rates": {"to_currency": "EUR"},
    "chart_of_accounts": {},
    "legal_entities": {"name": lambda row: row["legal_entity_id"]},
    "customers": {"name": lambda row: row["customer_id"]},
}


def table(text: str) -> list[Row]:
    """The rows of a table of text, empty cells as empty text."""
    lines = [shlex.split(line) for line in text.strip().splitlines() if line.strip()]
    header, *body = lines
    for cells in body:
        if len(cells) != len(header):
            raise ValueError(f"{cells} does not fit {header}")
    return [
        {name: "" if cell == "-" else cell for name, cell in zip(header, cells, strict=True)}
        for cells in body
    ]


def header(text: str) -> list[str]:
    """The columns of a table of text."""
    return shlex.split(text.strip().splitlines()[0])


def completed(object_name: str, text: str) -> tuple[list[str], list[Row]]:
    """A table's columns and rows with the defaults of its object filled in."""
    defaults = {
        name: value for name, value in DEFAULTS.get(object_name, {}).items() if name not in header(text)
    }
    rows = table(text)
    for row in rows:
        for name, value in defaults.items():
            row[name] = value if isinstance(value, str) else value(row)
    return [*header(text), *defaults], rows


@dataclass
class Company:
    """One company's extracts folder and its warehouse; every landing may have a clock of its own."""

    project: CompiledProject
    folder: Path
    runs: int = 0
    landings: list[LandingOutcome] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.extracts = self.folder / "extracts"
        self.warehouse = Warehouse(self.folder / "warehouse")
        self.extracts.mkdir(parents=True)

    def settings(self, text: str, file: str = "tieout.yml") -> None:
        """Write the company's settings."""
        (self.extracts / file).write_text(text)

    def deliver(
        self,
        files: Mapping[str, str],
        source: str = "erp",
        *,
        load: str = "incremental",
        kind: str = "standard",
    ) -> None:
        """Write files of a source: `object` or `object__anything` to table; one that exists is replaced."""
        folder = self.extracts / source
        folder.mkdir(exist_ok=True)
        (folder / "source.yml").write_text(f"kind: {kind}\nload: {load}\nowner: tests\n")
        for name, text in files.items():
            object_name = name.split("/")[-1].split("__")[0]
            columns, rows = (
                (header(text), table(text)) if object_name == "manifest" else completed(object_name, text)
            )
            path = folder / f"{name}.csv"
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("w", newline="", encoding="utf-8") as file:
                writer = csv.DictWriter(file, columns, lineterminator="\n")
                writer.writeheader()
                writer.writerows(rows)

    def land(self, at: str = MORNING, as_of: str | None = None) -> LandingOutcome:
        """Land what lies there now, as a run that begins `at` (UTC)."""
        if not self.warehouse.build.exists():
            self.warehouse.create()
            shutil.copyfile(self.project.template, self.warehouse.build)
        self.runs += 1
        run = Run(f"run-{self.runs}", datetime.fromisoformat(at), "test")
        outcome = land(self.extracts, self.warehouse, run, as_of=date.fromisoformat(as_of) if as_of else None)
        connection = self.warehouse.connect_build()
        write_run(connection, run)
        connection.close()
        self.landings.append(outcome)
        return outcome

    def build(self, at: str = MORNING, as_of: str | None = None) -> Build:
        """Land what lies there now; the models are built as they are asked for."""
        outcome = self.land(at, as_of)
        assert outcome.refused == []
        connection = self.warehouse.connect_build()
        return Build(self.warehouse, connection, self.project, outcome, self.project.waiting())


def small_company(
    project: CompiledProject,
    folder: Path,
    files: Mapping[str, str],
    settings: str = "",
    as_of: str | None = None,
) -> Build:
    """The build of a company with one source `erp`; entity LE01 and its customers are added if missing."""
    company = Company(project, folder)
    if settings:
        company.settings(settings)
    company.deliver({"legal_entities": LEGAL_ENTITIES, "customers": CUSTOMERS, **files})
    return company.build(as_of=as_of)


def shown(build: Build | duckdb.DuckDBPyConnection, query: str) -> tuple[list[str], list[tuple]]:
    """The columns and rows of a query."""
    cursor = build.answer(query) if isinstance(build, Build) else build.execute(query)
    return [column[0] for column in cursor.description], cursor.fetchall()


def assert_shows(
    build: Build | duckdb.DuckDBPyConnection, relation: str, expected: str, where: str = ""
) -> None:
    """A mart shows exactly the rows of a table: its columns are asked for, the order is no matter.

    `relation` is what stands after `from`; `where` restricts it. Every cell is compared exactly.
    """
    columns = header(expected)
    rows = [list(row.values()) for row in table(expected)]
    condition = f"where {where}" if where else ""
    _, actual = shown(build, f"select {', '.join(columns)} from {relation} {condition} order by all")
    missing = [row for row in rows if not any(_same(row, found) for found in actual)]
    beyond = [found for found in actual if not any(_same(row, found) for row in rows)]
    texts = [[str(cell) for cell in found] for found in actual]
    assert (missing, [[str(cell) for cell in found] for found in beyond]) == ([], []), (
        f"{relation} {condition} shows\n" + "\n".join(" ".join(row) for row in [columns, *texts])
    )
    assert len(rows) == len(actual), f"{relation} {condition}: {len(rows)} rows expected, {texts}"


def _same(row: list[str], found: tuple) -> bool:
    return all(_equal(cell, value) for cell, value in zip(row, found, strict=True))


def _equal(cell: str, value: object) -> bool:
    if isinstance(value, float):
        return cell != "" and abs(Decimal(cell) - Decimal(value)) < Decimal("0.000001")
    if isinstance(value, int | Decimal) and not isinstance(value, bool) and cell != "":
        try:
            return Decimal(cell) == value
        except ArithmeticError:
            return False
    return equal(cell, value)
