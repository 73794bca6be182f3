"""What a closed period showed when it was published, what it shows now, and which lines made the difference.

A figure of the statements is a sum of ledger lines, each placed by its account, its journal and its date. So
the difference of a figure is the sum of what lines that are new, changed or gone add to it, and of what
accounts took with them that now stand on another line. Every such effect is a row; what they leave
unexplained is a row too.
"""

from __future__ import annotations

from typing import Any

import duckdb
import pyarrow as pa

from ingest.errors import NothingBuilt, UnknownName
from ingest.figures import accounts_of, entries_of, figures_of, last_day_of
from ingest.query import Answer
from ingest.restatement_queries import AMOUNTS, CHANGED_LINES, EFFECTS, ROWS
from ingest.seals import Seal, read_seals, seals_beneath
from ingest.state import read_finished_build
from ingest.warehouse import Warehouse

# What fits beside each other on a screen; CSV and JSON have every column.
COLUMNS_SHOWN = (
    *("legal_entity_id", "report", "section", "line", "published", "present", "difference"),
    *("change", "effect", "journal_id", "account_id", "source_doc_id", "source_file", "source_line"),
)

MONEY = "decimal(18, 4)"
LINES_COLUMNS = {
    "line_key": "varchar",
    "journal_id": "varchar",
    "line_no": "varchar",
    "source_type": "varchar",
    "source_doc_id": "varchar",
    "posting_date": "date",
    "account_id": "varchar",
    "amount": MONEY,
    "source_system": "varchar",
    "source_file": "varchar",
    "source_line": "bigint",
    "recorded_at": "timestamp",
    "movement_type": "varchar",
    "has_cash": "boolean",
}
ACCOUNTS_COLUMNS = {
    "account_id": "varchar",
    "opening_balance": MONEY,
    "closing_balance": MONEY,
    "account_type": "varchar",
    "statement_line": "varchar",
    "cash_flow_class": "varchar",
    "control_of": "varchar",
    "result_step": "bigint",
    "is_expense_line": "boolean",
}
FIGURES_COLUMNS = {"report": "varchar", "section": "varchar", "line": "varchar", "amount": MONEY}


def restatement(
    connection: duckdb.DuckDBPyConnection,
    warehouse: Warehouse,
    period: str,
    *,
    legal_entity_id: str | None = None,
    version: int = 1,
) -> Answer:
    """Compare a period's seals with the opened version: one row per figure that differs and per reason.

    Version 1 is what was published when the period was first closed. Without ``legal_entity_id`` all entities
    that closed the period are compared. Amounts are in functional currency: accounts debit +, statement lines
    in natural sign; ``effect`` adds up to ``difference`` for each figure. Raises UnknownName where there is
    no such seal, NothingBuilt where the opened version ends before the period does.
    """
    last_day_of(period)
    seals = read_seals(warehouse)
    chosen = [
        seal
        for seal in seals
        if seal.period == period
        and seal.version == version
        and legal_entity_id in (None, seal.legal_entity_id)
    ]
    if not chosen:
        asked = " ".join(part for part in (legal_entity_id, period) if part)
        raise UnknownName(
            f"no version {version} of a seal of {asked}",
            expected="one of " + ", ".join(seal.seal_id for seal in seals) if seals else "a closed period",
            next_step="`tieout close ENTITY PERIOD` closes one; `tieout close` lists what was closed.",
        )
    answers = [_compare(connection, seal, seals) for seal in chosen]
    return Answer(answers[0].columns, [row for answer in answers for row in answer.rows])


def shown(answer: Answer) -> Answer:
    """The columns that fit on a screen."""
    positions = [answer.columns.index(name) for name in COLUMNS_SHOWN]
    return Answer(
        list(COLUMNS_SHOWN), [tuple(row[position] for position in positions) for row in answer.rows]
    )


def _compare(connection: duckdb.DuckDBPyConnection, seal: Seal, seals: list[Seal]) -> Answer:
    finished = read_finished_build(connection)
    if finished is None or finished.as_of is None or finished.as_of < seal.closed_through:
        raise NothingBuilt(
            f"figures as of {finished.as_of if finished else 'no date'}",
            expected=f"a version as of {seal.closed_through} or later",
            next_step="Publish one with `tieout run EXTRACTS`.",
        )
    entity, period = seal.legal_entity_id, seal.period
    sealed = [part.lines() for part in [seal, *seals_beneath(seal, seals)]]
    _put_lines(connection, "lines_then", sealed)
    _put_lines(connection, "lines_now", [entries_of(connection, entity, period, None)])
    _put_rows(connection, "accounts_then", ACCOUNTS_COLUMNS, seal.content["accounts"])
    _put_rows(connection, "accounts_now", ACCOUNTS_COLUMNS, accounts_of(connection, entity, period))
    _put_rows(connection, "figures_then", FIGURES_COLUMNS, seal.content["figures"])
    _put_rows(connection, "figures_now", FIGURES_COLUMNS, figures_of(connection, entity, period))
    first_date = seal.closed_through.replace(day=1)
    connection.execute(f"create or replace temp table changed_lines as {CHANGED_LINES}")
    connection.execute(
        f"create or replace temp table amounts as {AMOUNTS}",
        {"first_date": first_date, "legal_entity_id": entity},
    )
    connection.execute(f"create or replace temp table effects as {EFFECTS}")
    cursor = connection.execute(ROWS, {"legal_entity_id": entity, "period": period, "version": seal.version})
    return Answer([column[0] for column in cursor.description or []], cursor.fetchall())


def _put_lines(connection: duckdb.DuckDBPyConnection, table: str, parts: list[pa.Table]) -> None:
    _create(connection, table, LINES_COLUMNS)
    for part in parts:
        connection.register("part_of_lines", part)
        connection.execute(f"insert into temp.{table} by name select * from part_of_lines")
        connection.unregister("part_of_lines")


def _put_rows(
    connection: duckdb.DuckDBPyConnection, table: str, columns: dict[str, str], rows: list[dict[str, Any]]
) -> None:
    """Make a temporary table of rows; decimals that a seal holds as exact text become decimals again."""
    _create(connection, table, columns)
    if rows:
        marks = ", ".join("?" * len(columns))
        connection.executemany(
            f"insert into temp.{table} values ({marks})", [[row[name] for name in columns] for row in rows]
        )


def _create(connection: duckdb.DuckDBPyConnection, table: str, columns: dict[str, str]) -> None:
    listed = ", ".join(f"{name} {sql_type}" for name, sql_type in columns.items())
    connection.execute(f"create or replace temp table {table} ({listed})")
