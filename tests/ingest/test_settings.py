"""tieout.yml, controls.yml and source.yml: what they mean, and what is said about one that cannot be used."""

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from ingest.errors import SettingsError
from ingest.settings import Company, ControlSettings, EntitySettings, Source, read_company, read_source


def test_without_files_everything_is_left_to_the_defaults(tmp_path):
    assert read_company(tmp_path) == Company()


def test_empty_settings_are_defaults_too(tmp_path):
    (tmp_path / "tieout.yml").write_text("# nothing yet\nas_of:\nledger: {}\nsources: []\n")
    assert read_company(tmp_path) == Company(is_given=True)


def test_a_full_tieout_yml(tmp_path):
    (tmp_path / "tieout.yml").write_text(
        "reporting_currency: EUR\n"
        "as_of: 2025-03-31\n"
        "ledger: {LE01: booked, 0010: partial, NO: derived}\n"
        "close_through: {LE01: 2025-02-28, LE02: {date: 2025-02-28, closed_at: 2025-03-07T18:00:00Z}}\n"
        "sources: [erp, shop]\n"
        "number_series: [INV-, CM-]\n"
        "ageing_buckets: [30, 60, 90]\n"
    )
    assert read_company(tmp_path) == Company(
        reporting_currency="EUR",
        as_of=date(2025, 3, 31),
        entities=(
            EntitySettings("0010", "partial"),
            EntitySettings("LE01", "booked", date(2025, 2, 28)),
            EntitySettings("LE02", None, date(2025, 2, 28), datetime(2025, 3, 7, 18)),
            EntitySettings("NO", "derived"),
        ),
        sources=("erp", "shop"),
        number_series=("INV-", "CM-"),
        ageing_buckets=(30, 60, 90),
        is_given=True,
    )


def test_a_full_controls_yml(tmp_path):
    (tmp_path / "controls.yml").write_text(
        "SL-01:\n"
        "  severity: warn\n"
        "  tolerance: 0.05\n"
        "  owner: controller\n"
        "  override: {reason: migration, requested_by: ann, approver: bob, expires_on: 2025-06-30}\n"
        "GL-05:\n"
        "  override: {reason: not complete}\n"
        "AG-01:\n"
    )
    assert read_company(tmp_path).controls == (
        ControlSettings("AG-01"),
        ControlSettings("GL-05", override_reason="not complete"),
        ControlSettings(
            "SL-01", "warn", Decimal("0.05"), "controller", "migration", "ann", "bob", date(2025, 6, 30)
        ),
    )


def test_a_full_source_yml(tmp_path):
    folder = tmp_path / "erp"
    folder.mkdir()
    (folder / "source.yml").write_text(
        "kind: standard\nload: full_snapshot\nowner: finance systems\n"
        "freshness: {warn_after_hours: 24, error_after_hours: 72.5}\n"
    )
    assert read_source(folder) == Source(
        "erp", folder, "standard", "full_snapshot", "finance systems", 24.0, 72.5
    )


@pytest.mark.parametrize(("name", "kind"), [("sap", "sap"), ("standard", "standard"), ("erp", None)])
def test_a_folder_without_source_yml_is_of_the_kind_it_is_named_after(tmp_path, name, kind):
    folder = tmp_path / name
    folder.mkdir()
    assert read_source(folder) == Source(name, folder, kind)


@pytest.mark.parametrize(
    ("file", "content", "line", "setting", "found", "expected"),
    [
        ("tieout.yml", "as_of: 2025-02-30\n", 1, "as_of", "`2025-02-30`", "a date YYYY-MM-DD that exists"),
        ("tieout.yml", "\n\nas_of: today\n", 3, "as_of", "`today`", "a date YYYY-MM-DD that exists"),
        (
            "tieout.yml",
            "reporting_currency: euro\n",
            1,
            "reporting_currency",
            "`euro`",
            "an ISO 4217 code such as EUR",
        ),
        (
            "tieout.yml",
            "ledger: {LE01: cooked}\n",
            1,
            "ledger.LE01",
            "`cooked`",
            "one of booked, derived, partial",
        ),
        (
            "tieout.yml",
            "ledger: booked\n",
            1,
            "ledger",
            "`booked`",
            "a ledger for each entity, `{LE01: booked}`",
        ),
        ("tieout.yml", "sources: erp\n", 1, "sources", "`erp`", "a list `[a, b]`"),
        (
            "tieout.yml",
            "sources: [erp, erp]\n",
            1,
            "sources",
            "`erp`",
            "the name of a source folder, each once",
        ),
        (
            "tieout.yml",
            "ageing_buckets:\n- 30\n- 20\n",
            3,
            "ageing_buckets",
            "`20`",
            "more days than the bucket before it, 30",
        ),
        (
            "tieout.yml",
            "ageing_buckets: [0]\n",
            1,
            "ageing_buckets",
            "`0`",
            "a number of days greater than zero",
        ),
        (
            "tieout.yml",
            "close_through:\n  LE01: {date: 2025-02-28, closed_at: 2025-03-07 18:00}\n",
            2,
            "close_through.LE01.closed_at",
            "`2025-03-07 18:00`",
            "a timestamp with zone such as 2025-03-07T18:00:00Z",
        ),
        ("tieout.yml", "as_of: 2025-03-31\nas_of: 2025-04-30\n", 2, None, "`as_of`", "each name once"),
        ("tieout.yml", "- a\n- b\n", 1, None, "a list", "settings `name: value`, one on a line"),
        (
            "tieout.yml",
            "currency: EUR\n",
            1,
            "currency",
            "the setting `currency`",
            "one of reporting_currency, as_of, ledger, close_through, sources, number_series, ageing_buckets",
        ),
        (
            "controls.yml",
            "SL01: {severity: warn}\n",
            1,
            None,
            "the control `SL01`",
            "the id of a control, such as SL-01",
        ),
        ("controls.yml", "SL-01: {severity: error}\n", 1, "SL-01.severity", "`error`", "one of block, warn"),
        (
            "controls.yml",
            "SL-01: {tolerance: -1}\n",
            1,
            "SL-01.tolerance",
            "`-1`",
            "an amount ≥ 0 such as 0.05",
        ),
        (
            "controls.yml",
            "SL-01:\n  override:\n    expires_on: soon\n",
            3,
            "SL-01.override.expires_on",
            "`soon`",
            "a date YYYY-MM-DD that exists",
        ),
        ("erp/source.yml", "kind: standrad\n", 1, "kind", "`standrad`", "one of sap, standard"),
        (
            "erp/source.yml",
            "load: full\nkind: standard\n",
            1,
            "load",
            "`full`",
            "one of incremental, full_snapshot",
        ),
        (
            "erp/source.yml",
            "kind: standard\nfreshness: {warn_after_hours: day}\n",
            2,
            "freshness.warn_after_hours",
            "`day`",
            "a number of hours such as 24",
        ),
    ],
)
def test_a_value_that_cannot_be_used_is_named_with_its_place(
    tmp_path, file, content, line, setting, found, expected
):
    with pytest.raises(SettingsError) as raised:
        _read(tmp_path, file, content.encode())
    error = raised.value
    assert (error.file, error.line, error.column) == (file, line, setting)
    assert (error.found, error.expected) == (found, expected)
    assert error.next_step
    assert error.exit_status == 2


@pytest.mark.parametrize(
    ("content", "line", "expected"),
    [
        (b"as_of: [2025\nledger: {LE01: booked}\n", 2, "YAML"),
        (b"as_of: 2025-03-31\n\tledger: {}\n", 2, "YAML"),
        (b"reporting_currency: EUR\nowner: M\xfcller\n", 2, "UTF-8"),
        (b"a: \x00\n", 1, "YAML"),
        (b"a: &x 1\nb: *y\n", 2, "YAML"),
        (b"a: 1\n---\nb: 1\n", 2, "YAML"),
    ],
)
def test_what_is_no_yaml_is_named_with_its_line(tmp_path, content, line, expected):
    with pytest.raises(SettingsError) as raised:
        _read(tmp_path, "tieout.yml", content)
    assert (raised.value.file, raised.value.line, raised.value.expected) == ("tieout.yml", line, expected)
    assert raised.value.found


def _read(folder: Path, file: str, content: bytes) -> None:
    path = folder / file
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content)
    if path.name == "source.yml":
        read_source(path.parent)
    else:
        read_company(folder)
