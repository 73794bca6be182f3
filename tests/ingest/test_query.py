"""`tieout sql`: answers are exact, questions cannot change anything."""

import csv
import json
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from ingest.errors import QueryRefused
from ingest.query import Answer, Format, ask, exact_json, written
from ingest.reader import open_version


@pytest.fixture
def version(tmp_path: Path):
    """A small database file, opened to read."""
    path = tmp_path / "published.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema marts")
        connection.execute("create table marts.amounts (doc_id varchar, amount decimal(18,4), note varchar)")
        connection.execute("insert into marts.amounts values ('INV-1', 1404.1000, null)")
        connection.execute("insert into marts.amounts values ('INV-2', 12345678901234.0001, 'a, \"b\"')")
        connection.execute("create macro marts.above(floor) as table from marts.amounts where amount > floor")
    connection = open_version(path)
    yield connection
    connection.close()


def text(connection, question, style):
    return "\n".join(written(ask(connection, question), style))


def test_csv_keeps_every_digit_and_leaves_null_empty(version):
    lines = text(version, "select * from marts.amounts order by doc_id", Format.CSV)
    assert list(csv.reader(lines.splitlines())) == [
        ["doc_id", "amount", "note"],
        ["INV-1", "1404.1000", ""],
        ["INV-2", "12345678901234.0001", 'a, "b"'],
    ]


def test_json_numbers_keep_every_digit(version):
    answer = text(version, "select * from marts.amounts order by doc_id", Format.JSON)
    assert json.loads(answer, parse_float=Decimal) == [
        {"doc_id": "INV-1", "amount": Decimal("1404.1000"), "note": None},
        {"doc_id": "INV-2", "amount": Decimal("12345678901234.0001"), "note": 'a, "b"'},
    ]


def test_json_of_no_rows_is_an_empty_array(version):
    assert text(version, "select * from marts.amounts where false", Format.JSON) == "[]"


def test_table_puts_figures_to_the_right(version):
    assert text(version, "select doc_id, amount from marts.amounts order by doc_id", Format.TABLE) == (
        "doc_id               amount\n"
        "------  -------------------\n"
        "INV-1             1404.1000\n"
        "INV-2   12345678901234.0001\n"
        "(2 rows)"
    )


def test_table_macros_name_their_tables_without_a_catalog(version):
    assert ask(version, "select doc_id from marts.above(2000)").rows == [("INV-2",)]


@pytest.mark.parametrize(
    "question",
    [
        "insert into marts.amounts values ('INV-3', 1, null)",
        "drop table marts.amounts",
        "create table marts.mine as select 1",
        "copy marts.amounts to 'amounts.csv'",
        "select * from read_csv('/etc/passwd')",
        "attach 'other.duckdb'",
        "select * from marts.amounts; drop table marts.amounts",
        "selec 1",
        "",
    ],
)
def test_what_is_no_read_only_question_is_refused(version, question):
    with pytest.raises(QueryRefused):
        ask(version, question)
    assert ask(version, "select count(*) from marts.amounts").rows == [(2,)]


def test_a_refusal_says_what_the_engine_found(version):
    with pytest.raises(QueryRefused, match="does not exist"):
        ask(version, "select * from marts.no_such_mart")


def test_exact_json_of_values_that_json_does_not_know():
    values = {"days": float("nan"), "amount": Decimal("0.10"), "flags": [True, None]}
    assert exact_json(values) == '{"days": "nan", "amount": 0.10, "flags": [true, null]}'


def test_an_empty_answer_still_shows_its_columns():
    assert list(written(Answer(["a", "b"], []), Format.TABLE)) == ["a  b", "-  -", "(0 rows)"]


def test_a_version_stays_what_it_was_when_the_file_is_replaced(tmp_path: Path):
    path, following = tmp_path / "published.duckdb", tmp_path / "next.duckdb"
    for file, number in ((path, 1), (following, 2)):
        with duckdb.connect(str(file)) as connection:
            connection.execute(f"create table version as select {number} as number")
    before = open_version(path)
    following.replace(path)
    after = open_version(path)
    assert ask(before, "select number from version").rows == [(1,)]
    assert ask(after, "select number from version").rows == [(2,)]
    before.close()
    after.close()
