"""Seals on disk and in the build, who may open a period again, and what keeps one from being closed."""

import json
import shutil
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from ingest.close import close_period, reopen_period
from ingest.errors import NothingBuilt, ReopenRefused, SealDamaged, UsageError, WarehouseBusy
from ingest.figures import last_day_of
from ingest.seals import Reopening, Seal, mirror, read_seals, write_reopening, write_seal
from ingest.warehouse import Warehouse
from tests.ingest.conftest import Company

LINE = {
    "line_key": "erp:J-1:1",
    "journal_id": "J-1",
    "line_no": "1",
    "source_type": "invoice",
    "source_doc_id": "INV-1",
    "posting_date": date(2025, 2, 10),
    "account_id": "1100",
    "amount": Decimal("12.3400"),
    "source_system": "erp",
    "source_file": "gl.csv",
    "source_line": 2,
    "recorded_at": datetime(2025, 3, 1),
    "movement_type": "flow",
    "has_cash": False,
}
TYPES = pa.schema(
    [
        (name, pa.decimal128(18, 4) if name == "amount" else pa.scalar(value).type)
        for name, value in LINE.items()
    ]
)


def seal(warehouse: Warehouse, period: str = "2025-02", version: int = 1, entity: str = "LE01") -> Seal:
    """A seal of one account with one line."""
    content = {
        "legal_entity_id": entity,
        "period": period,
        "version": version,
        "covers_from": None if period == "2025-01" else date.fromisoformat(f"{period}-01"),
        "closed_through": last_day_of(period),
        "closed_at": datetime(2025, 3, 7, 18),
        "closed_by": "ann",
        "run_id": "20250307T180000Z-0001",
        "as_of": date(2025, 3, 7),
        "code_version": "abc",
        "follows": None,
        "accounts": [
            {
                "account_id": "1100",
                "opening_balance": Decimal("0.0000"),
                "closing_balance": Decimal("12.3400"),
            }
        ],
        "figures": [],
    }
    return write_seal(warehouse, content, pa.Table.from_pylist([LINE], TYPES))


def raw_rows(warehouse: Warehouse, table: str, columns: str = "*") -> list[tuple[Any, ...]]:
    with warehouse.connect_build() as connection:
        return connection.execute(f"select {columns} from raw.{table} order by all").fetchall()


def test_a_seal_is_read_as_it_was_written(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path)
    written = seal(warehouse)
    (read,) = read_seals(warehouse)
    assert read == written
    assert (read.seal_id, read.covers_from, read.closed_through) == (
        "LE01:2025-02:1",
        date(2025, 2, 1),
        date(2025, 2, 28),
    )
    assert (read.closed_at, read.closed_by, read.is_in_force) == (datetime(2025, 3, 7, 18), "ann", True)
    assert read.lines().to_pylist() == [LINE]
    assert read.folder == tmp_path / "closes" / "LE01" / "2025-02" / "1"


@pytest.mark.parametrize("entity", ["../LE 01", "..", "LE/01", "Ü:*"])
def test_no_name_of_an_entity_leads_out_of_the_folder(tmp_path: Path, entity: str) -> None:
    warehouse = Warehouse(tmp_path / "warehouse")
    written = seal(warehouse, entity=entity)
    assert written.folder.resolve().parents[2] == (tmp_path / "warehouse" / "closes").resolve()
    assert [found.legal_entity_id for found in read_seals(warehouse)] == [entity]


def test_what_was_cut_off_while_it_was_written_is_no_seal(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path)
    written = seal(warehouse)
    shutil.copytree(written.folder, written.folder.with_name(".partial-2"))
    assert [found.version for found in read_seals(warehouse)] == [1]
    assert seal(warehouse, version=2).version == 2


def change_balance(folder: Path) -> None:
    path = folder / "seal.json"
    path.write_text(path.read_text().replace("12.3400", "12.3500"))


def change_lines(folder: Path) -> None:
    path = folder / "lines.parquet"
    path.write_bytes(path.read_bytes() + b"x")


@pytest.mark.parametrize(
    ("damage", "file", "found"),
    [
        (change_balance, "seal.json", "another content than was sealed"),
        (lambda folder: (folder / "seal.json").write_text("{"), "seal.json", "a file that cannot be read"),
        (change_lines, "lines.parquet", "other bytes than were sealed"),
        (lambda folder: (folder / "lines.parquet").unlink(), "lines.parquet", "no file that can be read"),
        (lambda folder: (folder / "reopened.json").write_text("[]"), "reopened.json", "cannot be read"),
    ],
)
def test_a_seal_that_was_changed_is_not_relied_on(
    tmp_path: Path, damage: Callable[[Path], Any], file: str, found: str
) -> None:
    warehouse = Warehouse(tmp_path)
    written = seal(warehouse)
    damage(written.folder)
    with warehouse.connect_build() as connection:
        with pytest.raises(SealDamaged) as raised:
            mirror(connection, warehouse)
        assert connection.execute("select count(*) from raw.sealed_lines").fetchone() == (0,)
    assert found in raised.value.found
    assert raised.value.file == str(written.folder / file)


def test_the_build_has_the_seals_and_what_those_in_force_hold(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path)
    seal(warehouse, "2025-01")
    second = seal(warehouse, "2025-02")
    with warehouse.connect_build() as connection:
        mirror(connection, warehouse)
    assert raw_rows(warehouse, "sealed_balances") == [
        (f"LE01:2025-0{month}:1", "1100", Decimal("0.0000"), Decimal("12.3400")) for month in (1, 2)
    ]
    assert raw_rows(
        warehouse, "sealed_lines", "seal_id, line_key, line_source, line_file, line_number, amount"
    ) == [(f"LE01:2025-0{month}:1", "erp:J-1:1", "erp", "gl.csv", 2, Decimal("12.3400")) for month in (1, 2)]
    write_reopening(second, Reopening(datetime(2025, 3, 9), "ann", "bob", "late invoice"))
    seal(warehouse, "2025-02", version=2)
    with warehouse.connect_build() as connection:
        mirror(connection, warehouse)
    in_force = {"LE01:2025-01:1", "LE01:2025-02:2"}
    assert {row[0] for row in raw_rows(warehouse, "sealed_balances")} == in_force
    assert {row[0] for row in raw_rows(warehouse, "sealed_lines")} == in_force
    assert raw_rows(
        warehouse, "seals", "seal_id, is_in_force, reopened_by, reopen_approver, reopen_reason"
    ) == [
        ("LE01:2025-01:1", True, None, None, None),
        ("LE01:2025-02:1", False, "ann", "bob", "late invoice"),
        ("LE01:2025-02:2", True, None, None, None),
    ]


def test_evidence_that_was_taken_away_is_missed(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path)
    written = seal(warehouse)
    with warehouse.connect_build() as connection:
        mirror(connection, warehouse)
        shutil.rmtree(written.folder)
        with pytest.raises(SealDamaged, match="no evidence of the seal LE01:2025-02:1"):
            mirror(connection, warehouse)


def test_seals_outlive_rebuilds_a_full_refresh_and_a_lost_build(company: Company) -> None:
    company.deliver("shop")
    first = company.run()
    assert first.published
    seal(company.warehouse)
    # nothing was delivered, but a period is closed since: controls look again
    closed = company.run()
    assert (closed.published, closed.run_id != first.run_id) == (True, True)
    assert company.run().run_id == closed.run_id
    counts = "select (select count(*) from raw.seals), (select count(*) from raw.sealed_lines)"
    assert company.published(counts) == [(1, 1)]

    assert company.run(full_refresh=True).published
    assert company.published(counts) == [(1, 1)]

    company.warehouse.build.unlink()
    company.deliver("shop", "shop")
    assert company.run().published
    assert company.published(counts) == [(1, 1)]

    company.warehouse.build.unlink()
    company.warehouse.published.unlink()
    assert company.run().published
    assert company.published(counts) == [(1, 1)]


def test_a_run_ends_where_a_seal_was_changed(company: Company) -> None:
    company.deliver("shop")
    company.run()
    change_balance(seal(company.warehouse).folder)
    ended = company.run()
    assert (ended.exit_status, ended.published) == (2, False)
    assert "seal.json" in str(ended.error)


def test_reopening_needs_a_reason_and_somebody_else_who_approves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TIEOUT_NOW", "2025-03-09T12:00:00Z")
    monkeypatch.setattr("getpass.getuser", lambda: "ann")
    warehouse = Warehouse(tmp_path)
    written = seal(warehouse)
    for reason, approver, requester, found in [
        (" ", "bob", None, "no reason"),
        ("late invoice", " ", None, "approver"),
        ("late invoice", "ann", None, "`ann` as approver of what `ann` asks for"),
        ("late invoice", " Bob", "bob ", "approver of what `bob` asks for"),
    ]:
        with pytest.raises(ReopenRefused, match=found):
            reopen_period(
                warehouse, "LE01", "2025-02", reason=reason, approver=approver, requested_by=requester
            )
    assert not (written.folder / "reopened.json").exists()

    reopened = reopen_period(warehouse, "LE01", "2025-02", reason=" late invoice ", approver="bob")
    assert reopened.reopening == Reopening(datetime(2025, 3, 9, 12), "ann", "bob", "late invoice")
    assert json.loads((written.folder / "reopened.json").read_text())["reopened_at"] == "2025-03-09T12:00:00Z"
    with pytest.raises(ReopenRefused, match="which is not closed"):
        reopen_period(warehouse, "LE01", "2025-02", reason="once more", approver="bob")


def test_the_last_closed_period_is_reopened_first(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path)
    for period in ("2025-01", "2025-02", "2025-03"):
        seal(warehouse, period)
    seal(warehouse, "2025-04", entity="LE02")
    with pytest.raises(ReopenRefused, match="2025-01 with 2025-02, 2025-03 closed after it"):
        reopen_period(warehouse, "LE01", "2025-01", reason="wrong", approver="bob", requested_by="ann")
    for period in ("2025-03", "2025-02", "2025-01"):
        reopen_period(warehouse, "LE01", period, reason="wrong", approver="bob", requested_by="ann")
    assert [found.seal_id for found in read_seals(warehouse) if found.is_in_force] == ["LE02:2025-04:1"]


@pytest.mark.parametrize("period", ["2025", "2025-13", "2025-2", "February", "2025-02-28"])
def test_a_period_is_a_month(tmp_path: Path, period: str) -> None:
    with pytest.raises(UsageError, match="expected a month such as 2025-02"):
        close_period(Warehouse(tmp_path), "LE01", period)
    with pytest.raises(UsageError, match="expected a month such as 2025-02"):
        reopen_period(Warehouse(tmp_path), "LE01", period, reason="wrong", approver="bob", requested_by="ann")


def test_nothing_is_closed_before_something_is_published(tmp_path: Path) -> None:
    with pytest.raises(NothingBuilt, match="no warehouse"):
        close_period(Warehouse(tmp_path / "nowhere"), "LE01", "2025-02")
    with pytest.raises(NothingBuilt, match=r"no published\.duckdb"):
        close_period(Warehouse(tmp_path), "LE01", "2025-02")
    assert not (tmp_path / "nowhere").exists()


def test_a_pipeline_at_work_is_not_disturbed(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path)
    seal(warehouse)
    with warehouse.lock("run 1"), pytest.raises(WarehouseBusy, match="run 1"):
        reopen_period(warehouse, "LE01", "2025-02", reason="wrong", approver="bob", requested_by="ann")
