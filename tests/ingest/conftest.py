"""A company with one source and a project small enough to build in a second."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from ingest import build, pipeline
from ingest.outcome import Outcome
from ingest.warehouse import Warehouse
from tests.harness.deliveries import write_rows
from tests.ingest.small_project import write_small_project

ORDER_COLUMNS = [
    *("order_id", "legal_entity_id", "customer_id", "order_date", "currency", "status", "channel"),
]


@dataclass
class Company:
    """One source, `shop`, that delivers orders; their channels name the controls that shall fail."""

    extracts: Path
    warehouse: Warehouse
    project: Path

    def deliver(self, *channels: str, file: str = "orders.csv") -> None:
        """Put a file of one order for each channel where the last one lay."""
        rows = [
            {
                "order_id": f"SO-{number}",
                "legal_entity_id": "LE01",
                "customer_id": "c",
                "order_date": "2025-03-31",
                "currency": "EUR",
                "status": "confirmed",
                "channel": channel,
            }
            for number, channel in enumerate(channels, start=1)
        ]
        write_rows(self.extracts / "shop" / file, ORDER_COLUMNS, rows)

    def set_controls(self, **controls: dict[str, Any]) -> None:
        """Write controls.yml; SL_01 is SL-01."""
        named = {name.replace("_", "-"): settings for name, settings in controls.items()}
        # JSON is YAML.
        (self.extracts / "controls.yml").write_text(json.dumps(named))

    def run(self, as_of: str | None = None, *, full_refresh: bool = False) -> Outcome:
        """`tieout run` as a Python call."""
        asked = None if as_of is None else date.fromisoformat(as_of)
        return pipeline.run(self.extracts, self.warehouse, as_of=asked, full_refresh=full_refresh)

    def published(self, question: str) -> list[tuple[Any, ...]]:
        """The answer of what is published."""
        with duckdb.connect(str(self.warehouse.published), read_only=True) as connection:
            return connection.execute(question).fetchall()

    def evidence(self, outcome: Outcome, question: str) -> list[tuple[Any, ...]]:
        """The answer of a run's controls.duckdb."""
        path = self.warehouse.runs / outcome.run_id / "controls.duckdb"
        with duckdb.connect() as connection:
            connection.execute(f"attach '{path}' as evidence_of_run (read_only)")
            connection.execute("use evidence_of_run")
            return connection.execute(question).fetchall()

    def record(self, outcome: Outcome) -> dict[str, Any]:
        """A run's run.json."""
        return json.loads((self.warehouse.runs / outcome.run_id / "run.json").read_text())


@pytest.fixture(scope="session")
def small_project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small project, written once; its parsed form stays in its cache."""
    return write_small_project(tmp_path_factory.mktemp("small_project"))


@pytest.fixture
def company(tmp_path: Path, small_project: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Company]:
    """The company with an empty warehouse and nothing delivered yet."""
    monkeypatch.setattr(build, "project_root", lambda: small_project)
    monkeypatch.setattr(build, "variables_that_differ", lambda root: "")
    source = tmp_path / "extracts" / "shop"
    source.mkdir(parents=True)
    (source / "source.yml").write_text("kind: standard\nload: full_snapshot\nowner: shop team\n")
    yield Company(tmp_path / "extracts", Warehouse(tmp_path / "warehouse"), small_project)
