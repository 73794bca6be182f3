"""What the controls on systems that have to agree, and on late and stale extracts, let pass and notice."""

from decimal import Decimal
from pathlib import Path

from tests.harness.project import Build, CompiledProject
from tests.scenarios.company import CUSTOMERS, LEGAL_ENTITIES, Company, small_company

PRODUCTS = """
product_id name   kind
SENSOR     Sensor goods
"""


def found(build: Build, control_id: str, *columns: str) -> set[tuple]:
    """The failing rows of a control as tuples."""
    return {tuple(row[column] for column in columns) for row in build.failing_control(control_id)}


# Two systems -----------------------------------------------------------------------------------------------

SHOP = {
    "legal_entities": LEGAL_ENTITIES,
    "customers": CUSTOMERS,
    "products": PRODUCTS,
    "orders__2025-04-01": """
    order_id order_date confirmed_at         status    currency customer_id
    W-1      2025-03-10 2025-03-10T09:00:00Z confirmed EUR      C1
    W-2      2025-03-10 2025-03-10T09:00:00Z confirmed EUR      C1
    W-3      2025-03-11 2025-03-11T09:00:00Z confirmed EUR      C1
    W-4      2025-03-12 2025-03-12T09:00:00Z confirmed EUR      C1
    W-6      2025-03-31 2025-03-31T23:30:00Z confirmed EUR      C1
    W-7      2025-03-12 2025-03-12T09:00:00Z cancelled EUR      C1
    W-10     2025-03-13 2025-03-13T09:00:00Z confirmed EUR      C1
    W-11     2025-03-14 2025-03-14T09:00:00Z confirmed EUR      C1
    """,
    "order_lines": """
    order_id line_no product_id quantity unit_price
    W-1      1       SENSOR     99       100.00
    W-2      1       SENSOR     1        100.00
    W-3      1       SENSOR     1        100.00
    W-4      1       SENSOR     3        100.00
    W-6      1       SENSOR     1        100.00
    W-7      1       SENSOR     1        100.00
    W-10     1       SENSOR     10       100.00
    W-11     1       SENSOR     1        100.00
    """,
}
ERP = {
    "legal_entities": LEGAL_ENTITIES,
    "customers": CUSTOMERS,
    "products": PRODUCTS,
    "orders__2025-04-01": """
    order_id order_date confirmed_at         status    currency customer_id external_order_id channel
    SO-1     2025-03-10 2025-03-10T09:10:00Z confirmed EUR      C1          W-1               shop
    SO-2     2025-03-10 2025-03-10T09:10:00Z confirmed EUR      C1          W-2               shop
    SO-3     2025-03-11 2025-03-11T09:10:00Z shipped   EUR      C2          W-3               shop
    SO-5     2025-03-12 2025-03-12T09:10:00Z confirmed EUR      C1          W-5               shop
    SO-8     2025-03-12 2025-03-12T09:10:00Z confirmed EUR      C1          -                 shop
    SO-9     2025-03-12 2025-03-12T09:10:00Z confirmed EUR      C1          CRM-77            phone
    SO-10    2025-03-13 2025-03-13T09:10:00Z shipped   EUR      C1          W-10              shop
    SO-11    2025-03-13 2025-03-13T09:10:00Z confirmed EUR      C1          W-10              shop
    SO-12    2025-03-14 2025-03-14T09:10:00Z confirmed USD      C1          W-11              shop
    """,
    "order_lines": """
    order_id line_no product_id quantity unit_price
    SO-1     1       SENSOR     99       100.00
    SO-2     1       SENSOR     1        199.00
    SO-3     1       SENSOR     1        100.00
    SO-5     1       SENSOR     5        100.00
    SO-8     1       SENSOR     1        100.00
    SO-9     1       SENSOR     1        100.00
    SO-10    1       SENSOR     4        100.00
    SO-11    1       SENSOR     6        100.00
    SO-12    1       SENSOR     1        100.00
    """,
}


def two_systems(
    project: CompiledProject, folder: Path, shop: dict[str, str] = SHOP, erp: dict[str, str] = ERP
) -> Build:
    company = Company(project, folder)
    company.deliver(erp, "erp")
    company.deliver(shop, "shop")
    return company.build(as_of="2025-04-01")


def test_systems_have_to_agree_on_each_order_they_share(
    compiled_project: CompiledProject, tmp_path: Path
) -> None:
    build = two_systems(compiled_project, tmp_path)
    differences = found(build, "SY-02", "business_key", "attribute", "expected", "actual", "blocks")
    build.close()
    # W-10 became two orders, which have its value together. On 10 March the systems differ by 99.00 of
    # 10,099.00, less than 1 %; on 14 March dollars have no rate, and without one nothing can be summed.
    assert differences == {
        ("SO-2", "value", "100.0000 EUR", "199.0000 EUR", False),
        ("SO-3", "status", "confirmed", "shipped", False),
        ("SO-3", "customer", "C1", "C2", False),
        ("SO-12", "currency", "EUR", "USD", False),
        ("SO-12", "value", "100.0000 EUR", "100.0000 USD", False),
    }


def test_a_difference_above_one_per_cent_of_the_day_stops_publishing(
    compiled_project: CompiledProject, tmp_path: Path
) -> None:
    lines = ERP["order_lines"].replace("199.00", "204.00")
    build = two_systems(compiled_project, tmp_path, erp={**ERP, "order_lines": lines})
    # 104.00 of 10,104.00 is more than 101.04.
    rows = found(build, "SY-02", "business_key", "amount_at_risk", "blocks")
    build.close()
    assert ("SO-2", Decimal("104.0000"), True) in rows


def test_orders_are_missing_once_the_other_system_should_know_them(
    compiled_project: CompiledProject, tmp_path: Path
) -> None:
    build = two_systems(compiled_project, tmp_path)
    missing = found(build, "SY-03", "business_key", "present_in", "missing_in", "amount_at_risk")
    build.close()
    # W-6 was confirmed half an hour before the extract; nobody confirmed W-7; SO-8 names no order, and
    # the channel of SO-9 names orders of a system that delivers nothing.
    assert missing == {
        ("W-4", "shop", "erp", Decimal("300.0000")),
        ("SO-5", "erp", "shop", Decimal("500.0000")),
    }


def test_an_order_of_two_systems_is_owed_once(compiled_project: CompiledProject, tmp_path: Path) -> None:
    limits = "customer_id name credit_limit credit_currency\nC1 First 5000.00 EUR\nC2 Second 100.00 EUR"
    build = two_systems(compiled_project, tmp_path, erp={**ERP, "customers": limits})
    exposures = build.rows(
        "select customer_id, open_orders, lacks_rate from intermediate.int_credit_exposures order by 1"
    )
    build.close()
    # The orders of the ERP, and of the shop those that the ERP does not name; SO-12 lacks a rate.
    assert exposures == [
        {"customer_id": "C1", "open_orders": Decimal("12199.0000"), "lacks_rate": True},
        {"customer_id": "C2", "open_orders": Decimal("100.0000"), "lacks_rate": False},
    ]


def test_external_ids_alone_link_no_systems(compiled_project: CompiledProject, tmp_path: Path) -> None:
    company = Company(compiled_project, tmp_path)
    company.deliver(ERP, "erp")
    build = company.build(as_of="2025-04-01")
    failing = (build.failing_control("SY-02"), build.failing_control("SY-03"))
    [applicable] = build.rows(
        "select is_applicable from intermediate.int_control_applicability where control_id = 'SY-03'"
    )
    build.close()
    assert (failing, applicable) == (([], []), {"is_applicable": False})


def test_a_change_has_its_grace(compiled_project: CompiledProject, tmp_path: Path) -> None:
    orders = """
    order_id order_date confirmed_at         status    updated_at
    W-1      2025-03-10 2025-03-10T09:00:00Z {status} {updated_at}
    """
    erp = """
    order_id order_date confirmed_at         status    external_order_id
    SO-1     2025-03-10 2025-03-10T09:00:00Z confirmed W-1
    """
    shares = []
    for number, updated_at in enumerate(("2025-03-31T23:00:00Z", "2025-03-31T22:59:00Z")):
        folder = tmp_path / str(number)
        build = two_systems(
            compiled_project,
            folder,
            {
                "legal_entities": LEGAL_ENTITIES,
                "customers": CUSTOMERS,
                "orders__2025-04-01": orders.format(status="cancelled", updated_at=updated_at),
            },
            {"legal_entities": LEGAL_ENTITIES, "customers": CUSTOMERS, "orders__2025-04-01": erp},
        )
        shares.append(found(build, "SY-02", "business_key", "attribute"))
        build.close()
    # Both were extracted at midnight: sixty minutes after the change, and sixty-one.
    assert shares == [set(), {("SO-1", "status")}]


# Versions, lateness, freshness -----------------------------------------------------------------------------

OLDER = """
order_id order_date status    updated_at
SO-1     2025-03-01 submitted 2025-03-01T08:00:00Z
SO-2     2025-03-01 submitted 2025-03-01T08:00:00Z
"""
NEWER = """
order_id order_date status    updated_at
SO-1     2025-03-01 confirmed 2025-03-02T08:00:00Z
"""


def test_a_late_older_version_overwrites_nothing_and_a_wrong_choice_is_noticed(
    compiled_project: CompiledProject, tmp_path: Path
) -> None:
    company = Company(compiled_project, tmp_path)
    company.deliver({"legal_entities": LEGAL_ENTITIES, "customers": CUSTOMERS, "orders__2025-03-02": NEWER})
    company.land("2025-03-02T10:00:00")
    company.deliver({"orders__2025-03-01": OLDER})
    build = company.build("2025-03-03T10:00:00")
    assert build.rows("select status from marts.fct_orders where order_id = 'SO-1'") == [
        {"status": "confirmed"}
    ]
    assert build.failing_control("SY-04") == []

    # Our own fault: the older row counts.
    build.connection.execute(
        """
        update intermediate.int_orders as chosen
        set batch_id = older.batch_id, source_line = older.source_line, source_file = older.source_file
        from raw.standard__orders as older
        where chosen.order_id = older.order_id and older.order_id = 'SO-1' and older.status = 'submitted'
        """
    )
    assert found(build, "SY-04", "business_key", "source_file", "table_name") == {
        ("SO-1", "orders__2025-03-01.csv", "int_orders")
    }

    # A newer row that raw has and the build has not: SO-2 was confirmed since.
    build.connection.execute(
        """
        insert into raw.standard__orders by name
        select * replace (timestamp '2025-03-02 09:00:00' as updated_at, 99 as source_line)
        from raw.standard__orders where order_id = 'SO-2'
        """
    )
    assert {row[0] for row in found(build, "SY-04", "business_key")} == {"SO-1", "SO-2"}
    build.close()


def changes(late: int, lag_hours: int) -> str:
    """21 orders changed before the extract of 10 March, 06:00: `late` by hours, the others by ten minutes."""
    day, hour = divmod(10 * 24 + 6 - lag_hours, 24)
    moments = [f"2025-03-{day:02}T{hour:02}:00:00Z"] * late + ["2025-03-10T05:50:00Z"] * (21 - late)
    rows = [f"SO-{number} 2025-03-01 {moment}" for number, moment in enumerate(moments)]
    return "\n".join(["order_id order_date updated_at", *rows])


def test_the_95th_percentile_of_a_source_has_to_arrive_in_time(
    compiled_project: CompiledProject, tmp_path: Path
) -> None:
    first = changes(21, 9).replace("2025-03-09", "2025-02-09")
    outcomes = {}
    for late, lag_hours in ((1, 30), (2, 3), (2, 30)):
        company = Company(compiled_project, tmp_path / f"{late}-{lag_hours}")
        company.deliver(
            {"legal_entities": LEGAL_ENTITIES, "customers": CUSTOMERS, "orders__2025-03-01": first}
        )
        company.land("2025-03-01T10:00:00")
        company.deliver({"orders__2025-03-10T060000Z": changes(late, lag_hours)})
        company.land("2025-03-10T10:00:00")
        # the same rows again, unchanged: they arrived with the extract before
        company.deliver({"orders__2025-03-11": changes(late, lag_hours)})
        build = company.build("2025-03-11T10:00:00", as_of="2025-03-11")
        outcomes[late, lag_hours] = found(build, "SY-01", "business_key", "actual", "blocks")
        build.close()
    assert outcomes == {
        (1, 30): set(),
        (2, 3): {("SO-0", "after 180.0 minutes", False), ("SO-1", "after 180.0 minutes", False)},
        (2, 30): {("SO-0", "after 1800.0 minutes", True), ("SO-1", "after 1800.0 minutes", True)},
    }


def test_the_initial_load_says_nothing_about_pace(compiled_project: CompiledProject, tmp_path: Path) -> None:
    build = small_company(compiled_project, tmp_path, {"orders__2025-03-10": OLDER}, as_of="2025-03-31")
    assert build.failing_control("SY-01") == []
    build.close()


def test_a_source_grows_stale_as_the_clock_of_the_run_goes_on(
    compiled_project: CompiledProject, tmp_path: Path
) -> None:
    company = Company(compiled_project, tmp_path)
    masters = {"legal_entities__2025-04-01": LEGAL_ENTITIES, "customers__2025-04-01": CUSTOMERS}
    company.deliver(masters, "erp")
    company.deliver({"customers__2025-03-01": CUSTOMERS}, "crm")
    settings = company.extracts / "erp" / "source.yml"
    settings.write_text(settings.read_text() + "freshness: {warn_after_hours: 12, error_after_hours: 24}\n")
    outcomes, ages = [], []
    for moment in ("2025-04-01T12:00:00", "2025-04-01T12:01:00", "2025-04-02T00:01:00"):
        build = company.build(moment)
        outcomes.append(found(build, "SY-05", "business_key", "blocks"))
        ages += build.rows(
            "select source_system, freshness, age_hours from dashboard.cut_freshness order by 1"
        )
        build.close()
    # crm is a month old, but promises nothing
    assert outcomes == [set(), {("erp", False)}, {("erp", True)}]
    assert {row["freshness"] for row in ages if row["source_system"] == "crm"} == {"no limit declared"}
    assert [(row["freshness"], str(row["age_hours"])) for row in ages if row["source_system"] == "erp"] == [
        ("fresh", "12.0"),
        ("older than expected", "12.0"),
        ("too old", "24.0"),
    ]
