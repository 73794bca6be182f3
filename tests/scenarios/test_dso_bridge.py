"""The DSO bridge: worked out by hand, and derived in plain Python from what was delivered."""

import csv
from calendar import monthrange
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import cache
from pathlib import Path

import duckdb
import pytest

from tests.faults.cases import CleanCompany
from tests.harness.golden import GOLDEN, PROJECT, needs_golden_quarter
from tests.harness.project import Build, CompiledProject
from tests.scenarios.company import CHART, assert_shows, small_company

PARTS = "legal_entity_id as_of dso_previous volume terms lateness mix fx dso null_reason"
STATES = (
    "dso_previous",
    "dso_after_volume",
    "dso_after_terms",
    "dso_after_lateness",
    "dso_after_mix",
    "dso",
)


def rounded(value: Fraction, places: int) -> Fraction:
    """Half away from zero."""
    scaled = abs(value) * 10**places + Fraction(1, 2)
    return Fraction(scaled.numerator // scaled.denominator, 10**places) * (1 if value >= 0 else -1)


def month_of(day: date, back: int = 0) -> date:
    """The first day of the month that lies so many months before."""
    months = day.year * 12 + day.month - 1 - back
    return date(months // 12, months % 12 + 1, 1)


def end_of(month: date) -> date:
    return month.replace(day=monthrange(month.year, month.month)[1])


def age_of(month: date, as_of: date) -> int:
    return (as_of.year - month.year) * 12 + as_of.month - month.month


@dataclass
class Document:
    """A delivered document with what reduces it."""

    entity: str
    segment: str
    is_credit_memo: bool
    posted: date
    due: date | None
    currency: str
    rate: Fraction
    gross: Fraction
    reductions: list[tuple[date, Fraction]] = field(default_factory=list)

    def rest(self, as_of: date) -> Fraction:
        if self.posted > as_of:
            return Fraction(0)
        return self.gross - sum((amount for day, amount in self.reductions if day <= as_of), Fraction(0))


class Books:
    """What a company in the standard layout delivered, as far as the bridge needs it."""

    def __init__(self, source: Path, reporting_currency: str, opened: date) -> None:
        self.source, self.reporting_currency, self.opened = source, reporting_currency, opened
        self.currency_of = {
            row["legal_entity_id"]: row["functional_currency"] for row in self.rows("legal_entities")
        }
        self.history = {
            (row["legal_entity_id"], date.fromisoformat(f"{row['period']}-01")): Fraction(
                row["gross_credit_sales"]
            )
            for row in self.rows("sales_history")
        }
        self.delivered = {
            (row["from_currency"], row["to_currency"], date.fromisoformat(row["rate_date"])): Fraction(
                row["rate"]
            )
            for row in self.rows("fx_rates")
        }
        self.documents = self.read_documents()

    def rows(self, name: str) -> list[dict[str, str]]:
        found: list[dict[str, str]] = []
        for path in sorted(self.source.rglob(f"{name}*")):
            if path.name.split(".")[0].split("__")[0] != name:
                continue
            if path.suffix == ".parquet":
                cursor = duckdb.execute(f"select columns(*)::varchar from '{path}'")
                names = [column[0] for column in cursor.description]
                found += [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
            else:
                with path.open(encoding="utf-8", newline="") as file:
                    found += csv.DictReader(file)
        return found

    def read_documents(self) -> list[Document]:
        segments = {row["customer_id"]: row["segment"] or "unallocated" for row in self.rows("customers")}
        documents = {
            row["doc_id"]: Document(
                row["legal_entity_id"],
                segments[row["customer_id"]],
                row["doc_type"] == "credit_memo",
                date.fromisoformat(row["posting_date"]),
                date.fromisoformat(row["due_date"]) if row["due_date"] else None,
                row["currency"],
                Fraction(row["fx_rate"] or 1),
                Fraction(row["gross"]),
            )
            for row in self.rows("invoices")
        }
        written_off = set()
        for row in self.rows("write_offs"):
            written_off.add(row["write_off_id"])
            amount = Fraction(row["net"]) + Fraction(row["tax"])
            documents[row["doc_id"]].reductions.append((date.fromisoformat(row["posting_date"]), amount))
        for row in self.rows("applications"):
            if row["source_type"] == "write_off" and row["source_id"] in written_off:
                continue
            day, amount = date.fromisoformat(row["posting_date"]), Fraction(row["amount"])
            documents[row["doc_id"]].reductions.append((day, amount))
            if row["source_type"] == "credit_memo":
                documents[row["source_id"]].reductions.append((day, -amount))
        return list(documents.values())

    def leg(self, first: str, second: str, day: date) -> Fraction | None:
        """A rate as delivered or the inverse of the opposite, not older than four days."""
        for back in range(5):
            if (first, second, day - timedelta(back)) in self.delivered:
                return self.delivered[first, second, day - timedelta(back)]
        for back in range(5):
            if (second, first, day - timedelta(back)) in self.delivered:
                return 1 / self.delivered[second, first, day - timedelta(back)]
        return None

    @cache  # noqa: B019
    def rate(self, first: str, second: str, day: date) -> Fraction | None:
        if first == second:
            return Fraction(1)
        found = self.leg(first, second, day)
        if found is None:
            legs = (
                self.leg(first, self.reporting_currency, day),
                self.leg(self.reporting_currency, second, day),
            )
            found = None if legs[0] is None or legs[1] is None else legs[0] * legs[1]
        return None if found is None else rounded(found, 8)

    @cache  # noqa: B019
    def mean(self, first: str, second: str, month: date) -> Fraction | None:
        days = (month + timedelta(number) for number in range(monthrange(month.year, month.month)[1]))
        rates = [found for day in days if (found := self.rate(first, second, day)) is not None]
        return rounded(sum(rates, Fraction(0)) / len(rates), 8) if rates else None

    def value(self, document: Document, amount: Fraction, *, at_rates_before: bool) -> Fraction:
        """An amount in functional currency: at the document's rate, or the mean of the month before it."""
        functional = self.currency_of[document.entity]
        if document.currency == functional:
            return amount
        before = self.mean(document.currency, functional, month_of(document.posted, 1))
        taken = before if at_rates_before and before is not None else document.rate
        return rounded(amount * taken, 2)

    def billing(self, entity: str, *, at_rates_before: bool) -> dict[date, dict[str, Fraction]]:
        """Billed per month and segment; a month of the history has the segment None."""
        billed: dict[date, dict[str, Fraction]] = defaultdict(lambda: defaultdict(Fraction))
        for document in self.documents:
            if document.entity == entity and document.posted > self.opened and not document.is_credit_memo:
                billed[month_of(document.posted)][document.segment] += self.value(
                    document, document.gross, at_rates_before=at_rates_before
                )
        first_month = min(billed)
        for (owner, month), amount in self.history.items():
            if owner == entity and month < first_month:
                billed[month][""] += amount
        return billed

    def sales(self, entity: str, month: date, *, at_rates_before: bool) -> Fraction:
        return sum(
            (
                self.value(document, document.gross, at_rates_before=at_rates_before)
                for document in self.documents
                if document.entity == entity
                and document.posted > self.opened
                and month_of(document.posted) == month
            ),
            Fraction(0),
        )


@dataclass
class Cell:
    """One age and segment: billed, open not yet due, open past due, before and now."""

    before: list[Fraction] = field(default_factory=lambda: [Fraction(0)] * 3)
    now: list[Fraction] = field(default_factory=lambda: [Fraction(0)] * 3)


def cells_of(books: Books, entity: str, as_of: date) -> dict[tuple[int, str], Cell]:
    """The cells of one company in functional currency, the later side at the earlier rates."""
    previous = month_of(as_of) - timedelta(1)
    cells: dict[tuple[int, str], Cell] = defaultdict(Cell)
    billed = [books.billing(entity, at_rates_before=False), books.billing(entity, at_rates_before=True)]
    compared_as_a_whole = set()
    for age in range(12):
        for months, day in ((billed[0], previous), (billed[1], as_of)):
            if "" in months.get(month_of(day, age), {}):
                compared_as_a_whole.add(age)
    for side, (months, day) in enumerate(((billed[0], previous), (billed[1], as_of))):
        for age in range(12):
            for segment, amount in months.get(month_of(day, age), {}).items():
                cell = cells[age, "" if age in compared_as_a_whole else segment]
                (cell.before, cell.now)[side][0] += amount
    for document in books.documents:
        if document.entity != entity:
            continue
        for side, day in enumerate((previous, as_of)):
            rest = document.rest(day)
            age = min(age_of(month_of(document.posted), day), 12)
            amount = books.value(document, rest, at_rates_before=side == 1 and age < 12)
            is_past_due = document.due is not None and document.due < day
            cell = cells[age, "" if age in compared_as_a_whole else document.segment]
            (cell.before, cell.now)[side][2 if is_past_due else 1] += amount
    return cells


def bridge(books: Books, entities: list[str], as_of: date) -> list[Fraction]:
    """The six states for one company, or for several in reporting currency."""
    previous = month_of(as_of) - timedelta(1)
    cells: dict[tuple[int, str], Cell] = {}
    sales, receivables, sales_at_rates_before = [Fraction(0)] * 2, [Fraction(0)] * 2, Fraction(0)

    for entity in entities:
        functional = books.currency_of[entity]
        target = books.reporting_currency if len(entities) > 1 else functional
        closing = [books.rate(functional, target, day) or Fraction(0) for day in (previous, as_of)]
        means = [books.mean(functional, target, month_of(day)) or Fraction(0) for day in (previous, as_of)]
        for (age, segment), cell in cells_of(books, entity, as_of).items():
            billing_rate = books.mean(functional, target, month_of(previous, age)) or closing[0]
            for side in (cell.before, cell.now):
                for place, rate in enumerate((billing_rate, closing[0], closing[0])):
                    side[place] *= rate
            cells[age, f"{entity}:{segment}"] = cell
        sold = [
            books.sales(entity, month_of(day), at_rates_before=False) * mean
            for day, mean in zip((previous, as_of), means, strict=True)
        ]
        owed = [
            sum(
                (
                    books.value(document, document.rest(day), at_rates_before=False)
                    for document in books.documents
                    if document.entity == entity
                ),
                Fraction(0),
            )
            * rate
            for day, rate in zip((previous, as_of), closing, strict=True)
        ]
        sales = [total + rounded(amount, 2) for total, amount in zip(sales, sold, strict=True)]
        receivables = [total + rounded(amount, 2) for total, amount in zip(receivables, owed, strict=True)]
        sales_at_rates_before += books.sales(entity, month_of(as_of), at_rates_before=True) * means[0]

    totals = [Fraction(0)] * 4
    for (age, _), cell in cells.items():
        at_age = [found for (other, _), found in cells.items() if other == age]
        billed_before = sum((found.before[0] for found in at_age), Fraction(0))
        billed_now = sum((found.now[0] for found in at_age), Fraction(0))
        (own_before, *open_before), (own_now, *open_now) = cell.before, cell.now
        if billed_before and own_before:
            factor = billed_now / billed_before
            shares = [amount / own_now * own_before if own_now else None for amount in open_now]
            later = [
                before if share is None else share for before, share in zip(open_before, shares, strict=True)
            ]
            totals[0] += factor * sum(open_before, Fraction(0))
            totals[1] += factor * (later[0] + open_before[1])
            totals[2] += factor * (later[0] + later[1])
        else:
            totals[0] += sum(open_before, Fraction(0))
            totals[1] += open_before[1]
        if not (billed_before and own_now):
            totals[1] += open_now[0]
            totals[2] += sum(open_now, Fraction(0))
        totals[3] += sum(open_now, Fraction(0))
    return [
        rounded(receivables[0] / sales[0] * previous.day, 6),
        *(rounded(total / sales_at_rates_before * as_of.day, 6) for total in totals),
        rounded(receivables[1] / sales[1] * as_of.day, 6),
    ]


def shown_states(build: Build) -> dict[tuple[str, date], list[Decimal]]:
    return {
        (row["legal_entity_id"], row["as_of"]): [row[name] for name in STATES]
        for row in build.rows("select * from marts.rpt_dso_bridge")
    }


def assert_equal_but_for_the_last_digit(found: list[Decimal], derived: list[Fraction]) -> None:
    """The mart divides in floating point, so a value half way between two may go either way."""
    differences = [abs(Fraction(actual) - value) for actual, value in zip(found, derived, strict=True)]
    assert max(differences) <= Fraction(1, 10**6), (found, [float(value) for value in derived])


# The golden quarter


@needs_golden_quarter
def test_the_bridge_of_the_golden_quarter_in_plain_python(golden_build: Build) -> None:
    books = Books(GOLDEN / "extracts" / "books", "EUR", date(2024, 12, 31))
    found = shown_states(golden_build)
    assert set(found) == {
        (entity, as_of) for entity in ("LE01", "*") for as_of in (date(2025, 2, 28), date(2025, 3, 31))
    }
    for (_, as_of), states in found.items():
        assert_equal_but_for_the_last_digit(states, bridge(books, ["LE01"], as_of))


@needs_golden_quarter
def test_the_bridge_of_the_golden_quarter_is_that_of_the_definition(golden_build: Build) -> None:
    assert_shows(
        golden_build,
        "marts.rpt_dso_bridge",
        f"""
        {PARTS}
        LE01 2025-02-28 26.142019 -0.220494  0         26.170574   0        -0.027756 52.064343 -
        LE01 2025-03-31 52.064343 26.703575 12.068702 -28.795729 -23.971630  0        38.069261 -
        """,
        "legal_entity_id = 'LE01'",
    )
    definition = (PROJECT / "models/marts/receivables/_bridges__docs.md").read_text().replace("−", "-")
    for row in golden_build.rows("select * from marts.rpt_dso_bridge where legal_entity_id = 'LE01'"):
        for part in ("volume", "terms", "lateness", "mix", "fx"):
            assert str(row[part]) in definition, part
    assert "The parts sum to 25.922324" in definition


@needs_golden_quarter
def test_the_bridge_begins_and_ends_at_the_metric(golden_build: Build) -> None:
    rows = golden_build.rows(
        """
        select bridge.dso_previous, previous.value as value_before, bridge.dso, now.value as value_now
        from marts.rpt_dso_bridge as bridge
        inner join marts.rpt_kpis as now
            on now.metric_id = 'dso_month'
            and now.as_of = bridge.as_of and now.legal_entity_id = bridge.legal_entity_id
        inner join marts.rpt_kpis as previous
            on previous.metric_id = 'dso_month'
            and previous.as_of = bridge.previous_as_of and previous.legal_entity_id = bridge.legal_entity_id
        """
    )
    assert len(rows) == 4
    for row in rows:
        assert float(row["dso_previous"]) == pytest.approx(row["value_before"], abs=1e-6)
        assert float(row["dso"]) == pytest.approx(row["value_now"], abs=1e-6)


# By hand

CUSTOMERS = """
customer_id segment
C1          Trade
C2          Public
"""


def build_of(project: CompiledProject, folder: Path, **files: str) -> Build:
    return small_company(
        project,
        folder,
        {"chart_of_accounts": CHART, "customers": CUSTOMERS, **files},
        settings="reporting_currency: EUR\n",
        as_of="2025-03-31",
    )


def test_each_part_takes_its_own_factor(compiled_project: CompiledProject, tmp_path: Path) -> None:
    # January: Trade 1,000 open and not due, Public 1,000 past due; 2,000 / 2,000 x 31 = 31.
    # February: Trade 3,000 not due, Public 500 of 1,000 not due, January is paid.
    # volume   (1,000 + 1,000) x 2 = 4,000 of 4,000 x 28 = 28
    # terms    Trade 1,000 x 2 x 1, Public 1,000 x 2 x 0.5 beside 1,000 x 2 past due: 5,000 is 35
    # lateness nothing is past due: 3,000 is 21
    # mix      3,000 + 500 is 24.5
    # March has no sales.
    build = build_of(
        compiled_project,
        tmp_path,
        invoices="""
        doc_id customer_id posting_date due_date   gross
        I-1    C1          2025-01-10   2025-02-10 1000
        I-2    C2          2025-01-10   2025-01-20 1000
        I-3    C1          2025-02-10   2025-03-10 3000
        I-4    C2          2025-02-10   2025-03-10 1000
        """,
        payments="""
        payment_id customer_id posting_date amount
        P-1        C1          2025-02-15   1000
        P-2        C2          2025-02-15   1500
        """,
        applications="""
        application_id source_id doc_id posting_date amount
        A-1            P-1       I-1    2025-02-15   1000
        A-2            P-2       I-2    2025-02-15   1000
        A-3            P-2       I-4    2025-02-15    500
        """,
    )
    assert_shows(
        build,
        "marts.rpt_dso_bridge",
        f"""
        {PARTS}
        LE01 2025-02-28 31   -3 7 -14 3.5 0 24.5 -
        LE01 2025-03-31 -    -  - -   -   - -    non_positive_denominator
        *    2025-02-28 31   -3 7 -14 3.5 0 24.5 -
        *    2025-03-31 -    -  - -   -   - -    non_positive_denominator
        """,
    )
    build.close()


def test_rates_count_last_in_receivables_and_in_sales(
    compiled_project: CompiledProject, tmp_path: Path
) -> None:
    # January 1,000 open, 31 days. February: USD 1,000 at 1.00, at January's mean of 0.90 they are 900;
    # 500 of January are left, past due.
    # volume 1,000 x 900 / 1,000 = 900 of 900 x 28 = 28; lateness 500 more: 1,400 of 900 is 43.555556;
    # fx 1,500 of 1,000 is 42
    build = build_of(
        compiled_project,
        tmp_path,
        fx_rates="""
        from_currency rate_date  rate
        USD           2025-01-10 0.80
        USD           2025-01-15 1.00
        USD           2025-02-10 1.00
        """,
        invoices="""
        doc_id posting_date due_date   currency fx_rate gross
        I-1    2025-01-10   2025-02-10 EUR      1       1000
        I-2    2025-02-10   2025-03-10 USD      1.00    1000
        """,
        payments="payment_id posting_date amount\nP-1 2025-02-15 500",
        applications="application_id source_id doc_id posting_date amount\nA-1 P-1 I-1 2025-02-15 500",
    )
    assert_shows(
        build,
        "marts.rpt_dso_bridge",
        f"""
        {PARTS}
        LE01 2025-02-28 31 -3 0 15.555556 0 -1.555556 42 -
        """,
        "legal_entity_id = 'LE01' and null_reason is null",
    )
    build.close()


def test_what_no_document_explains_counts_as_past_due(
    compiled_project: CompiledProject, tmp_path: Path
) -> None:
    # 200 are booked on receivables by hand in February, on top of an open invoice of 1,000.
    build = build_of(
        compiled_project,
        tmp_path,
        invoices="""
        doc_id posting_date due_date   gross
        I-1    2025-01-10   2025-04-10 1000
        I-2    2025-02-10   2025-04-10 1000
        """,
        gl_journal_lines="""
        journal_id line_no posting_date account_id amount source_type source_doc_id
        J-1        1       2025-01-10   1100        1000  invoice     I-1
        J-1        2       2025-01-10   4000       -1000  invoice     I-1
        J-2        1       2025-02-10   1100        1000  invoice     I-2
        J-2        2       2025-02-10   4000       -1000  invoice     I-2
        J-3        1       2025-02-20   1100         200  manual      M-1
        J-3        2       2025-02-20   4000        -200  manual      M-1
        """,
    )
    # volume 28; terms: January's billing is not due, at an age that had none: 1,000 more, 56; lateness 5.6
    assert_shows(
        build,
        "marts.rpt_dso_bridge",
        f"""
        {PARTS}
        LE01 2025-02-28 31 -3 28 5.6 0 0 61.6 -
        """,
        "legal_entity_id = 'LE01' and null_reason is null",
    )
    build.close()


# The demonstration company


@pytest.fixture(scope="module")
def demonstration(demonstration: Build, demonstration_company: CleanCompany) -> tuple[Build, Path]:
    return demonstration, demonstration_company.extracts / "erp"


def test_the_bridge_of_the_demonstration_company_in_plain_python(
    demonstration: tuple[Build, Path],
) -> None:
    build, source = demonstration
    books = Books(source, "EUR", date(2022, 12, 31))
    assert len(books.currency_of) == 2
    found = shown_states(build)
    assert len(found) == 3 * 23
    for (entity, as_of), states in found.items():
        entities = sorted(books.currency_of) if entity == "*" else [entity]
        assert_equal_but_for_the_last_digit(states, bridge(books, entities, as_of))
