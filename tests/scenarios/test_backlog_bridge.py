"""The bridge of the order backlog: every part by hand, and closing every month of a larger company."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pytest

from tests.harness.golden import needs_golden_quarter
from tests.harness.project import Build, CompiledProject
from tests.scenarios.company import Company, assert_shows, small_company

CENT = Decimal("0.01")
BRIDGE = "opening confirmed cancelled repricing shipped recognised fx_difference closing"
PRODUCTS = """
product_id name kind
PUMP       Pump goods
CARE       Care subscription
"""
RATES = """
from_currency to_currency rate_date  rate
USD           EUR         2025-01-31 0.90
USD           EUR         2025-02-28 0.95
USD           EUR         2025-03-31 0.91
"""

REST = (
    "select period, legal_entity_id, opening + confirmed + cancelled + repricing + shipped + recognised "
    "+ fx_difference - (select coalesce(sum(backlog_functional), 0) from marts.rpt_order_backlog as backlog "
    "where backlog.as_of = bridge.as_of and backlog.legal_entity_id = bridge.legal_entity_id) as rest "
    "from marts.rpt_order_backlog_bridge as bridge order by all"
)


def bridge_shows(build: Build, expected: str) -> None:
    """The bridge of LE01 is exactly this."""
    assert_shows(build, "marts.rpt_order_backlog_bridge", f"period {BRIDGE}\n{expected}")


@needs_golden_quarter
def test_the_golden_quarter(golden_build: Build) -> None:
    # January: SO-1001 to SO-1004, 1,200 + 1,900 + 30 x 110 x 0.9622 + 1,530, are confirmed and gone.
    # February: SO-1005 (2,400) and SO-1006 (2,375). March: 15 sensors at 95.00 and one month of support.
    bridge_shows(
        golden_build,
        """
        2025-01    0.00 7805.26 0 0 -7805.26    0.00 0    0.00
        2025-02    0.00 4775.00 0 0     0.00    0.00 0 4775.00
        2025-03 4775.00    0.00 0 0 -1425.00 -200.00 0 3150.00
        """,
    )
    assert golden_build.failing_tests() == []


@pytest.fixture(scope="module")
def orders(compiled_project: CompiledProject, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Build]:
    """Orders of every kind in one company without a ledger."""
    build = small_company(
        compiled_project,
        tmp_path_factory.mktemp("bridge"),
        {
            "products": PRODUCTS,
            "fx_rates": RATES,
            "orders": """
            order_id status    order_date confirmed_at         currency
            PART     confirmed 2025-01-10 2025-01-12T09:00:00Z EUR
            DOLLAR   confirmed 2025-01-15 2025-01-31T23:30:00Z USD
            CARE     confirmed 2025-02-20 2025-02-21T09:00:00Z USD
            OVER     shipped   2025-01-10 2025-01-12T09:00:00Z EUR
            RETURN   shipped   2025-01-10 2025-01-10T09:00:00Z EUR
            EARLY    shipped   2025-01-25 2025-02-03T09:00:00Z EUR
            DRAFT    draft     2025-01-10 2025-01-12T09:00:00Z EUR
            WAITING  submitted 2025-01-10 -                    EUR
            GONE     cancelled 2025-02-10 2025-02-12T09:00:00Z EUR
            NEVER    cancelled 2025-02-10 -                    EUR
            """,
            "order_lines": """
            order_id line_no product_id quantity quantity_cancelled unit_price
            PART     1       PUMP       10       2                  10.00
            DOLLAR   1       PUMP       3        -                  33.33
            CARE     1       CARE       3        -                  30.00
            OVER     1       PUMP       5        -                  10.00
            RETURN   1       PUMP       5        -                  10.00
            EARLY    1       PUMP       4        -                  10.00
            DRAFT    1       PUMP       5        -                  10.00
            WAITING  1       PUMP       5        -                  10.00
            GONE     1       PUMP       5        -                  10.00
            NEVER    1       PUMP       5        -                  10.00
            """,
            "shipments": """
            shipment_id order_id order_line_no quantity ship_date
            S-1         PART     1             3        2025-01-20
            S-2         PART     1             5        2025-03-03
            S-3         OVER     1             6        2025-02-05
            S-4         RETURN   1             5        2025-01-15
            S-5         RETURN   1            -2        2025-02-15
            S-6         EARLY    1             3        2025-01-28
            """,
            "invoices": """
            doc_id posting_date order_id currency fx_rate gross
            PART-1 2025-01-22   PART     EUR      1       30.00
            CARE-1 2025-02-28   CARE     USD      0.95    90.00
            """,
            "invoice_lines": """
            doc_id line_no order_id order_line_no quantity unit_price service_start service_end tax_rate
            PART-1 1       PART     1             3        10.00      -             -           0
            CARE-1 1       CARE     1             3        30.00      2025-02-01    2025-04-30  0
            """,
        },
        as_of="2025-03-31",
    )
    yield build
    build.close()


def test_every_part_is_worked_out(orders: Build) -> None:
    # January, at 0.90: PART 100 less 2 x 10 cancelled and 3 x 10 shipped, DOLLAR 99.99 x 0.90 = 89.991,
    # OVER 50, RETURN 50 and gone. February, at 0.95: DOLLAR gains 94.9905 -> 94.99 less 89.99; CARE
    # 90 x 0.95 = 85.50, of which a third is recognised (57.00 stay); OVER ships 6 of 5; EARLY had
    # shipped 3 of 4 before its confirmation; GONE comes and goes; the return brings nothing back.
    # March, at 0.91: DOLLAR 90.99 - 94.99, CARE 60 x 0.91 = 54.60 - 57.00, less a month of 27.30.
    bridge_shows(
        orders,
        """
        2025-01   0.00 289.99 -20.00 0  -80.00    0.00  0.00 189.99
        2025-02 189.99 175.50 -50.00 0  -80.00  -28.50  5.00 211.99
        2025-03 211.99   0.00   0.00 0  -50.00  -27.30 -6.40 128.29
        """,
    )


def test_the_bridge_closes_on_the_backlog_and_opens_on_the_month_before(orders: Build) -> None:
    assert [row["rest"] for row in orders.rows(REST)] == [0, 0, 0]


def test_an_earlier_as_of_date_ends_the_bridge_there(
    compiled_project: CompiledProject, tmp_path: Path
) -> None:
    build = small_company(
        compiled_project,
        tmp_path,
        {
            "products": PRODUCTS,
            "orders": """
            order_id order_date confirmed_at
            O-1      2025-01-02 2025-01-03T09:00:00Z
            O-2      2025-02-02 2025-02-20T09:00:00Z
            """,
            "order_lines": """
            order_id line_no product_id quantity unit_price
            O-1      1       PUMP       4        10.00
            O-2      1       PUMP       1        10.00
            """,
            "shipments": """
            shipment_id order_id order_line_no quantity ship_date
            S-1         O-1      1             1        2025-02-10
            S-2         O-1      1             1        2025-02-20
            """,
            "invoices": "doc_id posting_date gross\nOTHER 2025-01-05 1.00",
        },
        as_of="2025-02-15",
    )
    bridge_shows(
        build,
        """
        2025-01  0.00 40.00 0 0   0.00 0 0 40.00
        2025-02 40.00  0.00 0 0 -10.00 0 0 30.00
        """,
    )
    build.close()


def test_a_price_changed_after_confirmation_is_repricing(
    compiled_project: CompiledProject, tmp_path: Path
) -> None:
    # RISE: confirmed at 10.00 (the version of 2 January; 9.00 was the offer before it), 12.00 since
    # March. LATE: its only versions are younger than the confirmation, so the older of them counts.
    # SAME: a new version with the same price. USD: 5.00 to 6.00 at 0.90, 4 less 1 cancelled.
    company = Company(compiled_project, tmp_path)
    company.deliver(
        {
            "legal_entities": "legal_entity_id functional_currency\nLE01 EUR",
            "customers": "customer_id\nC1",
            "products": PRODUCTS,
            "fx_rates": RATES,
            "orders": """
            order_id order_date confirmed_at         currency
            RISE     2025-01-01 2025-01-03T09:00:00Z EUR
            LATE     2025-01-01 2025-01-03T09:00:00Z EUR
            SAME     2025-01-01 2025-01-03T09:00:00Z EUR
            USD      2025-01-01 2025-01-03T09:00:00Z USD
            """,
            "order_lines__1": """
            order_id line_no product_id quantity quantity_cancelled unit_price updated_at
            RISE     1       PUMP       5        0                   9.00      2025-01-01T10:00:00Z
            LATE     1       PUMP       2        0                  20.00      2025-01-04T10:00:00Z
            SAME     1       PUMP       1        0                  10.00      2025-01-01T10:00:00Z
            USD      1       PUMP       4        0                   5.00      2025-01-01T10:00:00Z
            """,
            "order_lines__2": """
            order_id line_no product_id quantity quantity_cancelled unit_price updated_at
            RISE     1       PUMP       5        0                  10.00      2025-01-02T10:00:00Z
            SAME     1       PUMP       1        0                  10.00      2025-02-02T10:00:00Z
            """,
            "order_lines__3": """
            order_id line_no product_id quantity quantity_cancelled unit_price updated_at
            RISE     1       PUMP       5        0                  12.00      2025-03-02T10:00:00Z
            LATE     1       PUMP       2        0                  18.00      2025-03-02T10:00:00Z
            USD      1       PUMP       4        1                   6.00      2025-03-02T10:00:00Z
            """,
            "invoices": "doc_id posting_date gross\nOTHER 2025-01-05 1.00",
        }
    )
    build = company.build(as_of="2025-02-28")
    # Confirmed 5 x 10 + 2 x 20 + 10 + 4 x 5 x 0.90 = 118.00; cancelled 1 x 5 x 0.90 = 4.50;
    # repricing 5 x 2 - 2 x 2 + 3 x 1 x 0.90 = 8.70; closing 60 + 36 + 10 + 3 x 6 x 0.90 = 122.20.
    # February: 3 x 6 x 0.95 = 17.10 less 16.20.
    bridge_shows(
        build,
        """
        2025-01   0.00 118.00 -4.50 8.70 0 0 0.00 122.20
        2025-02 122.20   0.00  0.00 0.00 0 0 0.90 123.10
        """,
    )
    build.close()


def test_a_missing_rate_leaves_what_it_would_value_empty(
    compiled_project: CompiledProject, tmp_path: Path
) -> None:
    build = small_company(
        compiled_project,
        tmp_path,
        {
            "products": PRODUCTS,
            "fx_rates": "from_currency to_currency rate_date rate\nUSD EUR 2025-01-31 0.90",
            "orders": """
            order_id order_date confirmed_at         currency
            O-1      2025-01-02 2025-01-03T09:00:00Z USD
            O-2      2025-02-02 2025-02-03T09:00:00Z EUR
            """,
            "order_lines": """
            order_id line_no product_id quantity unit_price
            O-1      1       PUMP       4        10.00
            O-2      1       PUMP       1        10.00
            """,
            "invoices": "doc_id posting_date gross\nOTHER 2025-01-05 1.00",
        },
        as_of="2025-02-28",
    )
    bridge_shows(
        build,
        """
        2025-01  0.00 36.00 0 0 0 0 0 36.00
        2025-02 36.00 10.00 0 0 0 0 - -
        """,
    )
    build.close()


# The demonstration company


def test_the_demonstration_companys_bridge_closes_every_month(demonstration: Build) -> None:
    found = demonstration.rows(REST)
    assert len(found) == 48
    assert [row for row in found if row["rest"] != 0] == []
    openings = demonstration.rows(
        "select opening - lag(closing) over (partition by legal_entity_id order by period) as jump "
        "from marts.rpt_order_backlog_bridge"
    )
    assert {row["jump"] for row in openings} == {None, Decimal(0)}


def test_the_demonstration_companys_goods_are_bridged_order_by_order(demonstration: Build) -> None:
    """Confirmed, cancelled and shipped again from the raw rows, line by line, in plain Python."""
    rates = {
        (row["from_currency"], row["to_currency"], row["rate_date"]): row["rate"]
        for row in demonstration.rows("select * from intermediate.int_fx_rates_by_day")
    }
    currencies = dict(
        demonstration.connection.execute(
            "select legal_entity_id, functional_currency from raw.standard__legal_entities"
        ).fetchall()
    )
    kinds = dict(
        demonstration.connection.execute("select product_id, kind from raw.standard__products").fetchall()
    )
    shipped: dict[tuple[str, str], list[tuple[date, Decimal]]] = defaultdict(list)
    for row in demonstration.rows(
        "select * from raw.standard__shipments where quantity > 0 order by ship_date"
    ):
        shipped[row["order_id"], row["order_line_no"]].append((row["ship_date"], row["quantity"]))

    def value(entity: str, currency: str, period: str, amount: Decimal) -> Decimal:
        next_month = date(int(period[:4]) + int(period[5:]) // 12, int(period[5:]) % 12 + 1, 1)
        closing = next_month - timedelta(days=1)
        rate = Decimal(1) if currency == currencies[entity] else rates[currency, currencies[entity], closing]
        return (amount * rate).quantize(CENT, ROUND_HALF_UP)

    expected: dict[tuple[str, str], dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for row in demonstration.rows(
        "select lines.*, orders.* exclude (order_id) from raw.standard__order_lines as lines "
        "join raw.standard__orders as orders using (order_id) "
        "where status in ('confirmed', 'shipped', 'closed') and confirmed_at is not null"
    ):
        entity, currency, price = row["legal_entity_id"], row["currency"], row["unit_price"]
        confirmed = row["confirmed_at"].date()
        month = f"{confirmed:%Y-%m}"
        kept = row["quantity"] - (row["quantity_cancelled"] or 0)
        ordered_value = value(entity, currency, month, row["quantity"] * price)
        expected[entity, month]["confirmed"] += ordered_value
        expected[entity, month]["cancelled"] += value(entity, currency, month, kept * price) - ordered_value
        if kinds[row["product_id"]] != "goods":
            continue
        rest = kept
        by_month: dict[str, Decimal] = defaultdict(Decimal)
        for day, quantity in shipped[row["order_id"], row["line_no"]]:
            by_month[f"{max(day, confirmed):%Y-%m}"] += quantity
        for period, quantity in sorted(by_month.items()):
            before = value(entity, currency, period, rest * price)
            rest -= min(rest, quantity)
            expected[entity, period]["shipped"] += value(entity, currency, period, rest * price) - before
    for row in demonstration.rows("select * from marts.rpt_order_backlog_bridge"):
        own = expected[row["legal_entity_id"], row["period"]]
        for part in ("confirmed", "cancelled", "shipped"):
            assert row[part] == own[part], (row["legal_entity_id"], row["period"], part)
        assert row["repricing"] == 0
