"""Receivables: the DSO family, ageing by both bases, roll-forward, what is overdue, unapplied cash."""

from __future__ import annotations

import streamlit as st

from dashboards.components import Column, Table, bars, figure_cards, lines, table
from dashboards.page import Page
from dashboards.state import ALL_SEGMENTS

FAMILY = (
    *("dso_month", "dso_rolling_3m", "dso_rolling_12m", "dso_countback"),
    *("best_possible_dso_month", "average_days_delinquent_month"),
)


def draw(page: Page) -> None:
    """Draw the page."""
    figure_cards(page, FAMILY)
    lines(
        [row for row in page.ask("figure_history") if row["figure"] in FAMILY],
        "as_of",
        "value",
        "name",
        "days",
        "The family of days sales outstanding by month end.",
    )
    if page.filters.segment != ALL_SEGMENTS:
        st.info("Ageing, roll-forward, open items and unapplied cash are not available by segment.")
        return
    st.subheader("Ageing")
    rows = page.ask("ageing")
    left, right = st.columns(2)
    for place, basis, caption in (
        (left, "due_date", "By due date"),
        (right, "invoice_date", "By invoice date"),
    ):
        chosen = [row | {"currency": page.currency} for row in rows if row["basis"] == basis]
        with place:
            bars(
                chosen,
                "bucket",
                "amount",
                page.currency or "amount",
                f"Open receivables {caption.lower()} in buckets of days.",
                [row["bucket"] for row in chosen],
            )
            table(
                page,
                Table(
                    "rpt_ar_aging",
                    f"{caption}, {page.currency}",
                    [
                        Column("bucket", "Days"),
                        Column("amount", "Open", "Open receivables at the document's rate."),
                    ],
                    ["as_of", "legal_entity_id", "basis", "bucket"],
                    chosen,
                ),
                f"ageing_{basis}",
                "No receivable is open at this date.",
            )
    st.subheader("Roll-forward")
    table(
        page,
        Table(
            "rpt_ar_rollforward",
            f"Receivables from opening to closing, {page.currency}",
            [
                Column("period", "Month"),
                Column("opening", "Opening", "Open items at the end of the month before."),
                Column("invoiced", "Invoiced", "Invoices and debit memos posted, tax included."),
                Column("credited", "Credited", "Credit memos posted, negative."),
                Column("collected", "Collected", "Cash part of applications, negative."),
                Column("discounts", "Discounts", "Early-payment discounts taken, negative."),
                Column("written_off", "Written off", "Receivables given up, negative."),
                Column("fx_difference", "Exchange", "Differences of rates."),
                Column("closing", "Closing", "Open items at the end of the month."),
            ],
            ["period", "legal_entity_id"],
            [row | {"currency": page.currency} for row in page.ask("rollforward")],
        ),
        "rollforward",
        "There is no month to roll forward yet.",
    )
    st.subheader("Open items, longest overdue first")
    table(
        page,
        Table(
            "rpt_ar_open_items",
            "Open items",
            [
                Column("doc_id", "Document"),
                Column("customer", "Customer"),
                Column("document_date", "Dated"),
                Column("due_date", "Due"),
                Column("days_past_due", "Days past due", "Negative before the due date."),
                Column("currency", "Currency"),
                Column("open_amount", "Open", "Rest in document currency."),
                Column(
                    "open_amount_functional",
                    "Open, functional",
                    "Rest at the document's rate.",
                    currency=page.currency if not page.is_group else "",
                ),
            ],
            ["as_of", "doc_id", "source_system"],
            page.ask("open_items"),
        ),
        "open_items",
        "No receivable is open at this date.",
    )
    st.subheader("Unapplied cash")
    table(
        page,
        Table(
            "rpt_unapplied_cash",
            "Receipts with a rest that is not applied",
            [
                Column("payment_id", "Receipt"),
                Column("customer_id", "Customer"),
                Column("posting_date", "Posted"),
                Column("currency", "Currency"),
                Column("unapplied_amount", "Unapplied", "Rest in the receipt's currency."),
                Column("unapplied_functional", "Unapplied, functional", "Rest at the receipt's rate."),
            ],
            ["as_of", "payment_id"],
            page.ask("unapplied"),
        ),
        "unapplied_cash",
        "Every receipt is applied at this date.",
    )
