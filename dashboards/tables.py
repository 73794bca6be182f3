"""Tables that print and can be read aloud, and say of each figure which cell of which mart it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from html import escape
from typing import Any

from dashboards import format as shown
from dashboards.warehouse import Row


@dataclass(frozen=True)
class Column:
    """A column: heading, where its figure stands in the mart, what it means, where its cells lead.

    `currency` names the currency of its amounts where the rows do not, `unit` what its figures count
    (a unit of dashboards/format.py), `reason` the column that says why a cell is empty; `in_words` shows
    a name of files or columns as words. A column that is joined from elsewhere names its `mart` and what
    differs in its `key`.
    """

    name: str
    heading: str
    definition: str = ""
    mart_column: str | None = None
    currency: str | None = None
    unit: str | None = None
    reason: str | None = None
    link: Callable[[Row], str | None] | None = None
    in_words: bool = False
    mart: str | None = None
    key: Mapping[str, str] = field(default_factory=dict)


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
        f'<div class="wide"><table class="tieout"><caption>{escape(table.caption)}</caption>'
        f"<thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def key_of(table: Table, row: Row, other: Mapping[str, str]) -> str:
    """The key of a row as text, `column=value` joined by semicolons; `other` is what differs in a column."""
    values: dict[str, Any] = {name: row[name] for name in table.key} | dict(other)
    return ";".join(f"{name}={'' if value is None else value}" for name, value in values.items())


def _heading(table: Table, column: Column) -> str:
    style = ' class="figure"' if any(is_figure(row[column.name]) for row in table.rows) else ""
    return f'<th scope="col"{style}{_title(column.definition)}>{escape(column.heading)}</th>'


def _row(table: Table, row: Row) -> str:
    is_strong = bool(table.emphasised and row.get(table.emphasised))
    cells = "".join(_cell(table, column, row) for column in table.columns)
    return f'<tr class="{"total" if is_strong else ""}">{cells}</tr>'


def text_of(column: Column, row: Row) -> str:
    """A cell as text: a figure in its unit or currency, null as its reason."""
    value: Any = row[column.name]
    if value is None:
        return shown.reason_of(row.get(column.reason)) if column.reason else ""
    if column.in_words:
        return str(value).replace("_", " ").capitalize()
    if column.unit and is_figure(value):
        return shown.figure(value, column.unit)
    return shown.cell(value, row.get("currency") if column.currency is None else column.currency)


def _cell(table: Table, column: Column, row: Row) -> str:
    value: Any = row[column.name]
    text = escape(text_of(column, row))
    address = column.link(row) if column.link and value is not None else None
    if address:
        text = f'<a href="{escape(address, quote=True)}" target="_self">{text}</a>'
    if not is_figure(value):
        style = "figure reason" if value is None and column.reason else ("short" if _is_short(value) else "")
        return f'<td class="{style}">{text}</td>'
    mart, mart_column = column.mart or table.mart, column.mart_column or column.name
    key = escape(key_of(table, row, column.key), quote=True)
    negative = " negative" if value < 0 else ""
    return (
        f'<td class="figure{negative}" data-mart="{mart}" data-column="{mart_column}" data-key="{key}"'
        f' data-value="{value}">{text}</td>'
    )


def is_figure(value: Any) -> bool:
    """Whether a cell is a number."""
    return isinstance(value, Decimal | float | int) and not isinstance(value, bool)


def _is_short(value: Any) -> bool:
    """Whether a text is to stay on one line: a date, a moment, a number of a document."""
    return isinstance(value, date) or (isinstance(value, str) and len(value) < 16 and " " not in value)


def _title(definition: str) -> str:
    return f' title="{escape(definition, quote=True)}"' if definition else ""
