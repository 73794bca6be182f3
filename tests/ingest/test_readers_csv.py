"""csv and csv.gz: what is one record, which number it has, and what happens to one that is none."""

import csv
import gzip
import io
import random

import duckdb
import pytest

from ingest.contracts import load_contract
from ingest.errors import EmptyFile, UnreadableFile
from ingest.landing import loading
from ingest.landing.discovery import FoundFile
from tests.ingest.desk import Desk

HEADER = "customer_id,name,country,credit_limit\n"
CUSTOMERS = """
    select source_line, customer_id, name, country, credit_limit::varchar
    from raw.standard__customers
    order by 1
"""


@pytest.fixture
def desk(tmp_path) -> Desk:
    desk = Desk(tmp_path)
    desk.source()
    return desk


def test_records_are_numbered_through_line_breaks_in_cells(desk):
    desk.deliver(
        "erp/customers.csv",
        HEADER + 'C1,"One\nStreet 1\n\nTown",DE,1\nC2,"Say ""hello"", twice",FR,\nC3,,IT,3\nC4,plain,,4\n',
    )
    outcome = desk.land()
    assert desk.ask(CUSTOMERS) == [
        (2, "C1", "One\nStreet 1\n\nTown", "DE", "1.0000"),
        (3, "C2", 'Say "hello", twice', "FR", None),
        (5, "C4", "plain", None, "4.0000"),
    ]
    quarantined = "select source_line, column_name, reason, row_text from raw.quarantine"
    assert desk.ask(quarantined) == [
        (
            4,
            "name",
            "the cell is empty, and the column is required",
            '{"customer_id":"C3","name":null,"country":"IT","credit_limit":"3"}',
        )
    ]
    assert (outcome.rows_landed, outcome.rows_quarantined) == (3, 1)


@pytest.mark.parametrize(
    "content",
    [
        HEADER.encode() + b"C1,One,DE,1\nC2,Two,FR,2\n",
        b"\xef\xbb\xbf" + HEADER.encode() + b"C1,One,DE,1\nC2,Two,FR,2\n",
        HEADER.replace("\n", "\r\n").encode() + b"C1,One,DE,1\r\nC2,Two,FR,2\r\n",
        HEADER.encode() + b"C1,One,DE,1\nC2,Two,FR,2",
        HEADER.encode() + b"\nC1,One,DE,1\n\nC2,Two,FR,2\n\n",
        b"\n" + HEADER.encode() + b"C1,One,DE,1\nC2,Two,FR,2\n",
        b'"customer_id","name","country","credit_limit"\n"C1","One","DE","1"\n"C2","Two","FR","2"\n',
        b"credit_limit,country,name,customer_id\n1,DE,One,C1\n2,FR,Two,C2\n",
        b"Customer_ID,Name,COUNTRY,credit_limit\nC1,One,DE,1\nC2,Two,FR,2\n",
        HEADER.encode() + b"C1,One,DE,1\r\nC2,Two,FR,2\n",
    ],
    ids=[
        "plain",
        "bom",
        "crlf",
        "open end",
        "blank lines",
        "blank first",
        "quoted",
        "order",
        "capitals",
        "mixed",
    ],
)
def test_the_same_rows_in_every_spelling(desk, content):
    desk.deliver("erp/customers.csv", content)
    assert desk.land().refused == []
    assert desk.ask(CUSTOMERS) == [(2, "C1", "One", "DE", "1.0000"), (3, "C2", "Two", "FR", "2.0000")]


def test_a_record_that_is_not_well_formed_is_quarantined_alone(desk):
    desk.deliver(
        "erp/customers.csv",
        HEADER
        + 'C1,One,DE,1\nC2,Two,FR,2,more\nC3,Three\nC4,"Four"x,IT,4\nC5,"Fi\nve",ES,5\nC6,12" pipe,ES,6\n',
    )
    outcome = desk.land()
    assert desk.ask(CUSTOMERS) == [
        (2, "C1", "One", "DE", "1.0000"),
        (6, "C5", "Fi\nve", "ES", "5.0000"),
        (7, "C6", '12" pipe', "ES", "6.0000"),
    ]
    found = (
        "select source_line, column_name, value, reason, expected, row_text from raw.quarantine order by 1"
    )
    assert desk.ask(found) == [
        (
            3,
            "credit_limit",
            "more",
            "5 cells where the header has 4",
            "4 cells",
            '["C2", "Two", "FR", "2", "more"]',
        ),
        (4, "country", None, "2 cells where the header has 4", "4 cells", '["C3", "Three"]'),
        (
            5,
            None,
            None,
            "text after a closing quote",
            "quoting by RFC 4180",
            '"C4,\\"Four\\"x,IT,4\\n"',
        ),
    ]
    assert outcome.refused == []


def test_a_file_cut_inside_quotes_loses_only_its_last_record(desk):
    desk.deliver("erp/customers.csv", HEADER + 'C1,One,DE,1\nC2,"Two')
    outcome = desk.land()
    assert desk.ask(CUSTOMERS) == [(2, "C1", "One", "DE", "1.0000")]
    assert desk.ask("select source_line, reason from raw.quarantine") == [
        (3, "a quote is opened and never closed")
    ]
    assert any("possibly cut" in message for message in outcome.messages)


def test_both_ways_of_reading_give_the_same_rows(tmp_path, monkeypatch):
    """2,000 random well-formed records, the quick way against the careful one in several packs."""
    monkeypatch.setattr("ingest.readers.ROWS_PACKED_TOGETHER", 300)
    random.seed(7)
    words = [
        "",
        "a",
        "é€😀",
        "x,y",
        'q"q',
        "two\nlines",
        "three\r\n\r\nlines",
        " blank ",
        "NULL",
        "#",
        "0",
        "\\",
        "'",
    ]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(["customer_id", "name", "country", "credit_limit", "remark"])
    for number in range(2000):
        amount = random.choice(["", "1", "-2.50", "3.00000", "12,50", "x"])
        writer.writerow(
            [f"C{number}", random.choice(words), random.choice(words), amount, random.choice(words)]
        )
    rows = {}
    for way in ("quick", "careful"):
        desk = Desk(tmp_path / way)
        desk.source()
        desk.deliver("erp/customers.csv", text.getvalue())
        if way == "careful":
            monkeypatch.setattr(loading.csv, "quick", _no_quick_way)
        desk.land()
        rows[way] = (
            desk.ask("select * from raw.standard__customers order by source_line"),
            desk.ask("select * from raw.quarantine order by source_line"),
        )
    assert rows["quick"] == rows["careful"]
    assert len(rows["quick"][0]) > 1000
    assert len(rows["quick"][1]) > 100


def _no_quick_way(path, header):
    raise duckdb.InvalidInputException("not this way")


@pytest.mark.slow
def test_record_numbers_hold_over_many_parser_buffers(desk):
    """40 MB with line breaks in cells: DuckDB reads it in parallel, and the numbers must not drift."""
    rows = (
        f'C{number},"x{chr(10) * (number % 3)}y{"z" * (number % 60)}",DE,{number}\n'
        for number in range(500_000)
    )
    desk.deliver("erp/customers.csv", HEADER + "".join(rows))
    desk.land()
    assert desk.ask(
        "select count(*), count(*) filter (customer_id <> 'C' || (source_line - 2)) "
        "from raw.standard__customers"
    ) == [(500_000, 0)]


def test_csv_gz_is_read_like_csv(desk):
    desk.deliver("erp/customers.csv.gz", gzip.compress((HEADER + "C1,One,DE,1\nC2,Two,FR,2\n").encode()))
    assert desk.land().refused == []
    assert desk.ask(CUSTOMERS) == [(2, "C1", "One", "DE", "1.0000"), (3, "C2", "Two", "FR", "2.0000")]


@pytest.mark.parametrize("kept", [10, 60, -4])
def test_a_cut_archive_is_refused(desk, kept):
    packed = gzip.compress((HEADER + "C1,One,DE,1\n" * 50).encode())
    desk.deliver("erp/customers.csv.gz", packed[:kept])
    (error,) = desk.land().refused
    assert isinstance(error, UnreadableFile)
    assert (error.file, error.expected) == ("erp/customers.csv.gz", "a whole gzip archive")
    assert desk.rows_landed() == 0


def test_a_file_name_with_pattern_signs_is_that_file(desk):
    desk.deliver("erp/customers__[a-z]*?.csv", HEADER + "C1,One,DE,1\n")
    desk.deliver("erp/year=2025/customers__b.csv", HEADER + "C2,Two,FR,2\n")
    assert desk.land().refused == []
    assert [row[1] for row in desk.ask(CUSTOMERS.replace("order by 1", "order by 2"))] == ["C1", "C2"]


def test_headers_without_names_are_called_by_their_place(desk):
    desk.deliver("erp/customers.csv", "customer_id,name,,\nC1,One,x,\nC2,Two,,y\n")
    assert desk.land().refused == []
    assert desk.ask("select extra_columns from raw.standard__customers order by source_line") == [
        ('{"column 3":"x","column 4":null}',),
        ('{"column 3":null,"column 4":"y"}',),
    ]


def test_a_file_can_be_staged_without_landing(tmp_path):
    """The reader's own contract: refusals are exceptions with the place as attributes."""
    path = tmp_path / "customers.csv"
    path.touch()
    known = load_contract("standard").objects["customers"]
    found = FoundFile(path, "customers.csv", "erp/customers.csv", ".csv", known)
    with duckdb.connect() as connection, pytest.raises(EmptyFile) as raised:
        loading.stage(connection, found, loading.identify(found), tmp_path)
    assert (raised.value.file, raised.value.line) == ("erp/customers.csv", 1)
