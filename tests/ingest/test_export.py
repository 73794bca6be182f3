"""`tieout export`: what a file holds is what the mart holds, and a spreadsheet runs none of its text."""

import csv
from datetime import date
from decimal import Decimal

import duckdb
import openpyxl
import pytest

from ingest.definitions import definitions
from ingest.errors import UnknownName, UsageError
from ingest.export import Origin, Sheet, export, neutral, write_csv, write_workbook
from ingest.reader import open_published
from ingest.warehouse import Warehouse
from tests.harness.golden import expected_rows, needs_golden_quarter

ATTACK = "=HYPERLINK(A1)"


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_text_that_begins_like_a_formula_is_marked(text):
    assert neutral(text) == "'" + text


def test_other_text_stays_as_it_is():
    assert [neutral(text) for text in ("INV-1001", "", "a=b", "1-2")] == ["INV-1001", "", "a=b", "1-2"]


def sheet() -> Sheet:
    rows = [
        ("C1", Decimal("-1234567.8900"), date(2025, 3, 31), None, True),
        (ATTACK, Decimal("0.0050"), date(2025, 1, 1), 2.5, False),
    ]
    return Sheet("rpt", ["customer", "amount", "day", "ratio", "flag"], rows, {"amount": "Amount in euro."})


def test_a_csv_keeps_figures_exact_and_neutralises_text(tmp_path):
    write_csv(sheet(), tmp_path / "a.csv")
    with (tmp_path / "a.csv").open(newline="") as file:
        rows = list(csv.reader(file))
    assert rows[1] == ["C1", "-1234567.8900", "2025-03-31", "", "true"]
    assert rows[2][:2] == ["'" + ATTACK, "0.0050"]


def test_a_workbook_holds_numbers_as_numbers_and_text_as_text(tmp_path):
    write_workbook([sheet()], Origin("run-1", date(2025, 3, 31), {"entity": "LE01"}), tmp_path / "a.xlsx")
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    page = book["rpt"]
    assert [cell.value for cell in page[2]][:2] == ["C1", -1234567.89]
    assert page["C2"].value.date() == date(2025, 3, 31)
    assert (page["A3"].value, page["A3"].data_type) == (ATTACK, "s")
    assert page["B3"].number_format == "#,##0.000"
    about = {row[0].value: row[1].value for row in book["About"].iter_rows()}
    assert (about["Run"], about["As of"], about["Filter: entity"]) == ("run-1", "2025-03-31", "LE01")
    assert about["amount"] == "Amount in euro."


def test_nothing_is_left_of_a_file_that_cannot_be_written(tmp_path):
    many = Sheet("rpt", ["n"], [(1,)] * 1_048_576)
    with pytest.raises(UsageError, match=r"1,048,576 rows of rpt.*\.parquet"):
        write_workbook([many], Origin("", None), tmp_path / "a.xlsx")
    assert list(tmp_path.iterdir()) == []


@needs_golden_quarter
@pytest.mark.slow
class TestOnTheGoldenQuarter:
    """Files of a published version."""

    @pytest.fixture
    def connection(self, golden_run):
        with open_published(Warehouse(golden_run.warehouse)) as connection:
            yield connection

    def test_a_mart_as_csv_equals_what_is_expected(self, connection, tmp_path):
        written = export(connection, "rpt_ar_aging", tmp_path / "ageing.csv")
        with (tmp_path / "ageing.csv").open(newline="") as file:
            found = {
                (row["as_of"], row["legal_entity_id"], row["basis"], row["bucket"]): Decimal(row["amount"])
                for row in csv.DictReader(file)
            }
        wanted = {
            (row["as_of"], row["legal_entity_id"], row["basis"], row["bucket"]): Decimal(row["amount"])
            for row in expected_rows("rpt_ar_aging")
        }
        assert (written, found) == (len(wanted), wanted)

    def test_a_parquet_file_keeps_types(self, connection, tmp_path):
        export(connection, "rpt_ar_aging", tmp_path / "ageing.parquet")
        described = duckdb.sql(f"describe select amount, as_of from '{tmp_path}/ageing.parquet'").fetchall()
        assert [row[1] for row in described] == ["DECIMAL(18,4)", "DATE"]

    def test_a_workbook_defines_every_column(self, connection, tmp_path):
        export(connection, "rpt_kpis", tmp_path / "kpis.xlsx")
        about = {
            row[0].value: row[1].value for row in openpyxl.load_workbook(tmp_path / "kpis.xlsx")["About"]
        }
        assert {"as_of", "legal_entity_id", "metric_id", "value", "numerator", "denominator"} <= about.keys()
        assert definitions().keys() <= about.keys()

    def test_the_pack_shows_the_statements_of_the_month(self, connection, tmp_path):
        export(connection, "pack", tmp_path / "pack.xlsx")
        book = openpyxl.load_workbook(tmp_path / "pack.xlsx", read_only=True)
        rows = list(book["Income statement"].iter_rows(values_only=True))
        found = {row[1]: row[3] for row in rows[1:] if row[0] == "LE01"}
        wanted = {
            row["line"]: float(row["amount"])
            for row in expected_rows("rpt_income_statement")
            if row["legal_entity_id"] == "LE01" and row["period"] == "2025-03"
        }
        assert found == wanted
        assert book.sheetnames[:3] == ["Income statement", "Balance sheet", "Cash flow"]
        assert {"Metrics", "Ageing", "Tie-outs", "Controls", "About"} <= set(book.sheetnames)

    def test_an_unknown_mart_is_named(self, connection, tmp_path):
        with pytest.raises(UnknownName, match="rpt_nothing"):
            export(connection, "rpt_nothing", tmp_path / "a.csv")

    def test_an_ending_that_cannot_be_written_is_refused(self, connection, tmp_path):
        with pytest.raises(UsageError, match=r"kpis\.pdf"):
            export(connection, "rpt_kpis", tmp_path / "kpis.pdf")
        with pytest.raises(UsageError, match=r"pack\.csv"):
            export(connection, "pack", tmp_path / "pack.csv")
