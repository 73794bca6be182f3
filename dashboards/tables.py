"""Tables that print and can be read aloud, and say of each figure which cell of which mart it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from html import escape
from typing import Any

from dashboards import format as shown
from dashboards.warehouse import Row


@dataclass(frozen=True)
class Column:
    """A column: heading, where its figure stands in the mart, and what it means."""

    name: str
    heading: str
    definition: str = ""
    mart_column: str | None = None
    currency: str | None = None


@dataclass(frozen=True)
class Table:
    """A table of one mart: `key` are the columns that identify a row there."""

    mart: str
    caption: str
    columns: Sequence[Column]
    key: Sequence[str]
    rows: Sequence[Row]
    emphasised: str | None = None


def html_of(table: Table) -> str:
    """The table as HTML: figures to the right, headings with their definition, rows with their key."""
    heads = "".join(_heading(table, column) for column in table.columns)
    body = "".join(_row(table, row) for row in table.rows)
    return (
        f'<table class="tieout"><caption>{escape(table.caption)}</caption>'
        f"<thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>"
    )


def key_of(table: Table, row: Row) -> str:
    """The key of a row as text, `column=value` joined by semicolons."""
    return ";".join(f"{name}={'' if row[name] is None else row[name]}" for name in table.key)


def _heading(table: Table, column: Column) -> str:
    is_figure = any(_is_figure(row[column.name]) for row in table.rows)
    style = ' class="figure"' if is_figure else ""
    return f'<th scope="col"{style}{_title(column.definition)}>{escape(column.heading)}</th>'


def _row(table: Table, row: Row) -> str:
    key = escape(key_of(table, row), quote=True)
    is_strong = bool(table.emphasised and row.get(table.emphasised))
    cells = "".join(_cell(table, column, row, key) for column in table.columns)
    return f'<tr class="{"total" if is_strong else ""}">{cells}</tr>'


def _cell(table: Table, column: Column, row: Row, key: str) -> str:
    value: Any = row[column.name]
    currency = row.get("currency") if column.currency is None else column.currency
    text = escape(shown.cell(value, currency))
    if not _is_figure(value):
        return f"<td>{text}</td>"
    mart_column = column.mart_column or column.name
    negative = " negative" if value < 0 else ""
    return (
        f'<td class="figure{negative}" data-mart="{table.mart}" data-column="{mart_column}" data-key="{key}">'
        f"{text}</td>"
    )


def _is_figure(value: Any) -> bool:
    return isinstance(value, Decimal | float | int) and not isinstance(value, bool)


def _title(definition: str) -> str:
    return f' title="{escape(definition, quote=True)}"' if definition else ""
