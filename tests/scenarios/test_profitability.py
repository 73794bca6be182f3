"""Profitability: every result amount on one customer and one product, and no cent beside the statement."""

from collections import defaultdict
from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pytest

from tests.harness.golden import expected_rows, needs_golden_quarter
from tests.harness.project import Build, CompiledProject
from tests.scenarios.company import CHART, assert_shows, small_company

CENT = Decimal("0.01")
DIMENSIONS = ("customer", "customer_segment", "product", "product_segment")
REVENUE_ACCOUNTS = ("4000", "4010", "4020")
LARGER_CHART = (
    CHART.rstrip()
    + """
1250       Unbilled            asset        D              Unbilled          operating       unbilled
1300       Inventory           asset        D              Inventory         operating       inventory
2500       Deferred            liability    C              Deferred          operating       deferred
5000       Cost                expense      D              "Cost of sales"   pl              cogs
6100       Wages               expense      D              Operations        pl              -
"""
)
PRODUCTS = """
product_id name kind         segment  unit_cost cost_currency
PUMP       Pump goods        Hardware 4.00      EUR
HOSE       Hose goods        Spares   1.50      EUR
CARE       Care subscription -        -         -
"""
CUSTOMERS = """
customer_id name   segment
C1          First  Industry
C2          Second -
"""


def sums_by_line(build: Build, legal_entity_id: str) -> dict[tuple[str, str, str], Decimal]:
    """What the members of each dimension sum to: (dimension, period, statement line) to amount."""
    return {
        (str(row["dimension"]), str(row["period"]), str(row["statement_line"])): Decimal(str(row["amount"]))
        for row in build.rows(
            "select dimension, period, statement_line, sum(amount) as amount from marts.rpt_profitability "
            f"where line_type = 'line' and legal_entity_id = '{legal_entity_id}' group by all"
        )
    }


def profit_shows(build: Build, dimension: str, expected: str, where: str = "true") -> None:
    """The members that have amounts other than zero, as the effect on the result, are exactly these."""
    assert_shows(
        build,
        "(select period, member, line, sum(effect_on_result) as effect from marts.rpt_profitability "
        f"where dimension = '{dimension}' and legal_entity_id = 'LE01' and line_type = 'line' and {where} "
        "group by all having sum(effect_on_result) <> 0)",
        f"period member line effect\n{expected}",
    )


# The golden quarter


@needs_golden_quarter
@pytest.mark.parametrize("dimension", DIMENSIONS)
@pytest.mark.parametrize("legal_entity_id", ["LE01", "*"])
def test_members_sum_to_the_worked_examples_income_statement(
    golden_build: Build, dimension: str, legal_entity_id: str
) -> None:
    statement = {
        (dimension, row["period"], row["line"]): Decimal(row["amount"])
        for row in expected_rows("rpt_income_statement")
        if row["line_type"] == "line" and row["legal_entity_id"] == legal_entity_id
    }
    found = sums_by_line(golden_build, legal_entity_id)
    assert {key: amount for key, amount in found.items() if key[0] == dimension} == statement
    assert golden_build.failing_control("SG-01") == []


@needs_golden_quarter
def test_the_golden_quarter_by_customer(golden_build: Build) -> None:
    # January: INV-1001 to C1, INV-1002 to C2 less its discount of 38.00, INV-1003 to C3, the delivery
    # to C4 that is billed in February. Costs at 60.00 a sensor and 25.00 a handbook. February: two
    # sensors back from C1. March: SHP-05 and SHP-06 to C2, one twelfth of INV-1005 to C1. Realised
    # FX is that of C3; unrealised FX names C3 on its journals. The allowance names nobody.
    profit_shows(
        golden_build,
        "customer",
        """
        2025-01 C1          net_revenue    1200.00
        2025-01 C1          cost_of_sales  -725.00
        2025-01 C2          net_revenue    1862.00
        2025-01 C2          cost_of_sales -1200.00
        2025-01 C3          net_revenue    3169.32
        2025-01 C3          cost_of_sales -1800.00
        2025-01 C3          other_result      5.94
        2025-01 C4          net_revenue    1530.00
        2025-01 C4          cost_of_sales  -900.00
        2025-01 unallocated direct_costs    -37.54
        2025-01 unallocated other_result   -100.00
        2025-02 C1          net_revenue    -200.00
        2025-02 C1          cost_of_sales   120.00
        2025-02 C3          direct_costs     -4.29
        2025-02 C3          other_result     -9.74
        2025-02 unallocated direct_costs    -97.79
        2025-02 unallocated other_result  -1298.18
        2025-03 C1          net_revenue     200.00
        2025-03 C2          net_revenue    1425.00
        2025-03 C2          cost_of_sales  -900.00
        2025-03 C3          direct_costs    -82.80
        2025-03 C3          other_result      3.80
        2025-03 unallocated direct_costs   -864.64
        2025-03 unallocated other_result   -142.87
        """,
    )
    assert_shows(
        golden_build,
        "marts.rpt_profitability",
        """
        period  member   line         amount
        2025-01 Export   gross_margin 1369.32
        2025-01 Export   contribution 1369.32
        2025-01 Industry gross_margin  475.00
        2025-01 Industry contribution  475.00
        2025-01 Trade    gross_margin 1292.00
        2025-01 Trade    contribution 1292.00
        2025-01 unallocated gross_margin  0
        2025-01 unallocated contribution -37.54
        """,
        "dimension = 'customer_segment' and line_type = 'subtotal' and legal_entity_id = 'LE01' "
        "and period = '2025-01'",
    )


@needs_golden_quarter
def test_the_golden_quarter_by_product(golden_build: Build) -> None:
    # INV-1001 has both a sensor and a handbook line; the discount on INV-1002 is the sensors'.
    profit_shows(
        golden_build,
        "product",
        """
        2025-01 SENSOR      net_revenue    7561.32
        2025-01 SENSOR      cost_of_sales -4500.00
        2025-01 HANDBOOK    net_revenue     200.00
        2025-01 HANDBOOK    cost_of_sales  -125.00
        2025-01 unallocated direct_costs    -37.54
        2025-01 unallocated other_result    -94.06
        2025-02 SENSOR      net_revenue    -200.00
        2025-02 SENSOR      cost_of_sales   120.00
        2025-02 unallocated direct_costs   -102.08
        2025-02 unallocated other_result  -1307.92
        2025-03 SENSOR      net_revenue    1425.00
        2025-03 SENSOR      cost_of_sales  -900.00
        2025-03 SUPPORT     net_revenue     200.00
        2025-03 unallocated direct_costs   -947.44
        2025-03 unallocated other_result   -139.07
        """,
    )


@needs_golden_quarter
def test_an_amount_on_two_members_fails_the_control(
    compiled_project: CompiledProject, golden_extracts: Path, tmp_path: Path
) -> None:
    build = compiled_project.build(golden_extracts, tmp_path)
    build.connection.execute(
        "insert into marts.rpt_profitability "
        "select period, legal_entity_id, dimension, 'books:C9', 'C9', 'C9', line, line_type, statement_line, "
        "amount, effect_on_result from marts.rpt_profitability "
        "where member = 'C4' and period = '2025-01' and line = 'net_revenue' and legal_entity_id = 'LE01'"
    )
    failing = build.failing_control("SG-01")
    assert [
        (row["period"], row["dimension"], row["line"], row["difference"])
        for row in sorted(failing, key=lambda row: str(row["line_type"]))
    ] == [
        ("2025-01", "customer", "Net revenue", Decimal("1530.00")),
        ("2025-01", "customer", "net_revenue", Decimal("1530.00")),
    ]
    build.connection.execute("delete from marts.rpt_profitability where statement_line = 'Cost of sales'")
    lines = {row["line"]: row["actual"] for row in build.failing_control("SG-01")}
    assert lines["Cost of sales"] is None
    build.close()


# A small company whose books were written by hand

DELIVERIES = {
    "products": PRODUCTS,
    "customers": CUSTOMERS,
    "chart_of_accounts": LARGER_CHART,
    "orders": """
    order_id customer_id order_date confirmed_at         currency
    O-1      C1          2025-01-02 2025-01-02T08:00:00Z EUR
    O-2      C2          2025-01-02 2025-01-02T08:00:00Z USD
    O-3      C1          2025-01-02 2025-01-02T08:00:00Z EUR
    O-4      C1          2025-01-02 2025-01-02T08:00:00Z EUR
    """,
    "order_lines": """
    order_id line_no product_id quantity unit_price
    O-1      1       PUMP       10       10.00
    O-1      2       HOSE       3         3.33
    O-2      1       PUMP       10       12.00
    O-3      1       PUMP       1        10.00
    O-3      2       HOSE       1        10.00
    O-4      1       CARE       3        30.00
    """,
    "shipments": """
    shipment_id order_id order_line_no quantity ship_date
    S-1         O-1      1             10       2025-01-10
    S-1         O-1      2              3       2025-01-10
    S-2         O-2      1             10       2025-01-20
    S-3         O-3      1              1       2025-01-25
    S-3         O-3      2              1       2025-01-25
    R-1         O-1      1             -2       2025-02-05
    """,
    "invoices": """
    doc_id doc_type    customer_id order_id shipment_id original_doc_id posting_date currency fx_rate gross
    I-1    invoice     C1          O-1      S-1         -               2025-01-10   EUR      1       109.99
    I-2    invoice     C2          O-2      S-2         -               2025-01-20   USD      0.9     120.00
    I-3    invoice     C1          O-3      S-3         -               2025-01-25   EUR      1        20.00
    I-4    invoice     C9          -        -           -               2025-01-28   EUR      1        30.00
    I-5    invoice     C1          O-4      -           -               2025-01-31   EUR      1        90.00
    CM-1   credit_memo C1          O-1      R-1         I-1             2025-02-05   EUR      1       -20.00
    CM-2   credit_memo C1          O-1      -           I-1             2025-02-06   EUR      1       -10.00
    """,
    "invoice_lines": """
    doc_id line_no order_id order_line_no product_id quantity unit_price tax_rate service_start service_end
    I-1    1       O-1      1             PUMP       10       10.00      0        -             -
    I-1    2       O-1      2             HOSE       3         3.33      0        -             -
    I-2    1       O-2      1             PUMP       10       12.00      0        -             -
    I-3    1       O-3      1             PUMP       1        10.00      0        -             -
    I-3    2       O-3      2             HOSE       1        10.00      0        -             -
    I-4    1       -        -             PUMP       3        10.00      0        -             -
    I-5    1       O-4      1             CARE       3        30.00      0        2025-02-01    2025-04-30
    CM-1   1       O-1      1             PUMP       -2       10.00      0        -             -
    CM-2   1       -        -             PUMP       -1        9.00      0        -             -
    CM-2   2       -        -             HOSE       -1        1.00      0        -             -
    """,
    "payments": """
    payment_id customer_id posting_date currency fx_rate amount
    P-1        C1          2025-02-10   EUR      1        50.00
    P-2        C2          2025-02-12   USD      0.8     120.00
    P-3        -           2025-02-13   EUR      1         7.00
    """,
    "applications": """
    application_id source_id doc_id posting_date amount discount
    A-1            P-1       I-1    2025-02-10    52.00 2.00
    A-2            P-2       I-2    2025-02-12   120.00 0
    """,
    "fx_rates": """
    from_currency to_currency rate_date  rate
    USD           EUR         2025-01-02 0.9
    USD           EUR         2025-01-20 0.9
    USD           EUR         2025-01-31 0.9
    USD           EUR         2025-02-12 0.8
    USD           EUR         2025-02-28 0.8
    """,
}
JOURNALS = """
journal_id line_no posting_date account_id amount  source_type      source_doc_id customer_id
J-01       1       2025-01-10   5000         44.50 shipment         S-1           C1
J-01       2       2025-01-10   1300        -44.50 shipment         S-1           C1
J-02       1       2025-01-10   1100        109.99 invoice          I-1           C1
J-02       2       2025-01-10   4000       -109.99 invoice          I-1           C1
J-03       1       2025-01-20   5000         40.00 shipment         S-2           -
J-03       2       2025-01-20   1300        -40.00 shipment         S-2           -
J-04       1       2025-01-20   1100        108.00 invoice          I-2           -
J-04       2       2025-01-20   4000       -108.00 invoice          I-2           -
J-05       1       2025-01-25   5000          5.50 shipment         S-3           C1
J-05       2       2025-01-25   1300         -5.50 shipment         S-3           C1
J-06       1       2025-01-25   1100         20.01 invoice          I-3           C1
J-06       2       2025-01-25   4000        -20.01 invoice          I-3           C1
J-07       1       2025-01-28   1100         30.00 invoice          I-4           C9
J-07       2       2025-01-28   4000        -30.00 invoice          I-4           C9
J-08       1       2025-01-31   1100         90.00 invoice          I-5           C1
J-08       2       2025-01-31   2500        -90.00 invoice          I-5           C1
J-09       1       2025-02-05   5000         -8.00 shipment         R-1           C1
J-09       2       2025-02-05   1300          8.00 shipment         R-1           C1
J-10       1       2025-02-05   1100        -20.00 credit_memo      CM-1          C1
J-10       2       2025-02-05   4000         20.00 credit_memo      CM-1          C1
J-11       1       2025-02-06   1100        -10.00 credit_memo      CM-2          C1
J-11       2       2025-02-06   4900         10.00 credit_memo      CM-2          C1
J-12       1       2025-02-10   1010         50.00 customer_receipt P-1           C1
J-12       2       2025-02-10   2400        -50.00 customer_receipt P-1           C1
J-13       1       2025-02-10   2400         50.00 application      A-1           C1
J-13       2       2025-02-10   4900          2.00 application      A-1           C1
J-13       3       2025-02-10   1100        -52.00 application      A-1           C1
J-14       1       2025-02-12   1010         96.00 customer_receipt P-2           C2
J-14       2       2025-02-12   2400        -96.00 customer_receipt P-2           C2
J-15       1       2025-02-12   2400         96.00 application      A-2           -
J-15       2       2025-02-12   1100       -108.00 application      A-2           -
J-15       3       2025-02-12   7000         12.00 application      A-2           -
J-16       1       2025-02-13   1010          7.00 customer_receipt P-3           -
J-16       2       2025-02-13   2400         -6.00 customer_receipt P-3           -
J-16       3       2025-02-13   4000         -1.00 customer_receipt P-3           -
J-17       1       2025-02-20   6500          5.00 manual           M-1           C2
J-17       2       2025-02-20   6500          7.00 manual           M-1           -
J-17       3       2025-02-20   1010        -12.00 manual           M-1           -
J-18       1       2025-02-25   6100        200.00 payroll          PAY-1         -
J-18       2       2025-02-25   1010       -200.00 payroll          PAY-1         -
J-19       1       2025-02-28   2500         30.00 revenue_release  REL-1         -
J-19       2       2025-02-28   4000        -30.00 revenue_release  REL-1         -
"""


@pytest.fixture(scope="module")
def booked(compiled_project: CompiledProject, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Build]:
    """The company with the books of JOURNALS."""
    build = small_company(
        compiled_project,
        tmp_path_factory.mktemp("booked"),
        {**DELIVERIES, "gl_journal_lines": JOURNALS},
        as_of="2025-02-28",
    )
    yield build
    build.close()


def test_a_customer_bears_what_its_documents_and_journal_lines_say(booked: Build) -> None:
    # O-2 names C2 where the journals name nobody; I-4 was written to a customer that was not
    # delivered; the unidentified receipt P-3 has a coin booked as revenue; of the manual journal one
    # line names C2.
    profit_shows(
        booked,
        "customer",
        """
        2025-01 C1          net_revenue    130.00
        2025-01 C1          cost_of_sales  -50.00
        2025-01 C2          net_revenue    108.00
        2025-01 C2          cost_of_sales  -40.00
        2025-01 unallocated net_revenue     30.00
        2025-02 C1          net_revenue     -2.00
        2025-02 C1          cost_of_sales    8.00
        2025-02 C2          direct_costs   -17.00
        2025-02 unallocated net_revenue      1.00
        2025-02 unallocated direct_costs    -7.00
        2025-02 unallocated other_result  -200.00
        """,
    )


def test_a_product_bears_its_share_of_lines_that_several_share(booked: Build) -> None:
    # I-1 and S-1 are booked in one line each: 100.00 and 9.99, 40.00 and 4.50. I-3 is booked a cent
    # too high: 20.01 by halves is 10.005, so 10.01 each less the cent that is one too many, which the
    # first of two equals gives. The discount of 2.00 by 100.00 to 9.99: 1.82 and 0.18. CM-2: 9 and 1.
    # PUMP in January: 100.00 + 108.00 + 10.01 + 30.00; in February -20.00 - 9.00 - 1.82.
    profit_shows(
        booked,
        "product",
        """
        2025-01 PUMP        net_revenue    248.01
        2025-01 PUMP        cost_of_sales  -84.00
        2025-01 HOSE        net_revenue     19.99
        2025-01 HOSE        cost_of_sales   -6.00
        2025-02 PUMP        net_revenue    -30.82
        2025-02 PUMP        cost_of_sales    8.00
        2025-02 HOSE        net_revenue     -1.18
        2025-02 CARE        net_revenue     30.00
        2025-02 unallocated net_revenue      1.00
        2025-02 unallocated direct_costs   -24.00
        2025-02 unallocated other_result  -200.00
        """,
    )


def test_segments_are_their_members_and_what_has_none_is_unallocated(booked: Build) -> None:
    profit_shows(
        booked,
        "customer_segment",
        """
        2025-01 Industry    net_revenue 130.00
        2025-01 unallocated net_revenue 138.00
        2025-02 Industry    net_revenue  -2.00
        2025-02 unallocated net_revenue   1.00
        """,
        "line = 'net_revenue'",
    )
    profit_shows(
        booked,
        "product_segment",
        """
        2025-01 Hardware    net_revenue 248.01
        2025-01 Spares      net_revenue  19.99
        2025-02 Hardware    net_revenue -30.82
        2025-02 Spares      net_revenue  -1.18
        2025-02 unallocated net_revenue  31.00
        """,
        "line = 'net_revenue'",
    )


def test_members_sum_to_the_booked_lines_and_subtotals_to_their_lines(booked: Build) -> None:
    accounts = {
        "4000": "Revenue",
        "4900": "Revenue",
        "5000": "Cost of sales",
        "6100": "Operations",
        "6500": "Impairment",
        "7000": "FX result",
    }
    expected: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for row in booked.rows("select * from raw.standard__gl_journal_lines"):
        if row["account_id"] in accounts:
            line = accounts[str(row["account_id"])]
            sign = 1 if line in ("Cost of sales", "Operations", "Impairment") else -1
            expected[str(row["posting_date"])[:7], line] += sign * Decimal(str(row["amount"]))
    found = {key: amount for key, amount in sums_by_line(booked, "LE01").items() if amount}
    assert found == {
        (dimension, *key): amount for dimension in DIMENSIONS for key, amount in expected.items() if amount
    }
    broken = booked.rows(
        "select member_key, period, dimension, "
        "sum(case when line = 'gross_margin' then amount else 0 end) as margin, "
        "sum(case when line = 'contribution' then amount else 0 end) as contribution, "
        "sum(case when line in ('net_revenue', 'cost_of_sales') then effect_on_result else 0 end) "
        "as own_margin, "
        "sum(case when line = 'direct_costs' then effect_on_result else 0 end) as own_costs "
        "from marts.rpt_profitability where legal_entity_id = 'LE01' group by all "
        "having margin <> own_margin or contribution <> own_margin + own_costs"
    )
    assert broken == []
    assert booked.failing_control("SG-01") == []


def test_without_a_ledger_the_documents_themselves_are_cut(
    compiled_project: CompiledProject, tmp_path: Path
) -> None:
    # The same documents; nothing is booked, so neither the cent on I-3 nor the manual journals exist.
    build = small_company(compiled_project, tmp_path, DELIVERIES, as_of="2025-02-28")
    profit_shows(
        build,
        "product",
        """
        2025-01 PUMP        net_revenue    248.00
        2025-01 PUMP        cost_of_sales  -84.00
        2025-01 HOSE        net_revenue     19.99
        2025-01 HOSE        cost_of_sales   -6.00
        2025-02 PUMP        net_revenue    -30.82
        2025-02 PUMP        cost_of_sales    8.00
        2025-02 HOSE        net_revenue     -1.18
        2025-02 CARE        net_revenue     30.00
        2025-02 unallocated direct_costs   -12.00
        """,
        "line <> 'other_result'",
    )
    profit_shows(
        build,
        "customer",
        """
        2025-01 C1          net_revenue    129.99
        2025-01 C1          cost_of_sales  -50.00
        2025-01 C2          net_revenue    108.00
        2025-01 C2          cost_of_sales  -40.00
        2025-01 unallocated net_revenue     30.00
        2025-02 C1          net_revenue     -2.00
        2025-02 C1          cost_of_sales    8.00
        2025-02 C2          direct_costs   -12.00
        """,
        "line <> 'other_result'",
    )
    assert build.failing_control("SG-01") == []
    build.close()


def test_a_partial_ledger_has_no_profitability(compiled_project: CompiledProject, tmp_path: Path) -> None:
    build = small_company(
        compiled_project,
        tmp_path,
        {**DELIVERIES, "gl_journal_lines": JOURNALS},
        settings="ledger: {LE01: partial}\n",
        as_of="2025-02-28",
    )
    assert build.rows("select * from marts.rpt_profitability") == []
    assert build.failing_control("SG-01") == []
    build.close()


def test_group_members_sum_to_the_translated_line_although_each_is_rounded(
    compiled_project: CompiledProject, tmp_path: Path
) -> None:
    # Three customers of LE02 with 0.05 USD each: 0.05 x 0.9 = 0.045 is 0.05 for each, but 0.15 x 0.9
    # = 0.135 is 0.14 for the line; the first of equals, C1, takes the cent.
    build = small_company(
        compiled_project,
        tmp_path,
        {
            "legal_entities": "legal_entity_id functional_currency\nLE01 EUR\nLE02 USD",
            "customers": "customer_id\nC1\nC2\nC3",
            "fx_rates": "\n".join(
                ["from_currency to_currency rate_date rate"]
                + [f"USD EUR 2025-01-{day:02} 0.9" for day in range(1, 32)]
            ),
            "invoices": """
            doc_id legal_entity_id customer_id posting_date currency gross
            A-1    LE01            C1          2025-01-10   EUR      1.00
            B-1    LE02            C1          2025-01-10   USD      0.05
            B-2    LE02            C2          2025-01-10   USD      0.05
            B-3    LE02            C3          2025-01-10   USD      0.05
            """,
        },
        settings="reporting_currency: EUR\n",
        as_of="2025-01-31",
    )
    assert_shows(
        build,
        "marts.rpt_profitability",
        """
        legal_entity_id member      amount
        LE01            C1          1.00
        LE01            unallocated 0.00
        LE02            C1          0.05
        LE02            C2          0.05
        LE02            C3          0.05
        LE02            unallocated 0.00
        *               C1          1.04
        *               C2          0.05
        *               C3          0.05
        *               unallocated 0.00
        """,
        "dimension = 'customer' and line = 'net_revenue'",
    )
    assert build.failing_control("SG-01") == []
    build.close()


# The demonstration company: every result line on its customer and product, in plain Python


def half_up(amount: Decimal) -> Decimal:
    """Half away from zero, to the cent; both entities have cents."""
    return amount.quantize(CENT, ROUND_HALF_UP)


def released_by_month(build: Build) -> dict[tuple[str, str], list[tuple[str, str, Decimal]]]:
    """(entity, month) to the shares of billed services: customer, product, amount."""
    released: dict[tuple[str, str], list[tuple[str, str, Decimal]]] = defaultdict(list)
    for row in build.rows(
        "select invoices.legal_entity_id as entity, invoices.customer_id as customer, "
        "invoices.fx_rate as rate, lines.* from raw.standard__invoice_lines as lines "
        "join raw.standard__invoices as invoices using (doc_id) where service_start is not null"
    ):
        first, last = row["service_start"], row["service_end"]
        months = (last.year - first.year) * 12 + last.month - first.month + 1
        net = half_up(half_up(row["quantity"] * row["unit_price"]) * row["rate"])
        share = half_up(net / months)
        for number in range(months):
            month = first.month - 1 + number
            period = f"{first.year + month // 12}-{month % 12 + 1:02}"
            amount = share if number < months - 1 else net - share * (months - 1)
            released[row["entity"], period].append((row["customer"], row["product_id"], amount))
    return released


def split(amount: Decimal, weights: dict[str, Decimal]) -> dict[str, Decimal]:
    """An amount by weights, the largest (of equals the first by name) taking the remainder."""
    total = sum(weights.values())
    shares = {name: half_up(amount * weight / total) for name, weight in weights.items()}
    largest = min(weights, key=lambda name: (-weights[name], name))
    shares[largest] += amount - sum(shares.values())
    return shares


def attributed(build: Build) -> dict[tuple[str, str, str, str, str], Decimal]:
    """(entity, period, line, customer, product) to the effect on the result, from the booked lines."""
    products_of_orders = {
        (row["order_id"], row["line_no"]): row["product_id"]
        for row in build.rows("select * from raw.standard__order_lines")
    }
    lines_of_documents: dict[str, list[tuple[str, Decimal]]] = defaultdict(list)
    for row in build.rows(
        "select lines.*, invoices.fx_rate as rate from raw.standard__invoice_lines as lines "
        "join raw.standard__invoices as invoices using (doc_id) order by cast(line_no as integer)"
    ):
        net = half_up(half_up(row["quantity"] * row["unit_price"]) * row["rate"])
        lines_of_documents[row["doc_id"]].append((row["product_id"], net))
    shipments: dict[str, list[tuple[str, Decimal]]] = defaultdict(list)
    for row in build.rows("select * from marts.fct_shipments order by cast(order_line_no as integer)"):
        product = products_of_orders[row["order_id"], row["order_line_no"]]
        shipments[row["shipment_id"]].append((product, row["cost_functional"]))
    documents_of_applications = {
        row["application_id"]: row["doc_id"] for row in build.rows("select * from raw.standard__applications")
    }
    released = released_by_month(build)
    found: dict[tuple[str, str, str, str, str], Decimal] = defaultdict(Decimal)
    revenue_lines: dict[str, int] = defaultdict(int)
    for row in build.rows(
        "select *, strftime(posting_date, '%Y-%m') as period from raw.standard__gl_journal_lines "
        "where source_type <> 'opening' order by journal_id, cast(line_no as integer)"
    ):
        account, document, gain = row["account_id"], row["source_doc_id"], -row["amount"]
        entity, period, customer = row["legal_entity_id"], row["period"], row["customer_id"] or "unallocated"
        source_type = row["source_type"]
        if source_type in ("invoice", "credit_memo", "shipment") and account in (
            *REVENUE_ACCOUNTS,
            "4900",
            *(("1250", "2500") if source_type == "invoice" else ()),
        ):
            # the journal has a line for each line of the document, in their order
            lines = shipments if source_type == "shipment" else lines_of_documents
            product = lines[document][revenue_lines[row["journal_id"]]][0]
            revenue_lines[row["journal_id"]] += 1
            if account not in ("1250", "2500"):
                found[entity, period, "net_revenue", customer, product] += gain
        elif account == "5000":
            assert gain == -sum(cost for _, cost in shipments[document])
            for product, cost in shipments[document]:
                found[entity, period, "cost_of_sales", customer, product] -= cost
        elif account == "4900":
            weights: dict[str, Decimal] = defaultdict(Decimal)
            for product, net in lines_of_documents[documents_of_applications[document]]:
                weights[product] += abs(net)
            for product, share in split(gain, weights).items():
                found[entity, period, "net_revenue", customer, product] += share
        elif account in REVENUE_ACCOUNTS:
            assert source_type == "revenue_release"
        elif account in ("6500", "7000"):
            found[entity, period, "direct_costs", customer, "unallocated"] += gain
        elif account[0] in "6789":
            found[entity, period, "other_result", customer, "unallocated"] += gain
    booked_releases = {
        (row["entity"], row["period"]): row["amount"]
        for row in build.rows(
            "select legal_entity_id as entity, strftime(posting_date, '%Y-%m') as period, "
            "-sum(amount) as amount from raw.standard__gl_journal_lines "
            f"where account_id in {REVENUE_ACCOUNTS} and source_type = 'revenue_release' group by all"
        )
    }
    for key, booked in booked_releases.items():
        assert sum(amount for _, _, amount in released[key]) == booked, key
        for customer, product, amount in released[key]:
            found[*key, "net_revenue", customer, product] += amount
    return found


def test_the_demonstration_company_is_cut_as_its_journals_and_documents_say(demonstration: Build) -> None:
    expected: dict[tuple[str, ...], Decimal] = defaultdict(Decimal)
    segments = {
        "customer_segment": dict(
            demonstration.connection.execute(
                "select customer_id, segment from raw.standard__customers"
            ).fetchall()
        ),
        "product_segment": dict(
            demonstration.connection.execute(
                "select product_id, segment from raw.standard__products"
            ).fetchall()
        ),
    }
    for (entity, period, line, customer, product), amount in attributed(demonstration).items():
        members = {
            "customer": customer,
            "customer_segment": segments["customer_segment"].get(customer) or "unallocated",
            "product": product,
            "product_segment": segments["product_segment"].get(product) or "unallocated",
        }
        for dimension, member in members.items():
            expected[entity, period, dimension, member, line] += amount
    found = {
        (
            row["legal_entity_id"],
            row["period"],
            row["dimension"],
            row["member"],
            row["line"],
        ): row["effect"]
        for row in demonstration.rows(
            "select legal_entity_id, period, dimension, member, line, sum(effect_on_result) as effect "
            "from marts.rpt_profitability where line_type = 'line' and legal_entity_id <> '*' "
            "group by all having sum(effect_on_result) <> 0"
        )
    }
    assert len(found) > 5_000
    assert found == {key: amount for key, amount in expected.items() if amount}


def test_the_demonstration_companys_members_sum_to_every_statement_line(demonstration: Build) -> None:
    statement = demonstration.rows("select * from marts.rpt_income_statement where line_type = 'line'")
    assert {row["legal_entity_id"] for row in statement} == {"LE01", "LE02", "*"}
    for legal_entity_id in ("LE01", "LE02", "*"):
        assert sums_by_line(demonstration, legal_entity_id) == {
            (dimension, row["period"], row["line"]): row["amount"]
            for dimension in DIMENSIONS
            for row in statement
            if row["legal_entity_id"] == legal_entity_id
        }
    assert demonstration.failing_control("SG-01") == []
