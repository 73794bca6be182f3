"""Overview: how the receivables stand, what operations bring in, and whether the controls hold."""

from __future__ import annotations

import streamlit as st

from dashboards.components import Column, Table, figure_cards, lines, table
from dashboards.page import Page


def draw(page: Page) -> None:
    """Draw the page."""
    figure_cards(
        page,
        ["dso_month", "dso_rolling_3m", "receivables", "past_due", "unapplied_cash"],
        {"receivables": "Receivables", "past_due": "Past due"},
    )
    figure_cards(
        page,
        ["ocf_to_sales_month", "ocf_to_sales_quarter", "ocf_to_sales_12m", "net_revenue_month", "cei_month"],
    )
    left, right = st.columns([3, 2])
    with left:
        st.subheader("Days sales outstanding")
        rows = [
            row
            for row in page.ask("figure_history")
            if row["figure"] in ("dso_month", "dso_rolling_3m", "best_possible_dso_month")
        ]
        lines(
            rows,
            "as_of",
            "value",
            "name",
            "days",
            "Days sales outstanding by month end: month, rolling three months, best possible.",
        )
    with right:
        st.subheader("Controls")
        st.write(f"{page.version.controls_passed} passed, {page.version.controls_failed} failed.")
        table(
            page,
            Table(
                "rpt_control_results",
                "Controls that failed in the published run",
                [
                    Column("control_id", "Control"),
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
