"""What the controls on orders, deliveries, billing and customers let pass, and where they begin to fail."""

from decimal import Decimal
from pathlib import Path

from tests.harness.project import Build, CompiledProject
from tests.scenarios.company import CUSTOMERS, LEGAL_ENTITIES, Company, small_company

AS_OF = "2025-03-31"

PRODUCTS = """
product_id name       kind
SENSOR     Sensor     goods
ADVICE     Advice     service
PLAN       "Support"  subscription
"""


def found(build: Build, control_id: str, *columns: str) -> set[tuple]:
    """The failing rows of a control as tuples."""
    return {tuple(row[column] for column in columns) for row in build.failing_control(control_id)}


def amounts(*texts: str) -> tuple[Decimal, ...]:
    return tuple(Decimal(text) for text in texts)


# Deliveries and billing ------------------------------------------------------------------------------------


def goods(
    project: CompiledProject, folder: Path, files: dict[str, str], as_of: str = AS_OF, settings: str = ""
) -> Build:
    """A company that sells sensors at 100.00 on orders of 1 March, all confirmed."""
    lines = files["order_lines"].strip().splitlines()
    order_ids = dict.fromkeys(line.split()[0] for line in lines[1:])
    orders = "\n".join(["order_id order_date", *(f"{order_id} 2025-03-01" for order_id in order_ids)])
    return small_company(
        project, folder, {"products": PRODUCTS, "orders": orders, **files}, settings, as_of=as_of
    )


def test_more_is_shipped_than_ordered_when_an_order_is_cancelled_after_shipping(
    compiled_project: CompiledProject, tmp_path: Path
) -> None:
    build = goods(
        compiled_project,
        tmp_path,
        {
            "order_lines": """
            order_id  line_no product_id quantity quantity_cancelled unit_price
            CANCELLED 1       SENSOR     10       4                  100.00
            REPLACED  1       SENSOR     10       0                  100.00
            SENT-BACK 1       SENSOR     10       0                  100.00
            PARTS     1       SENSOR     10       0                  100.00
            LATER     1       SENSOR     10       0                  100.00
            """,
            "shipments": """
            shipment_id order_id  order_line_no quantity ship_date
            S-1         CANCELLED 1             10       2025-03-03
            S-2         REPLACED  1             10       2025-03-03
            R-2         REPLACED  1             -2       2025-03-05
            S-3         REPLACED  1             2        2025-03-07
            S-4         SENT-BACK 1             12       2025-03-03
            R-4         SENT-BACK 1             -2       2025-03-09
            S-5         PARTS     1             6        2025-03-03
            S-6         PARTS     1             4        2025-03-04
            S-7         LATER     1             6        2025-03-03
            S-8         LATER     1             6        2025-04-02
            """,
        },
    )
    assert found(build, "TW-01", "business_key", "difference", "amount_at_risk") == {
        ("CANCELLED / 1", *amounts("4", "400")),
        ("SENT-BACK / 1", *amounts("2", "200")),
    }
    build.close()


BILLED = {
    "order_lines": """
    order_id  line_no product_id quantity unit_price
    AHEAD     1       SENSOR     10       100.00
    EARLY     1       SENSOR     10       100.00
    AGAIN     1       SENSOR     10       100.00
    CHEAPER   1       SENSOR     10       100.00
    SERVICE   1       ADVICE     10       100.00
    PLAN      1       PLAN       12       100.00
    """,
    "shipments": """
    shipment_id order_id order_line_no quantity ship_date
    S-1         EARLY    1             10       2025-03-20
    S-2         AGAIN    1             10       2025-03-03
    S-3         CHEAPER  1             8        2025-03-03
    """,
    "invoices": """
    doc_id doc_type    posting_date gross   order_id original_doc_id
    INV-1  invoice     2025-03-03   1000.00 AHEAD    -
    INV-2  invoice     2025-03-03   1000.00 EARLY    -
    INV-3  invoice     2025-03-03   1000.00 AGAIN    -
    CM-3   credit_memo 2025-03-04  -1000.00 AGAIN    INV-3
    INV-4  invoice     2025-03-05   1000.00 AGAIN    -
    INV-5  invoice     2025-03-03   1000.00 CHEAPER  -
    CM-5   credit_memo 2025-03-04   -200.00 CHEAPER  INV-5
    INV-6  invoice     2025-03-03   1000.00 SERVICE  -
    INV-7  invoice     2025-03-03   1200.00 PLAN     -
    """,
    "invoice_lines": """
    doc_id line_no order_id order_line_no product_id quantity unit_price tax_rate
    INV-1  1       AHEAD    1             SENSOR     10       100.00     0
    INV-2  1       EARLY    1             SENSOR     10       100.00     0
    INV-3  1       AGAIN    1             SENSOR     10       100.00     0
    CM-3   1       AGAIN    1             SENSOR     -10      100.00     0
    INV-4  1       AGAIN    1             SENSOR     10       100.00     0
    INV-5  1       CHEAPER  1             SENSOR     10       100.00     0
    CM-5   1       CHEAPER  1             SENSOR     -10      20.00      0
    INV-6  1       SERVICE  1             ADVICE     10       100.00     0
    INV-7  1       PLAN     1             PLAN       12       100.00     0
    """,
}


def test_goods_billed_ahead_fail_until_they_are_delivered_services_never(
    compiled_project: CompiledProject, tmp_path: Path
) -> None:
    build = goods(compiled_project, tmp_path, BILLED)
    over_billed = found(build, "TW-02", "business_key", "difference", "amount_at_risk")
    duplicates = build.failing_control("IN-02")
    build.close()
    # INV-3 was cancelled before INV-4; CM-5 lowers a price and takes no quantity back.
    assert over_billed == {("AHEAD / 1", *amounts("10", "1000")), ("CHEAPER / 1", *amounts("2", "200"))}
    assert duplicates == []


def test_before_its_delivery_an_invoice_fails(compiled_project: CompiledProject, tmp_path: Path) -> None:
    build = goods(compiled_project, tmp_path, BILLED, as_of="2025-03-19")
    assert ("EARLY / 1",) in found(build, "TW-02", "business_key")
    build.close()


def test_only_unshipped_goods_are_late(compiled_project: CompiledProject, tmp_path: Path) -> None:
    build = goods(
        compiled_project,
        tmp_path,
        {
            "order_lines": """
            order_id line_no product_id quantity quantity_cancelled unit_price promised_date
            LATE     1       SENSOR     10       0                  100.00     2025-03-25
            FIVE     1       SENSOR     10       0                  100.00     2025-03-26
            PART     1       SENSOR     10       0                  100.00     2025-03-01
            DONE     1       SENSOR     10       0                  100.00     2025-03-01
            DROPPED  1       SENSOR     10       10                 100.00     2025-03-01
            SERVICE  1       ADVICE     10       0                  100.00     2025-03-01
            NONE     1       SENSOR     10       0                  100.00     -
            """,
            "shipments": """
            shipment_id order_id order_line_no quantity ship_date
            S-1         PART     1             7        2025-03-03
            S-2         DONE     1             10       2025-03-30
            """,
        },
    )
    assert found(build, "OR-02", "business_key", "open_quantity", "days_late", "amount_at_risk") == {
        ("LATE / 1", Decimal(10), 6, Decimal(1000)),
        ("PART / 1", Decimal(3), 30, Decimal(300)),
    }
    build.close()


def test_a_source_without_shipments_is_not_late(compiled_project: CompiledProject, tmp_path: Path) -> None:
    build = goods(
        compiled_project,
        tmp_path,
        {
            "order_lines": """
            order_id line_no product_id quantity unit_price promised_date
            SO-1     1       SENSOR     10       100.00     2025-03-01
            """
        },
    )
    assert build.failing_control("OR-02") == []
    build.close()


def test_deliveries_are_billed_in_time(compiled_project: CompiledProject, tmp_path: Path) -> None:
    build = goods(
        compiled_project,
        tmp_path,
        {
            "order_lines": """
            order_id  line_no product_id quantity unit_price
            TOGETHER  1       SENSOR     10       100.00
            SLOW      1       SENSOR     10       100.00
            NAMED     1       SENSOR     15       100.00
            FRESH     1       SENSOR     10       100.00
            REFUSED   1       SENSOR     10       100.00
            CANCELLED 1       SENSOR     10       100.00
            BEFORE    1       SENSOR     10       100.00
            """,
            "shipments": """
            shipment_id order_id  order_line_no quantity ship_date
            S-1         TOGETHER  1             6        2025-03-03
            S-2         TOGETHER  1             4        2025-03-05
            S-3         SLOW      1             6        2025-03-03
            S-4         SLOW      1             4        2025-03-05
            S-5         NAMED     1             10       2025-03-03
            S-6         NAMED     1             5        2025-03-20
            S-7         FRESH     1             10       2025-03-28
            S-8         REFUSED   1             10       2025-03-03
            R-8         REFUSED   1             -10      2025-03-10
            S-9         CANCELLED 1             10       2025-03-03
            S-10        BEFORE    1             10       2025-03-20
            """,
            "invoices": """
            doc_id doc_type    posting_date document_date gross    order_id  shipment_id original_doc_id
            INV-1  invoice     2025-03-31   2025-03-06    1000.00  TOGETHER  -           -
            INV-2  invoice     2025-03-07   2025-03-07    1000.00  SLOW      -           -
            INV-3  invoice     2025-03-21   2025-03-21    500.00   NAMED     S-6         -
            INV-4  invoice     2025-03-04   2025-03-04    1000.00  CANCELLED S-9         -
            CM-4   credit_memo 2025-03-05   2025-03-05   -1000.00  CANCELLED -           INV-4
            INV-5  invoice     2025-03-04   2025-03-04    1000.00  BEFORE    -           -
            """,
            "invoice_lines": """
            doc_id line_no order_id  order_line_no quantity unit_price tax_rate
            INV-1  1       TOGETHER  1             10       100.00     0
            INV-2  1       SLOW      1             10       100.00     0
            INV-3  1       NAMED     1             5        100.00     0
            INV-4  1       CANCELLED 1             10       100.00     0
            CM-4   1       CANCELLED 1             -10      100.00     0
            INV-5  1       BEFORE    1             10       100.00     0
            """,
        },
    )
    late = found(build, "TW-04", "business_key", "doc_id", "days", "quantity")
    build.close()
    # FRESH is three days old at the as-of date; what came back unbilled and uncredited needs no invoice.
    assert late == {
        ("S-3 / SLOW / 1", "INV-2", 4, Decimal(6)),
        ("S-5 / NAMED / 1", None, 28, Decimal(10)),
        ("S-9 / CANCELLED / 1", None, 28, Decimal(10)),
    }


def test_invoices_take_price_currency_and_customer_from_the_order(
    compiled_project: CompiledProject, tmp_path: Path
) -> None:
    build = goods(
        compiled_project,
        tmp_path,
        {
            "customers": """
            customer_id name  parent_customer_id
            C1          First -
            C2          Other -
            C3          Child C1
            """,
            "order_lines": """
            order_id line_no product_id quantity unit_price
            SO-1     1       SENSOR     100      100.00
            """,
            "shipments": """
            shipment_id order_id order_line_no quantity ship_date
            S-1         SO-1     1             100      2025-03-03
            R-1         SO-1     1             -5       2025-03-05
            """,
            "invoices": """
            doc_id   doc_type    posting_date gross  currency customer_id shipment_id original_doc_id
            EXACT    invoice     2025-03-03   1000.00 EUR     C1          -           -
            ALMOST   invoice     2025-03-03   200.00  EUR     C1          -           -
            DEARER   invoice     2025-03-03   300.03  EUR     C1          -           -
            DOLLARS  invoice     2025-03-03   400.00  USD     C1          -           -
            STRANGER invoice     2025-03-03   500.00  EUR     C2          -           -
            CHILD    invoice     2025-03-03   600.00  EUR     C3          -           -
            PRICE    credit_memo 2025-03-04   -50.00  EUR     C1          -           EXACT
            MORE     debit_memo  2025-03-04   50.00   EUR     C1          -           EXACT
            RESTOCK  credit_memo 2025-03-06   -270.00 EUR     C1          R-1         EXACT
            TOO-MUCH credit_memo 2025-03-06   -220.00 EUR     C1          R-1         EXACT
            """,
            "invoice_lines": """
            doc_id   line_no order_id order_line_no quantity unit_price tax_rate
            EXACT    1       SO-1     1             10       100.00     0
            ALMOST   1       SO-1     1             2        100.0001   0
            DEARER   1       SO-1     1             3        100.01     0
            DOLLARS  1       SO-1     1             4        100.00     0
            STRANGER 1       SO-1     1             5        100.00     0
            CHILD    1       SO-1     1             6        100.00     0
            PRICE    1       SO-1     1             -10      5.00       0
            MORE     1       SO-1     1             10       5.00       0
            RESTOCK  1       SO-1     1             -3       90.00      0
            TOO-MUCH 1       SO-1     1             -2       110.00     0
            """,
        },
    )
    differences = found(build, "TW-03", "business_key", "attribute", "amount_at_risk")
    build.close()
    assert differences == {
        ("DEARER / 1", "price", Decimal("0.03")),
        ("DOLLARS / 1", "currency", Decimal(400)),
        ("STRANGER / 1", "customer", Decimal(500)),
        ("TOO-MUCH / 1", "price", Decimal(20)),
    }


def test_the_same_thing_billed_under_another_number_is_a_duplicate(
    compiled_project: CompiledProject, tmp_path: Path
) -> None:
    build = goods(
        compiled_project,
        tmp_path,
        {
            "order_lines": """
            order_id line_no product_id quantity unit_price
            NAMED    1       SENSOR     20       100.00
            PARTS    1       SENSOR     20       100.00
            HIDDEN   1       SENSOR     20       100.00
            MONTHLY  1       PLAN       12       100.00
            DAILY    1       ADVICE     20       100.00
            """,
            "shipments": """
            shipment_id order_id order_line_no quantity ship_date
            S-1         NAMED    1             5        2025-03-03
            S-2         NAMED    1             5        2025-03-04
            S-3         PARTS    1             5        2025-03-03
            S-4         PARTS    1             5        2025-03-04
            S-5         HIDDEN   1             5        2025-03-03
            S-6         HIDDEN   1             10       2025-03-04
            """,
            "invoices": """
            doc_id posting_date gross  order_id shipment_id
            INV-1  2025-03-03   500.00 NAMED    S-1
            INV-2  2025-03-04   500.00 NAMED    S-2
            INV-3  2025-03-05   500.00 NAMED    S-2
            INV-4  2025-03-04   500.00 PARTS    -
            INV-5  2025-03-04   500.00 PARTS    -
            INV-6  2025-03-04   500.00 HIDDEN   S-5
            INV-7  2025-03-09   500.00 HIDDEN   -
            INV-8  2025-02-01   100.00 MONTHLY  -
            INV-9  2025-02-02   100.00 MONTHLY  -
            INV-10 2025-03-01   100.00 MONTHLY  -
            INV-11 2025-03-10   800.00 DAILY    -
            INV-12 2025-03-11   800.00 DAILY    -
            INV-13 2025-03-11   800.00 DAILY    -
            """,
            "invoice_lines": """
            doc_id line_no order_id order_line_no quantity unit_price tax_rate service_start service_end
            INV-1  1       NAMED    1             5        100.00     0        -             -
            INV-2  1       NAMED    1             5        100.00     0        -             -
            INV-3  1       NAMED    1             5        100.00     0        -             -
            INV-4  1       PARTS    1             5        100.00     0        -             -
            INV-5  1       PARTS    1             5        100.00     0        -             -
            INV-6  1       HIDDEN   1             5        100.00     0        -             -
            INV-7  1       HIDDEN   1             5        100.00     0        -             -
            INV-8  1       MONTHLY  1             1        100.00     0        2025-02-01    2025-02-28
            INV-9  1       MONTHLY  1             1        100.00     0        2025-02-01    2025-02-28
            INV-10 1       MONTHLY  1             1        100.00     0        2025-03-01    2025-03-31
            INV-11 1       DAILY    1             8        100.00     0        -             -
            INV-12 1       DAILY    1             8        100.00     0        -             -
            INV-13 1       DAILY    1             8        100.00     0        -             -
            """,
        },
    )
    duplicates = found(build, "IN-02", "business_key", "other_doc_id", "amount_at_risk")
    build.close()
    assert duplicates == {
        ("INV-2", "INV-3", Decimal(500)),
        ("INV-3", "INV-2", Decimal(500)),
        ("INV-6", "INV-7", Decimal(500)),
        ("INV-7", "INV-6", Decimal(500)),
        ("INV-8", "INV-9", Decimal(100)),
        ("INV-9", "INV-8", Decimal(100)),
        ("INV-12", "INV-13", Decimal(800)),
        ("INV-13", "INV-12", Decimal(800)),
    }


def test_one_legal_number_stands_for_one_document_of_an_entity(
    compiled_project: CompiledProject, tmp_path: Path
) -> None:
    company = Company(compiled_project, tmp_path)
    for source in ("alpha", "beta"):
        company.deliver(
            {
                "legal_entities": LEGAL_ENTITIES,
                "customers": CUSTOMERS,
                "invoices": f"doc_id posting_date gross\nINV-1 2025-03-01 10.00\n{source} 2025-03-01 10.00",
            },
            source,
        )
    build = company.build()
    assert found(build, "IN-02", "source_system", "business_key", "cause") == {
        ("alpha", "INV-1", "number used already"),
        ("beta", "INV-1", "number used already"),
    }
    build.close()


# Prices, credit, master data -------------------------------------------------------------------------------

CONTRACTS = """
contract_id customer_id product_id valid_from valid_to   unit_price currency max_discount_pct
K-OLD       C1          SENSOR     2024-01-01 2025-02-28 90.00      EUR      50
K-NEW       C1          SENSOR     2025-03-01 -          95.00      EUR      5
K-BULK      C1          SENSOR     2025-03-01 -          80.00      EUR      5
K-OPEN      C2          SENSOR     2025-01-01 2025-12-31 60.00      EUR      -
"""


def test_contract_prices_bind_where_a_contract_is_valid(
    compiled_project: CompiledProject, tmp_path: Path
) -> None:
    build = small_company(
        compiled_project,
        tmp_path,
        {
            "products": PRODUCTS,
            "contract_prices": CONTRACTS,
            "orders": """
            order_id order_date customer_id currency status
            OLD      2025-02-28 C1          EUR      confirmed
            NEW      2025-03-01 C1          EUR      confirmed
            BULK     2025-03-01 C1          EUR      closed
            DOLLAR   2025-03-01 C2          USD      confirmed
            DRAFT    2025-03-01 C2          EUR      draft
            NONE     2026-01-01 C2          EUR      confirmed
            """,
            "order_lines": """
            order_id line_no product_id quantity quantity_cancelled unit_price
            OLD      1       SENSOR     10       0                  90.0001
            OLD      2       SENSOR     10       0                  95.00
            NEW      1       SENSOR     20       10                 100.00
            NEW      2       ADVICE     10       0                  1.00
            BULK     1       SENSOR     10       0                  80.00
            DOLLAR   1       SENSOR     10       0                  60.00
            DRAFT    1       SENSOR     10       0                  1.00
            NONE     1       SENSOR     10       0                  1.00
            """,
            "fx_rates": """
            from_currency rate_date  rate
            USD           2026-12-31 0.9
            """,
            "invoices": "doc_id posting_date gross\nINV-1 2026-12-01 10.00",
        },
        as_of="2026-12-31",
    )
    assert found(build, "PR-01", "business_key", "contract_id", "difference", "amount_at_risk", "blocks") == {
        ("OLD / 2", "K-OLD", *amounts("5", "50"), False),
        ("NEW / 1", "K-NEW", *amounts("5", "50"), False),
        ("DOLLAR / 1", "K-OPEN", None, Decimal(540), False),
    }
    build.close()


def test_price_deviations_above_a_thousand_together_stop_publishing(
    compiled_project: CompiledProject, tmp_path: Path
) -> None:
    blocks = {}
    for quantity in (100, 101):
        build = goods(
            compiled_project,
            tmp_path / str(quantity),
            {
                "contract_prices": CONTRACTS,
                "order_lines": f"""
                order_id line_no product_id quantity unit_price
                SO-1     1       SENSOR     100      100.00
                SO-2     1       SENSOR     {quantity} 100.00
                """,
            },
        )
        blocks[quantity] = found(build, "PR-01", "business_key", "blocks")
        build.close()
    assert blocks == {
        100: {("SO-1 / 1", False), ("SO-2 / 1", False)},
        101: {("SO-1 / 1", True), ("SO-2 / 1", True)},
    }


def test_discounts_above_the_limit_need_another_person(
    compiled_project: CompiledProject, tmp_path: Path
) -> None:
    build = small_company(
        compiled_project,
        tmp_path,
        {
            "products": PRODUCTS,
            "contract_prices": CONTRACTS,
            "orders": """
            order_id order_date customer_id created_by status
            LIMITED  2025-03-01 C1          ann        confirmed
            AGREED   2025-03-01 C2          ann        confirmed
            WITHOUT  2024-03-01 C2          ann        shipped
            ASKED    2024-03-01 C2          ann        submitted
            """,
            "order_lines": """
            order_id line_no product_id quantity unit_price list_price discount_approved_by
            LIMITED  1       SENSOR     10       95.00      100.00     -
            LIMITED  2       SENSOR     10       94.99      100.00     -
            LIMITED  3       SENSOR     10       50.00      100.00     bob
            LIMITED  4       SENSOR     10       50.00      100.00     ann
            AGREED   1       SENSOR     10       60.00      100.00     -
            AGREED   2       SENSOR     10       59.00      100.00     -
            WITHOUT  1       SENSOR     10       99.99      100.00     -
            WITHOUT  2       SENSOR     10       100.00     100.00     -
            WITHOUT  3       SENSOR     10       100.00     -          -
            ASKED    1       SENSOR     10       10.00      100.00     -
            """,
        },
        as_of=AS_OF,
    )
    assert found(build, "PR-02", "business_key", "difference", "amount_at_risk") == {
        ("LIMITED / 2", *amounts("0.01", "0.10")),
        ("LIMITED / 4", *amounts("45", "450")),
        ("AGREED / 2", *amounts("41", "410")),
        ("WITHOUT / 1", *amounts("0.01", "0.10")),
    }
    build.close()


def test_credit_is_checked_or_its_override_approved(
    compiled_project: CompiledProject, tmp_path: Path
) -> None:
    build = small_company(
        compiled_project,
        tmp_path,
        {
            "orders": """
            order_id  order_date status    confirmed_at      credit_checked_at created_by credit_approved_by
            CHECKED   2025-03-01 confirmed 2025-03-02T09:00Z 2025-03-02T09:00Z ann        -
            LATE      2025-03-01 confirmed 2025-03-02T09:00Z 2025-03-02T09:01Z ann        bob
            OVERRIDE  2025-03-01 closed    2025-03-02T09:00Z -                 ann        bob
            OWN       2025-03-01 confirmed 2025-03-02T09:00Z -                 ann        ann
            NEITHER   2025-03-01 shipped   2025-03-02T09:00Z -                 ann        -
            WAITING   2025-03-01 submitted -                 -                 ann        -
            CANCELLED 2025-03-01 cancelled 2025-03-02T09:00Z -                 ann        -
            """
        },
        as_of=AS_OF,
    )
    assert found(build, "CR-01", "business_key", "actual") == {
        ("LATE", "checked after the confirmation"),
        ("OWN", "approved by who entered the order"),
        ("NEITHER", "neither checked nor approved"),
    }
    build.close()


def test_a_credit_limit_in_foreign_currency_meets_the_whole_exposure(
    compiled_project: CompiledProject, tmp_path: Path
) -> None:
    build = small_company(
        compiled_project,
        tmp_path,
        {
            "products": PRODUCTS,
            "customers": """
            customer_id name     credit_limit credit_currency
            DOLLAR      Dollar   3199.99      USD
            ENOUGH      Enough   3200.00      USD
            OWN         Own      1000.00      -
            NO-LIMIT    Nobody   -            -
            """,
            "orders": """
            order_id order_date customer_id currency status
            SO-1     2025-03-01 DOLLAR      EUR      confirmed
            SO-2     2025-03-01 DOLLAR      USD      submitted
            SO-3     2025-03-01 ENOUGH      EUR      confirmed
            SO-4     2025-03-01 OWN         EUR      confirmed
            SO-5     2025-03-01 NO-LIMIT    EUR      confirmed
            """,
            "order_lines": """
            order_id line_no product_id quantity unit_price
            SO-1     1       SENSOR     20       80.00
            SO-2     1       SENSOR     999      80.00
            SO-3     1       SENSOR     20       80.00
            SO-4     1       PLAN       12       100.00
            SO-5     1       SENSOR     999      80.00
            """,
            "shipments": """
            shipment_id order_id order_line_no quantity ship_date
            S-1         SO-1     1             12       2025-03-30
            S-3         SO-3     1             12       2025-03-30
            """,
            "invoices": """
            doc_id posting_date customer_id order_id gross   currency fx_rate
            INV-0  2025-03-01   DOLLAR      -        1200.00 USD      0.9
            INV-1  2025-03-30   DOLLAR      SO-1     400.00  EUR      1
            INV-2  2025-03-01   ENOUGH      -        1200.00 USD      0.9
            INV-3  2025-03-30   ENOUGH      SO-3     400.00  EUR      1
            INV-4  2025-03-30   OWN         SO-4     1000.00 EUR      1
            """,
            "invoice_lines": """
            doc_id line_no order_id order_line_no quantity unit_price tax_rate
            INV-1  1       SO-1     1             5        80.00      0
            INV-3  1       SO-3     1             5        80.00      0
            INV-4  1       SO-4     1             10       100.00     0
            """,
            "fx_rates": """
            from_currency rate_date  rate
            USD           2025-03-31 0.8
            """,
        },
        as_of=AS_OF,
    )
    parts = ("expected", "actual", "open_receivables", "unbilled", "open_orders", "amount_at_risk")
    above = found(build, "CR-02", "business_key", *parts)
    build.close()
    # 1,200.00 dollars and 400.00 euros receivable, 7 of 12 sensors unbilled, 8 of 20 open, at 1.25 dollars.
    assert above == {
        (
            "DOLLAR",
            "at most 3199.9900 USD",
            "3200.0000 USD",
            *amounts("1700", "700", "800", "0.01"),
        ),
        ("OWN", "at most 1000.0000 EUR", "1200.0000 EUR", *amounts("1000", "0", "200", "200")),
    }


def test_master_data_is_judged_where_the_source_fills_it(
    compiled_project: CompiledProject, tmp_path: Path
) -> None:
    company = Company(compiled_project, tmp_path)
    company.deliver(
        {
            "legal_entities": LEGAL_ENTITIES,
            "customers": """
            customer_id country currency payment_terms_id credit_limit tax_id intercompany_legal_entity_id
            FULL        DE      EUR      NET30            100.00       DE111  -
            NO-TERMS    DE      EUR      -                100.00       DE222  -
            BARE        FR      -        NET30            -            -      -
            ABROAD      US      USD      NET30            100.00       -      -
            BRITAIN     GB      GBP      NET30            100.00       -      -
            SISTER      DE      EUR      NET30            -            DE333  LE02
            """,
            "payment_terms": "payment_terms_id net_days\nNET30 30",
        },
        "erp",
    )
    company.deliver(
        {
            "legal_entities": LEGAL_ENTITIES.replace("LE01", "LE02"),
            "customers": "customer_id country currency\nANYBODY DE EUR",
        },
        "other",
    )
    build = company.build(as_of=AS_OF)
    assert found(build, "MD-01", "business_key", "missing_fields") == {
        ("NO-TERMS", "payment_terms_id"),
        ("BARE", "currency, credit_limit, tax_id"),
    }
    build.close()


def test_one_tax_id_is_one_customer_or_one_family_in_all_systems(
    compiled_project: CompiledProject, tmp_path: Path
) -> None:
    company = Company(compiled_project, tmp_path)
    company.deliver(
        {
            "legal_entities": LEGAL_ENTITIES,
            "customers": """
            customer_id tax_id    parent_customer_id
            TWICE       DE111     -
            AGAIN       "de 111"  -
            MOTHER      DE222     -
            CHILD       DE222     MOTHER
            GRANDCHILD  DE222     CHILD
            ACROSS      DE333     -
            NONE-A      -         -
            NONE-B      -         -
            SNAKE       DE444     TAIL
            TAIL        DE444     SNAKE
            """,
        },
        "erp",
    )
    company.deliver(
        {
            "legal_entities": LEGAL_ENTITIES.replace("LE01", "LE02"),
            "customers": "customer_id tax_id\nELSEWHERE DE-333",
        },
        "other",
    )
    build = company.build(as_of=AS_OF)
    shared = {row[0] for row in found(build, "MD-02", "business_key")}
    build.close()
    assert shared - {"SNAKE", "TAIL"} == {"TWICE", "AGAIN", "ACROSS", "ELSEWHERE"}


# Our own arithmetic, and what is unusual -------------------------------------------------------------------


def test_the_value_of_an_order_is_that_of_its_lines_in_raw(
    compiled_project: CompiledProject, tmp_path: Path
) -> None:
    build = small_company(
        compiled_project,
        tmp_path,
        {
            "orders": """
            order_id order_date currency
            HALF     2025-03-01 EUR
            YEN      2025-03-01 JPY
            EMPTY    2025-03-01 EUR
            """,
            "order_lines": """
            order_id line_no product_id quantity unit_price
            HALF     1       SENSOR     1        0.125
            HALF     2       SENSOR     3        0.335
            YEN      1       SENSOR     1        100.5
            """,
        },
        as_of=AS_OF,
    )
    # 0.125 rounds to 0.13, 1.005 to 1.01, 100.5 yen to 101.
    values = build.rows("select order_id, net_amount from marts.fct_orders order by order_id")
    assert [(row["order_id"], row["net_amount"]) for row in values] == [
        ("EMPTY", Decimal(0)),
        ("HALF", Decimal("1.14")),
        ("YEN", Decimal(101)),
    ]
    assert build.failing_control("OR-01") == []

    build.connection.execute(
        "update marts.fct_order_lines set net_amount = 0.12 where order_id = 'HALF' and line_no = '1'"
    )
    build.connection.execute("update marts.fct_orders set net_amount = 100 where order_id = 'YEN'")
    build.connection.execute("delete from marts.fct_order_lines where order_id = 'HALF' and line_no = '2'")
    assert found(build, "OR-01", "business_key", "level", "difference") == {
        ("HALF / 1", "line", Decimal("-0.01")),
        ("HALF / 2", "line", None),
        ("YEN", "order", Decimal(-1)),
    }
    build.close()


def mondays(*amounts_invoiced: str) -> str:
    """One invoice on each Monday from 6 January 2025 on."""
    dates = [f"2025-{month:02}-{day:02}" for month, day in MONDAYS]
    rows = [
        f"INV-{number} {day} {amount}"
        for number, (day, amount) in enumerate(zip(dates, amounts_invoiced, strict=False))
    ]
    return "\n".join(["doc_id posting_date gross", *rows])


MONDAYS = [(1, 6), (1, 13), (1, 20), (1, 27), (2, 3), (2, 10), (2, 17), (2, 24), (3, 3)]


def test_a_day_is_unusual_beyond_five_median_deviations_of_its_weekday(
    compiled_project: CompiledProject, tmp_path: Path
) -> None:
    # The median is 100.00, deviations are 0 to 10.00 with a median of 2.00 without the last day.
    usual = ("98.00", "102.00", "100.00", "97.00", "103.00", "100.00", "98.00", "102.00")
    cases = {
        "inside": mondays(*usual, "110.00"),
        "outside": mondays(*usual, "110.01"),
        "alike": mondays(*["100.00"] * 8, "105.00"),
        "unlike": mondays(*["100.00"] * 8, "105.01"),
        "too few": mondays(*["100.00"] * 6, "900.00"),
    }
    unusual = {}
    for name, invoices in cases.items():
        build = small_company(compiled_project, tmp_path / name, {"invoices": invoices})
        unusual[name] = found(build, "AN-01", "business_key", "amount_at_risk")
        build.close()
    assert unusual == {
        "inside": set(),
        "outside": {("LE01 2025-03-03", Decimal("10.01"))},
        "alike": set(),
        "unlike": {("LE01 2025-03-03", Decimal("5.01"))},
        "too few": set(),
    }
