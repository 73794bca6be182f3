"""Charts: lines, bars, an interval over time, a waterfall. Each has alternative text and a table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import altair as alt
import streamlit as st

from dashboards.warehouse import Row

BAND = "#5b8def"
LIMIT = "#c4362b"
UP, DOWN, LEVEL = "#3a9d5d", "#d0604f", "#7b8da6"


def lines(
    rows: Iterable[Row], x: str, y: str, series: str, title: str, description: str, *, by_day: bool = False
) -> None:
    """A line chart of several series, values as the mart has them."""
    values = [{x: str(row[x]), y: float(row[y]), series: row[series]} for row in rows if row[y] is not None]
    if not values:
        st.info(f"There is nothing to draw for {title} yet.")
        return
    chart = (
        alt.Chart(alt.Data(values=values))
        .mark_line(point=True)
        .encode(
            x=alt.X(f"{x}:T" if by_day else f"yearmonth({x}):T", title=None, axis=_dates(by_day)),
            y=alt.Y(f"{y}:Q", title=title, scale=alt.Scale(zero=False)),
            color=alt.Color(f"{series}:N", title=None, legend=_legend()),
            tooltip=[
                alt.Tooltip(f"{x}:T", format="%Y-%m-%d", title="Date"),
                alt.Tooltip(f"{series}:N", title="What"),
                alt.Tooltip(f"{y}:Q", format=",.2f", title=title),
            ],
        )
        .properties(height=380)
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
            tooltip=[alt.Tooltip(f"{x}:N", title="What"), alt.Tooltip(f"{y}:Q", format=",.2f", title=title)],
        )
        .properties(height=240)
    )
    st.altair_chart(chart, width="stretch", alt=description)


def interval(
    rows: Sequence[Row],
    x: str,
    expected: str,
    ends: tuple[str, str],
    limit: str,
    title: str,
    description: str,
) -> None:
    """What is expected over time with its interval, and a limit as a broken line where there is one."""
    low, high = ends
    values = [
        {
            "day": str(row[x]),
            "expected": float(row[expected]),
            "low": None if row[low] is None else float(row[low]),
            "high": None if row[high] is None else float(row[high]),
            "limit": None if row[limit] is None else float(row[limit]),
        }
        for row in rows
        if row[expected] is not None
    ]
    if not values:
        st.info(f"There is nothing to draw for {title} yet.")
        return
    base = alt.Chart(alt.Data(values=values)).encode(x=alt.X("day:T", title=None, axis=_dates(True)))
    scale = alt.Scale(zero=False)
    tooltip = [
        alt.Tooltip("day:T", format="%Y-%m-%d", title="Week of"),
        alt.Tooltip("expected:Q", format=",.0f", title="Expected"),
        alt.Tooltip("low:Q", format=",.0f", title="80 % interval from"),
        alt.Tooltip("high:Q", format=",.0f", title="to"),
    ]
    layers = [
        base.mark_area(opacity=0.22, color=BAND).encode(y=alt.Y("low:Q", scale=scale), y2="high:Q"),
        base.mark_line(point=True, color=BAND).encode(
            y=alt.Y("expected:Q", title=title, scale=scale), tooltip=tooltip
        ),
    ]
    if any(value["limit"] is not None for value in values):
        layers.append(base.mark_line(strokeDash=[6, 4], color=LIMIT).encode(y=alt.Y("limit:Q", scale=scale)))
    st.altair_chart(alt.layer(*layers).properties(height=300), width="stretch", alt=description)


def waterfall(rows: Sequence[Row], title: str, description: str, *, lower_is_better: bool = False) -> None:
    """Steps from a first to a last total. Each row says from where to where it goes: nothing is added up.

    Args:
        rows: `label`, `step_from`, `step_to` and `is_total` of each step, in order.
        title: of the axis.
        description: alternative text.
        lower_is_better: a step upwards is for the worse.
    """
    values = [
        {
            "label": row["label"],
            "from": float(row["step_from"]),
            "to": float(row["step_to"]),
            "kind": "total" if row["is_total"] else ("up" if row["step_to"] >= row["step_from"] else "down"),
            "amount": float(row["amount"]),
        }
        for row in rows
        if row["step_from"] is not None and row["step_to"] is not None
    ]
    if not values:
        st.info(f"There is nothing to draw for {title} yet.")
        return
    colours = (DOWN, UP) if lower_is_better else (UP, DOWN)
    chart = (
        alt.Chart(alt.Data(values=values))
        .mark_bar()
        .encode(
            x=alt.X(
                "label:N",
                sort=[value["label"] for value in values],
                title=None,
                axis=alt.Axis(labelAngle=-35, labelLimit=150, labelOverlap=False),
            ),
            y=alt.Y("from:Q", title=title),
            y2="to:Q",
            color=alt.Color(
                "kind:N",
                scale=alt.Scale(
                    domain=["total", "up", "down"],
                    range=[LEVEL, *colours],
                ),
                legend=None,
            ),
            tooltip=[
                alt.Tooltip("label:N", title="Step"),
                alt.Tooltip("amount:Q", format=",.2f", title=title),
            ],
        )
        .properties(height=340)
    )
    st.altair_chart(chart, width="stretch", alt=description)


def _dates(by_day: bool) -> alt.Axis:
    return alt.Axis(format="%d %b" if by_day else "%b %Y", labelOverlap=True)


def _legend() -> alt.Legend:
    return alt.Legend(orient="bottom", columns=3, labelLimit=320, offset=4)
