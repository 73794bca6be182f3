"""Write-offs with and without an application of their own; days sales outstanding worked out by hand."""

from pathlib import Path

import pytest

from tests.harness.project import Build, CompiledProject
from tests.scenarios.company import CHART, assert_shows, small_company


def test_a_write_off_counts_once_with_or_without_its_application(
    compiled_project: CompiledProject, tmp_path: Path
) -> None:
    build = small_company(
        compiled_project,
        tmp_path,
        {
            "invoices": """
            doc_id  posting_date gross  tax   currency fx_rate
            ALONE   2025-01-10   119.00 19.00 EUR      1
            NAMED   2025-01-10   119.00 19.00 EUR      1
            LATER   2025-01-10    11.90  1.90 EUR      1
            PART    2025-01-10   100.00  0    USD      0.9155
            """,
            "write_offs": """
            write_off_id doc_id posting_date net    tax   currency
            WO-1         ALONE  2025-02-10   100.00 19.00 EUR
            WO-2         NAMED  2025-02-10    50.00  9.50 EUR
            WO-3         LATER  2025-02-10    10.00  1.90 EUR
            WO-4         PART   2025-02-10    33.33  0    USD
            """,
            "applications": """
            application_id source_type source_id doc_id posting_date amount
            APP-2          write_off   WO-2      NAMED  2025-02-10   59.50
            APP-3          write_off   WO-3      LATER  2025-02-20   11.90
            """,
        },
        as_of="2025-02-28",
    )
    # The write-off reduces on its own date. PART: 91.55 less the rest 66.67 x 0.9155 = 61.04 is 30.51.
    assert_shows(
        build,
        "marts.ar_open_items_at(date '2025-02-10')",
        """
        doc_id  open_amount open_amount_functional
        NAMED   59.50       59.50
        PART    66.67       61.04
        """,
    )
    assert_shows(
        build,
        "marts.fct_cash_applications",
        """
        application_id source_type source_id doc_id amount
        APP-2          write_off   WO-2      NAMED  59.50
        APP-3          write_off   WO-3      LATER  11.90
        """,
    )
    # 119 + 119 + 11.90 + 91.55 = 341.45; written off 119 + 59.50 + 11.90 + 30.51 = 220.91.
    assert_shows(
        build,
        "marts.rpt_ar_rollforward",
        """
        period  opening invoiced credited collected discounts written_off fx_difference closing
        2025-01   0     341.45   0        0         0            0        0             341.45
        2025-02 341.45    0      0        0         0         -220.91     0             120.54
        """,
        "legal_entity_id = 'LE01'",
    )
    assert build.failing_controls() == {}
    build.close()


def test_what_was_known_of_a_write_off_does_not_count_twice(
    compiled_project: CompiledProject, tmp_path: Path
) -> None:
    build = small_company(
        compiled_project,
        tmp_path,
        {
            "invoices__2025-03-01": "doc_id posting_date gross\nINV-1 2025-01-10 100.00",
            "write_offs__2025-03-05": """
            write_off_id doc_id posting_date net
            WO-1         INV-1  2025-02-10   30.00
            """,
            "applications__2025-03-10": """
            application_id source_type source_id doc_id posting_date amount
            APP-1          write_off   WO-1      INV-1  2025-02-10   30.00
            """,
        },
        as_of="2025-02-28",
    )
    for known_on, rest in {"2025-03-04": "100.00", "2025-03-05": "70.00", "2025-03-10": "70.00"}.items():
        assert_shows(
            build,
            f"marts.ar_open_items_known(date '2025-02-28', date '{known_on}')",
            f"doc_id open_amount\nINV-1 {rest}",
        )
    build.close()


HISTORY = "\n".join(
    ["legal_entity_id period gross_credit_sales"]
    + [f"LE-A 2024-{month:02} 10000.00" for month in range(4, 13)]
    + [f"LE-OLD 2023-{month:02} 1.00" for month in range(2, 13)]
    + [f"LE-GAP {month} 50.00" for month in ("2024-10", "2024-12", "2025-01", "2025-02")]
    + [f"LE-OLD 2024-{month:02} 1.00" for month in range(1, 13)]
)


@pytest.fixture(scope="module")
def sales(compiled_project: CompiledProject, tmp_path_factory: pytest.TempPathFactory) -> Build:
    """Seven entities, each with its own course of sales and receipts."""
    build = small_company(
        compiled_project,
        tmp_path_factory.mktemp("sales"),
        {
            "legal_entities": """
            legal_entity_id functional_currency
            LE-A            EUR
            LE-NEW          EUR
            LE-CREDIT       EUR
            LE-OWED         EUR
            LE-OLD          EUR
            LE-SHORT        EUR
            LE-GAP          EUR
            """,
            "chart_of_accounts": CHART,
            "sales_history": HISTORY,
            "invoices": """
            doc_id legal_entity_id doc_type    posting_date gross    original_doc_id
            A-1    LE-A            invoice     2025-01-10   70000.00 -
            A-2    LE-A            invoice     2025-02-10   80000.00 -
            A-3    LE-A            invoice     2025-03-05   60000.00 -
            A-4    LE-A            debit_memo  2025-03-20   45000.00 -
            A-5    LE-A            credit_memo 2025-03-21   -5000.00 A-4
            N-1    LE-NEW          invoice     2025-03-02     500.00 -
            C-1    LE-CREDIT       invoice     2025-02-10     100.00 -
            C-2    LE-CREDIT       credit_memo 2025-03-10     -20.00 C-1
            W-1    LE-OWED         invoice     2025-02-10     100.00 -
            W-2    LE-OWED         credit_memo 2025-03-10     -30.00 W-1
            W-3    LE-OWED         invoice     2025-03-12      50.00 -
            O-1    LE-OLD          invoice     2024-12-01    1000.00 -
            O-2    LE-OLD          invoice     2025-01-10      10.00 -
            S-1    LE-SHORT        invoice     2024-12-01    1000.00 -
            S-2    LE-SHORT        invoice     2025-01-10      10.00 -
            G-1    LE-GAP          invoice     2025-01-10     100.00 -
            """,
            "payments": """
            payment_id legal_entity_id posting_date amount
            P-A        LE-A            2025-03-25   38000.00
            P-W        LE-OWED         2025-03-20     150.00
            """,
            "applications": """
            application_id source_id doc_id posting_date amount
            P-A-1          P-A       A-1    2025-03-25   38000.00
            P-W-1          P-W       W-1    2025-03-20     100.00
            P-N-1          P-N       N-1    2025-03-20     100.00
            P-W-2          P-W       W-3    2025-03-20      50.00
            """,
            "gl_journal_lines": """
            journal_id line_no legal_entity_id posting_date account_id amount   source_type source_doc_id
            OO         1       LE-OLD          2024-12-31   1100        1000.00 opening     -
            OO         2       LE-OLD          2024-12-31   3000       -1000.00 opening     -
            O          1       LE-OLD          2025-01-10   1100          10.00 invoice     O-2
            O          2       LE-OLD          2025-01-10   4000         -10.00 invoice     O-2
            OS         1       LE-SHORT        2024-12-31   1100        1000.00 opening     -
            OS         2       LE-SHORT        2024-12-31   3000       -1000.00 opening     -
            S          1       LE-SHORT        2025-01-10   1100          10.00 invoice     S-2
            S          2       LE-SHORT        2025-01-10   4000         -10.00 invoice     S-2
            """,
        },
        as_of="2025-03-31",
    )
    yield build
    build.close()


def dso(build: Build, as_of: str, entity: str, expected: str) -> None:
    columns = "metric_id value numerator denominator null_reason"
    assert_shows(
        build, f"marts.dso_at(date '{as_of}')", f"{columns}\n{expected}", f"legal_entity_id = '{entity}'"
    )


def test_days_sales_outstanding_of_whole_months(sales: Build) -> None:
    # AR 250k - 38k = 212k; sales 100k, 80k, 70k in months of 31, 28 and 31 days, 10k in each of nine before.
    # 212 / 100 x 31 = 65.72; 212 / 250 x 90 = 76.32; 212 / 340 x 365 = 227.588235.
    # Count-back: 31 + 28 + (212 - 100 - 80) / 70 x 31 = 59 + 14.171429.
    dso(
        sales,
        "2025-03-31",
        "LE-A",
        """
        dso_month       65.72      212000 100000 -
        dso_rolling_3m  76.32      212000 250000 -
        dso_rolling_12m 227.588235 212000 340000 -
        dso_countback   73.171429  212000 -      -
        """,
    )


def test_inside_a_month_the_days_so_far_count(sales: Build) -> None:
    # AR 210k; 60k in 10 days, 80k, 70k. 210 / 60 x 10; 210 / 210 x 69; 210 / 300 x 344 (from 1 April).
    # Count-back uses up exactly 10 + 28 + 31 days.
    dso(
        sales,
        "2025-03-10",
        "LE-A",
        """
        dso_month        35   210000  60000 -
        dso_rolling_3m   69   210000 210000 -
        dso_rolling_12m 240.8 210000 300000 -
        dso_countback    69   210000      - -
        """,
    )


def test_without_its_history_a_metric_is_null_and_says_so(sales: Build) -> None:
    # One month of sales: 400 / 500 x 31 = 24.8 by both metrics that need no more.
    dso(
        sales,
        "2025-03-31",
        "LE-NEW",
        """
        dso_month       24.8 400 500 -
        dso_rolling_3m  -    -   -   insufficient_history
        dso_rolling_12m -    -   -   insufficient_history
        dso_countback   24.8 400 -   -
        """,
    )


def test_a_month_without_net_sales_has_no_ratio_but_counts_back(sales: Build) -> None:
    # March: 28 February days hold 100 of sales; 31 + 80 / 100 x 28 = 53.4.
    dso(
        sales,
        "2025-03-31",
        "LE-CREDIT",
        """
        dso_month       -    80 -20 non_positive_denominator
        dso_rolling_3m  -    -  -   insufficient_history
        dso_rolling_12m -    -  -   insufficient_history
        dso_countback   53.4 80 -   -
        """,
    )


def test_receivables_below_zero_are_shown_and_count_back_to_nothing(sales: Build) -> None:
    # AR -30; March sales 50 - 30 = 20: -30 / 20 x 31 = -46.5.
    dso(
        sales,
        "2025-03-31",
        "LE-OWED",
        """
        dso_month       -46.5 -30 20 -
        dso_rolling_3m  -     -   -  insufficient_history
        dso_rolling_12m -     -   -  insufficient_history
        dso_countback   0     -30 -  -
        """,
    )


def test_sales_that_never_use_up_the_receivables(sales: Build) -> None:
    # An opening item of 1000 is in AR and in no month's sales. 24 months back from January 2025 are 731 days.
    dso(
        sales,
        "2025-01-31",
        "LE-OLD",
        """
        dso_month       3131        1010 10 -
        dso_rolling_3m  7743.333333 1010 12 -
        dso_rolling_12m 17602.857143 1010 21 -
        dso_countback   731         1010 -  exhausted
        """,
    )
    dso(
        sales,
        "2025-01-31",
        "LE-SHORT",
        """
        dso_month       3131 1010 10 -
        dso_rolling_3m  -    -    -  insufficient_history
        dso_rolling_12m -    -    -  insufficient_history
        dso_countback   -    -    -  insufficient_history
        """,
    )


def test_a_sales_history_stands_for_the_months_before_the_first_invoice_only(sales: Build) -> None:
    # November is missing, and what the history says of January and February counts for nothing.
    dso(
        sales,
        "2025-01-31",
        "LE-GAP",
        """
        dso_month       31 100 100 -
        dso_rolling_3m  -  -   -   insufficient_history
        dso_rolling_12m -  -   -   insufficient_history
        dso_countback   31 100 -   -
        """,
    )
    dso(
        sales,
        "2025-02-28",
        "LE-GAP",
        """
        dso_month       -  100   0 non_positive_denominator
        dso_rolling_3m  60 100 150 -
        dso_rolling_12m -  -   -   insufficient_history
        dso_countback   59 100 -   -
        """,
    )
