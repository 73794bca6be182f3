"""Order backlog and order-to-cash cycle, worked out by hand; and those of the golden quarter."""

from pathlib import Path

import pytest

from tests.harness.golden import differences, expected_rows, mart_rows, needs_golden_quarter
from tests.harness.project import Build, CompiledProject
from tests.scenarios.company import assert_shows, small_company

GOLDEN_KEYS = {
    "rpt_order_backlog": ["as_of", "order_id", "line_no"],
    "rpt_order_to_cash_cycle": ["order_id"],
}


@needs_golden_quarter
@pytest.mark.parametrize("mart", GOLDEN_KEYS)
def test_the_golden_quarter_is_matched(golden_build: Build, mart: str) -> None:
    found = differences(
        expected_rows(mart), mart_rows(golden_build.connection, mart), GOLDEN_KEYS[mart], True
    )
    assert found == []


@pytest.fixture(scope="module")
def orders(compiled_project: CompiledProject, tmp_path_factory: pytest.TempPathFactory) -> Build:
    """Orders of goods in EUR and USD, one subscription, and orders that are no backlog."""
    build = small_company(
        compiled_project,
        tmp_path_factory.mktemp("orders"),
        {
            "products": """
            product_id name    kind
            PUMP       Pump    goods
            CARE       Care    subscription
            """,
            "fx_rates": """
            from_currency rate_date  rate
            USD           2025-01-31 0.90
            USD           2025-02-28 0.95
            USD           2025-03-31 0.91
            """,
            "orders": """
            order_id order_date confirmed_at         status    currency
            PART     2025-01-10 2025-01-12T09:00:00Z confirmed EUR
            DOLLAR   2025-01-15 2025-01-31T23:59:59Z confirmed USD
            CARE     2025-01-20 2025-01-21T09:00:00Z confirmed USD
            OVER     2025-01-10 2025-01-12T09:00:00Z shipped   EUR
            RETURN   2025-01-10 2025-01-10T09:00:00Z shipped   EUR
            DRAFT    2025-01-10 -                    draft     EUR
            GONE     2025-01-10 2025-01-12T09:00:00Z cancelled EUR
            UNDATED  2025-03-10 -                    confirmed EUR
            """,
            "order_lines": """
            order_id line_no product_id quantity quantity_cancelled unit_price
            PART     1       PUMP       10       2                  10.00
            DOLLAR   1       PUMP       3        -                  33.33
            CARE     1       CARE       4        1                  30.00
            OVER     1       PUMP       5        -                  10.00
            RETURN   1       PUMP       5        -                  10.00
            DRAFT    1       PUMP       5        -                  10.00
            GONE     1       PUMP       5        -                  10.00
            UNDATED  1       PUMP       1        -                  10.00
            """,
            "shipments": """
            shipment_id order_id order_line_no quantity ship_date
            S-1         PART     1             3        2025-01-20
            S-2         PART     1             5        2025-03-03
            S-3         OVER     1             6        2025-02-05
            S-4         RETURN   1             5        2025-01-15
            S-5         RETURN   1            -2        2025-02-15
            """,
            "invoices": """
            doc_id doc_type    posting_date document_date order_id currency fx_rate gross original_doc_id
            PART-1 invoice     2025-01-22   2025-01-21    PART     EUR      1       30.00 -
            PART-2 invoice     2025-03-05   2025-03-04    PART     EUR      1       50.00 -
            CARE-1 invoice     2025-02-01   2025-02-01    CARE     USD      0.93    90.00 -
            RET-1  invoice     2025-01-14   2025-01-14    RETURN   EUR      1       50.00 -
            RET-CM credit_memo 2025-02-16   2025-02-16    RETURN   EUR      1      -20.00 RET-1
            """,
            "invoice_lines": """
            doc_id line_no order_id order_line_no quantity unit_price service_start service_end tax_rate
            PART-1 1       PART     1             3        10.00      -             -           0
            PART-2 1       PART     1             5        10.00      -             -           0
            CARE-1 1       CARE     1             3        30.00      2025-02-01    2025-04-30  0
            RET-1  1       RETURN   1             5        10.00      -             -           0
            RET-CM 1       RETURN   1             -2       10.00      -             -           0
            """,
            "payments": """
            payment_id posting_date amount reverses_payment_id
            BOUNCED    2025-01-25   30.00  -
            BACK       2025-01-28   30.00  BOUNCED
            P-1        2025-02-20   30.00  -
            P-2        2025-03-01   80.00  -
            """,
            "applications": """
            application_id source_type source_id doc_id posting_date amount
            A-1            payment     BOUNCED   PART-1 2025-01-25    30.00
            A-2            payment     BOUNCED   PART-1 2025-01-28   -30.00
            A-3            payment     P-1       RET-1  2025-02-20    30.00
            A-4            credit_memo RET-CM    RET-1  2025-02-17    20.00
            A-5            payment     P-2       PART-2 2025-03-06    50.00
            A-6            payment     P-2       PART-1 2025-03-10    30.00
            """,
        },
        as_of="2025-03-31",
    )
    yield build
    build.close()


def test_the_backlog_is_what_is_confirmed_and_neither_cancelled_nor_delivered(orders: Build) -> None:
    # PART: 10 - 2 - 3 = 5, gone with the delivery of 3 March. DOLLAR: confirmed on the last day of January;
    # 3 x 33.33 = 99.99 at 0.90 = 89.991, 0.95 = 94.9905, 0.91 = 90.9909. OVER: 5, then 6 are shipped.
    # CARE: 3 x 30 = 90 at 0.90 = 81; recognised 30 a month: 60 x 0.95 = 57, 30 x 0.91 = 27.30.
    # RETURN: what comes back is no backlog. UNDATED: no day of confirmation, so the order date counts.
    assert_shows(
        orders,
        "marts.rpt_order_backlog",
        """
        as_of      order_id open_quantity backlog_functional
        2025-01-31 PART     5             50.00
        2025-01-31 DOLLAR   3             89.99
        2025-01-31 CARE     3             81.00
        2025-01-31 OVER     5             50.00
        2025-02-28 PART     5             50.00
        2025-02-28 DOLLAR   3             94.99
        2025-02-28 CARE     2             57.00
        2025-03-31 DOLLAR   3             90.99
        2025-03-31 CARE     1             27.30
        2025-03-31 UNDATED  1             10.00
        """,
    )


def test_the_cycle_counts_whole_days_and_leaves_open_stages_open(orders: Build) -> None:
    # PART: first cash on 1 March (P-2; what bounced is none), 39 days after the invoice of 21 January;
    # the last application on 10 March is 59 days after the order. RETURN: billed the day before it left.
    assert_shows(
        orders,
        "(select *, days_order_to_confirm as confirm, days_confirm_to_ship as ship, "
        "days_ship_to_invoice as invoice, days_invoice_to_first_cash as cash, days_order_to_cash as whole "
        "from marts.rpt_order_to_cash_cycle)",
        """
        order_id confirm ship invoice cash whole is_closed
        PART     2       8    1       39   59    true
        DOLLAR   16      -    -       -    -     false
        CARE     1       -    -       -    -     false
        OVER     2       24   -       -    -     false
        RETURN   0       5    -1      37   41    true
        DRAFT    -       -    -       -    -     false
        GONE     2       -    -       -    -     true
        UNDATED  -       -    -       -    -     false
        """,
    )


def test_before_the_as_of_date_nothing_later_counts(
    compiled_project: CompiledProject, tmp_path: Path
) -> None:
    build = small_company(
        compiled_project,
        tmp_path,
        {
            "products": "product_id name kind\nPUMP Pump goods",
            "orders": """
            order_id order_date confirmed_at
            EARLY    2025-01-10 2025-02-01T09:00:00Z
            LATE     2025-02-10 2025-02-11T09:00:00Z
            """,
            "order_lines": """
            order_id line_no product_id quantity unit_price
            EARLY    1       PUMP       1        10.00
            LATE     1       PUMP       1        10.00
            """,
            "shipments": """
            shipment_id order_id order_line_no quantity ship_date
            S-1         EARLY    1             1        2025-02-03
            """,
            "invoices": "doc_id posting_date gross\nOTHER 2025-01-05 1.00",
        },
        as_of="2025-01-31",
    )
    assert_shows(build, "marts.rpt_order_backlog", "order_id\n")
    assert_shows(
        build,
        "marts.rpt_order_to_cash_cycle",
        """
        order_id days_order_to_confirm days_confirm_to_ship is_closed
        EARLY    -                     -                    false
        """,
    )
    build.close()
