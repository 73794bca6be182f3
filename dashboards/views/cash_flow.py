"""Cash flow: the statement by both methods side by side, and operating cash flow to sales over time."""

from __future__ import annotations

import streamlit as st

from dashboards.components import Column, Table, figure_cards, lines, table
from dashboards.page import Page

RATIOS = ("ocf_to_sales_month", "ocf_to_sales_quarter", "ocf_to_sales_12m")


def draw(page: Page) -> None:
    """Draw the page."""
    figure_cards(page, ["operating_cash_flow_month", *RATIOS, "cash_conversion_quarter"])
    rows = [row | {"currency": page.currency} for row in page.ask("cash_flow")]
    left, right = st.columns(2)
    for place, method, caption in (
        (left, "direct", "Direct method"),
        (right, "indirect", "Indirect method"),
    ):
        with place:
            table(
                page,
                Table(
                    "rpt_cash_flow",
                    f"{caption}, {page.period}, {page.currency}",
                    [
                        Column("section", "Section"),
                        Column("line", "Line"),
                        Column("amount", "Amount", "Inflow positive, outflow negative."),
                    ],
                    ["period", "legal_entity_id", "method", "section", "line"],
                    [row for row in rows if row["method"] == method],
                    "is_total",
                ),
                f"cash_flow_{method}",
                "This entity has no cash flow statement: its ledger is delivered in part, or not begun.",
            )
    st.subheader("Operating cash flow to sales")
    lines(
        [row for row in page.ask("figure_history") if row["figure"] in RATIOS],
        "as_of",
        "value",
        "name",
        "ratio",
        "Operating cash flow to sales by month end: month, quarter, twelve months.",
    )
