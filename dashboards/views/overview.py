"""Overview: how receivables and cash stand, what operations bring in, and whether the controls hold."""

from __future__ import annotations

import streamlit as st

from dashboards.charts import lines
from dashboards.components import Card, cards, figure_card, figure_cards, table
from dashboards.page import Page
from dashboards.state import ALL_SEGMENTS
from dashboards.tables import Column, Table
from dashboards.views.cash_forecast import change_of_outlook, interval_text, outlook_cards
from dashboards.views.receivables import family_table

DSO = ("dso_month", "dso_rolling_3m", "best_possible_dso_month")


def draw(page: Page) -> None:
    """Draw the page."""
    cards(
        [
            figure_card(page, "dso_month", way_in="receivables"),
            *_cash(page),
            figure_card(page, "ocf_to_sales_quarter", way_in="cash_flow")
            if any(row["figure"] == "ocf_to_sales_quarter" for row in page.figures)
            else figure_card(page, "ocf_to_sales_month", way_in="cash_flow"),
            figure_card(page, "receivables", "Receivables", way_in="receivables"),
            figure_card(page, "past_due", "Overdue", way_in="receivables"),
            figure_card(page, "unapplied_cash", way_in="receivables"),
            _controls(page),
        ]
    )
    figure_cards(
        page,
        ["dso_rolling_3m", "ocf_to_sales_month", "ocf_to_sales_12m", "net_revenue_month", "cei_month"],
        ways_in={"ocf_to_sales_month": "cash_flow", "ocf_to_sales_12m": "cash_flow"},
    )
    left, right = st.columns([3, 2])
    with left:
        st.subheader("Days sales outstanding")
        lines(
            [row for row in page.figure_history if row["figure"] in DSO],
            "as_of",
            "value",
            "name",
            "days",
            "Days sales outstanding by month end: month, rolling three months, best possible.",
        )
        family_table(page, DSO, "dso_history", "Days sales outstanding by month end")
    with right:
        st.subheader("Controls")
        table(
            page,
            Table(
                "rpt_control_results",
                "Controls that failed in the published run",
                [
                    Column("control_id", "Control", link=page.leads_to("controls", control="control_id")),
                    Column("title", "What does not hold"),
                    Column(
                        "severity", "Severity", "block stops publishing unless overridden, warn does not."
                    ),
                    Column("failures", "Failing rows"),
                    Column("amount_at_risk", "Amount at risk", "Functional currency."),
                    Column("owner", "Owner"),
                ],
                ["run_id", "control_id"],
                [
                    row | {"run_id": page.version.run_id}
                    for row in page.controls
                    if row["status"] in ("fail", "error")
                ],
            ),
            "failed_controls",
            "Every control that applies holds. The page Controls lists them all.",
        )


def _cash(page: Page) -> list[Card]:
    """Cash of the next 13 weeks: what is expected at their end, with its interval."""
    way_in = page.link("cash_forecast")
    if page.filters.segment != ALL_SEGMENTS:
        return [Card("Cash in 13 weeks", "not available by segment", way_in=way_in)]
    outlook = page.ask("cash_outlook")
    if not outlook:
        return [Card("Cash in 13 weeks", "nothing to forecast from", way_in=way_in)]
    closing = outlook_cards(page, outlook[0])[2]
    weeks = [float(row["closing_cash"]) for row in page.ask("cash_weeks") if row["closing_cash"] is not None]
    months = page.filters.comparison
    moved = outlook[0][f"change_in_{months}_months"]
    return [
        Card(
            closing.title,
            closing.text,
            f"{closing.definition} {interval_text(outlook[0], 'closing_cash', outlook[0]['currency'])}."
            f" The line shows the weeks ahead from {outlook[0]['origin_date']}.",
            closing.value,
            closing.cell,
            change_of_outlook(page, outlook[0])
            if page.filters.as_of == outlook[0]["origin_date"]
            else f"forecast made on {outlook[0]['origin_date']}",
            None if not moved else moved > 0,
            weeks,
            closing.marks,
            way_in,
        )
    ]


def _controls(page: Page) -> Card:
    """The control status of the published run."""
    now = page.version.controls_failed
    return Card(
        "Control status",
        f"{page.version.controls_passed} passed, {now} failed" if now else "all passed",
        f"{page.version.controls_passed} controls passed and {now} failed in run {page.version.run_id}."
        " Controls that do not apply are not counted.",
        now,
        ("rpt_control_results", "status", f"run_id={page.version.run_id}"),
        ", ".join(row["control_id"] for row in page.controls if row["status"] in ("fail", "error"))
        or "nothing failed",
        now == 0,
        way_in=page.link("controls"),
    )
