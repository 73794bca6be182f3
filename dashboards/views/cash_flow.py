"""Cash flow: the statement by both methods, the way from net income, operating cash flow to sales."""

from __future__ import annotations

import streamlit as st

from dashboards import format as shown
from dashboards.charts import lines, waterfall
from dashboards.components import figure_cards, parts, table
from dashboards.page import Page
from dashboards.state import ALL_SEGMENTS
from dashboards.tables import Column, Table
from dashboards.views.receivables import family_table

PARTS = {
    "statement": "Statement",
    "waterfall": "From net income to cash",
    "ratios": "Operating cash flow to sales",
}
RATIOS = ("ocf_to_sales_month", "ocf_to_sales_quarter", "ocf_to_sales_12m")
NO_STATEMENT = "This entity has no cash flow statement: its ledger is delivered in part, or not begun."


def draw(page: Page) -> None:
    """Draw the page."""
    figure_cards(page, ["operating_cash_flow_month", *RATIOS, "cash_conversion_quarter"])
    if page.filters.segment != ALL_SEGMENTS:
        st.info("The cash flow statement is not available by segment. You see all segments.")
    if page.currency_of_figures != page.currency:
        st.info(f"The statement stands in functional currency only, {page.currency}.")
    part = parts("cash_flow", PARTS)
    {"statement": _statement, "waterfall": _waterfall, "ratios": _ratios}[part](page)


def _statement(page: Page) -> None:
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
                NO_STATEMENT,
            )


def _waterfall(page: Page) -> None:
    steps = [
        row | {"currency": page.currency, "label": shown.cell(row["line"])}
        for row in page.ask("cash_flow_steps")
    ]
    if steps:
        waterfall(
            steps,
            page.currency or "amount",
            f"From net income to operating cash flow in {page.period}, step by step.",
        )
    table(
        page,
        Table(
            "cut_cash_flow_steps",
            f"From net income to operating cash flow, {page.period}, {page.currency}",
            [
                Column("line", "Step"),
                Column("amount", "Amount", "Inflow positive, outflow negative."),
                Column("step_to", "So far", "Net income and all steps up to this one."),
            ],
            ["period", "legal_entity_id", "step"],
            steps,
            "is_total",
        ),
        "cash_flow_steps",
        NO_STATEMENT,
    )


def _ratios(page: Page) -> None:
    lines(
        [row for row in page.figure_history if row["figure"] in RATIOS],
        "as_of",
        "value",
        "name",
        "ratio",
        "Operating cash flow to sales by month end: month, quarter, twelve months.",
    )
    family_table(page, RATIOS, "ocf_to_sales", "Operating cash flow to sales by month end", "ratio")
