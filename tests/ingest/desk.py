"""A landing desk for tests: deliveries are written, landed, and raw is asked for its rows."""

from datetime import datetime
from pathlib import Path

from ingest.land import LandingOutcome, land
from ingest.warehouse import Run, Warehouse


class Desk:
    """One extracts folder and one warehouse; the clock is an argument."""

    def __init__(self, folder: Path) -> None:
        self.extracts = folder / "extracts"
        self.warehouse = Warehouse(folder / "warehouse")
        self.runs = 0

    def deliver(self, path: str, content: str | bytes) -> Path:
        """Write a file below the extracts folder."""
        file = self.extracts / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode() if isinstance(content, str) else content)
        return file

    def source(self, name: str = "erp", load: str = "incremental", kind: str = "standard") -> None:
        """Write a source.yml."""
        self.deliver(f"{name}/source.yml", f"kind: {kind}\nload: {load}\n")

    def land(
        self, at: str = "2025-04-01T06:00:00", *, extracts: Path | None = None, full_refresh: bool = False
    ) -> LandingOutcome:
        """Land at a moment (UTC)."""
        self.runs += 1
        run = Run(f"run-{self.runs}", datetime.fromisoformat(at), "test")
        return land(extracts or self.extracts, self.warehouse, run, full_refresh=full_refresh)

    def ask(self, query: str) -> list[tuple]:
        """The rows of a query on the build."""
        connection = self.warehouse.connect_build()
        try:
            return connection.execute(query).fetchall()
        finally:
            connection.close()

    def everything(self) -> dict[str, list[tuple]]:
        """All rows of raw by table: the picture before and after something that must not write."""
        connection = self.warehouse.connect_build()
        try:
            tables = connection.execute(
                "select table_name from duckdb_tables() where schema_name = 'raw' and estimated_size > 0"
            ).fetchall()
            return {
                table: connection.execute(f"select * from raw.{table} order by all").fetchall()
                for (table,) in tables
            }
        finally:
            connection.close()

    def rows_landed(self) -> int:
        """How many delivered rows stand in raw, over all objects."""
        tables = self.ask(
            "select table_name from duckdb_columns() where schema_name = 'raw' and column_name = 'row_hash'"
        )
        counts = " union all ".join(f"select count(*) as rows from raw.{table}" for (table,) in tables)
        return int(self.ask(f"select sum(rows) from ({counts})")[0][0])
