"""Which version of a row counts: its time of change, its file's extraction, deletions and snapshots."""

from pathlib import Path

import pytest

from tests.harness.project import Build, CompiledProject
from tests.scenarios.company import CUSTOMERS, LEGAL_ENTITIES, Company, assert_shows, small_company

CHANGES = {
    "customers__2025-03-01": """
    customer_id name                  updated_at           is_deleted
    CHANGED     "of 1 March"          2025-02-10T00:00:00Z -
    LATE        "changed 20 February" 2025-02-20T00:00:00Z -
    UNDATED     "of 1 March"          -                    -
    HALF-DATED  "with a date"         2025-02-01T00:00:00Z -
    SAME-TIME   "of 1 March"          2025-02-10T00:00:00Z -
    DELETED     "of 1 March"          2025-02-10T00:00:00Z -
    STAYS-AWAY  "of 1 March"          2025-02-20T00:00:00Z true
    COMES-BACK  "of 1 March"          2025-02-10T00:00:00Z true
    """,
    "customers__2025-03-05": """
    customer_id name                  updated_at           is_deleted
    CHANGED     "of 5 March"          2025-03-04T00:00:00Z -
    LATE        "changed 10 February" 2025-02-10T00:00:00Z -
    UNDATED     "of 5 March"          -                    -
    HALF-DATED  "without a date"      -                    -
    SAME-TIME   "of 5 March"          2025-02-10T00:00:00Z -
    DELETED     "of 5 March"          2025-03-04T00:00:00Z true
    STAYS-AWAY  "late and older"      2025-02-10T00:00:00Z -
    COMES-BACK  "of 5 March"          2025-03-04T00:00:00Z false
    IN-ONE-FILE "later change"        2025-03-02T00:00:00Z -
    IN-ONE-FILE "earlier change"      2025-03-01T00:00:00Z -
    """,
}


def test_the_time_of_change_goes_before_the_time_of_extraction(
    compiled_project: CompiledProject, tmp_path: Path
) -> None:
    build = small_company(compiled_project, tmp_path, {"legal_entities": LEGAL_ENTITIES, **CHANGES})
    assert_shows(
        build,
        "marts.dim_customer",
        """
        customer_id name
        C1          First
        C2          Second
        CHANGED     "of 5 March"
        LATE        "changed 20 February"
        UNDATED     "of 5 March"
        HALF-DATED  "with a date"
        SAME-TIME   "of 5 March"
        COMES-BACK  "of 5 March"
        IN-ONE-FILE "later change"
        """,
    )
    assert build.failing_control("RI-02") == []
    build.close()


# Each source is a case of its own: its products as files of a full snapshot, and what is left of them.
OLD = """
product_id name         kind
A          "A, old"     goods
B          "B, old"     goods
"""
NEW_WITHOUT_B = """
product_id name         kind
A          "A, new"     goods
"""
EMPTY = """
product_id name         kind
"""


@pytest.fixture(scope="module")
def snapshots(compiled_project: CompiledProject, tmp_path_factory: pytest.TempPathFactory) -> Build:
    """Several full-snapshot sources, each a case of its own, delivered in three runs."""
    company = Company(compiled_project, tmp_path_factory.mktemp("snapshots"))

    def deliver(source: str, **files: str) -> None:
        named = {
            f"products__{name.removeprefix('_').replace('_', '-')}": text for name, text in files.items()
        }
        company.deliver(named, source, load="full_snapshot")

    deliver("absence", _2025_03_01=OLD, _2025_03_05=NEW_WITHOUT_B)
    company.deliver({"products__2025-03-01": OLD, "products__2025-03-05": NEW_WITHOUT_B}, "incremental")
    deliver("emptied", _2025_03_01=OLD, _2025_03_05=EMPTY)
    deliver("late", _2025_03_05=NEW_WITHOUT_B)
    deliver("comes_back", _2025_03_01=OLD, _2025_03_05=NEW_WITHOUT_B)
    deliver("other_bytes", _2025_03_05=OLD)
    company.deliver({"products__2025-03-05": OLD}, "other_bytes_incremental")
    company.deliver(
        {
            "products__2025-03-01": OLD,
            "products__2025-03-05": """
            product_id name         kind  unit_cost
            A          "A, new"     goods 1,50
            C          "C, new"     goods 1.50
            """,
        },
        "quarantined",
        load="full_snapshot",
    )
    deliver(
        "in_parts",
        _2025_03_01=OLD,
        **{
            "2025-03-05_part1": NEW_WITHOUT_B,
            "2025-03-05_part2": """
            product_id name         kind
            C          "C, new"     goods
            """,
        },
    )
    deliver("undeclared", north=NEW_WITHOUT_B, south=OLD.replace("A ", "D "))
    company.land("2025-03-06T06:00:00")

    deliver("late", _2025_03_01=OLD)
    deliver("comes_back", _2025_03_09=OLD)
    deliver("other_bytes", _2025_03_05=NEW_WITHOUT_B)
    company.deliver({"products__2025-03-05": NEW_WITHOUT_B}, "other_bytes_incremental")
    deliver("undeclared", south=EMPTY + 'E "E, new" goods')
    deliver("absence", copy_of_the_first=OLD)
    build = company.build("2025-03-10T06:00:00")
    yield build
    build.close()


def left_of(build: Build, source: str, expected: str) -> None:
    assert_shows(build, "intermediate.int_products", expected, f"source_system = '{source}'")


def test_what_the_newest_snapshot_lacks_is_gone(snapshots: Build) -> None:
    left_of(
        snapshots,
        "in_parts",
        """
        product_id name
        A          "A, new"
        C          "C, new"
        """,
    )
    left_of(
        snapshots,
        "emptied",
        """
        product_id name
        """,
    )


def test_an_incremental_source_keeps_what_a_later_file_lacks(snapshots: Build) -> None:
    left_of(
        snapshots,
        "incremental",
        """
        product_id name
        A          "A, new"
        B          "B, old"
        """,
    )


def test_an_older_snapshot_that_arrives_late_deletes_nothing_and_revives_nothing(snapshots: Build) -> None:
    left_of(
        snapshots,
        "late",
        """
        product_id name
        A          "A, new"
        """,
    )


def test_a_snapshot_with_a_quarantined_row_deletes_nothing(snapshots: Build) -> None:
    left_of(
        snapshots,
        "quarantined",
        """
        product_id name
        A          "A, old"
        B          "B, old"
        C          "C, new"
        """,
    )
    [row] = snapshots.failing_control("LD-05")
    assert (row["source_system"], row["source_line"]) == ("quarantined", 2)


def test_the_same_bytes_count_again_only_when_declared_as_extracted_later(snapshots: Build) -> None:
    left_of(
        snapshots,
        "comes_back",
        """
        product_id name
        A          "A, old"
        B          "B, old"
        """,
    )


def test_the_same_bytes_without_a_date_add_nothing(compiled_project: CompiledProject, tmp_path: Path) -> None:
    company = Company(compiled_project, tmp_path)
    company.deliver({"products": OLD}, load="full_snapshot")
    assert company.land("2025-03-01T06:00:00").rows_landed == 2
    company.deliver({"products__copy": OLD}, load="full_snapshot")
    assert company.land("2025-03-02T06:00:00").rows_landed == 0
    build = company.build("2025-03-03T06:00:00")
    left_of(
        build,
        "erp",
        """
        product_id name      source_file
        A          "A, old"  products.csv
        B          "B, old"  products.csv
        """,
    )
    assert build.failing_control("LD-04") == []
    build.close()


def test_other_bytes_at_the_same_path_and_time_replace_that_snapshot(snapshots: Build) -> None:
    left_of(
        snapshots,
        "other_bytes",
        """
        product_id name
        A          "A, new"
        """,
    )
    left_of(
        snapshots,
        "other_bytes_incremental",
        """
        product_id name
        A          "A, new"
        B          "B, old"
        """,
    )
    assert snapshots.failing_control("RI-02") == []


def test_an_undeclared_file_that_lies_there_unchanged_stays_part_of_the_snapshot(snapshots: Build) -> None:
    left_of(
        snapshots,
        "undeclared",
        """
        product_id name
        A          "A, new"
        E          "E, new"
        """,
    )


def test_two_rows_of_one_key_that_nothing_decides_fail_and_both_are_named(
    compiled_project: CompiledProject, tmp_path: Path
) -> None:
    build = small_company(
        compiled_project,
        tmp_path,
        {
            "legal_entities": LEGAL_ENTITIES,
            "customers": CUSTOMERS,
            "payment_terms__2025-03-01": """
            payment_terms_id net_days updated_at
            TWO-LINES        10       -
            TWO-LINES        20       -
            TWO-FILES        10       2025-02-01T00:00:00Z
            IDENTICAL        30       -
            IDENTICAL        30       -
            VERSIONS         10       2025-02-02T00:00:00Z
            VERSIONS         20       2025-02-01T00:00:00Z
            SETTLED          10       -
            SETTLED          20       -
            """,
            "payment_terms__2025-03-01_again": """
            payment_terms_id net_days updated_at
            TWO-FILES        20       2025-02-01T00:00:00Z
            IDENTICAL        30       -
            """,
            "payment_terms__2025-03-02": """
            payment_terms_id net_days updated_at
            SETTLED          40       -
            """,
        },
    )
    assert_shows(
        build,
        "staging.stg_standard__payment_terms",
        """
        payment_terms_id net_days
        TWO-LINES        20
        IDENTICAL        30
        VERSIONS         10
        SETTLED          40
        """,
        "payment_terms_id <> 'TWO-FILES'",
    )
    failing = build.failing_control("RI-02")
    build.close()
    for key, places in {
        "TWO-LINES": {("payment_terms__2025-03-01.csv", 2), ("payment_terms__2025-03-01.csv", 3)},
        "TWO-FILES": {("payment_terms__2025-03-01.csv", 4), ("payment_terms__2025-03-01_again.csv", 2)},
    }.items():
        named = [row for row in failing if key in str(row["business_key"])]
        text = str(named)
        assert {(row["source_file"], row["source_line"]) for row in named} == places, text
    assert {str(row["business_key"]).split()[-1].split(":")[-1] for row in failing} == {
        "TWO-LINES",
        "TWO-FILES",
    }


def test_a_snapshot_with_a_refused_file_deletes_nothing_until_it_is_mended(
    compiled_project: CompiledProject, tmp_path: Path
) -> None:
    company = Company(compiled_project, tmp_path)
    company.deliver({"products__2025-03-01": OLD}, load="full_snapshot")
    company.deliver(
        {
            "products__2025-03-05_part1": NEW_WITHOUT_B,
            "products__2025-03-05_part2": 'product_id name\nC "C, without kind"',
        },
        load="full_snapshot",
    )
    [refused] = company.land("2025-03-06T06:00:00").refused
    assert "kind" in str(refused)
    connection = company.warehouse.connect_build()
    compiled_project.run_models(connection)
    assert_shows(
        connection,
        "intermediate.int_products",
        """
        product_id name
        A          "A, new"
        B          "B, old"
        """,
    )
    connection.close()
    company.deliver(
        {"products__2025-03-05_part2": 'product_id name kind\nC "C, mended" goods'}, load="full_snapshot"
    )
    build = company.build("2025-03-07T06:00:00")
    left_of(
        build,
        "erp",
        """
        product_id name
        A          "A, new"
        C          "C, mended"
        """,
    )
    build.close()
