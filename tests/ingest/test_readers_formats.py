"""parquet, jsonl and xlsx yield the rows that the same delivery yields as csv."""

from datetime import UTC, date, datetime
from decimal import Decimal

import polars
import pyarrow
import pyarrow.parquet
import pytest
import xlsxwriter

from ingest.errors import EmptyFile, MissingColumn, UnreadableFile
from tests.ingest.desk import Desk

TERMS = """
    select
        source_line, payment_terms_id, net_days, discount_rate::varchar,
        updated_at, is_deleted, extra_columns
    from raw.standard__payment_terms
    order by 1
"""
HISTORY = """
    select source_line, legal_entity_id, period, gross_credit_sales::varchar
    from raw.standard__sales_history
    order by 1
"""
DISPUTES = """
    select source_line, dispute_id, opened_date, amount::varchar, closed_date
    from raw.standard__disputes
    order by 1
"""
QUARANTINE = "select source_line, column_name, value, reason from raw.quarantine order by 1"


@pytest.fixture
def desk(tmp_path) -> Desk:
    desk = Desk(tmp_path)
    desk.source()
    return desk


def parquet(desk: Desk, path: str, table: pyarrow.Table) -> None:
    file = desk.deliver(path, b"")
    pyarrow.parquet.write_table(table, file)


def workbook(desk: Desk, path: str, rows: dict[int, list[object]]) -> None:
    """Write rows, by their number in the sheet, into the first sheet."""
    file = desk.deliver(path, b"")
    book = xlsxwriter.Workbook(file)
    sheet = book.add_worksheet()
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    for number, cells in rows.items():
        for place, cell in enumerate(cells):
            if isinstance(cell, date | datetime):
                sheet.write_datetime(number - 1, place, cell, day)
            elif isinstance(cell, str) and cell.startswith("="):
                sheet.write_formula(number - 1, place, cell, None, "#DIV/0!")
            elif cell is not None:
                sheet.write(number - 1, place, cell)
    book.close()


def test_parquet_types_become_exact_values(desk):
    table = pyarrow.table(
        {
            "payment_terms_id": ["N30", "N14"],
            "net_days": pyarrow.array([30, 14], pyarrow.int16()),
            "discount_rate": pyarrow.array([Decimal("0.02000"), None], pyarrow.decimal128(10, 5)),
            "updated_at": pyarrow.array(
                [datetime(2025, 3, 31, 22, tzinfo=UTC), None], pyarrow.timestamp("us", tz="UTC")
            ),
            "is_deleted": [False, True],
            "tags": [["a", "b"], None],
        }
    )
    parquet(desk, "erp/payment_terms.parquet", table)
    assert desk.land().refused == []
    assert desk.ask(TERMS) == [
        (1, "N30", 30, "0.02000000", datetime(2025, 3, 31, 22), False, '{"tags":"[\\"a\\",\\"b\\"]"}'),
        (2, "N14", 14, None, None, True, '{"tags":null}'),
    ]


def test_parquet_floats_pass_only_where_they_are_exact_in_the_column(desk):
    table = pyarrow.table(
        {
            "legal_entity_id": ["LE01"] * 6,
            "period": [f"2025-0{month}" for month in range(1, 7)],
            "gross_credit_sales": [12.5, 0.1, 3850.0, 0.1 + 0.2, float("nan"), 1e-5],
        }
    )
    parquet(desk, "erp/sales_history.parquet", table)
    desk.land()
    assert desk.ask(HISTORY) == [
        (1, "LE01", "2025-01", "12.5000"),
        (2, "LE01", "2025-02", "0.1000"),
        (3, "LE01", "2025-03", "3850.0000"),
    ]
    rounded = "more decimals than the column holds; amounts are never rounded"
    assert desk.ask(QUARANTINE) == [
        (4, "gross_credit_sales", "0.30000000000000004", rounded),
        (5, "gross_credit_sales", "nan", "no number"),
        (6, "gross_credit_sales", "0.000010000000000000", rounded),
    ]


def test_parquet_midnight_is_a_date_and_a_moment_without_zone_is_none(desk):
    table = pyarrow.table(
        {
            "dispute_id": ["D1", "D2", "D3"],
            "doc_id": ["I1"] * 3,
            "customer_id": pyarrow.array([1001.0, 1002.0, 1003.0], pyarrow.float64()),
            "opened_date": pyarrow.array(
                [datetime(2025, 3, 1), datetime(2025, 3, 1, 12), datetime(2025, 3, 3)],
                pyarrow.timestamp("ns"),
            ),
            "amount": ["1", "2", "3"],
            "status": ["open"] * 3,
            "updated_at": pyarrow.array([None, None, datetime(2025, 3, 31)], pyarrow.timestamp("us")),
            "closed_date": pyarrow.array([date(2025, 3, 9), None, None]),
        }
    )
    parquet(desk, "erp/disputes.parquet", table)
    desk.land()
    assert desk.ask(DISPUTES) == [(1, "D1", date(2025, 3, 1), "1.0000", date(2025, 3, 9))]
    assert desk.ask("select customer_id from raw.standard__disputes") == [("1001",)]
    assert desk.ask(QUARANTINE) == [
        (2, "opened_date", "2025-03-01 12:00:00", "no date in the form expected"),
        (3, "updated_at", "2025-03-31 00:00:00", "a timestamp without its zone"),
    ]


@pytest.mark.parametrize("content", [b"PAR1 no parquet at all PAR1", b"\x00" * 100])
def test_broken_parquet_is_refused(desk, content):
    desk.deliver("erp/payment_terms.parquet", content)
    (error,) = desk.land().refused
    assert isinstance(error, UnreadableFile)
    assert (error.file, error.expected) == ("erp/payment_terms.parquet", "a whole parquet file")
    assert desk.rows_landed() == 0


def test_cut_parquet_is_refused(desk):
    parquet(desk, "erp/payment_terms.parquet", pyarrow.table({"payment_terms_id": ["N30"], "net_days": [30]}))
    file = desk.extracts / "erp/payment_terms.parquet"
    file.write_bytes(file.read_bytes()[:-20])
    (error,) = desk.land().refused
    assert isinstance(error, UnreadableFile)
    assert desk.rows_landed() == 0


def test_jsonl_keeps_numbers_as_they_are_written(desk):
    lines = [
        '{"payment_terms_id": "N30", "net_days": 30, "discount_rate": 0.020000000, "is_deleted": true}',
        "",
        '{"payment_terms_id": "N14", "net_days": "14", "discount_rate": 2e-2, "at": {"s": [1.50, null]}}',
        '{"payment_terms_id": "N7", "net_days": 7.0, "discount_rate": "", "updated_at": "2025-03-31T22:00Z"}',
    ]
    desk.deliver("erp/payment_terms.jsonl", "\n".join(lines))
    assert desk.land().refused == []
    assert desk.ask(TERMS) == [
        (1, "N30", 30, "0.02000000", None, True, '{"at":null}'),
        (2, "N14", 14, "0.02000000", None, None, '{"at":"{\\"s\\":[1.50,null]}"}'),
        (3, "N7", 7, None, datetime(2025, 3, 31, 22), None, '{"at":null}'),
    ]


def test_jsonl_a_broken_line_is_quarantined_with_its_number(desk):
    lines = [
        '{"payment_terms_id": "N30", "net_days": 30}',
        '{"payment_terms_id": "N14", "net_days": 14',
        "[1, 2]",
        '{"payment_terms_id": "N7", "net_days": 7, "net_days": 8}',
        '{"payment_terms_id": "N0", "net_days": NaN}',
        '{"payment_terms_id": "N1"}',
    ]
    desk.deliver("erp/payment_terms.jsonl", "\n".join(lines) + "\n")
    assert desk.land().refused == []
    assert [row[1] for row in desk.ask(TERMS)] == ["N30"]
    assert desk.ask("select source_line, reason, row_text from raw.quarantine order by 1") == [
        (
            2,
            "no JSON: Expecting ',' delimiter at character 43",
            '"{\\"payment_terms_id\\": \\"N14\\", \\"net_days\\": 14"',
        ),
        (3, "no JSON object", '"[1, 2]"'),
        (4, "a name stands twice in the object", f'"{lines[3]}"'.replace('"', '\\"')[1:-2] + '"'),
        (5, "NaN is no JSON number", '"{\\"payment_terms_id\\": \\"N0\\", \\"net_days\\": NaN}"'),
        (6, "the cell is empty, and the column is required", '{"payment_terms_id":"N1","net_days":null}'),
    ]


@pytest.mark.parametrize(
    ("content", "kind", "line"),
    [
        (b"", EmptyFile, 1),
        (b"\n\n", EmptyFile, 1),
        (b"payment_terms_id,net_days\nN30,30\n", UnreadableFile, 1),
        (b'{"payment_terms_id": "N30", "net_days": 30}\n{"payment_terms_id": "\xff"}\n', UnreadableFile, 2),
        (b'{"payment_terms_id": "N30"}\n', MissingColumn, 1),
    ],
)
def test_unusable_jsonl_is_refused(desk, content, kind, line):
    desk.deliver("erp/payment_terms.jsonl", content)
    (error,) = desk.land().refused
    assert type(error) is kind
    assert (error.file, error.line) == ("erp/payment_terms.jsonl", line)
    assert desk.rows_landed() == 0


def test_xlsx_is_numbered_like_the_sheet_and_plain_in_its_values(desk):
    workbook(
        desk,
        "erp/disputes.xlsx",
        {
            3: ["dispute_id", "doc_id", "customer_id", "opened_date", "amount", "status", "closed_date"],
            4: [17, "001", "C1", date(2025, 3, 1), 20.7, "open"],
            6: ["D2", "I1", "C1", "2025-02-30", 1, "open"],
            7: ["D3", "I1", "C1", "2025-03-03", "12,50", "open"],
            8: ["D4", "I1", "C1", date(2025, 3, 4), "=1/0", "open"],
            9: ["D5", "I1", "C1", "2025-03-05", 5, "closed", date(2025, 3, 6)],
        },
    )
    assert desk.land().refused == []
    assert desk.ask(DISPUTES) == [
        (4, "17", date(2025, 3, 1), "20.7000", None),
        (9, "D5", date(2025, 3, 5), "5.0000", date(2025, 3, 6)),
    ]
    assert desk.ask(QUARANTINE) == [
        (6, "opened_date", "2025-02-30", "no such day in the calendar"),
        (7, "amount", "12,50", "a comma or thousands sign in a number"),
        (8, "amount", "#DIV/0!", "a cell in error"),
    ]


def test_xlsx_without_its_header_is_refused(desk):
    workbook(desk, "erp/payment_terms.xlsx", {1: ["N30", 30], 2: ["N14", 14]})
    (error,) = desk.land().refused
    assert isinstance(error, MissingColumn)
    assert (error.file, error.line, error.column) == ("erp/payment_terms.xlsx", 1, "payment_terms_id")
    assert error.found == "the columns N30, 30"
    assert desk.rows_landed() == 0


@pytest.mark.parametrize("rows", [{}, {1: []}])
def test_an_empty_sheet_is_refused(desk, rows):
    workbook(desk, "erp/payment_terms.xlsx", rows)
    (error,) = desk.land().refused
    assert isinstance(error, MissingColumn)
    assert desk.rows_landed() == 0


def test_a_workbook_that_is_none_is_refused(desk):
    desk.deliver("erp/payment_terms.xlsx", b"payment_terms_id,net_days\nN30,30\n")
    (error,) = desk.land().refused
    assert isinstance(error, UnreadableFile)
    assert error.expected == "a workbook (xlsx)"
    assert desk.rows_landed() == 0


def test_one_delivery_in_every_format_has_the_same_rows_and_hashes(tmp_path):
    content = polars.DataFrame(
        {
            "payment_terms_id": ["N30", "N14", "N7"],
            "net_days": [30, 14, 7],
            "discount_rate": [0.02, None, 0.125],
            "discount_days": [10, None, 3],
        }
    )
    found = {}
    for extension in ("csv", "parquet", "jsonl", "xlsx"):
        desk = Desk(tmp_path / extension)
        desk.source()
        file = desk.deliver(f"erp/payment_terms.{extension}", b"")
        if extension == "csv":
            content.write_csv(file)
        elif extension == "parquet":
            content.write_parquet(file)
        elif extension == "jsonl":
            content.write_ndjson(file)
        else:
            content.write_excel(file)
        assert desk.land().refused == []
        found[extension] = desk.ask(
            "select payment_terms_id, net_days, discount_rate, discount_days, row_hash "
            "from raw.standard__payment_terms order by source_line"
        )
    assert found["parquet"] == found["csv"]
    assert found["jsonl"] == found["csv"]
    assert found["xlsx"] == found["csv"]
    assert [row[:2] for row in found["csv"]] == [("N30", 30), ("N14", 14), ("N7", 7)]
