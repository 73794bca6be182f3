"""What landing a delivery leaves in raw: rows with their lineage, the registry, settings, messages."""

from datetime import date, datetime
from decimal import Decimal

import pytest

from ingest.contracts import known_kinds, load_contract
from ingest.errors import NoKnownObject, UsageError
from ingest.landing.discovery import FoundFile, moment_in_name
from tests.ingest.desk import Desk

USERS = "user_id,role,active\nu1,sales,true\nu2,billing,false\n"
NOW = datetime(2025, 4, 1, 6)


@pytest.fixture
def desk(tmp_path) -> Desk:
    return Desk(tmp_path)


def test_a_row_carries_its_lineage_and_unknown_columns(desk):
    desk.source()
    desk.deliver(
        "erp/hr/users__2025-03-31.csv",
        "shoe_size,user_id,role,active,updated_at\n42,u1,sales,true,2025-03-30T10:00:00+02:00\n,u2,billing,false,\n",
    )
    outcome = desk.land()
    assert desk.ask("select * exclude (row_hash) from raw.standard__users order by source_line") == [
        (
            *("erp", "hr/users__2025-03-31.csv", 2, 1, datetime(2025, 3, 31), NOW),
            *("u1", "sales", True, datetime(2025, 3, 30, 8), None, '{"shoe_size":"42"}'),
        ),
        (
            *("erp", "hr/users__2025-03-31.csv", 3, 1, datetime(2025, 3, 31), NOW),
            *("u2", "billing", False, None, None, '{"shoe_size":null}'),
        ),
    ]
    assert (outcome.rows_landed, outcome.files_new, outcome.files_known, outcome.changed) == (2, 1, 0, True)


def test_a_delivery_is_registered(desk):
    desk.source()
    file = desk.deliver("erp/users.csv", USERS + "u3,,true\n")
    desk.land()
    assert desk.ask("select * exclude (sha256) from raw.deliveries") == [
        (
            *(1, "run-1", "erp", "standard", "users", "users.csv", file.stat().st_size),
            *(None, NOW, NOW, NOW, "landed", 2, 1, None, True, False, False),
        )
    ]
    assert desk.ask("select * from raw.quarantine") == [
        (
            *(1, "run-1", "erp", "standard", "users", "users.csv", 4, "role", None),
            *("the cell is empty, and the column is required", "a text"),
            *('{"user_id":"u3","role":null,"active":"true"}', NOW),
        )
    ]
    assert desk.ask("select * exclude (extracts_folder) from raw.sources") == [
        ("erp", "standard", "incremental", None, None, None, NOW)
    ]


def test_every_object_of_every_kind_has_its_table_in_contract_order(desk):
    desk.source()
    desk.deliver("erp/users.csv", USERS)
    desk.land()
    lineage = [
        "source_system",
        "source_file",
        "source_line",
        "batch_id",
        "extracted_at",
        "recorded_at",
        "row_hash",
    ]
    for kind in known_kinds():
        for known in load_contract(kind).objects.values():
            columns = desk.ask(
                "select column_name, lower(data_type) from duckdb_columns() "
                f"where table_name = '{known.table}' order by column_index"
            )
            assert [name for name, _ in columns] == [
                *lineage,
                *(column.name for column in known.columns),
                "extra_columns",
            ]
            assert [sql_type for _, sql_type in columns[7:-1]] == [
                column.sql_type for column in known.columns
            ]


def test_the_manifest_as_it_lies_there(desk):
    desk.source()
    desk.deliver("erp/users.csv", USERS)
    desk.deliver(
        "erp/manifest.csv",
        "file,object,row_count,control_column,control_total,sha256,extracted_at,window_from,window_to,note\n"
        f"users.csv,users,2,,,{'A' * 64},2025-03-31T22:00:00+02:00,2025-03-01,2025-03-31T00:00:00Z,hello\n"
        "orders.csv,orders,10,gross,-12.50,,,,,\n",
    )
    desk.land()
    assert desk.ask("select * exclude (actual_sha256) from raw.manifests order by manifest_line") == [
        (
            *("erp", 2, "users.csv", "users", 2, None, None, "a" * 64, datetime(2025, 3, 31, 20)),
            *(datetime(2025, 3, 1), datetime(2025, 3, 31), True, 1),
        ),
        ("erp", 3, "orders.csv", "orders", 10, "gross", Decimal("-12.500000"), *[None] * 4, False, None),
    ]
    assert desk.ask("select declared_extracted_at, extracted_at from raw.deliveries") == [
        (datetime(2025, 3, 31, 20), datetime(2025, 3, 31, 20))
    ]


@pytest.mark.parametrize(
    ("name", "moment"),
    [
        ("users.csv", None),
        ("users__part-1.csv", None),
        ("users__2025-03-31.csv", datetime(2025, 3, 31)),
        ("users__erp_2025-03-31_part2.csv", datetime(2025, 3, 31)),
        ("users__2025-03-31T22:15:00Z.csv.gz", datetime(2025, 3, 31, 22, 15)),
        ("users__2025-03-31T22-15-30+02:00.parquet", datetime(2025, 3, 31, 20, 15, 30)),
        ("users__20250331T221500Z.jsonl", datetime(2025, 3, 31, 22, 15)),
        ("users__2025-02-30.csv", None),
        ("users_2025-03-31.csv", None),
        ("users__part-20251119-133433-51.jsonl", None),
    ],
)
def test_the_moment_of_extraction_in_a_file_name(tmp_path, name, moment):
    extension = next(end for end in (".csv.gz", ".csv", ".parquet", ".jsonl") if name.endswith(end))
    known = load_contract("standard").objects["users"]
    assert moment_in_name(FoundFile(tmp_path / name, name, name, extension, known)) == moment


def test_the_object_is_the_name_before_two_underscores_without_regard_to_capitals(desk):
    desk.source()
    desk.deliver("erp/USERS__a.CSV", USERS)
    desk.land()
    assert desk.ask("select object, source_file from raw.deliveries") == [("users", "USERS__a.CSV")]


def test_what_is_no_known_object_is_reported(desk):
    desk.source()
    desk.deliver("erp/users.csv", USERS)
    desk.deliver("erp/payroll.csv", "a\n1\n")
    desk.deliver("erp/orders.txt", "a\n1\n")
    desk.deliver("crm/orders.csv", "a\n1\n")
    desk.source("shop")
    desk.deliver("shop/notes.md", "hello")
    outcome = desk.land()
    assert outcome.messages == [
        "crm: no source.yml, and the folder's name is no kind (sap, standard); not read.",
        "erp: not read, since no file of a known object of kind standard "
        "(.csv, .csv.gz, .parquet, .jsonl, .xlsx): orders.txt, payroll.csv.",
        "shop: not read, since no file of a known object of kind standard "
        "(.csv, .csv.gz, .parquet, .jsonl, .xlsx): notes.md.",
        "shop: no file of a known object of kind standard; nothing landed.",
    ]
    assert (outcome.rows_landed, outcome.refused) == (2, [])


def test_a_folder_named_like_a_kind_is_of_that_kind(desk):
    desk.deliver("standard/users.csv", USERS)
    desk.land()
    assert desk.ask("select source_system, kind, load from raw.sources") == [
        ("standard", "standard", "incremental")
    ]


def test_a_file_without_a_last_line_end_is_possibly_cut_unless_a_manifest_tells(desk):
    desk.source()
    desk.source("shop")
    for source in ("erp", "shop"):
        desk.deliver(f"{source}/users.csv", USERS.rstrip("\n"))
    desk.deliver("shop/manifest.csv", "file,object,row_count\nusers.csv,users,2\n")
    outcome = desk.land()
    assert outcome.messages == [
        "erp/users.csv: the last line has no line end and the source has no manifest; "
        "the file is possibly cut. Compare its rows with the source, or deliver a manifest."
    ]
    assert desk.ask("select source_system, ends_without_newline from raw.deliveries order by 1") == [
        ("erp", True),
        ("shop", None),
    ]


def test_a_row_has_the_same_hash_whether_an_empty_column_is_delivered_or_not(desk):
    desk.source()
    desk.deliver("erp/users__short.csv", "user_id,role,active\nu1,sales,true\n")
    desk.deliver("erp/users__long.csv", "is_deleted,user_id,role,active,updated_at,note\n,u1,sales,true,,x\n")
    desk.deliver("erp/users__other.csv", "user_id,role,active\nu1,sales,false\n")
    desk.land()
    assert desk.ask(
        "select list(source_file order by source_file) from raw.standard__users "
        "group by row_hash order by all"
    ) == [(["users__long.csv", "users__short.csv"],), (["users__other.csv"],)]


def test_a_header_without_rows_is_a_delivery_of_no_rows(desk):
    desk.source()
    desk.deliver("erp/users.csv", "user_id,role,active\n")
    outcome = desk.land()
    assert (outcome.refused, outcome.files_new, outcome.rows_landed) == ([], 1, 0)
    assert desk.ask("select status, rows_landed from raw.deliveries") == [("landed", 0)]


def test_unknown_currencies_accounts_and_missing_originals_are_loaded(desk):
    desk.source()
    desk.deliver(
        "erp/invoices.csv",
        "doc_id,doc_type,legal_entity_id,customer_id,document_date,posting_date,due_date,currency,fx_rate,net,tax,gross\n"
        "CM-1,credit_memo,XX,nobody,2025-01-01,2025-01-01,2025-01-01,EUX,1,-1.00,0,-1.00\n",
    )
    outcome = desk.land()
    assert (outcome.rows_landed, outcome.rows_quarantined) == (1, 0)


def test_the_settings_tables(desk):
    desk.source()
    desk.deliver("erp/users.csv", USERS)
    desk.deliver(
        "tieout.yml",
        "reporting_currency: EUR\nas_of: 2025-03-31\nledger: {LE01: booked, 002: derived}\n"
        "close_through: {LE01: 2025-02-28, LE03: {date: 2025-01-31, closed_at: 2025-02-05T18:00:00+01:00}}\n"
        "sources: [shop, erp]\nnumber_series: [INV-, CM-]\nageing_buckets: [30, 60]\n",
    )
    desk.deliver(
        "controls.yml",
        "SL-01: {severity: warn, tolerance: 0.05, owner: controller}\n"
        "GL-05:\n  override: {reason: migration, requested_by: ann, approver: bob, expires_on: 2025-06-30}\n",
    )
    desk.land()
    assert desk.ask("select * from raw.settings") == [("EUR", date(2025, 3, 31), None)]
    assert desk.ask("select * from raw.entity_settings order by 1") == [
        ("002", "derived", None, None),
        ("LE01", "booked", date(2025, 2, 28), None),
        ("LE03", None, date(2025, 1, 31), datetime(2025, 2, 5, 17)),
    ]
    assert desk.ask("select * from raw.source_priorities order by 2") == [("shop", 1), ("erp", 2)]
    assert desk.ask("select * from raw.number_series order by 1") == [("CM-",), ("INV-",)]
    assert desk.ask("select * from raw.ageing_buckets order by 1") == [(1, 30), (2, 60)]
    assert desk.ask("select * from raw.control_settings order by 1") == [
        ("GL-05", None, None, None, "migration", "ann", "bob", date(2025, 6, 30)),
        ("SL-01", "warn", Decimal("0.0500"), "controller", None, None, None, None),
    ]
    (desk.extracts / "tieout.yml").unlink()
    assert desk.land().changed
    assert desk.ask("select * from raw.settings") == [(None, None, None)]
    assert desk.ask("select * from raw.entity_settings") == []


@pytest.mark.parametrize(
    ("files", "found"),
    [
        ({"users.csv": USERS}, "files without a source folder around them (users.csv)"),
        ({"readme.txt": "x"}, "no source folder"),
        (
            {"erp/source.yml": "kind: standard\n"},
            "erp: no file of a known object of kind standard; nothing landed",
        ),
        (
            {"crm/users.csv": USERS},
            "crm: no source.yml, and the folder's name is no kind (sap, standard); not read",
        ),
    ],
)
def test_nothing_known_anywhere_is_a_usage_error(desk, files, found):
    for path, content in files.items():
        desk.deliver(path, content)
    with pytest.raises(NoKnownObject) as raised:
        desk.land()
    assert (raised.value.found, raised.value.exit_status) == (found, 2)
    assert not desk.warehouse.build.exists()


def test_a_folder_that_is_not_there_is_a_usage_error(desk, tmp_path):
    with pytest.raises(UsageError) as raised:
        desk.land(extracts=tmp_path / "nowhere")
    assert raised.value.found == "no such folder"
    assert not desk.warehouse.build.exists()
