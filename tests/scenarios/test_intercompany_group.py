"""Two companies in two currencies that bill each other: what the group shows, derived again in plain Python.

LE01 keeps EUR, LE02 USD. Each bills the other and a customer of its own, and LE01 also bills LE99, a company
of the group that delivers nothing. A claim on a company of the group stands on account 1150.
"""

from calendar import monthrange
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pytest

from tests.harness.project import Build, CompiledProject
from tests.scenarios.company import assert_shows, small_company, table

LEGAL_ENTITIES = """
legal_entity_id functional_currency parent_legal_entity_id
LE01            EUR                 -
LE02            USD                 LE01
"""
CUSTOMERS = """
customer_id name             intercompany_legal_entity_id
C1          "A customer"     -
C2          "Another one"    -
C-LE01      "The parent"     LE01
C-LE02      "The subsidiary" LE02
C-LE99      "A sister"       LE99
"""
CHART = """
account_id name             account_type normal_balance statement_line cash_flow_class control_of
1010       Bank             asset        D              Cash           cash            bank
1100       Receivables      asset        D              Receivables    operating       ar
1150       "Group claims"   asset        D              "Group claims" operating       intercompany
2050       "Group debts"    liability    C              "Group debts"  operating       -
2400       "Unapplied cash" liability    C              Credits        operating       unapplied
3000       Capital          equity       C              Capital        financing       -
4000       Revenue          revenue      C              Revenue        pl              revenue
5000       Cost             expense      D              Cost           pl              cogs
7000       "Realised FX"    other_pl     C              FX             pl              fx_realised
"""
INVOICES = """
doc_id posting_date legal_entity_id customer_id currency gross
A-1    2025-01-10   LE01            C-LE02      EUR      200.00
A-2    2025-01-15   LE01            C1          EUR      300.00
A-3    2025-02-10   LE01            C-LE99      EUR       50.00
B-1    2025-02-05   LE02            C-LE01      USD      110.00
B-2    2025-02-12   LE02            C2          USD       80.00
"""
PAYMENTS = """
payment_id posting_date legal_entity_id customer_id currency amount
P-1        2025-01-20   LE01            C-LE02      EUR      100.00
P-2        2025-02-20   LE02            C2          USD       80.00
"""
APPLICATIONS = """
application_id source_id doc_id posting_date amount
AP-1           P-1       A-1    2025-01-20   100.00
AP-2           P-2       B-2    2025-02-20    80.00
"""
# LE02 owes 200.00 EUR for 210.00 USD and pays half of it with 105.00; LE01 owes 110.00 USD for 102.00 EUR.
COLUMNS = (
    "journal_id line_no legal_entity_id posting_date account_id amount currency amount_transaction "
    "source_type source_doc_id partner_legal_entity_id\n"
)
JOURNALS = (
    COLUMNS
    + """
J-0        1       LE01            2025-01-01   1010       1000.00 EUR     1000.00 opening          O-1  -
J-0        2       LE01            2025-01-01   3000      -1000.00 EUR    -1000.00 opening          O-1  -
K-0        1       LE02            2025-01-01   1010        500.00 USD      500.00 opening          O-2  -
K-0        2       LE02            2025-01-01   3000       -500.00 USD     -500.00 opening          O-2  -
J-1        1       LE01            2025-01-10   1150        200.00 EUR      200.00 invoice          A-1  LE02
J-1        2       LE01            2025-01-10   4000       -200.00 EUR     -200.00 invoice          A-1  LE02
K-1        1       LE02            2025-01-10   5000        210.00 EUR      200.00 supplier_invoice A-1  LE01
K-1        2       LE02            2025-01-10   2050       -210.00 EUR     -200.00 supplier_invoice A-1  LE01
J-2        1       LE01            2025-01-15   1100        300.00 EUR      300.00 invoice          A-2  -
J-2        2       LE01            2025-01-15   4000       -300.00 EUR     -300.00 invoice          A-2  -
J-3        1       LE01            2025-01-20   1010        100.00 EUR      100.00 customer_receipt P-1  LE02
J-3        2       LE01            2025-01-20   2400       -100.00 EUR     -100.00 customer_receipt P-1  LE02
J-4        1       LE01            2025-01-20   2400        100.00 EUR      100.00 application      AP-1 LE02
J-4        2       LE01            2025-01-20   1150       -100.00 EUR     -100.00 application      AP-1 LE02
K-2        1       LE02            2025-01-20   2050        105.00 EUR      100.00 supplier_payment A-1  LE01
K-2        2       LE02            2025-01-20   1010       -105.00 EUR     -100.00 supplier_payment A-1  LE01
K-3        1       LE02            2025-02-05   1150        110.00 USD      110.00 invoice          B-1  LE01
K-3        2       LE02            2025-02-05   4000       -110.00 USD     -110.00 invoice          B-1  LE01
J-5        1       LE01            2025-02-05   5000        102.00 USD      110.00 supplier_invoice B-1  LE02
J-5        2       LE01            2025-02-05   2050       -102.00 USD     -110.00 supplier_invoice B-1  LE02
J-6        1       LE01            2025-02-10   1150         50.00 EUR       50.00 invoice          A-3  LE99
J-6        2       LE01            2025-02-10   4000        -50.00 EUR      -50.00 invoice          A-3  LE99
K-4        1       LE02            2025-02-12   1100         80.00 USD       80.00 invoice          B-2  -
K-4        2       LE02            2025-02-12   4000        -80.00 USD      -80.00 invoice          B-2  -
K-5        1       LE02            2025-02-20   1010         80.00 USD       80.00 customer_receipt P-2  -
K-5        2       LE02            2025-02-20   2400        -80.00 USD      -80.00 customer_receipt P-2  -
K-6        1       LE02            2025-02-20   2400         80.00 USD       80.00 application      AP-2 -
K-6        2       LE02            2025-02-20   1100        -80.00 USD      -80.00 application      AP-2 -
"""
)
MONTH_ENDS = (date(2025, 1, 31), date(2025, 2, 28))
# Controls on the ledger and on receivables; the customers here have no terms, limits or tax ids.
JUDGED = {
    *("SL-01", "SL-02", "SL-04", "AG-01", "GL-01", "GL-02", "GL-03", "GL-04", "GL-05", "IC-01"),
    *("CF-01", "CF-02", "CF-03", "SG-01", "RV-02", "CA-01", "CA-02", "FX-01", "FX-03", "RI-01"),
}


def rate(day: date) -> Decimal:
    """EUR for one USD: another one each week, and another one at month ends."""
    if day in MONTH_ENDS:
        return Decimal("0.95") if day.month == 1 else Decimal("0.90")
    return Decimal("0.96") - Decimal(day.isocalendar().week) / 100


def days_of(month: int) -> list[date]:
    return [date(2025, month, number) for number in range(1, monthrange(2025, month)[1] + 1)]


def mean_rate(month: int) -> Decimal:
    days = days_of(month)
    return (sum(map(rate, days), Decimal(0)) / len(days)).quantize(Decimal("1e-8"), ROUND_HALF_UP)


def cents(amount: Decimal) -> Decimal:
    return amount.quantize(Decimal("0.01"), ROUND_HALF_UP)


@dataclass(frozen=True)
class Line:
    """A booked line with its account's type and statement line; natural sign is left to the reader."""

    entity: str
    posting_date: date
    journal: str
    account_type: str
    line: str
    amount: Decimal
    is_opening: bool
    is_eliminated: bool

    @property
    def is_cash(self) -> bool:
        return self.line == "Cash"


def ledger() -> list[Line]:
    accounts = {row["account_id"]: row for row in table(CHART)}
    return [
        Line(
            row["legal_entity_id"],
            date.fromisoformat(row["posting_date"]),
            row["journal_id"],
            accounts[row["account_id"]]["account_type"],
            accounts[row["account_id"]]["statement_line"],
            Decimal(row["amount"]),
            row["source_type"] == "opening",
            row["partner_legal_entity_id"] in ("LE01", "LE02") and row["account_id"] != "1010",
        )
        for row in table(JOURNALS)
    ]


def deliveries(**more: str) -> dict[str, str]:
    days = (
        date(2025, month, number) for month in (1, 2) for number in range(1, monthrange(2025, month)[1] + 1)
    )
    return {
        "legal_entities": LEGAL_ENTITIES,
        "customers": CUSTOMERS,
        "invoices": INVOICES,
        "payments": PAYMENTS,
        "applications": APPLICATIONS,
        "fx_rates": "rate_date from_currency rate\n" + "\n".join(f"{day} USD {rate(day)}" for day in days),
        "chart_of_accounts": CHART,
    } | more


@pytest.fixture(scope="module")
def group(compiled_project: CompiledProject, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Build]:
    """Both companies with their booked ledgers."""
    build = small_company(
        compiled_project,
        tmp_path_factory.mktemp("group") / "company",
        deliveries(gl_journal_lines=JOURNALS),
        "reporting_currency: EUR\n",
        as_of="2025-02-28",
    )
    yield build
    build.close()


def sheet(at: date) -> dict[tuple[str, str], Decimal]:
    """The group's balance sheet: each company's line at the closing rate, less what names a company of it."""
    sums: dict[tuple[str, str, str], Decimal] = defaultdict(Decimal)
    for line in ledger():
        if line.posting_date > at:
            continue
        section = line.account_type if line.account_type in ("asset", "liability") else "equity"
        name = line.line if line.account_type in ("asset", "liability", "equity") else "Current year result"
        natural = line.amount if section == "asset" else -line.amount
        sums[line.entity, section, name] += Decimal(0) if line.is_eliminated else natural
        if line.is_eliminated:
            sums[line.entity, "equity", "Intercompany difference"] -= line.amount
    found: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for (entity, section, name), amount in sums.items():
        found[section, name] += cents(amount * (rate(at) if entity == "LE02" else 1))
    return found


@pytest.mark.parametrize("month_end", MONTH_ENDS, ids=str)
def test_the_groups_balance_sheet_leaves_out_what_its_companies_owe_each_other(
    group: Build, month_end: date
) -> None:
    rows = group.rows(
        f"select section, line, amount from marts.rpt_balance_sheet "
        f"where legal_entity_id = '*' and as_of = '{month_end}'"
    )
    found = {(str(row["section"]), str(row["line"])): Decimal(str(row["amount"])) for row in rows}
    expected = sheet(month_end)
    assert {key: amount for key, amount in found.items() if amount} == {
        key: amount for key, amount in expected.items() if amount
    }
    assert sum(amount for (section, _), amount in found.items() if section == "asset") == sum(
        amount for (section, _), amount in found.items() if section != "asset"
    )
    # What LE99 owes stays, as the claim on a company whose books are not here.
    assert found["asset", "Group claims"] == (Decimal(50) if month_end.month == 2 else 0)
    assert found["liability", "Group debts"] == 0


@pytest.mark.parametrize("month_end", MONTH_ENDS, ids=str)
def test_the_groups_income_statement_holds_what_outsiders_bought(group: Build, month_end: date) -> None:
    expected: dict[str, Decimal] = defaultdict(Decimal)
    for line in ledger():
        if line.posting_date.month == month_end.month and not line.is_eliminated and line.line == "Revenue":
            expected[line.entity] -= line.amount
    revenue = expected["LE01"] + cents(expected["LE02"] * mean_rate(month_end.month))
    # January: 300.00 to C1. February: 50.00 to LE99 and 80.00 USD to C2.
    assert (expected["LE01"], expected["LE02"]) == ((300, 0) if month_end.month == 1 else (50, 80))
    assert_shows(
        group,
        "marts.rpt_income_statement",
        f"""
        line             amount
        Revenue          {revenue}
        Cost             0
        net_revenue      {revenue}
        gross_profit     {revenue}
        operating_result {revenue}
        net_income       {revenue}
        """,
        f"legal_entity_id = '*' and period = '{month_end:%Y-%m}'",
    )


def test_both_cash_flows_of_the_group_agree_and_leave_out_its_own_payments(group: Build) -> None:
    # 80.00 USD came in from C2 in February. What LE02 paid LE01 in January is no flow of the group, but the
    # 105.00 USD that left and the 100.00 EUR that arrived are not the same at January's rates.
    january = cents(Decimal(100)) - cents(105 * mean_rate(1))
    february = cents(80 * mean_rate(2))
    rows = group.rows(
        "select period, method, line, amount from marts.rpt_cash_flow "
        "where legal_entity_id = '*' and line in ('operating_cash_flow', 'Receipts from customers')"
    )
    found = {(row["period"], row["method"], row["line"]): row["amount"] for row in rows}
    assert found["2025-02", "direct", "Receipts from customers"] == february
    assert found["2025-02", "direct", "operating_cash_flow"] == february
    assert found["2025-02", "indirect", "operating_cash_flow"] == february
    assert found["2025-01", "direct", "Receipts from customers"] == 0
    assert (
        found["2025-01", "direct", "operating_cash_flow"]
        == found["2025-01", "indirect", "operating_cash_flow"]
    )
    assert found["2025-01", "direct", "operating_cash_flow"] in (Decimal(0), january)


def test_claims_on_the_group_are_no_trade_receivables_and_every_account_ties(group: Build) -> None:
    assert_shows(
        group,
        "marts.rpt_ar_open_items",
        "legal_entity_id doc_id open_amount\nLE01 A-2 300.00",
        "as_of = '2025-02-28'",
    )
    assert_shows(
        group,
        "marts.rpt_subledger_tie_out",
        """
        legal_entity_id control_account subledger gl_balance difference
        LE01            ar              300       300        0
        LE01            unapplied       0         0          0
        LE02            ar              0         0          0
        LE02            unapplied       0         0          0
        """,
        "as_of = '2025-02-28' and control_account in ('ar', 'unapplied')",
    )
    assert_shows(
        group,
        "marts.fct_expected_postings",
        """
        source_doc_id account_id amount
        A-1           1150       200
        AP-1          1150      -100
        A-3           1150        50
        B-1           1150       110
        """,
        "account_id = '1150'",
    )
    assert group.rows("select * from marts.rpt_posting_differences") == []
    assert group.failing_controls().keys() & JUDGED == set()


def test_each_company_keeps_what_the_group_leaves_out(group: Build) -> None:
    assert_shows(
        group,
        "marts.rpt_balance_sheet",
        """
        line                  amount
        Cash                  1100
        Receivables           300
        "Group claims"        150
        "Group debts"         102
        Credits               0
        Capital               1000
        "Current year result" 448
        """,
        "legal_entity_id = 'LE01' and as_of = '2025-02-28'",
    )


def test_without_ledgers_the_documents_name_the_partner(
    compiled_project: CompiledProject, tmp_path: Path
) -> None:
    build = small_company(
        compiled_project,
        tmp_path / "company",
        deliveries(),
        "reporting_currency: EUR\n",
        as_of="2025-02-28",
    )
    february = 50 + cents(80 * mean_rate(2))
    assert_shows(
        build,
        "marts.rpt_income_statement",
        f"period line amount\n2025-01 net_revenue 300\n2025-02 net_revenue {february}",
        "legal_entity_id = '*' and line = 'net_revenue'",
    )
    # LE02 delivers no payment of its own, so the 100.00 that LE01 got from it have no other side.
    assert_shows(
        build,
        "marts.rpt_balance_sheet",
        f"""
        section line                      amount
        asset   Cash                      {100 + cents(80 * rate(MONTH_ENDS[1]))}
        asset   Receivables               300
        asset   "Group claims"            50
        equity  "Current year result"     {350 + cents(80 * rate(MONTH_ENDS[1]))}
        equity  "Intercompany difference" 100
        """,
        "legal_entity_id = '*' and as_of = '2025-02-28' and amount <> 0",
    )
    assert build.failing_controls().keys() & JUDGED == set()
    build.close()
