"""How customers order, at which prices, with which errors, and how long the stages of an order take."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import pytest

from tests.harness.golden import needs_golden_quarter
from tests.harness.project import Build, CompiledProject
from tests.scenarios.company import assert_shows, small_company

COMPANY = {
    "customers": "customer_id name\nC1 First\nC2 Second\nC3 Third",
    "products": """
    product_id name kind
    PUMP       Pump goods
    HOSE       Hose goods
    """,
    "fx_rates": """
    from_currency to_currency rate_date  rate
    USD           EUR         2025-01-01 0.90
    USD           EUR         2025-01-20 0.95
    """,
    "orders": """
    order_id status    customer_id order_date currency channel   confirmed_at
    O-1      shipped   C1          2025-01-02 EUR      edi       2025-01-03T09:00:00Z
    O-2      confirmed C1          2025-01-12 EUR      ecommerce 2025-01-13T09:00:00Z
    O-3      submitted C2          2025-01-20 USD      edi       -
    O-4      cancelled C2          2025-01-21 EUR      edi       2025-01-22T09:00:00Z
    O-5      draft     C2          2025-01-22 EUR      -         -
    O-6      closed    C1          2025-02-01 EUR      edi       2025-02-01T09:00:00Z
    O-7      confirmed C9          2025-02-03 EUR      -         2025-02-03T09:00:00Z
    O-8      confirmed C3          2025-03-15 EUR      phone     2025-03-15T09:00:00Z
    O-9      confirmed C2          2025-02-10 GBP      phone     2025-02-10T09:00:00Z
    """,
    "order_lines": """
    order_id line_no product_id quantity quantity_cancelled unit_price list_price
    O-1      1       PUMP       10       2                  9.00       10.00
    O-1      2       HOSE       3        -                  3.33       -
    O-2      1       PUMP       1        -                  10.00      10.00
    O-3      1       PUMP       4        -                  5.55       6.00
    O-4      1       PUMP       5        5                  10.00      10.00
    O-5      1       PUMP       6        -                  10.00      10.00
    O-6      1       HOSE       2        -                  3.00       4.00
    O-7      1       HOSE       1        -                  4.00       4.00
    O-8      1       PUMP       1        -                  10.00      10.00
    O-9      1       PUMP       1        -                  10.00      10.00
    """,
    "contract_prices": """
    contract_id customer_id product_id valid_from valid_to   unit_price currency
    K-1         C1          PUMP       2024-01-01 2025-01-05 8.00       EUR
    K-2         C1          PUMP       2025-01-01 2025-01-05 8.50       EUR
    K-3         C1          HOSE       2025-02-01 -          3.00       EUR
    K-4         C2          PUMP       2024-01-01 -          5.00       EUR
    """,
    "invoices": """
    doc_id doc_type    customer_id order_id original_doc_id posting_date gross
    I-1    invoice     C1          O-1      -               2025-01-05   81.99
    I-6    invoice     C1          -        -               2025-02-02    6.00
    I-0    invoice     C1          -        -               2025-01-05    1.00
    CM-1   credit_memo C1          O-1      I-1             2025-02-07   -9.00
    CM-2   credit_memo C1          -        I-6             2025-02-08   -1.00
    CM-3   credit_memo C1          O-1      I-1             2025-04-08   -1.00
    """,
    "invoice_lines": """
    doc_id line_no order_id order_line_no product_id quantity unit_price tax_rate
    I-1    1       O-1      1             PUMP       8        9.00       0
    I-1    2       O-1      2             HOSE       3        3.33       0
    I-6    1       O-6      1             HOSE       2        3.00       0
    I-0    1       -        -             HOSE       1        1.00       0
    CM-1   1       O-1      1             PUMP       -1       9.00       0
    CM-2   1       -        -             HOSE       -1       1.00       0
    """,
    "disputes": """
    dispute_id doc_id customer_id opened_date amount reason status
    D-1        I-1    C1          2025-01-20  5.00   price  open
    D-2        I-0    C1          2025-01-20  1.00   price  open
    D-3        I-6    C1          2025-04-20  1.00   price  open
    """,
}


@pytest.fixture(scope="module")
def company(compiled_project: CompiledProject, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Build]:
    """A company with orders of every status, in three currencies and through three channels."""
    build = small_company(compiled_project, tmp_path_factory.mktemp("patterns"), COMPANY, as_of="2025-03-31")
    yield build
    build.close()


def test_drafts_and_cancelled_orders_are_counted_beside_the_orders(company: Build) -> None:
    # January: O-1 90 + 9.99, O-2 10, O-3 22.20 x 0.95 = 21.09. In February the pound has no rate.
    assert_shows(
        company,
        "marts.rpt_order_trends",
        """
        period  orders order_lines cancelled_orders draft_orders orders_without_rate ordered_value \
            cancelled_value cancelled_orders_value average_order_value
        2025-01 3      4           1                1            0                   131.08 18.00 50.00 43.69
        2025-02 3      3           0                0            1                   -      -      0.00 -
        2025-03 1      1           0                0            0                   10.00  0.00   0.00 10.00
        """,
    )


def test_frequency_is_that_of_the_customers_who_ordered(company: Build) -> None:
    # January: C1 twice, ten days apart, and C2. February: O-6 comes 20 days after O-2; O-9 21 days
    # after O-3, since neither O-4 nor O-5 counts; O-7 belongs to a customer that was not delivered.
    assert_shows(
        company,
        "marts.rpt_order_trends",
        """
        period  active_customers repeat_orders orders_per_customer_ratio days_between_orders
        2025-01 2                1             1.5                       10.0
        2025-02 2                2             1.5                       20.5
        2025-03 1                0             1.0                       -
        """,
    )
    assert_shows(
        company,
        "marts.rpt_order_trends_by_channel",
        """
        period  channel   orders cancelled_orders draft_orders repeat_orders days_between_orders
        2025-01 edi       2      1                0            0             -
        2025-01 ecommerce 1      0                0            0             -
        2025-01 -         0      0                1            0             -
        2025-02 edi       1      0                0            1             30.0
        2025-02 phone     1      0                0            0             -
        2025-02 -         1      0                0            0             -
        2025-03 phone     1      0                0            0             -
        """,
    )


def test_prices_are_those_of_lines_with_a_list_or_a_contract_price(company: Build) -> None:
    # January at list: 100 + 10 + 4 x 6 x 0.95 = 132.80, ordered at 90 + 10 + 21.09. At contract: O-1
    # under K-2, the later of two, 85.00; O-2 after its end; O-3 in dollars, so K-4 does not apply.
    assert_shows(
        company,
        "marts.rpt_order_trends_by_customer",
        """
        period  customer_id list_value price_to_list_ratio contract_value price_to_contract_ratio
        2025-01 C1          110.00     0.909091         85.00          1.058824
        2025-01 C2           22.80     0.925                0.00          -
        2025-02 C1            8.00     0.75                 6.00          1.0
        2025-02 C2            -        -                    -             -
        2025-02 -             4.00     1.0                  0.00          -
        2025-03 C3           10.00     1.0                  0.00          -
        """,
    )
    assert_shows(
        company,
        "marts.rpt_order_trends",
        """
        period  list_value price_to_list_ratio contract_value price_to_contract_ratio
        2025-01 132.80     0.911822         85.00          1.058824
        2025-02 -          -                   -              -
        2025-03 10.00      1.0                 0.00           -
        """,
    )


def test_errors_count_for_the_order_and_its_products(company: Build) -> None:
    # CM-1 names O-1, CM-2 corrects an invoice whose line names O-6; CM-3 and D-3 come after the as-of
    # date; D-2 is about no order. D-1 disputes an invoice with both products.
    assert_shows(
        company,
        "marts.rpt_order_trends",
        """
        period  credit_memos disputes orders_with_errors credit_memos_per_order_ratio
        2025-01 1            1        1                  0.333333
        2025-02 1            0        1                  0.333333
        2025-03 0            0        0                  0.0
        """,
    )
    assert_shows(
        company,
        "marts.rpt_order_trends_by_product",
        """
        period  product_id orders order_lines credit_memos disputes orders_with_errors
        2025-01 PUMP       3      3           1            1        1
        2025-01 HOSE       1      1           0            1        1
        2025-02 PUMP       1      1           0            0        0
        2025-02 HOSE       2      2           1            0        1
        2025-03 PUMP       1      1           0            0        0
        """,
    )
    assert_shows(
        company,
        "marts.rpt_order_trends_by_channel",
        """
        period  channel credit_memos disputes disputes_per_order_ratio
        2025-01 edi     1            1        0.5
        2025-02 edi     1            0        0.0
        """,
        "credit_memos + disputes > 0",
    )


def test_cohorts_follow_the_customers_of_a_first_month(company: Build) -> None:
    # C1 and C2 begin in January, C3 in March; the February order of C2 has no rate.
    assert_shows(
        company,
        "marts.rpt_customer_cohorts",
        """
        cohort_period months_since customers_in_cohort customers_active retention_ratio orders ordered_value
        2025-01       0            2                   2                1.0             3      131.08
        2025-01       1            2                   2                1.0             2      -
        2025-01       2            2                   0                0.0             0      0.00
        2025-03       0            1                   1                1.0             1      10.00
        """,
    )


@needs_golden_quarter
def test_the_golden_quarters_orders(golden_build: Build) -> None:
    # SO-1003 is ordered on 14 January, before the first rate of the extracts that is younger than four
    # days, so January has no value; C2 and C3 pay their contract prices; CM-2001 and DSP-01.
    assert_shows(
        golden_build,
        "marts.rpt_order_trends",
        """
        period  orders order_lines orders_without_rate ordered_value credit_memos disputes
        2025-01 4      5           1                   -             1            1
        2025-02 2      2           0                   4775.00       0            0
        """,
    )
    assert_shows(
        golden_build,
        "marts.rpt_order_trends_by_customer",
        """
        period  customer_id ordered_value price_to_list_ratio price_to_contract_ratio
        2025-01 C1          1200.00       1.0                 -
        2025-01 C2          1900.00       0.95                1.0
        2025-01 C3          -             -                   -
        2025-01 C4          1530.00       1.0                 -
        2025-02 C1          2400.00       1.0                 -
        2025-02 C2          2375.00       0.95                1.0
        """,
    )


# Cycle times


def test_open_stages_are_neither_left_out_nor_taken_as_ended(
    compiled_project: CompiledProject, tmp_path: Path
) -> None:
    # To the delivery, from confirmations of 1 January: 2, 4, 4 and 10 days; E waits since 30 days, and
    # F, confirmed on 30 January, since one. The share still waiting: after 2 days 4/5 (F's day counts
    # before), after 4 4/5 x 2/4 = 2/5, after 10 2/5 x 1/2 = 1/5: half within 4 days, nine tenths not
    # yet told. Leaving E and F out would say 4 and 10. G is a draft, H cancelled before it left.
    confirmed = {name: f"{name} shipped 2025-01-01 2025-01-01T09:00:00Z" for name in "ABCD"}
    build = small_company(
        compiled_project,
        tmp_path,
        {
            "products": "product_id name kind\nPUMP Pump goods\nCARE Care service",
            "orders": "\n".join(
                [
                    "order_id status order_date confirmed_at",
                    *confirmed.values(),
                    "E confirmed 2025-01-01 2025-01-01T09:00:00Z",
                    "F confirmed 2025-01-30 2025-01-30T09:00:00Z",
                    "G draft     2025-01-01 2025-01-01T09:00:00Z",
                    "H cancelled 2025-01-01 2025-01-01T09:00:00Z",
                    "I confirmed 2025-01-01 2025-01-01T09:00:00Z",
                ]
            ),
            "order_lines": "\n".join(
                ["order_id line_no product_id quantity unit_price"]
                + [f"{name} 1 PUMP 2 10.00" for name in "ABCDEFGH"]
                + ["I 1 CARE 2 10.00"]
            ),
            "shipments": """
            shipment_id order_id order_line_no quantity ship_date
            S-1         A        1             2        2025-01-03
            S-2         B        1             2        2025-01-05
            S-3         C        1             1        2025-01-05
            S-4         C        1             1        2025-01-09
            S-5         D        1             2        2025-01-11
            S-6         E        1             0        2025-01-11
            """,
            "invoices": "doc_id posting_date gross\nOTHER 2025-01-05 1.00",
        },
        as_of="2025-01-31",
    )
    columns = (
        "stage stages stages_ended stages_open stages_abandoned "
        "days_median days_p90 days_mean_of_ended null_reason"
    )
    assert_shows(
        build,
        "marts.rpt_cycle_times",
        f"""
        {columns}
        confirm_to_first_delivery 6 4 2 1 4 - 5.0 p90_not_reached
        confirm_to_last_delivery  6 4 2 1 8 - 6.0 p90_not_reached
        order_to_confirm          8 8 0 0 0 0 0.0 -
        delivery_to_invoice       4 0 4 0 - - -   median_not_reached
        order_to_cash             7 0 7 1 - - -   median_not_reached
        """,
    )
    build.close()


def kaplan_meier(ended: Iterable[int], still_open: Iterable[int], level: Fraction) -> int | None:
    """The first number of days after which no more than `level` of the stages last, in exact fractions."""
    ended, still_open = list(ended), list(still_open)
    lasting = Fraction(1)
    for days in sorted(set(ended)):
        at_risk = sum(other >= days for other in [*ended, *still_open])
        lasting *= 1 - Fraction(ended.count(days), at_risk)
        if lasting <= level:
            return days
    return None


# The demonstration company


@pytest.mark.parametrize(
    ("stage", "start", "end", "counts"),
    [
        ("order_to_confirm", "order_date", "confirmed_date", "status in ('submitted', 'cancelled')"),
        ("delivery_to_invoice", "first_ship_date", "first_invoice_date", "true"),
        ("invoice_to_first_cash", "first_invoice_date", "first_cash_date", "not is_closed"),
        (
            "order_to_cash",
            "order_date",
            "case when is_closed then last_application_date end",
            "not is_closed or status = 'cancelled'",
        ),
    ],
)
def test_the_demonstration_companys_cycle_times_are_kaplan_and_meiers(
    demonstration: Build, stage: str, start: str, end: str, counts: str
) -> None:
    ended: dict[tuple[str, str], list[int]] = defaultdict(list)
    still_open: dict[tuple[str, str], list[int]] = defaultdict(list)
    abandoned: dict[tuple[str, str], int] = defaultdict(int)
    for row in demonstration.rows(
        f"select cycles.legal_entity_id as entity, strftime({start}, '%Y-%m') as period, {start} as start, "
        f"{end} as ended, date '2024-12-31' as as_of, status from marts.rpt_order_to_cash_cycle as cycles "
        f"join (select order_id, status from raw.standard__orders) as orders using (order_id) "
        f"where {start} is not null and ({end} is not null or {counts})"
    ):
        key = (row["entity"], row["period"])
        if row["ended"] is not None:
            ended[key].append((row["ended"] - row["start"]).days)
        elif row["status"] == "cancelled":
            abandoned[key] += 1
        else:
            still_open[key].append((row["as_of"] - row["start"]).days)
    expected = {
        key: (
            len(ended[key]),
            len(still_open[key]),
            abandoned[key],
            kaplan_meier(ended[key], still_open[key], Fraction(1, 2)),
            kaplan_meier(ended[key], still_open[key], Fraction(1, 10)),
        )
        for key in {*ended, *still_open, *abandoned}
    }
    found = {
        (row["legal_entity_id"], row["period"]): (
            row["stages_ended"],
            row["stages_open"],
            row["stages_abandoned"],
            row["days_median"],
            row["days_p90"],
        )
        for row in demonstration.rows(f"select * from marts.rpt_cycle_times where stage = '{stage}'")
    }
    assert len(found) >= 48
    assert found == expected


def test_the_demonstration_companys_patterns_are_those_of_its_orders(demonstration: Build) -> None:
    """Counts, frequency, value and prices of every company, customer, product and channel in plain Python."""
    rates = {
        (row["from_currency"], row["to_currency"], row["rate_date"]): row["rate"]
        for row in demonstration.rows("select * from intermediate.int_fx_rates_by_day")
    }
    currencies = dict(
        demonstration.connection.execute(
            "select legal_entity_id, functional_currency from raw.standard__legal_entities"
        ).fetchall()
    )
    contracts: dict[tuple[str, str, str], list[tuple]] = defaultdict(list)
    for row in demonstration.rows("select * from raw.standard__contract_prices"):
        contracts[row["customer_id"], row["product_id"], row["currency"]].append(
            (row["valid_from"], row["valid_to"], row["unit_price"])
        )
    months: dict[tuple, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    orders: dict[tuple, set[str]] = defaultdict(set)
    customers: dict[tuple, set[str]] = defaultdict(set)
    dates: dict[tuple, dict[str, object]] = defaultdict(dict)
    for row in demonstration.rows(
        "select lines.*, orders.* exclude (order_id) from raw.standard__order_lines as lines "
        "join raw.standard__orders as orders using (order_id) where status not in ('draft', 'cancelled')"
    ):
        entity, currency = row["legal_entity_id"], row["currency"]
        rate = (
            Decimal(1)
            if currency == currencies[entity]
            else rates[currency, currencies[entity], row["order_date"]]
        )

        def value(price: Decimal, quantity: Decimal = row["quantity"], rate: Decimal = rate) -> Decimal:
            return (price * quantity * rate).quantize(Decimal("0.01"), ROUND_HALF_UP)

        for cut, member in (
            ("", ""),
            ("_by_customer", row["customer_id"]),
            ("_by_product", row["product_id"]),
            ("_by_channel", row["channel"]),
        ):
            key = (cut, member, entity, f"{row['order_date']:%Y-%m}")
            orders[key].add(row["order_id"])
            customers[key].add(row["customer_id"])
            dates[cut, member, entity, row["customer_id"]][row["order_id"]] = row["order_date"]
            months[key]["order_lines"] += 1
            months[key]["ordered_value"] += value(row["unit_price"])
            months[key]["list_value"] += value(row["list_price"])
            for valid_from, valid_to, price in contracts[row["customer_id"], row["product_id"], currency]:
                if valid_from <= row["order_date"] <= valid_to:
                    months[key]["contract_value"] += value(price)
    gaps: dict[tuple, list[int]] = defaultdict(list)
    for (cut, member, entity, _), placed in dates.items():
        days = sorted(placed.values())
        for before, day in pairwise(days):
            gaps[cut, member, entity, f"{day:%Y-%m}"].append((day - before).days)
    members = {"": "''", "_by_customer": "customer_id", "_by_product": "product_id", "_by_channel": "channel"}
    seen = 0
    for cut, member in members.items():
        for row in demonstration.rows(
            f"select *, {member} as member from marts.rpt_order_trends{cut} where orders > 0"
        ):
            key = (cut, row["member"], row["legal_entity_id"], row["period"])
            expected = months[key]
            assert row["orders"] == len(orders[key]), key
            for column in ("order_lines", "ordered_value", "list_value", "contract_value"):
                assert row[column] == expected[column], (key, column)
            if cut != "_by_customer":
                assert row["active_customers"] == len(customers[key]), key
            assert row["repeat_orders"] == len(gaps[key]), key
            if gaps[key]:
                mean = Fraction(sum(gaps[key]), len(gaps[key]))
                assert abs(Fraction(row["days_between_orders"]) - mean) <= Fraction(1, 2_000_000), key
            seen += 1
    assert seen == len(months) > 2_000


def test_the_demonstration_companys_cohorts_are_those_of_its_orders(demonstration: Build) -> None:
    months: dict[tuple[str, str], set[str]] = defaultdict(set)
    for row in demonstration.rows(
        "select legal_entity_id, customer_id, strftime(order_date, '%Y-%m') as period "
        "from raw.standard__orders where status not in ('draft', 'cancelled')"
    ):
        months[row["legal_entity_id"], row["customer_id"]].add(row["period"])
    cohorts: dict[tuple[str, str], list[set[str]]] = defaultdict(list)
    for (entity, _), active in months.items():
        cohorts[entity, min(active)].append(active)
    found = demonstration.rows("select * from marts.rpt_customer_cohorts")
    for row in found:
        cohort = cohorts[row["legal_entity_id"], row["cohort_period"]]
        active = sum(row["period"] in ordered for ordered in cohort)
        assert (row["customers_in_cohort"], row["customers_active"]) == (len(cohort), active), row
    assert {(row["legal_entity_id"], row["cohort_period"]) for row in found} == set(cohorts)
    assert sum(row["customers_active"] for row in found) == sum(len(active) for active in months.values())
