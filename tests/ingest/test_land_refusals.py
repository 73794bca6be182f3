"""A refused file: what the message says, that nothing of it is written, and that mending is enough."""

import os

import pytest

from ingest import land as landing
from ingest.errors import (
    ChangedWhileRead,
    DuplicateColumn,
    EmptyFile,
    ManifestError,
    MissingColumn,
    SettingsError,
    UnreadableFile,
)
from ingest.landing import loading
from tests.ingest.desk import Desk

USERS = "user_id,role,active\nu1,sales,true\n"
COLUMNS = "a header with at least user_id, role, active"
DUTIES = "role,duty\nsales,enter_order\n"


@pytest.fixture
def desk(tmp_path) -> Desk:
    desk = Desk(tmp_path)
    desk.source()
    desk.deliver("erp/role_duties.csv", DUTIES)
    return desk


@pytest.mark.parametrize(
    ("content", "kind", "place", "found", "expected"),
    [
        (b"", EmptyFile, (1, None), "0 bytes", f"{COLUMNS}, and rows if there are any"),
        (b"\n\n", MissingColumn, (1, "user_id"), "no line with column names", COLUMNS),
        (b"user_id,active\n", MissingColumn, (1, "role"), "the columns user_id, active", "a column role"),
        (b"u1,a,true\n", MissingColumn, (1, "user_id"), "the columns u1, a, true", "a column user_id"),
        (b"user_id;role\n", MissingColumn, (1, "user_id"), "the columns user_id;role", "a column user_id"),
        (
            b"user_id,role,active,ROLE\nu1,a,true,b\n",
            DuplicateColumn,
            (1, "ROLE"),
            "`ROLE` as column 2 and as column 4",
            "each column name once (capitals make no difference)",
        ),
        (
            b"user_id,role,active\nu1,sales,true\nu2,M\xfcller,true\n",
            UnreadableFile,
            (3, "role"),
            "the byte 0xfc as character 5 of the line",
            "UTF-8",
        ),
        (
            "user_id,role,active\n".encode("utf-16"),
            UnreadableFile,
            (1, None),
            "the byte 0xff as character 1 of the line",
            "UTF-8",
        ),
    ],
    ids=["empty", "blank", "column", "header", "semicolons", "twice", "latin-1", "utf-16"],
)  # fmt: skip
def test_a_refused_file_leaves_nothing_and_the_others_land(desk, content, kind, place, found, expected):
    desk.deliver("erp/users.csv", content)
    outcome = desk.land()
    (error,) = outcome.refused
    assert type(error) is kind
    assert error.file == "erp/users.csv"
    assert (error.line, error.column) == place
    assert error.found == found
    assert error.expected == expected
    assert error.next_step.endswith(".")
    assert str(error).startswith("erp/users.csv, line ")
    assert (outcome.rows_landed, outcome.rows_quarantined) == (1, 0)
    assert desk.ask("select count(*) from raw.standard__users") == [(0,)]
    assert desk.ask("select count(*) from raw.quarantine") == [(0,)]
    assert desk.ask("select object, status, rows_landed, message from raw.deliveries order by 1") == [
        ("role_duties", "landed", 1, None),
        ("users", "refused", 0, str(error)),
    ]


def test_refused_again_is_one_refusal_and_mended_in_place_it_lands(desk):
    desk.deliver("erp/users.csv", "")
    desk.land()
    before = desk.everything()
    again = desk.land("2025-04-02T06:00:00")
    assert len(again.refused) == 1
    assert not again.changed
    assert desk.everything() == before
    desk.deliver("erp/users.csv", USERS)
    mended = desk.land("2025-04-03T06:00:00")
    assert (mended.refused, mended.rows_landed, mended.changed) == ([], 1, True)
    assert desk.ask(
        "select status, is_current from raw.deliveries where object = 'users' order by batch_id"
    ) == [
        ("refused", False),
        ("landed", True),
    ]


def test_a_semicolon_file_is_told_about_commas(desk):
    desk.deliver("erp/users.csv", "user_id;role;active\nu1;sales;true\n")
    (error,) = desk.land().refused
    assert error.next_step == "Deliver the file again with commas between the columns."


def test_a_file_that_vanishes_before_it_is_hashed(desk, monkeypatch):
    file = desk.deliver("erp/users.csv", USERS)
    find = landing.find_sources

    def find_and_lose(extracts):
        found = find(extracts)
        file.unlink()
        return found

    monkeypatch.setattr(landing, "find_sources", find_and_lose)
    (error,) = desk.land().refused
    assert isinstance(error, ChangedWhileRead)
    assert (error.file, error.found) == ("erp/users.csv", "no file any more")
    assert desk.ask("select count(*) from raw.standard__users") == [(0,)]


@pytest.mark.parametrize("fate", ["vanishes", "is rewritten", "vanishes after reading"])
def test_a_file_that_changes_while_it_is_read(desk, monkeypatch, fate):
    file = desk.deliver("erp/users.csv", USERS)
    read = loading._stage

    def read_and_change(connection, found, workspace):
        if found.path != file:
            return read(connection, found, workspace)
        if fate == "vanishes":
            file.unlink()
        staged = read(connection, found, workspace)
        if fate == "is rewritten":
            file.write_text(USERS + "u2,sales,true\n")
            os.utime(file, ns=(1, 1))
        else:
            file.unlink()
        return staged

    monkeypatch.setattr(loading, "_stage", read_and_change)
    (error,) = desk.land().refused
    assert isinstance(error, ChangedWhileRead)
    assert desk.ask("select count(*) from raw.standard__users") == [(0,)]
    monkeypatch.undo()
    desk.deliver("erp/users.csv", USERS)
    assert desk.land("2025-04-02T06:00:00").refused == []
    assert desk.ask("select user_id from raw.standard__users") == [("u1",)]


@pytest.mark.parametrize(
    ("manifest", "line", "column", "found"),
    [
        ("", 1, "file", "no header"),
        ("file,object\nusers.csv,users\n", 1, "row_count", "the columns file, object"),
        ("file,object,row_count\nusers.csv,users,many\n", 2, "row_count", "`many`"),
        ("file,object,row_count\nusers.csv,users,-1\n", 2, "row_count", "`-1`"),
        ("file,object,row_count\nusers.csv,users\n", 2, None, "2 cells"),
        ("file,object,row_count\n,users,1\n", 2, "file", "nothing"),
        (
            "file,object,row_count\nusers.csv,users,1\n\nusers.csv,users,1\n",
            3,
            "file",
            "`users.csv` a second time",
        ),
        ("file,object,row_count,control_total\nusers.csv,users,1,\"12,50\"\n", 2, "control_total", "`12,50`"),
        ("file,object,row_count,sha256\nusers.csv,users,1,abc\n", 2, "sha256", "`abc`"),
        (
            "file,object,row_count,extracted_at\nusers.csv,users,1,2025-03-31 10:00\n",
            2,
            "extracted_at",
            "`2025-03-31 10:00`",
        ),
    ],
)  # fmt: skip
def test_a_manifest_that_cannot_be_read_holds_its_source_back(desk, manifest, line, column, found):
    desk.source("shop")
    desk.deliver("shop/users.csv", USERS)
    desk.deliver("erp/manifest.csv", manifest)
    outcome = desk.land()
    (error,) = outcome.refused
    assert isinstance(error, ManifestError)
    assert (error.file, error.line, error.column, error.found) == ("erp/manifest.csv", line, column, found)
    assert desk.ask("select source_system from raw.deliveries") == [("shop",)]
    (desk.extracts / "erp/manifest.csv").unlink()
    assert desk.land("2025-04-02T06:00:00").refused == []
    assert desk.ask("select distinct source_system from raw.deliveries order by 1") == [("erp",), ("shop",)]


@pytest.mark.parametrize(
    ("path", "content", "line", "found"),
    [
        ("tieout.yml", "as_of: [2025\n", 2, None),
        ("tieout.yml", "reporting_currency: EUR\nas_of: 2025-02-30\n", 2, "`2025-02-30`"),
        ("controls.yml", "SL-01: {severity: stop}\n", 1, "`stop`"),
        ("erp/source.yml", "kind: shopware\n", 1, "`shopware`"),
        ("erp/source.yml", "kind: standard\nload: sometimes\n", 2, "`sometimes`"),
    ],
)
def test_unusable_settings_stop_everything_before_anything_is_written(desk, path, content, line, found):
    desk.land()
    before = desk.everything()
    desk.deliver("erp/users.csv", USERS)
    desk.deliver(path, content)
    with pytest.raises(SettingsError) as raised:
        desk.land("2025-04-02T06:00:00")
    assert (raised.value.file, raised.value.exit_status) == (path, 2)
    if found is not None:
        assert (raised.value.line, raised.value.found) == (line, found)
    assert desk.everything() == before


def test_a_source_that_comes_back_as_another_kind_is_refused(desk):
    desk.land()
    before = desk.everything()
    desk.source("erp", kind="sap")
    desk.deliver("erp/BKPF.csv", "x\n1\n")
    with pytest.raises(SettingsError) as raised:
        desk.land()
    assert (raised.value.file, raised.value.found) == ("erp/source.yml", "`sap`")
    assert desk.everything() == before
