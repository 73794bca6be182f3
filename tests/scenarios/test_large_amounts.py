"""Amounts far above those of the other tests: products of two decimals must not overflow."""

from pathlib import Path

from tests.harness.project import CompiledProject
from tests.scenarios.company import assert_shows, small_company


def test_prices_quantities_and_amounts_of_millions(compiled_project: CompiledProject, tmp_path: Path) -> None:
    # Cost: 3 x 4,000,000 USD x 0.9 = 10,800,000. Order: 20000 x 150000 = 3,000,000,000.
    build = small_company(
        compiled_project,
        tmp_path,
        {
            "products": """
            product_id name    kind  unit_cost cost_currency
            P-1        Turbine goods 4000000   USD
            """,
            "fx_rates": """
            from_currency rate_date  rate
            USD           2025-01-10 0.9
            JPY           2025-01-10 0.00615
            """,
            "orders": "order_id order_date confirmed_at\nSO-1 2025-01-10 2025-01-10T08:00:00Z",
            "order_lines": """
            order_id line_no product_id quantity unit_price
            SO-1     10      P-1        20000    150000
            """,
            "shipments": """
            shipment_id order_id order_line_no quantity ship_date
            SH-1        SO-1     10            3        2025-01-10
            """,
            "invoices": """
            doc_id posting_date currency fx_rate gross       tax
            INV-1  2025-01-10   JPY      0.00615 27000000000 0
            INV-2  2025-01-10   EUR      1       595000000   95000000
            """,
            "invoice_lines": """
            doc_id line_no quantity unit_price tax_rate
            INV-1  1       180000   150000     0
            INV-2  1       4000     125000     0.19
            """,
            "payments": """
            payment_id posting_date currency fx_rate amount
            PMT-1      2025-01-10   JPY      0.0062  26460000000
            PMT-2      2025-01-10   EUR      1       583100000
            """,
            "applications": """
            application_id source_id doc_id posting_date amount      discount
            APP-1          PMT-1     INV-1  2025-01-10   27000000000 540000000
            APP-2          PMT-2     INV-2  2025-01-10   595000000   11900000
            """,
        },
        "reporting_currency: EUR\n",
    )
    assert_shows(build, "marts.fct_orders", "order_id net_amount\nSO-1 3000000000")
    assert_shows(build, "marts.fct_shipments", "shipment_id cost_functional\nSH-1 10800000")
    # 27,000,000,000 x 0.00615 = 166,050,000; cash 26,460,000,000 x 0.0062 = 164,052,000; discount 3,321,000.
    assert_shows(
        build,
        "marts.fct_cash_applications",
        "application_id amount_functional_relieved fx_difference\nAPP-1 166050000 1323000\nAPP-2 595000000 0",
    )
    assert_shows(
        build,
        "marts.rpt_ar_rollforward",
        "invoiced collected discounts closing\n761050000 -745829000 -15221000 0",
        "legal_entity_id = '*'",
    )
    failing = build.failing_controls()
    assert {name for name in ("IN-01", "FX-01", "SL-04", "CA-01", "CA-02") if name in failing} == set()
    build.close()


def test_controls_name_findings_of_millions(compiled_project: CompiledProject, tmp_path: Path) -> None:
    build = small_company(
        compiled_project,
        tmp_path,
        {
            "invoices": """
            doc_id posting_date gross      net        tax
            INV-1  2025-01-10   9000000000 9000000000 5000000
            """,
            "payments": "payment_id posting_date amount\nPMT-1 2025-01-10 100",
            "applications": """
            application_id source_id doc_id posting_date amount
            APP-1          PMT-1     INV-1  2025-01-10   9500000000
            """,
        },
    )
    at_risk = {
        control_id: [
            (row["business_key"], row["amount_at_risk"]) for row in build.failing_control(control_id)
        ]
        for control_id in ("CA-01", "CA-02", "IN-01")
    }
    build.close()
    assert at_risk == {
        "CA-01": [("PMT-1", 9499999900)],
        "CA-02": [("INV-1", 500000000)],
        "IN-01": [("INV-1", 5000000)],
    }
