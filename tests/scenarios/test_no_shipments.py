"""What is billed where nothing says when goods leave: revenue with the document, nothing deferred for ever."""

from pathlib import Path

from tests.harness.project import CompiledProject
from tests.scenarios.company import CHART, LEGAL_ENTITIES, assert_shows, small_company

BILLED = {
    "legal_entities": LEGAL_ENTITIES,
    "chart_of_accounts": CHART + "2500 Deferred liability C Deferred operating deferred\n",
    "products": """
    product_id name  kind  revenue_account_id
    P1         Pumps goods 4000
    """,
    "orders": """
    order_id order_date
    SO-1     2025-03-01
    """,
    "order_lines": """
    order_id line_no product_id quantity unit_price
    SO-1     1       P1         4        25.00
    """,
    "invoices": """
    doc_id posting_date gross
    INV-1  2025-03-10   75.00
    """,
    "invoice_lines": """
    doc_id line_no order_id order_line_no product_id quantity unit_price net   tax tax_rate
    INV-1  1       SO-1     1             P1         3        25.00      75.00 0   0
    """,
}
NOTHING_SHIPPED = "shipment_id order_id order_line_no quantity ship_date"
ON_MARCH_31 = "as_of = '2025-03-31' and legal_entity_id = 'LE01' and closing_balance <> 0"


def test_without_any_shipments_revenue_comes_with_the_document(
    compiled_project: CompiledProject, tmp_path: Path
) -> None:
    build = small_company(compiled_project, tmp_path, BILLED, as_of="2025-03-31")
    assert_shows(
        build,
        "marts.rpt_trial_balance",
        """
        account_id closing_balance
        1100       75.00
        4000       -75.00
        """,
        where=ON_MARCH_31,
    )
    build.close()


def test_where_shipments_are_delivered_goods_billed_before_they_leave_are_deferred(
    compiled_project: CompiledProject, tmp_path: Path
) -> None:
    build = small_company(
        compiled_project, tmp_path, {**BILLED, "shipments": NOTHING_SHIPPED}, as_of="2025-03-31"
    )
    assert_shows(
        build,
        "marts.rpt_trial_balance",
        """
        account_id closing_balance
        1100       75.00
        2500       -75.00
        """,
        where=ON_MARCH_31,
    )
    build.close()
