"""Published forecasts are kept in the evidence of their run and read back as they were."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner

from ingest import cli, pipeline
from ingest.forecast_history import KEPT, keep_forecast, read_forecasts_back, table_definitions
from ingest.landing.registry import ensure_tables
from ingest.scored_origins import has_backtest, request_backtest
from ingest.warehouse import Warehouse


def _warehouse(folder: Path) -> Warehouse:
    warehouse = Warehouse(folder / "it's a warehouse")
    warehouse.create()
    with warehouse.connect_build() as connection:
        ensure_tables(connection)
        connection.execute("create schema marts")
        connection.execute("create schema intermediate")
        for mart, _, columns in KEPT.values():
            typed = ", ".join(f"{name} {kind}" for name, kind in columns.items())
            connection.execute(f"create table {mart} ({typed})")
    return warehouse


def _expect(warehouse: Warehouse, amount: str) -> None:
    with warehouse.connect_build() as connection:
        connection.execute("delete from marts.rpt_cash_forecast")
        connection.execute(
            """
            insert into marts.rpt_cash_forecast by name
            select date '2025-03-31' as origin_date, date '2025-03-31' as week_start,
                'LE01' as legal_entity_id,
                'total_receipts' as line, cast(? as decimal(18, 4)) as expected
            """,
            [amount],
        )


def test_what_was_published_is_read_back_as_it_was(tmp_path: Path) -> None:
    warehouse = _warehouse(tmp_path)
    _expect(warehouse, "10.01")
    keep_forecast(warehouse, "20250331T000000Z-0001")
    _expect(warehouse, "20.02")
    keep_forecast(warehouse, "20250407T000000Z-0002")
    _expect(warehouse, "99.99")
    with warehouse.connect_build() as connection:
        read_forecasts_back(connection, warehouse)
        found = connection.execute(
            "select run_id, origin_date, expected, p10 from raw.published_forecasts order by run_id"
        ).fetchall()
    assert found == [
        ("20250331T000000Z-0001", date(2025, 3, 31), Decimal("10.0100"), None),
        ("20250407T000000Z-0002", date(2025, 3, 31), Decimal("20.0200"), None),
    ]


def test_reading_back_twice_adds_nothing(tmp_path: Path) -> None:
    warehouse = _warehouse(tmp_path)
    _expect(warehouse, "10.01")
    keep_forecast(warehouse, "20250331T000000Z-0001")
    with warehouse.connect_build() as connection:
        read_forecasts_back(connection, warehouse)
        read_forecasts_back(connection, warehouse)
        assert connection.execute("select count(*) from raw.published_forecasts").fetchall() == [(1,)]


def test_a_build_without_forecast_keeps_nothing(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path / "empty")
    warehouse.create()
    with warehouse.connect_build() as connection:
        ensure_tables(connection)
    keep_forecast(warehouse, "20250331T000000Z-0001")
    assert list(warehouse.runs.glob("*/*.parquet")) == []
    assert set(table_definitions()) == {
        "published_forecasts",
        "published_forecast_invoices",
        "published_forecast_invoice_weeks",
        "published_revenue_forecasts",
    }


@pytest.mark.parametrize("command", ["run", "build"])
@pytest.mark.parametrize(("options", "wanted"), [([], True), (["--no-backtest"], False)])
def test_the_command_asks_for_the_backtest_or_leaves_it_out(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, command: str, options: list[str], wanted: bool
) -> None:
    asked: list[bool] = []

    def noted(*_: object, with_backtest: bool, **__: object) -> None:
        asked.append(with_backtest)
        raise KeyboardInterrupt

    monkeypatch.setattr(pipeline, command, noted)
    arguments = [str(tmp_path)] if command == "run" else []
    CliRunner().invoke(cli.app, [command, *arguments, "--warehouse", str(tmp_path / "wh"), *options])
    assert asked == [wanted]


def test_a_version_published_without_backtest_is_told_apart(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path)
    assert not has_backtest(warehouse)
    for wanted in (False, True):
        with duckdb.connect(warehouse.published) as connection:
            connection.execute("create schema if not exists raw")
            request_backtest(connection, wanted)
        assert has_backtest(warehouse) is wanted
