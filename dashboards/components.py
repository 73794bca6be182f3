"""What several pages draw: figures with their definition, tables with exports, charts, messages."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import partial
from html import escape
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import quote

import streamlit as st
from pandas import DataFrame
from pandas.io.formats.style import Styler
from streamlit.delta_generator import DeltaGenerator

from dashboards import format as shown
from dashboards.entitlement import is_for_the_group
from dashboards.export_log import record
from dashboards.page import Page
from dashboards.state import ALL_SEGMENTS, COMPARISONS, GROUP
from dashboards.tables import Column, Table, html_of, is_figure, text_of
from dashboards.warehouse import Row
from ingest.export import Origin, Sheet, write_csv, write_workbook

HTML_ROWS = 60
PRINTED_ROWS = 50
GRID_ROWS = 2_000
MOST_CARDS_OF_A_NARROW_ROW = 5
# terms of metrics that are shown as figures of their own
AMOUNTS_OF_TERMS = ("receivables", "past_due")
ENTITY_OF_GROUP = "Group"
STYLE = (Path(__file__).with_name("style.css")).read_text(encoding="utf-8")


def style() -> None:
    """The style sheet of figures and tables, for light and dark."""
    st.html(f"<style>{STYLE}</style>")


@dataclass(frozen=True)
class Card:
    """A figure of a page: title, text, where it stands, and what is to be known of it.

    `cell` are mart, column and key of the figure, `is_better` whether its change is for the better.
    """

    title: str
    text: str
    definition: str = ""
    value: object = None
    cell: tuple[str, str, str] | None = None
    change: str = ""
    is_better: bool | None = None
    history: Sequence[float] = ()
    marks: str = ""
    way_in: str | None = None


def cards(shown_cards: Iterable[Card]) -> None:
    """A row of figures."""
    drawn = [_card(card) for card in shown_cards]
    narrow = len(drawn) if len(drawn) <= MOST_CARDS_OF_A_NARROW_ROW else -(-len(drawn) // 2)
    style = f"--wide: {len(drawn)}; --narrow: {narrow}"
    st.html(f'<div class="cards" style="{style}">{"".join(drawn)}</div>')


def figure_cards(
    page: Page,
    names: Sequence[str],
    titles: Mapping[str, str] | None = None,
    ways_in: Mapping[str, str] | None = None,
) -> None:
    """A row of the entity's figures: value, change, sparkline, definition on hover, and a way in."""
    cards(figure_card(page, name, (titles or {}).get(name), (ways_in or {}).get(name)) for name in names)


def figure_card(page: Page, name: str, title: str | None = None, way_in: str | None = None) -> Card:
    """One figure of the entity; without a row in this cut, a card that says why."""
    row = next((one for one in page.figures if one["figure"] == name), None)
    address = page.link(way_in) if way_in else None
    if row is None:
        return Card(title or page.definition_of(name) or name, page.absence_of(name), way_in=address)
    unit = "currency" if name in AMOUNTS_OF_TERMS else row["unit"]
    months = page.filters.comparison
    moved = row[f"change_in_{months}_months"]
    key = f"as_of={row['as_of']};legal_entity_id={row['legal_entity_id']};metric_id={row['metric_id']}"
    if page.filters.segment != ALL_SEGMENTS:
        key += f";segment={page.filters.segment}"
    return Card(
        title or row["name"],
        shown.metric(row["value"], unit, row["currency"], row["null_reason"]),
        f"{row['name']}: {row['formula']}. Unit: {row['unit']}. {row['sign']}. {row['edge_rule']}."
        f" Owner: {row['owner']}.",
        row["value"],
        (row["mart"], row["mart_column"], key),
        _change(moved, shown.change(moved, unit, row["currency"]), months),
        None if not moved else (moved < 0) == (row["better_when"] == "lower"),
        page.history(name),
        page.marks(row["mart"], row["metric_id"]),
        address,
    )


def _change(moved: object, text: str, months: str) -> str:
    return "nothing to compare with" if moved is None else f"{text} since {COMPARISONS[months]}"


def _card(card: Card) -> str:
    tone = {None: "", True: " better", False: " worse"}[card.is_better]
    title = escape(card.title)
    if card.way_in:
        title = f'<a class="way-in" href="{escape(card.way_in, quote=True)}" target="_self">{title}</a>'
    cell = ""
    if card.cell:
        mart, column, key = (escape(part, quote=True) for part in card.cell)
        value = "" if card.value is None else card.value
        cell = f' data-mart="{mart}" data-column="{column}" data-key="{key}" data-value="{value}"'
    absent = " none" if card.value is None else ""
    return (
        f'<div class="card" title="{escape(card.definition, quote=True)}">'
        f'<div class="card-title">{title}{card.marks}</div>'
        f'<div class="card-value{absent}"{cell}>{_with_small_unit(card.text)}</div>'
        f'<div class="card-change{tone}">{escape(card.change)}</div>'
        f"{_sparkline(card.history)}</div>"
    )


def _with_small_unit(text: str) -> str:
    """A figure with what it counts in smaller type behind it."""
    figure, space, unit = text.rpartition(" ")
    if not figure or not figure[-1].isdigit():
        return escape(text)
    return f'{escape(figure)}{space}<span class="unit">{escape(unit)}</span>'


def _sparkline(values: Sequence[float]) -> str:
    """The last values as a small line, an image that needs no script."""
    if len(values) < 2:
        return ""
    low, high = min(values), max(values)
    span = (high - low) or 1.0
    points = " ".join(
        f"{position * 100 / (len(values) - 1):.1f},{28 - (value - low) * 24 / span:.1f}"
        for position, value in enumerate(values)
    )
    drawing = (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 32" preserveAspectRatio="none">'
        f'<polyline points="{points}" fill="none" stroke="#6b7f99" stroke-width="1.5"'
        ' vector-effect="non-scaling-stroke"/></svg>'
    )
    encoded = b64encode(drawing.encode()).decode()
    return (
        f'<img class="spark" src="data:image/svg+xml;base64,{encoded}"'
        f' alt="{len(values)} values in order of time as a line">'
    )


def table(page: Page, content: Table, name: str, empty: str) -> None:
    """A table with its exports; one that is longer than a screen is a grid, printed with its first rows."""
    if not content.rows:
        is_withheld = is_for_the_group(content.mart) and not page.version.sees_group
        st.info(f"{content.caption}: shown to users of all entities only." if is_withheld else empty)
        return
    if len(content.rows) <= HTML_ROWS:
        st.html(html_of(content))
    else:
        _long_table(content, name)
    exports(page, content, name)


def _long_table(content: Table, name: str) -> None:
    rows = len(content.rows)
    more = f"; the grid holds the first {GRID_ROWS:,}, the export all" if rows > GRID_ROWS else ""
    st.caption(f"{content.caption} ({rows:,} rows{more})")
    st.dataframe(
        _grid(content),
        hide_index=True,
        width="stretch",
        height=420,
        alt=content.caption,
        column_config={
            column.heading: st.column_config.LinkColumn(display_text=r"#(.*)$")
            for column in content.columns
            if column.link
        },
    )
    printed = replace(content, rows=content.rows[:PRINTED_ROWS])
    st.html(
        f'<div class="print-only">{html_of(printed)}<p>First {PRINTED_ROWS} of {rows:,} rows;'
        f" all of them are in the export {escape(name)}.xlsx.</p></div>"
    )


def _grid(content: Table) -> Styler:
    """Rows for a grid: figures stay numbers, which sort, and look as they do in every other table."""
    rows = content.rows[:GRID_ROWS]
    figures = [column for column in content.columns if any(is_figure(row[column.name]) for row in rows)]
    frame = DataFrame(
        {
            column.heading: [
                _plain(row[column.name]) if column in figures else _linked(column, row) for row in rows
            ]
            for column in content.columns
        }
    )
    styled = frame.style
    for column in figures:
        currencies = [column.currency or row.get("currency") for row in rows]
        for currency in set(currencies):
            positions = [position for position, one in enumerate(currencies) if one == currency]
            styled.format(
                lambda value, column=column, currency=currency: _shown(value, column, currency),
                subset=(positions, [column.heading]),
                na_rep="",
            )
    return styled


def _linked(column: Column, row: Row) -> str | None:
    """A text of a grid; one that leads somewhere is the address, with the text as its fragment."""
    text = text_of(column, row)
    if column.link is None:
        return text
    address = column.link(row) if text else None
    return f"{address}#{quote(text)}" if address else None


def _shown(value: float, column: Column, currency: str | None) -> str:
    """A figure of a grid as text."""
    if column.unit:
        return shown.figure(value, column.unit)
    return shown.cell(value if isinstance(value, int) else Decimal(str(value)), currency)


def _plain(value: Any) -> Any:
    return float(value) if isinstance(value, Decimal) else value


def exports(page: Page, content: Table, name: str) -> None:
    """Buttons that give the table as xlsx and csv, with what it is: filters, as of, run, definitions."""
    sheet = Sheet(
        content.mart,
        [column.name for column in content.columns],
        [tuple(row[column.name] for column in content.columns) for row in content.rows],
        {column.name: column.definition for column in content.columns},
    )
    origin = Origin(page.version.run_id, page.filters.as_of, page.described_filters())
    buttons = st.container(horizontal=True)
    buttons.download_button(
        "xlsx",
        partial(_handed_out, page, sheet, origin, name, "xlsx"),
        f"{name}.xlsx",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        key=f"{name}-xlsx",
        on_click="ignore",
        help="This table as a workbook, with a sheet that says what it is.",
    )
    buttons.download_button(
        "csv",
        partial(_handed_out, page, sheet, origin, name, "csv"),
        f"{name}.csv",
        "text/csv",
        key=f"{name}-csv",
        on_click="ignore",
        help="This table as csv.",
    )


def _handed_out(page: Page, sheet: Sheet, origin: Origin, name: str, ending: str) -> BytesIO:
    """A file for the user, once the log has it; without the log there is no file."""
    content = _written(sheet, origin, ending)
    record(
        page.version_warehouse,
        page.version.access,
        origin,
        what=sheet.title,
        file=f"{name}.{ending}",
        rows=len(sheet.rows),
    )
    return content


def _written(sheet: Sheet, origin: Origin, ending: str) -> BytesIO:
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"export.{ending}"
        if ending == "csv":
            write_csv(sheet, path)
        else:
            write_workbook([sheet], origin, path)
        return BytesIO(path.read_bytes())


def parts(name: str, titles: Mapping[str, str]) -> str:
    """The parts of a page, one of which is drawn; which one is in the URL. Gives its name."""
    key, seen = f"part_of_{name}", f"seen_part_of_{name}"
    asked = st.query_params.get("part")
    if asked in titles and (st.session_state.get(seen) != asked or key not in st.session_state):
        st.session_state[key] = asked
    st.session_state.setdefault(key, next(iter(titles)))
    chosen = st.segmented_control(
        "Part of this page",
        list(titles),
        key=key,
        format_func=titles.__getitem__,
        label_visibility="collapsed",
        required=True,
    ) or next(iter(titles))
    st.session_state[seen] = chosen
    if asked != chosen:
        st.query_params["part"] = chosen
    return chosen


def pick_one(
    label: str,
    options: Sequence[str],
    parameter: str,
    shown_as: Callable[[str], str] = str,
    place: DeltaGenerator | None = None,
) -> str:
    """One of the options, which is in the URL under `parameter`: a followed link chooses it."""
    seen = f"seen_{parameter}"
    asked = st.query_params.get(parameter)
    if asked in options and st.session_state.get(seen) != asked:
        st.session_state[parameter] = asked
    if st.session_state.get(parameter) not in options:
        st.session_state[parameter] = options[0]
    chosen: str = (place or st).selectbox(label, options, key=parameter, format_func=shown_as)
    st.session_state[seen] = chosen
    if asked != chosen:
        st.query_params[parameter] = chosen
    return chosen


def entity_name(legal_entity_id: str, name: str | None = None) -> str:
    """An entity as the filter bar names it."""
    if legal_entity_id == GROUP:
        return ENTITY_OF_GROUP
    return f"{legal_entity_id} {name or ''}".strip()
