"""What several pages draw: figures with their definition, tables with exports, charts, messages."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import altair as alt
import streamlit as st

from dashboards import format as shown
from dashboards.page import Page
from dashboards.state import COMPARISONS, GROUP
from dashboards.tables import Column, Table, html_of
from dashboards.warehouse import Row
from ingest.export import Origin, Sheet, write_csv, write_workbook

HTML_ROWS = 60
PRINTED_ROWS = 50
ENTITY_OF_GROUP = "Group"
STYLE = (Path(__file__).with_name("style.css")).read_text(encoding="utf-8")


def style() -> None:
    """The style sheet of figures and tables, for light and dark."""
    st.html(f"<style>{STYLE}</style>")


def figure_cards(page: Page, names: Sequence[str], titles: Mapping[str, str] | None = None) -> None:
    """A row of figures: value, change, sparkline, definition on hover, mark of a failed control."""
    figures = {row["figure"]: row for row in page.figures}
    cards = [
        _card(page, figures[name], (titles or {}).get(name)) if name in figures else _missing_card(page, name)
        for name in names
    ]
    st.html(f'<div class="cards">{"".join(cards)}</div>')


def _card(page: Page, row: Row, title: str | None) -> str:
    unit = "currency" if row["figure"] in ("receivables", "past_due") else row["unit"]
    months = page.filters.comparison
    moved = row[f"change_in_{months}_months"]
    better = None if not moved else (moved < 0) == (row["better_when"] == "lower")
    tone = "" if better is None else ("better" if better else "worse")
    value = shown.metric(row["value"], unit, row["currency"], row["null_reason"])
    definition = (
        f"{row['name']}: {row['formula']}. Unit: {row['unit']}. {row['sign']}. {row['edge_rule']}."
        f" Owner: {row['owner']}."
    )
    key = f"as_of={row['as_of']};legal_entity_id={row['legal_entity_id']};metric_id={row['metric_id']}"
    if page.filters.segment != "all":
        key += f";segment={page.filters.segment}"
    marks = page.marks(row["mart"], row["metric_id"])
    return (
        f'<div class="card" title="{escape(definition, quote=True)}">'
        f'<div class="card-title">{escape(title or row["name"])}{marks}</div>'
        f'<div class="card-value{"" if row["value"] is not None else " none"}" data-mart="{row["mart"]}"'
        f' data-column="{row["mart_column"]}" data-key="{escape(key, quote=True)}"'
        f' data-value="{"" if row["value"] is None else row["value"]}">{escape(value)}</div>'
        f'<div class="card-change {tone}">{escape(shown.change(moved, unit, row["currency"]))}'
        f"{_against(moved, months)}</div>"
        f"{_sparkline(page.history(row['figure']))}"
        "</div>"
    )


def _against(moved: float | None, months: str) -> str:
    return f" since {COMPARISONS[months]}" if moved is not None else "nothing to compare with"


def _missing_card(page: Page, name: str) -> str:
    reason = "not available by segment" if page.filters.segment != "all" else "quarter ends only"
    definition = page.definition_of(name)
    return (
        f'<div class="card"><div class="card-title">{escape(definition or name)}</div>'
        f'<div class="card-value none">{reason}</div></div>'
    )


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
        f' alt="The last {len(values)} month ends as a line">'
    )


def table(page: Page, content: Table, name: str, empty: str) -> None:
    """A table with its exports; one that is longer than a screen is a grid, printed with its first rows."""
    if not content.rows:
        st.info(empty)
        return
    if len(content.rows) <= HTML_ROWS:
        st.html(html_of(content))
    else:
        st.caption(f"{content.caption} ({len(content.rows):,} rows)")
        st.dataframe(_grid(content), hide_index=True, width="stretch", height=420)
        printed = Table(
            content.mart, content.caption, content.columns, content.key, content.rows[:PRINTED_ROWS]
        )
        st.html(
            f'<div class="print-only">{html_of(printed)}<p>First {PRINTED_ROWS} of {len(content.rows):,};'
            f" all of them are in the export {escape(name)}.</p></div>"
        )
    exports(page, content, name)


def _grid(content: Table) -> dict[str, list[str]]:
    return {
        column.heading: [
            shown.cell(row[column.name], row.get("currency") if column.currency is None else column.currency)
            for row in content.rows
        ]
        for column in content.columns
    }


def exports(page: Page, content: Table, name: str) -> None:
    """Buttons that give the table as xlsx and csv, with what it is: filters, as of, run, definitions."""
    sheet = Sheet(
        content.mart,
        [column.name for column in content.columns],
        [tuple(row[column.name] for column in content.columns) for row in content.rows],
        {column.name: column.definition for column in content.columns},
    )
    origin = Origin(page.version.run_id, page.filters.as_of, page.described_filters())
    left, right, _ = st.columns([1, 1, 6])
    left.download_button(
        "xlsx",
        lambda: _written(sheet, origin, "xlsx"),
        f"{name}.xlsx",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        key=f"{name}-xlsx",
        on_click="ignore",
        help="This table as a workbook, with a sheet that says what it is.",
    )
    right.download_button(
        "csv",
        lambda: _written(sheet, origin, "csv"),
        f"{name}.csv",
        "text/csv",
        key=f"{name}-csv",
        on_click="ignore",
        help="This table as csv.",
    )


def _written(sheet: Sheet, origin: Origin, ending: str) -> BytesIO:
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"export.{ending}"
        if ending == "csv":
            write_csv(sheet, path)
        else:
            write_workbook([sheet], origin, path)
        return BytesIO(path.read_bytes())


def lines(rows: Iterable[Row], x: str, y: str, series: str, title: str, description: str) -> None:
    """A line chart of several series, values as the mart has them."""
    values = [{x: str(row[x]), y: float(row[y]), series: row[series]} for row in rows if row[y] is not None]
    if not values:
        st.info(f"There is nothing to draw for {title} yet.")
        return
    chart = (
        alt.Chart(alt.Data(values=values))
        .mark_line(point=True)
        .encode(
            x=alt.X(f"{x}:T", title=None, axis=alt.Axis(format="%b %Y", labelOverlap=True)),
            y=alt.Y(f"{y}:Q", title=title, scale=alt.Scale(zero=False)),
            color=alt.Color(f"{series}:N", title=None, legend=alt.Legend(orient="bottom")),
            tooltip=[alt.Tooltip(f"{x}:T", format="%Y-%m-%d"), f"{series}:N", f"{y}:Q"],
        )
        .properties(height=280)
    )
    st.altair_chart(chart, width="stretch", alt=description)


def bars(rows: Iterable[Row], x: str, y: str, title: str, description: str, order: Sequence[str]) -> None:
    """A bar chart, one bar for each row, in the given order."""
    values: list[dict[str, Any]] = [{x: row[x], y: float(row[y])} for row in rows if row[y] is not None]
    if not values:
        st.info(f"There is nothing to draw for {title} yet.")
        return
    chart = (
        alt.Chart(alt.Data(values=values))
        .mark_bar()
        .encode(
            x=alt.X(f"{x}:N", sort=list(order), title=None, axis=alt.Axis(labelAngle=0)),
            y=alt.Y(f"{y}:Q", title=title),
            tooltip=[f"{x}:N", alt.Tooltip(f"{y}:Q", format=",.2f")],
        )
        .properties(height=240)
    )
    st.altair_chart(chart, width="stretch", alt=description)


def entity_name(legal_entity_id: str, name: str | None = None) -> str:
    """An entity as the filter bar names it."""
    if legal_entity_id == GROUP:
        return ENTITY_OF_GROUP
    return f"{legal_entity_id} {name or ''}".strip()


__all__ = ["Column", "Table", "bars", "entity_name", "exports", "figure_cards", "lines", "style", "table"]
