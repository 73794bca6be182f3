"""The files: the same bytes from the same seed, manifests that agree, every format, numbers without gaps."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from decimal import Decimal
from pathlib import Path

import pytest
import yaml
from delivered_books import Books, money, read_object

from ingest.simulate import Answers, make_company


def contents(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_the_same_seed_gives_the_same_bytes(company: Answers, tmp_path: Path) -> None:
    again = make_company(tmp_path / "again")
    assert contents(again.extracts) == contents(company.extracts)
    assert contents(again.folder) == contents(company.folder)


def test_another_seed_gives_another_company(company: Answers, tmp_path: Path) -> None:
    other = make_company(tmp_path / "other", seed=7)
    assert (
        contents(other.extracts)["erp/receivables/payments.csv"]
        != (contents(company.extracts)["erp/receivables/payments.csv"])
    )


def test_every_manifest_agrees_with_its_files(extracts: Path) -> None:
    for source in ("erp", "bank"):
        entries = read_object(extracts / source / "manifest.csv")
        lying = {
            str(path.relative_to(extracts / source))
            for path in (extracts / source).rglob("*")
            if path.is_file()
        }
        assert {entry["file"] for entry in entries} == lying - {"manifest.csv", "source.yml"}
        for entry in entries:
            path = extracts / source / entry["file"]
            rows = read_object(path)
            assert int(entry["row_count"]) == len(rows), entry["file"]
            assert entry["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
            assert entry["extracted_at"] == "2024-12-31T22:00:00Z"
            if entry["control_column"]:
                total = sum((money(row[entry["control_column"]]) for row in rows), Decimal(0))
                assert total == money(entry["control_total"]), entry["file"]


def test_every_format_is_delivered(extracts: Path) -> None:
    endings = {"".join(path.suffixes).split("__")[-1] for path in extracts.rglob("*") if path.is_file()}
    assert {".csv", ".csv.gz", ".jsonl", ".parquet", ".xlsx"} <= endings


def test_extract_windows_join(extracts: Path) -> None:
    windows = defaultdict(list)
    for entry in read_object(extracts / "erp" / "manifest.csv"):
        if entry["window_from"]:
            windows[entry["object"]].append((entry["window_from"], entry["window_to"]))
    assert set(windows) == {"gl_journal_lines", "invoices"}
    for found in windows.values():
        (_, first_to), (second_from, _) = sorted(found)
        assert first_to == second_from


def test_settings_name_both_entities(extracts: Path) -> None:
    settings = yaml.safe_load((extracts / "tieout.yml").read_text(encoding="utf-8"))
    assert settings["ledger"] == {"LE01": "booked", "LE02": "booked"}
    assert settings["reporting_currency"] == "EUR"
    assert str(settings["as_of"]) == "2024-12-31"


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("invoices", "doc_id"),
        ("payments", "payment_id"),
        ("applications", "application_id"),
        ("refunds", "refund_id"),
        ("write_offs", "write_off_id"),
        ("orders", "order_id"),
    ],
)
def test_numbers_of_a_series_have_no_gap(books: Books, name: str, key: str) -> None:
    series = defaultdict(list)
    for row in books[name]:
        prefix, _, number = row[key].rpartition("-")
        series[row.get("legal_entity_id", ""), prefix].append(int(number))
    assert series
    for numbers in series.values():
        assert sorted(numbers) == list(range(1, len(numbers) + 1))


def test_keys_are_unique(books: Books) -> None:
    keys = {
        "customers": ["customer_id"],
        "orders": ["order_id"],
        "order_lines": ["order_id", "line_no"],
        "shipments": ["shipment_id", "order_id", "order_line_no"],
        "invoices": ["doc_id"],
        "invoice_lines": ["doc_id", "line_no"],
        "payments": ["payment_id"],
        "applications": ["application_id"],
        "gl_journal_lines": ["journal_id", "line_no"],
        "bank_statement_lines": ["bank_account_id", "entry_ref"],
        "fx_rates": ["from_currency", "to_currency", "rate_date"],
        "contract_prices": ["contract_id", "customer_id", "product_id", "valid_from"],
        "budgets": ["version", "legal_entity_id", "period", "statement_line"],
    }
    for name, columns in keys.items():
        assert books[name], name
        assert len(books.by_key(name, *columns)) == len(books[name]), name


def test_sizes_are_as_announced(company: Answers) -> None:
    assert 1_900 <= company.rows["fct_orders"] <= 2_100
    assert company.rows["rpt_ar_aging"] == 25 * 3 * 9


@pytest.mark.slow
def test_medium_company_has_fifty_thousand_orders(tmp_path: Path) -> None:
    medium = make_company(tmp_path, size="medium")
    assert 48_000 <= medium.rows["fct_orders"] <= 52_000
    tie_out = read_object(medium.path("rpt_subledger_tie_out"))
    assert {row["difference"] for row in tie_out} == {"0.00"}
