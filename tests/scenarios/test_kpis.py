"""The metrics: the golden quarter, edges worked out by hand, the demonstration company in plain Python."""

import csv
import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pytest

from tests.faults.cases import CleanCompany
from tests.harness.golden import PROJECT, equal, expected_rows, needs_golden_quarter
from tests.harness.project import Build, CompiledProject
from tests.scenarios.company import CHART, assert_shows, small_company

AMOUNTS = {
    "ecl_required",
    "net_revenue_month",
    "operating_cash_flow_month",
    "recognised_minus_invoiced_month",
    "unapplied_cash",
}
COLUMNS = "metric_id value numerator denominator null_reason"


def kpis(build: Build, as_of: str, expected: str, where: str = "", mart: str = "rpt_kpis") -> None:
    """The metrics that a table names are exactly as it says, at one date; of LE01 if nothing else is said."""
    names = ", ".join(f"'{line.split()[0]}'" for line in expected.strip().splitlines())
    slice_asked = where or "legal_entity_id = 'LE01'"
    condition = f"as_of = date '{as_of}' and metric_id in ({names}) and {slice_asked}"
    assert_shows(build, f"marts.{mart}", f"{COLUMNS}\n{expected}", condition)


# The golden quarter


@needs_golden_quarter
def test_every_metric_of_the_golden_quarter_is_matched(golden_build: Build) -> None:
    found = {
        (str(row["as_of"]), row["legal_entity_id"], row["metric_id"]): row
        for row in golden_build.rows("select * from marts.rpt_kpis")
    }
    expected = {
        (row["as_of"], row["legal_entity_id"], row["metric_id"]): row for row in expected_rows("rpt_kpis")
    }
    assert set(found) == set(expected)
    for key, row in expected.items():
        actual = found[key]
        assert equal(row["null_reason"], actual["null_reason"]), key
        for column in ("value", "numerator", "denominator"):
            if row[column] == "":
                assert actual[column] is None, (key, column)
            elif column == "value" and key[2] not in AMOUNTS:
                assert actual[column] == pytest.approx(float(row[column]), rel=1e-4), key
            else:
                assert abs(Decimal(str(actual[column])) - Decimal(row[column])) <= Decimal("0.005"), key


@needs_golden_quarter
def test_the_metrics_are_those_of_the_table_macro(golden_build: Build) -> None:
    for as_of in ("2025-01-31", "2025-02-28", "2025-03-31"):
        columns = "legal_entity_id, metric_id, value, numerator, denominator, null_reason"
        report = f"select {columns} from marts.rpt_kpis where as_of = '{as_of}' and metric_id like 'dso%'"
        assert golden_build.rows(f"{report} order by all") == golden_build.rows(
            f"select {columns} from marts.dso_at(date '{as_of}') order by all"
        )


def test_every_metric_has_one_definition(golden_build: Build) -> None:
    with (PROJECT / "seeds" / "metric_definitions.csv").open(encoding="utf-8", newline="") as file:
        definitions = list(csv.DictReader(file))
    defined = [row["metric_id"] for row in definitions]
    assert len(defined) == len(set(defined))
    shown = {row["metric_id"] for row in golden_build.rows("select distinct metric_id from marts.rpt_kpis")}
    assert shown == set(defined)
    for row in definitions:
        assert row["better_when"] in ("lower", "higher"), row
        assert row["unit"] in ("days", "percent", "ratio", "times", "currency"), row
        assert all(row.values()), row


# Worked examples of the definitions: terms are planted, then only the report is built again


@pytest.fixture
def planted(compiled_project: CompiledProject, tmp_path: Path) -> Iterator[Build]:
    build = small_company(
        compiled_project,
        tmp_path,
        {
            "chart_of_accounts": CHART,
            "invoices": "doc_id posting_date gross\nI-1 2025-03-05 1.00",
        },
        as_of="2025-03-31",
    )
    yield build
    build.close()


def plant(build: Build, **terms: int) -> None:
    """Overwrite terms of LE01 and build the report again."""
    columns = ", ".join(f"{name} = {value}" for name, value in terms.items())
    build.connection.execute(
        f"update intermediate.int_metric_terms_of_companies set {columns} where legal_entity_id = 'LE01'"
    )
    build.project.run_models(build.connection, lambda node: node.name == "rpt_kpis")


def test_counting_back_over_months_of_thirty_days(planted: Build) -> None:
    # 212 - 100 - 80 = 32 of 70: 30 + 30 + 32 / 70 x 30 = 73.714286
    planted.connection.execute(
        "delete from intermediate.int_credit_sales_months where legal_entity_id = 'LE01'"
    )
    planted.connection.execute(
        """
        insert into intermediate.int_credit_sales_months (legal_entity_id, as_of, months_counted, sales, days)
        values ('LE01', '2025-03-31', 1, 100000, 30), ('LE01', '2025-03-31', 2, 80000, 30),
            ('LE01', '2025-03-31', 3, 70000, 30)
        """
    )
    plant(planted, receivables=212000)
    kpis(planted, "2025-03-31", "dso_countback 73.714286 212000 - -")


def test_collection_effectiveness(planted: Build) -> None:
    # (100k + 1m - 120k) / (100k + 1m - 100k) = 98 %; of the 980k collected 50k were written off
    plant(
        planted,
        receivables_opening=100000,
        credit_sales=1000000,
        receivables=120000,
        receivables_current=100000,
        write_offs=50000,
    )
    kpis(
        planted,
        "2025-03-31",
        """
        cei_month               98 980000 1000000 -
        cei_month_ex_write_offs 93 930000 1000000 -
        """,
    )


# A company of two currencies, by hand


@pytest.fixture(scope="module")
def company(compiled_project: CompiledProject, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Build]:
    build = small_company(
        compiled_project,
        tmp_path_factory.mktemp("kpis"),
        {
            "legal_entities": """
            legal_entity_id functional_currency
            LE01            EUR
            LE02            USD
            """,
            "customers": """
            customer_id segment
            C1          Trade
            C2          -
            """,
            "chart_of_accounts": CHART,
            "fx_rates": """
            from_currency rate_date  rate
            USD           2025-01-31 0.80
            USD           2025-02-01 0.90
            USD           2025-02-05 0.90
            USD           2025-02-09 0.90
            USD           2025-02-13 0.90
            USD           2025-02-17 0.90
            USD           2025-02-21 0.90
            USD           2025-02-25 0.90
            USD           2025-02-28 0.90
            USD           2025-03-01 0.95
            USD           2025-03-05 0.95
            USD           2025-03-09 0.95
            USD           2025-03-13 0.95
            USD           2025-03-17 0.95
            USD           2025-03-21 0.95
            USD           2025-03-25 0.95
            USD           2025-03-29 1.00
            """,
            "ecl_matrix": """
            bucket  loss_rate
            current 0.005
            1-30    0.022
            31-60   0.027
            61-90   0.045
            """,
            "invoices": """
            doc_id legal_entity_id customer_id doc_type    posting_date due_date   currency fx_rate gross
            E-1    LE01            C1          invoice     2025-01-10   2025-01-15 EUR      1       2500
            E-2    LE01            C1          invoice     2025-01-20   2025-02-20 EUR      1       4000
            E-3    LE01            C2          invoice     2025-02-10   2025-03-10 EUR      1       7500
            E-4    LE01            C2          invoice     2025-03-10   2025-04-10 EUR      1       15100
            E-CM   LE01            C2          credit_memo 2025-03-11   2025-04-11 EUR      1       -100
            E-5    LE01            C1          invoice     2025-01-02   2025-02-01 USD      0.95    300
            U-1    LE02            C1          invoice     2025-02-10   2025-03-10 USD      1       1000
            """,
            "payments": """
            payment_id legal_entity_id customer_id posting_date currency fx_rate amount reverses_payment_id
            P-1        LE01            C1          2025-01-22   USD      0.96    100    -
            P-2        LE01            C1          2025-02-11   USD      0.97    190    -
            BOUNCED    LE01            C2          2025-02-20   EUR      1       500    -
            BACK       LE01            C2          2025-02-25   EUR      1       500    BOUNCED
            NOBODY     LE01            -           2025-03-20   EUR      1       40     -
            """,
            "applications": """
            application_id source_id doc_id posting_date amount discount
            A-1            P-1       E-5    2025-01-22   100    -
            A-2            P-2       E-5    2025-02-12   200    10
            A-3            BOUNCED   E-3    2025-02-20   500    -
            A-4            BOUNCED   E-3    2025-02-25  -500    -
            """,
            "disputes": """
            dispute_id doc_id customer_id opened_date amount status   closed_date
            D-1        E-1    C1          2025-02-01  1000   closed   2025-03-01
            D-2        E-3    C2          2025-02-28  500    open     -
            D-3        U-1    C1          2025-03-05  100    open     -
            D-4        E-4    C2          2025-03-12  10     accepted -
            """,
        },
        settings="reporting_currency: EUR\n",
        as_of="2025-03-31",
    )
    yield build
    build.close()


def test_the_required_allowance_is_rounded_per_bucket(company: Build) -> None:
    # 31 March: current 15,100 less the credit memo of 100: 15,000 x 0.5 %;
    # 7,500 x 2.2 %, 4,000 x 2.7 %, 2,500 x 4.5 %: 75 + 165 + 108 + 112.50
    kpis(company, "2025-03-31", "ecl_required 460.50 460.50 - -")


def test_cash_weighs_what_it_paid_at_the_documents_rate(company: Build) -> None:
    # E-5 of 2 January, due 1 February, at 0.95: 100 after 20 days, 10 before it was due, and 190 after 40,
    # 10 beyond: 95 x 20 + 180.50 x 40 = 9,120; -950 + 1,805 = 855. What bounced weighs nothing.
    kpis(
        company,
        "2025-03-31",
        """
        days_to_pay_quarter       33.103448 9120 275.50 -
        days_beyond_terms_quarter  3.103448  855 275.50 -
        """,
    )


def test_disputes_count_while_they_are_open_and_as_deductions_when_they_open(company: Build) -> None:
    # 28 February: 1,000 + 500 of receivables of 2,500 + 4,000 + 7,500 = 14,000; 31 March: 500 of 29,000.
    # Opened in the quarter: 1,000 + 500 + 10 of 2,500 + 4,000 + 285 + 7,500 + 15,100 invoiced.
    kpis(company, "2025-02-28", "dispute_rate 10.714286 1500 14000 -")
    kpis(
        company,
        "2025-03-31",
        """
        dispute_rate            1.724138  500 29000 -
        deduction_rate_quarter  5.138676 1510 29385 -
        """,
    )


def test_quarter_metrics_stand_at_quarter_ends_and_need_three_months(company: Build) -> None:
    # LE02 begins in February.
    quarters = "select as_of, legal_entity_id from marts.rpt_kpis where metric_id = 'ar_turnover_quarter'"
    assert_shows(
        company,
        f"({quarters})",
        """
        as_of      legal_entity_id
        2025-03-31 LE01
        2025-03-31 LE02
        2025-03-31 *
        """,
    )
    kpis(
        company,
        "2025-03-31",
        """
        ar_turnover_quarter    - - - insufficient_history
        days_to_pay_quarter    - - - insufficient_history
        deduction_rate_quarter - - - insufficient_history
        ocf_to_sales_12m       - - - insufficient_history
        cash_conversion_quarter - - - insufficient_history
        """,
        "legal_entity_id = 'LE02'",
    )


def test_a_zero_numerator_is_zero_and_a_zero_denominator_is_null(company: Build) -> None:
    # LE02 sold nothing in March; its only invoice is past due and disputed with 100.
    kpis(
        company,
        "2025-03-31",
        """
        best_possible_dso_month       -    0 0 non_positive_denominator
        average_days_delinquent_month - 1000 0 non_positive_denominator
        cei_month                     0    0 1000 -
        dispute_rate                 10  100 1000 -
        """,
        "legal_entity_id = 'LE02'",
    )


def test_the_group_divides_sums_of_translated_terms(company: Build) -> None:
    # 31 March: receivables 29,000 + 1,000 x 1.00, at the beginning 14,000 + 1,000 x 0.90; sales 15,000 + 0.
    # Not past due: 15,000. Disputed 500 + 100 x 1.00. February's mean rate is 0.90.
    kpis(
        company,
        "2025-03-31",
        """
        dso_month     62       30000 15000 -
        cei_month     -0.671141  -100 14900 -
        dispute_rate  2          600 30000 -
        """,
        "legal_entity_id = '*'",
    )
    kpis(company, "2025-02-28", "dso_month 49.666667 14900 8400 -", "legal_entity_id = '*'")


def test_cuts_use_the_same_formula_and_add_up(company: Build) -> None:
    # Trade is C1: 28 February receivables 6,500, sales of the two months 6,785 and 0.
    kpis(
        company,
        "2025-02-28",
        """
        dso_month    -         6500    0 non_positive_denominator
        dispute_rate 15.384615 1000 6500 -
        """,
        "legal_entity_id = 'LE01' and segment = 'Trade'",
        "rpt_kpis_by_segment",
    )
    kpis(
        company,
        "2025-03-31",
        "unapplied_cash 40 40 - -",
        "legal_entity_id = 'LE01' and customer_id is null",
        "rpt_kpis_by_customer",
    )
    for cut in ("rpt_kpis_by_customer", "rpt_kpis_by_segment"):
        assert numerators_that_do_not_add_up(company, cut) == []


# Metrics whose numerators add up: those without windows of sales, and the allowance, which rounds per bucket.
ADDITIVE = [
    "dso_month",
    "best_possible_dso_month",
    "average_days_delinquent_month",
    "cei_month",
    "cei_month_ex_write_offs",
    "dispute_rate",
    "unapplied_cash",
    "days_to_pay_quarter",
    "days_beyond_terms_quarter",
    "deduction_rate_quarter",
]


def numerators_that_do_not_add_up(build: Build, cut: str) -> list[dict[str, object]]:
    """Dates, companies and metrics at which the cuts' numerators are not the company's."""
    names = ", ".join(f"'{name}'" for name in ADDITIVE)
    return build.rows(
        f"""
        with cuts as (
            select as_of, legal_entity_id, metric_id, sum(numerator) as numerator
            from marts.{cut} where metric_id in ({names}) and legal_entity_id <> '*' group by all
        ),
        wholes as (
            select as_of, legal_entity_id, metric_id, numerator
            from marts.rpt_kpis where metric_id in ({names}) and legal_entity_id <> '*'
        )
        select as_of, legal_entity_id, metric_id, wholes.numerator as whole, cuts.numerator as cut
        from wholes full join cuts using (as_of, legal_entity_id, metric_id)
        where wholes.numerator is distinct from cuts.numerator
        """
    )


# The demonstration company, from its extracts in plain Python


@dataclass
class Receivable:
    """A delivered document; what came of it as (date, order in it, id, amount, discount, receipt)."""

    row: dict[str, str]
    minor_units: int
    reductions: list[tuple[date, int, str, Decimal, Decimal, str]] = field(default_factory=list)

    def functional(self, amount: Decimal) -> Decimal:
        """An amount of the document at its rate, rounded once."""
        value = amount * Decimal(self.row["fx_rate"] or 1)
        return value.quantize(Decimal(1).scaleb(-self.minor_units), ROUND_HALF_UP)

    def cash(self, document_minor_units: int) -> Iterator[tuple[date, str, Decimal]]:
        """The cash part of each application of a receipt at the document's rate: (date, receipt, amount)."""
        rest, gross, tax = (Decimal(self.row["gross"]), Decimal(self.row["gross"]), Decimal(self.row["tax"]))
        for posted, _, _, amount, discount, receipt in sorted(self.reductions):
            relieved = self.functional(rest) - self.functional(rest - amount)
            rest -= amount
            tax_part = (discount * tax / gross).quantize(
                Decimal(1).scaleb(-document_minor_units), ROUND_HALF_UP
            )
            if receipt:
                net_part = self.functional(discount - tax_part)
                yield posted, receipt, relieved - net_part - self.functional(tax_part)


@dataclass
class Demonstration:
    """The small demonstration company: its build, and its delivered rows per object."""

    build: Build
    folder: Path

    def rows(self, object_name: str) -> list[dict[str, str]]:
        """The delivered rows of a CSV or JSON Lines object."""
        rows: list[dict[str, str]] = []
        for path in sorted(self.folder.glob(f"extracts/erp/*/{object_name}*")):
            with path.open(encoding="utf-8", newline="") as file:
                rows += (
                    [json.loads(line) for line in file] if path.suffix == ".jsonl" else csv.DictReader(file)
                )
        assert rows
        return rows

    def values(self, metric_id: str) -> dict[tuple[str, str], tuple[float | None, Decimal, Decimal]]:
        """Value, numerator and denominator of a metric by date and company, the group left out."""
        return {
            (str(row["as_of"]), row["legal_entity_id"]): (row["value"], row["numerator"], row["denominator"])
            for row in self.build.rows(
                f"select * from marts.rpt_kpis where metric_id = '{metric_id}' and legal_entity_id <> '*'"
            )
        }


@pytest.fixture(scope="module")
def demonstration(demonstration: Build, demonstration_company: CleanCompany) -> Demonstration:
    return Demonstration(demonstration, demonstration_company.extracts.parent)


MINOR_UNITS = {"EUR": 2, "USD": 2, "GBP": 2, "JPY": 0, "KWD": 3}


def quarter_end(day: date) -> str:
    month = (day.month + 2) // 3 * 3
    return f"{day.year}-{month:02}-{30 if month in (6, 9) else 31}"


def test_days_to_pay_of_the_demonstration_company(demonstration: Demonstration) -> None:
    documents = {row["doc_id"]: Receivable(row, 2) for row in demonstration.rows("invoices")}
    receipts = {row["payment_id"]: row for row in demonstration.rows("payments")}
    written_off = set()
    for row in demonstration.rows("write_offs"):
        written_off.add(row["write_off_id"])
        amount = Decimal(row["net"]) + Decimal(row["tax"])
        documents[row["doc_id"]].reductions.append(
            (date.fromisoformat(row["posting_date"]), 2, row["write_off_id"], amount, Decimal(0), "")
        )
    for row in demonstration.rows("applications"):
        if row["source_id"] in written_off:
            continue
        posted, amount = date.fromisoformat(row["posting_date"]), Decimal(row["amount"])
        is_cash = row["source_type"] == "payment"
        documents[row["doc_id"]].reductions.append(
            (
                posted,
                1,
                row["application_id"],
                amount,
                Decimal(row["discount"] or 0),
                row["source_id"] if is_cash else "",
            )
        )
    weights: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    to_pay: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    beyond: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for document in documents.values():
        for posted, receipt, cash in document.cash(MINOR_UNITS[document.row["currency"]]):
            received = date.fromisoformat(receipts[receipt]["posting_date"])
            if quarter_end(posted) > quarter_end(received):
                continue
            key = (quarter_end(received), document.row["legal_entity_id"])
            weights[key] += cash
            to_pay[key] += cash * (received - date.fromisoformat(document.row["document_date"])).days
            beyond[key] += cash * (received - date.fromisoformat(document.row["due_date"])).days
    assert len(weights) == 16
    for metric_id, sums in (("days_to_pay_quarter", to_pay), ("days_beyond_terms_quarter", beyond)):
        found = demonstration.values(metric_id)
        assert set(found) == set(weights)
        for key, (value, numerator, denominator) in found.items():
            assert (numerator, denominator) == (sums[key], weights[key]), key
            assert value == pytest.approx(float(sums[key] / weights[key]))


def test_days_sales_outstanding_and_collection_of_the_demonstration_company(
    demonstration: Demonstration,
) -> None:
    moved: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    opening: dict[str, Decimal] = defaultdict(Decimal)
    for row in demonstration.rows("gl_journal_lines"):
        if row["account_id"] == "1100" and row["source_type"] == "opening":
            opening[row["legal_entity_id"]] += Decimal(row["amount"])
        elif row["account_id"] == "1100":
            moved[row["legal_entity_id"], row["posting_date"][:7]] += Decimal(row["amount"])
    sales: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for row in demonstration.rows("invoices"):
        sales[row["legal_entity_id"], row["posting_date"][:7]] += Receivable(row, 2).functional(
            Decimal(row["gross"])
        )
    ratio, denominators = demonstration.values("dso_month"), demonstration.values("cei_month")
    assert len(ratio) == 48
    for entity, balance in opening.items():
        for as_of in sorted(day for day, owner in ratio if owner == entity):
            period, days = as_of[:7], int(as_of[8:])
            beginning, balance = balance, balance + moved[entity, period]
            value, numerator, denominator = ratio[as_of, entity]
            assert (numerator, denominator) == (balance, sales[entity, period])
            assert value == pytest.approx(float(balance / sales[entity, period] * days))
            assert denominators[as_of, entity][1] == beginning + sales[entity, period] - balance


@pytest.mark.parametrize("cut", ["rpt_kpis_by_customer", "rpt_kpis_by_segment"])
def test_cuts_of_the_demonstration_company_add_up(demonstration: Demonstration, cut: str) -> None:
    assert numerators_that_do_not_add_up(demonstration.build, cut) == []
