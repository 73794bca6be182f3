"""Collections by invoice month: the golden quarter by hand, and a company whose vintages mix everything."""

from pathlib import Path

from tests.harness.golden import needs_golden_quarter
from tests.harness.project import Build, CompiledProject
from tests.scenarios.company import CHART, assert_shows, small_company

COLUMNS = """
vintage legal_entity_id months_since_invoice as_of invoiced credit_memos collected discounts credits_applied
written_off open_amount_functional
""".replace("\n", " ")


@needs_golden_quarter
def test_the_vintages_of_the_golden_quarter(golden_build: Build) -> None:
    # November is INV-0900, January INV-1001 to 1003 (the last of them USD 3,300 at 0.9604), February INV-1004
    # and 1005 and the credit memo of 238.00 that goes to January's INV-1001, March INV-1006 and 1007.
    assert_shows(
        golden_build,
        "marts.rpt_collections_vintage",
        f"""
        {COLUMNS}
        2024-11 LE01 1 2024-12-31 1190.00    0.00     0.00   0.00    0.00     0.00 1190.00
        2024-11 LE01 2 2025-01-31 1190.00    0.00     0.00   0.00    0.00     0.00 1190.00
        2024-11 LE01 3 2025-02-28 1190.00    0.00     0.00   0.00    0.00     0.00 1190.00
        2024-11 LE01 4 2025-03-31 1190.00    0.00     0.00   0.00    0.00 -1190.00    0.00
        2025-01 LE01 0 2025-01-31 6834.32    0.00 -2215.78 -45.22    0.00     0.00 4573.32
        2025-01 LE01 1 2025-02-28 6834.32    0.00 -4164.30 -45.22 -238.00     0.00 2386.80
        2025-01 LE01 2 2025-03-31 6834.32    0.00 -6185.10 -45.22 -238.00     0.00  366.00
        2025-02 LE01 0 2025-02-28 4676.70 -238.00     0.00   0.00  238.00     0.00 4676.70
        2025-02 LE01 1 2025-03-31 4676.70 -238.00 -4656.00   0.00  238.00     0.00   20.70
        2025-03 LE01 0 2025-03-31 1695.75    0.00     0.00   0.00    0.00     0.00 1695.75
        """,
    )
    # 4,164.30 of 6,834.32 are collected a month later, 2,386.80 open
    assert_shows(
        golden_build,
        "marts.rpt_collections_vintage",
        "vintage collected_share open_share\n2025-01 0.609322 0.349237",
        "vintage = '2025-01' and months_since_invoice = 1",
    )


def test_a_vintage_stands_at_every_later_date_and_at_the_as_of_date(
    compiled_project: CompiledProject, tmp_path: Path
) -> None:
    # A receipt of 19 January bounces in February; what is posted on 20 March is not known on the 15th.
    # USD 100 at 0.90 are paid in two halves.
    build = small_company(
        compiled_project,
        tmp_path,
        {
            "chart_of_accounts": CHART,
            "invoices": """
            doc_id doc_type    posting_date currency fx_rate gross
            I-1    invoice     2025-01-10   EUR      1       500
            I-2    invoice     2025-01-12   USD      0.9     100
            M-1    credit_memo 2025-02-03   EUR      1       -50
            D-1    debit_memo  2025-03-01   EUR      1        20
            """,
            "payments": """
            payment_id posting_date currency fx_rate amount reverses_payment_id
            P-1        2025-01-19   EUR      1       300    -
            P-2        2025-02-20   EUR      1       300    P-1
            P-3        2025-02-25   USD      0.95    100    -
            P-4        2025-03-20   EUR      1        20    -
            """,
            "applications": """
            application_id source_type source_id doc_id posting_date amount discount
            A-1            payment     P-1       I-1    2025-01-19    300   -
            A-2            payment     P-1       I-1    2025-02-20   -300   -
            A-3            payment     P-3       I-2    2025-02-25     50   1
            A-4            payment     P-3       I-2    2025-03-02     50   -
            A-5            credit_memo M-1       I-1    2025-03-03     30   -
            A-6            payment     P-4       D-1    2025-03-20     20   -
            """,
            "write_offs": "write_off_id doc_id posting_date net\nW-1 I-1 2025-03-10 470",
        },
        as_of="2025-03-15",
    )
    assert_shows(
        build,
        "marts.rpt_collections_vintage",
        f"""
        {COLUMNS}
        2025-01 LE01 0 2025-01-31 590   0 -300.0  0     0    0 290
        2025-01 LE01 1 2025-02-28 590   0  -44.1 -0.9   0    0 545
        2025-01 LE01 2 2025-03-15 590   0  -89.1 -0.9 -30 -470   0
        2025-02 LE01 0 2025-02-28   0 -50    0    0     0    0 -50
        2025-02 LE01 1 2025-03-15   0 -50    0    0    30    0 -20
        2025-03 LE01 0 2025-03-15  20   0    0    0     0    0  20
        """,
    )
    assert_shows(
        build,
        "marts.rpt_collections_vintage",
        "vintage collected_share open_share\n2025-02 - -",
        "vintage = '2025-02' and as_of = date '2025-02-28'",
    )
    build.close()
