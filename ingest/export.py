"""What is published, as a file: one mart as xlsx, csv or parquet, or the month-end pack as a workbook.

No figure is computed here. A workbook carries a sheet that says what it is: mart, filters, run, as-of date
and the definition of every column. Text that a spreadsheet would take for a formula is neutralised: a
workbook stores it as text, a csv gets an apostrophe before it.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import xlsxwriter

from ingest.errors import UnknownName, UsageError
from ingest.query import text_of
from ingest.state import read_finished_build

PACK = "pack"
LIQUIDITY = "liquidity"
ENDINGS = (".xlsx", ".csv", ".parquet")
ROWS_OF_A_SHEET = 1_048_575
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
WIDEST_COLUMN = 60


@dataclass(frozen=True)
class Sheet:
    """A table to be written: column names, rows, and what each column means."""

    title: str
    columns: list[str]
    rows: list[tuple[Any, ...]]
    descriptions: dict[str, str] = field(default_factory=dict)
    note: str = ""


@dataclass(frozen=True)
class Origin:
    """Where the figures come from: run, as-of date, and the filters that were set."""

    run_id: str
    as_of: date | None
    filters: dict[str, str] = field(default_factory=dict)


# The month-end pack, one sheet per question. Each only selects, joins, orders and names.
PACK_SHEETS = {
    "Income statement": """
        select
            current.legal_entity_id as entity, current.line, current.line_type as kind,
            current.amount, before.amount as previous_period
        from marts.rpt_income_statement as current
        left join marts.rpt_income_statement as before
            on current.legal_entity_id = before.legal_entity_id
            and current.line = before.line and current.line_type = before.line_type
            and before.period = $previous_period
        where current.period = $period
        order by entity, kind desc, current.line""",
    "Balance sheet": """
        select
            current.legal_entity_id as entity, current.section, current.line, current.amount,
            before.amount as previous_month_end
        from marts.rpt_balance_sheet as current
        left join marts.rpt_balance_sheet as before
            on current.legal_entity_id = before.legal_entity_id
            and current.section = before.section and current.line = before.line
            and before.as_of = $previous_as_of
        where current.as_of = $as_of
        order by entity, current.section, current.line""",
    "Cash flow": """
        select
            current.legal_entity_id as entity, current.method, current.section, current.line,
            current.amount, before.amount as previous_period
        from marts.rpt_cash_flow as current
        left join marts.rpt_cash_flow as before
            on current.legal_entity_id = before.legal_entity_id and current.method = before.method
            and current.section = before.section and current.line = before.line
            and before.period = $previous_period
        where current.period = $period
        order by entity, current.method, current.section = 'total', current.section, current.line""",
    "Metrics": """
        select
            kpis.legal_entity_id as entity, definitions.name as metric, kpis.value, definitions.unit,
            kpis.numerator, kpis.denominator, kpis.null_reason as reason_without_value, kpis.metric_id
        from marts.rpt_kpis as kpis
        left join marts.dim_metric as definitions on kpis.metric_id = definitions.metric_id
        where kpis.as_of = $as_of
        order by entity, kpis.metric_id""",
    "Ageing": """
        select legal_entity_id as entity, basis, bucket, amount
        from marts.rpt_ar_aging
        where as_of = $as_of
        order by entity, basis, bucket""",
    "Tie-outs": """
        select legal_entity_id as entity, control_account, subledger, gl_balance, difference
        from marts.rpt_subledger_tie_out
        where as_of = $as_of
        order by entity, control_account""",
    "Controls": """
        select
            control_id, title, severity, status, failures, amount_at_risk, owner,
            is_overridden as overridden, override_reason, applicability_reason as reason_not_applicable
        from marts.rpt_control_results
        where run_id = $run_id
        order by control_id""",
}

# Daily expected receipts as a treasury system reads them.
LIQUIDITY_QUERY = """
    select
        value_date, legal_entity_id, bank_account_id, currency, expected as amount,
        expected_functional as amount_functional, origin_date as forecast_made_on
    from marts.rpt_cash_forecast_daily
    order by value_date, legal_entity_id, currency, bank_account_id"""
LIQUIDITY_DESCRIPTIONS = {
    "value_date": "Day on which the money is expected in the bank.",
    "legal_entity_id": "Entity that receives it.",
    "bank_account_id": "Bank account (account of the chart) into which it is expected; empty: not known.",
    "currency": "ISO 4217 code of `amount`.",
    "amount": "Expected receipts from customers, base case, inflow +, in `currency`.",
    "amount_functional": "The same in the entity's functional currency at the closing rate of the forecast.",
    "forecast_made_on": "As-of date of the forecast; only what was known by its end is used.",
}


def export(connection: duckdb.DuckDBPyConnection, what: str, to: Path) -> int:
    """Write a mart, the liquidity forecast or the month-end pack to a file; return how many rows it holds.

    Args:
        connection: an opened version, as ``ingest.reader`` gives it.
        what: name of a mart without its schema, ``liquidity`` (daily expected receipts) or ``pack``.
        to: file ending in .xlsx, .csv or .parquet; the pack is a workbook, the liquidity forecast a workbook
            or csv. A file that exists is replaced.

    Raises:
        UsageError: another ending, a folder that is not there, or more rows than a worksheet holds.
        UnknownName: no such mart.
    """
    _check_target(what, to)
    origin = _origin(connection)
    if what == PACK:
        sheets = pack(connection, origin)
        write_workbook(sheets, origin, to)
        return sum(len(sheet.rows) for sheet in sheets)
    if what == LIQUIDITY:
        sheet = liquidity(connection)
        if to.suffix == ".csv":
            write_csv(sheet, to)
        else:
            write_workbook([sheet], origin, to)
        return len(sheet.rows)
    if what not in marts(connection):
        raise UnknownName(
            f"`{what}`",
            expected="a mart, `liquidity` or `pack`: " + ", ".join(marts(connection)),
            next_step='`tieout sql "select * from marts.<name> limit 5"` shows what one holds.',
        )
    if to.suffix == ".parquet":
        return _write_parquet(connection, what, to)
    cursor = connection.execute(f'select * from marts."{what}" order by all')
    columns = [column[0] for column in cursor.description or []]
    sheet = Sheet(what, columns, cursor.fetchall(), descriptions_of(connection, what))
    if to.suffix == ".csv":
        write_csv(sheet, to)
    else:
        write_workbook([sheet], origin, to)
    return len(sheet.rows)


def pack(connection: duckdb.DuckDBPyConnection, origin: Origin) -> list[Sheet]:
    """The sheets of the month-end pack at the as-of date, beside the month before it.

    Raises:
        UsageError: nothing is reported at any date yet.
    """
    if origin.as_of is None:
        raise UsageError(
            "no as-of date", next_step="Run `tieout run EXTRACTS` on extracts that hold postings."
        )
    previous = origin.as_of.replace(day=1).toordinal() - 1
    parameters = {
        "as_of": origin.as_of,
        "period": f"{origin.as_of:%Y-%m}",
        "previous_as_of": date.fromordinal(previous),
        "previous_period": f"{date.fromordinal(previous):%Y-%m}",
        "run_id": origin.run_id,
    }
    sheets = []
    for title, query in PACK_SHEETS.items():
        used = {name: value for name, value in parameters.items() if f"${name}" in query}
        try:
            cursor = connection.execute(query, used)
        except duckdb.CatalogException as error:
            raise UsageError(
                f"a version that lacks a mart of the pack ({error})",
                expected="one that this version of tieout built",
                next_step="Build and publish again with `tieout run EXTRACTS`.",
            ) from error
        columns = [column[0] for column in cursor.description or []]
        sheets.append(Sheet(title, columns, cursor.fetchall()))
    return sheets


def liquidity(connection: duckdb.DuckDBPyConnection) -> Sheet:
    """Daily expected receipts by entity, currency and bank account.

    Raises:
        UsageError: the version was built before there was such a forecast.
    """
    try:
        cursor = connection.execute(LIQUIDITY_QUERY)
    except duckdb.CatalogException as error:
        raise UsageError(
            "a version without a daily forecast",
            expected="one that this version of tieout built",
            next_step="Build and publish again with `tieout run EXTRACTS`.",
        ) from error
    columns = [column[0] for column in cursor.description or []]
    return Sheet("Liquidity", columns, cursor.fetchall(), LIQUIDITY_DESCRIPTIONS)


def marts(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """The names of all marts."""
    rows = connection.execute(
        """
        select table_name from information_schema.tables
        where table_catalog = current_database() and table_schema = 'marts'
        order by table_name"""
    ).fetchall()
    return [name for (name,) in rows]


def descriptions_of(connection: duckdb.DuckDBPyConnection, mart: str) -> dict[str, str]:
    """What each column of a mart means, as its model describes it."""
    rows = connection.execute(
        """
        select column_name, comment from duckdb_columns()
        where database_name = current_database() and schema_name = 'marts' and table_name = ?
        order by column_index""",
        [mart],
    ).fetchall()
    return {name: comment or "" for name, comment in rows}


def write_csv(sheet: Sheet, to: Path) -> None:
    """Write a table as UTF-8 csv with a header; null is empty, text that looks like a formula is marked."""
    with _replacing(to).open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(sheet.columns)
        for row in sheet.rows:
            writer.writerow([_csv_cell(cell) for cell in row])
    _replacing(to).replace(to)


def write_workbook(sheets: Sequence[Sheet], origin: Origin, to: Path) -> None:
    """Write tables as sheets of a workbook, with a last sheet that says what they are.

    Raises:
        UsageError: a table has more rows than a worksheet holds.
    """
    for sheet in sheets:
        if len(sheet.rows) > ROWS_OF_A_SHEET:
            raise UsageError(
                f"{len(sheet.rows):,} rows of {sheet.title}",
                expected=f"at most {ROWS_OF_A_SHEET:,} rows in a worksheet",
                next_step="Export to a file ending in .csv or .parquet instead.",
                file=to,
            )
    with xlsxwriter.Workbook(_replacing(to), {"in_memory": False}) as workbook:
        for sheet in sheets:
            _write_sheet(workbook, sheet)
        _write_about(workbook, sheets, origin)
    _replacing(to).replace(to)


def neutral(text: str) -> str:
    """Text as a spreadsheet shows it: one that begins like a formula gets an apostrophe before it."""
    return "'" + text if text.startswith(FORMULA_STARTS) else text


def _check_target(what: str, to: Path) -> None:
    endings = {PACK: (".xlsx",), LIQUIDITY: (".xlsx", ".csv")}.get(what, ENDINGS)
    if to.suffix not in endings:
        raise UsageError(
            f"`{to.name}`",
            expected="a file name ending in " + " or ".join(endings),
            next_step="Give --to such a name.",
        )
    if not to.parent.is_dir():
        raise UsageError("no such folder", next_step="Make it, or name another with --to.", file=to.parent)


def _origin(connection: duckdb.DuckDBPyConnection) -> Origin:
    finished = read_finished_build(connection)
    return Origin(finished.run_id, finished.as_of) if finished else Origin("", None)


def _replacing(to: Path) -> Path:
    return to.with_name(f".{to.name}.partial")


def _write_parquet(connection: duckdb.DuckDBPyConnection, mart: str, to: Path) -> int:
    import pyarrow.parquet

    table: Any = connection.execute(f'select * from marts."{mart}" order by all').to_arrow_table()
    pyarrow.parquet.write_table(table, _replacing(to))
    _replacing(to).replace(to)
    return int(table.num_rows)


def _csv_cell(cell: Any) -> str:
    if cell is None:
        return ""
    return neutral(cell) if isinstance(cell, str) else text_of(cell)


def _write_sheet(workbook: xlsxwriter.Workbook, sheet: Sheet) -> None:
    page = workbook.add_worksheet(sheet.title[:31])
    heading = workbook.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
    formats = {
        places: workbook.add_format({"num_format": "#,##0" + ("." + "0" * places if places else "")})
        for places in range(10)
    }
    day = workbook.add_format({"num_format": "yyyy-mm-dd"})
    moment = workbook.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
    for position, name in enumerate(sheet.columns):
        page.write_string(0, position, name, heading)
    for number, row in enumerate(sheet.rows, start=1):
        for position, cell in enumerate(row):
            if isinstance(cell, Decimal):
                page.write_number(number, position, float(cell), formats[_places(cell)])
            elif isinstance(cell, bool):
                page.write_boolean(number, position, cell)
            elif isinstance(cell, int | float):
                page.write_number(number, position, cell)
            elif isinstance(cell, datetime):
                page.write_datetime(number, position, cell, moment)
            elif isinstance(cell, date):
                page.write_datetime(number, position, datetime(cell.year, cell.month, cell.day), day)
            elif cell is not None:
                page.write_string(number, position, text_of(cell))
    page.freeze_panes(1, 0)
    if sheet.columns:
        page.autofilter(0, 0, max(len(sheet.rows), 1), len(sheet.columns) - 1)
    for position, width in enumerate(_widths(sheet)):
        page.set_column(position, position, width)


def _places(amount: Decimal) -> int:
    """Decimals to show: those the amount has, at least two; a mart stores money with four."""
    exponent = amount.normalize().as_tuple().exponent
    return min(max(2, -exponent if isinstance(exponent, int) else 2), 9)


def _widths(sheet: Sheet) -> Iterable[int]:
    for position, name in enumerate(sheet.columns):
        cells = (row[position] for row in sheet.rows[:200])
        longest = max([len(name), *(len(text_of(cell)) for cell in cells if cell is not None)])
        yield min(longest + 3, WIDEST_COLUMN)


def _write_about(workbook: xlsxwriter.Workbook, sheets: Sequence[Sheet], origin: Origin) -> None:
    page = workbook.add_worksheet("About")
    strong = workbook.add_format({"bold": True})
    facts = [
        ("Run", origin.run_id),
        ("As of", origin.as_of.isoformat() if origin.as_of else "no date"),
        *((f"Filter: {name}", value) for name, value in origin.filters.items()),
        ("Amounts", "functional currency; entity * is the group in reporting currency"),
    ]
    for number, (name, value) in enumerate(facts):
        page.write_string(number, 0, name, strong)
        page.write_string(number, 1, value)
    number = len(facts) + 1
    for sheet in sheets:
        if sheet.note:
            page.write_string(number, 0, sheet.title, strong)
            page.write_string(number, 1, sheet.note)
            number += 1
        for column in sheet.columns:
            if sheet.descriptions.get(column):
                page.write_string(number, 0, column, strong)
                page.write_string(number, 1, sheet.descriptions[column])
                number += 1
    if any("metric_id" in sheet.columns for sheet in sheets):
        _write_definitions(page, number + 1, strong)
    page.set_column(0, 0, 34)
    page.set_column(1, 1, 120)


def _write_definitions(page: Any, number: int, strong: Any) -> None:
    from ingest.definitions import definitions

    for definition in definitions().values():
        page.write_string(number, 0, definition.metric_id, strong)
        page.write_string(
            number, 1, f"{definition.name} = {definition.formula} ({definition.unit}); {definition.edge_rule}"
        )
        number += 1
