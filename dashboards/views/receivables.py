"""Receivables: the DSO family and its bridge, ageing, roll-forward, who owes what, unapplied cash."""

from __future__ import annotations

import streamlit as st

from dashboards.charts import bars, lines, waterfall
from dashboards.components import figure_cards, parts, table
from dashboards.page import Page
from dashboards.state import ALL_SEGMENTS, FUNCTIONAL
from dashboards.tables import Column, Table
from dashboards.warehouse import Row

PARTS = {
    "dso": "Days sales outstanding",
    "ageing": "Ageing",
    "rollforward": "Roll-forward",
    "customers": "Overdue and concentration",
    "open_items": "Open items",
    "unapplied": "Unapplied cash",
}
FAMILY = (
    *("dso_month", "dso_rolling_3m", "dso_rolling_12m", "dso_countback"),
    *("best_possible_dso_month", "average_days_delinquent_month"),
)
BRIDGE = {
    "volume": "Volume and days",
    "terms": "Terms",
    "lateness": "Lateness",
    "mix": "Customer mix",
    "fx": "Exchange",
}
STEPS = ("dso_previous", "dso_after_volume", "dso_after_terms", "dso_after_lateness", "dso_after_mix", "dso")


def draw(page: Page) -> None:
    """Draw the page."""
    if page.is_between_reports:
        st.info(
            f"Open items{'' if page.is_group else ', ageing and days sales outstanding'} are those of"
            f" {page.filters.as_of}. Everything else stands at month ends: you see {page.filters.reported},"
            " the last one before."
        )
    part = parts("receivables", PARTS)
    {
        "dso": _dso,
        "ageing": _ageing,
        "rollforward": _rollforward,
        "customers": _customers,
        "open_items": _open_items,
        "unapplied": _unapplied,
    }[part](page)


def _dso(page: Page) -> None:
    if page.is_between_reports and not page.is_group:
        table(
            page,
            Table(
                "dso_at",
                f"Days sales outstanding at {page.filters.as_of}, {page.currency}",
                [
                    Column("name", "Figure"),
                    Column("value", "Days", unit="bare_days", reason="null_reason"),
                    Column("numerator", "Receivables", "Booked balance at the date."),
                    Column("denominator", "Sales", "Gross billed credit sales of the months counted."),
                ],
                ["legal_entity_id", "metric_id"],
                page.ask("dso_at"),
            ),
            "dso_at",
            "There is no day to show.",
        )
    figure_cards(page, FAMILY)
    lines(
        [row for row in page.figure_history if row["figure"] in FAMILY],
        "as_of",
        "value",
        "name",
        "days",
        "The family of days sales outstanding by month end.",
    )
    family_table(page, FAMILY, "dso_family", "The family by month end, days")
    st.subheader("What moved days sales outstanding")
    if page.filters.segment != ALL_SEGMENTS:
        st.info("The bridge of days sales outstanding is not available by segment.")
        return
    bridge = page.ask("dso_bridge")
    if bridge and bridge[0]["volume"] is not None:
        waterfall(
            bridge_steps(bridge[0]),
            "days",
            f"From days sales outstanding at {bridge[0]['previous_as_of']} to {bridge[0]['as_of']}: volume,"
            " terms, lateness, customer mix and exchange.",
            lower_is_better=True,
        )
    table(
        page,
        Table(
            "rpt_dso_bridge",
            "Days sales outstanding of the month, from one month end to the next, days",
            [
                Column("as_of", "Month end"),
                Column("dso_previous", "Before", unit="bare_days", reason="null_reason"),
                *(Column(column, name, unit="bare_days") for column, name in BRIDGE.items()),
                Column("dso", "After", unit="bare_days"),
                Column("change", "Change", unit="bare_days"),
            ],
            ["as_of", "legal_entity_id"],
            bridge,
        ),
        "dso_bridge",
        "A bridge needs two month ends with figures.",
    )


def bridge_steps(bridge: Row) -> list[Row]:
    """The steps of a bridge as a waterfall draws them; each position stands in the mart."""
    first = {"label": "Before", "amount": bridge["dso_previous"], "is_total": True}
    last = {"label": "After", "amount": bridge["dso"], "is_total": True}
    moves = [
        {"label": name, "amount": bridge[column], "step_from": bridge[start], "step_to": bridge[end]}
        for (column, name), start, end in zip(BRIDGE.items(), STEPS, STEPS[1:], strict=False)
    ]
    return [
        first | {"step_from": 0, "step_to": bridge["dso_previous"]},
        *(move | {"is_total": False} for move in moves),
        last | {"step_from": 0, "step_to": bridge["dso"]},
    ]


def family_table(
    page: Page, figures: tuple[str, ...], name: str, caption: str, unit: str = "bare_days"
) -> None:
    """The figures of a chart, a row for each date and figure, the newest first."""
    rows = [row for row in page.figure_history if row["figure"] in figures]
    with st.expander("As a table"):
        table(
            page,
            Table(
                "cut_figures",
                caption,
                [
                    Column("as_of", "Month end"),
                    Column("name", "Figure"),
                    Column("value", "Value", unit=unit, reason="null_reason"),
                ],
                ["as_of", "legal_entity_id", "segment", "currency_view", "figure"],
                list(reversed(rows)),
            ),
            name,
            "There is no month end with figures yet.",
        )


def _ageing(page: Page) -> None:
    at_any_date = page.is_between_reports and not page.is_group
    if at_any_date and (page.filters.segment != ALL_SEGMENTS or page.filters.view != FUNCTIONAL):
        st.info(
            "At a date between month ends, ageing is in functional currency and not available by segment: you"
            " see all segments."
        )
    rows = page.ask("ageing_at" if at_any_date else "ageing")
    key = ["as_of", "legal_entity_id", "basis", "bucket"]
    day = page.filters.as_of if at_any_date else page.filters.reported
    if not rows:
        st.info("Ageing of one segment is not available here: it owes nothing, or a rate is missing.")
        return
    left, right = st.columns(2)
    for place, basis, caption in (
        (left, "due_date", "By due date"),
        (right, "invoice_date", "By invoice date"),
    ):
        chosen = [row for row in rows if row["basis"] == basis]
        with place:
            bars(
                chosen,
                "bucket",
                "amount",
                chosen[0]["currency"],
                f"Open receivables {caption.lower()} in buckets of days.",
                [row["bucket"] for row in chosen],
            )
            table(
                page,
                Table(
                    "ar_aging_at" if at_any_date else "cut_ageing",
                    f"{caption}, {day}, {chosen[0]['currency']}",
                    [
                        Column("bucket", "Days", link=lambda _: page.link("receivables", part="open_items")),
                        Column("amount", "Open", "Open receivables at the document's rate."),
                    ],
                    key if at_any_date else [*key, "segment", "currency_view"],
                    chosen,
                ),
                f"ageing_{basis}",
                "No receivable is open at this date.",
            )


def _rollforward(page: Page) -> None:
    if page.filters.segment != ALL_SEGMENTS:
        st.info("The roll-forward is not available by segment. You see all segments.")
    _in_own_currency(page)
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


def _in_own_currency(page: Page) -> None:
    """Say so where a table stands in functional currency although the other view is chosen."""
    if page.currency_of_figures != page.currency:
        st.info(f"This stands in functional currency only, {page.currency}.")


def _customers(page: Page) -> None:
    columns = [
        Column("customer", "Customer", link=page.leads_to("customer", customer="customer_id")),
        Column("customer_segment", "Segment"),
        Column("open_items", "Documents"),
        Column("open_amount", "Open", "Open items at the document's rate."),
        Column("past_due", "Past due", "What of them is past its due date."),
        Column("unapplied", "Not applied", "Cash of the customer that is not applied yet."),
        Column("share", "Share", "Part of all open items.", unit="share"),
        Column("share_so_far", "Together", "Part of this customer and all before it.", unit="share"),
    ]
    key = ["as_of", "legal_entity_id", "segment", "currency_view", "customer_key"]
    for query, caption, name, empty, shown in (
        (
            "customers_by_past_due",
            "Top overdue",
            "top_overdue",
            "Nobody is past due at this date.",
            columns[:-1],
        ),
        (
            "customers_by_open",
            "Concentration: the largest 25",
            "concentration",
            "Nobody owes anything at this date, or segments are asked for in a currency that has none.",
            columns,
        ),
    ):
        rows = page.ask(query)
        table(
            page,
            Table(
                "cut_customers",
                f"{caption}, {page.filters.reported}, {page.currency_of_figures}",
                shown,
                key,
                rows,
            ),
            name,
            empty,
        )


def _open_items(page: Page) -> None:
    rows = page.ask("open_items_at" if page.is_between_reports else "open_items")
    table(
        page,
        Table(
            "ar_open_items_at" if page.is_between_reports else "rpt_ar_open_items",
            f"Open items at {page.filters.as_of}, longest overdue first",
            [
                Column("doc_id", "Document", link=page.leads_to("document", document="doc_id")),
                Column(
                    "customer",
                    "Customer",
                    link=page.leads_to("customer", customer="customer_id", entity="legal_entity_id"),
                ),
                Column("legal_entity_id", "Entity"),
                Column("document_date", "Dated"),
                Column("due_date", "Due"),
                Column("days_past_due", "Days past due", "Negative before the due date."),
                Column("currency", "Currency"),
                Column("open_amount", "Open", "Rest in document currency."),
                Column("functional_currency", "Functional"),
                Column("open_amount_functional", "Open, functional", "Rest at the document's rate."),
            ],
            ["as_of", "legal_entity_id", "doc_id", "source_system"],
            rows,
        ),
        "open_items",
        "No receivable is open at this date.",
    )


def _unapplied(page: Page) -> None:
    table(
        page,
        Table(
            "rpt_unapplied_cash",
            f"Receipts with a rest that is not applied, {page.filters.reported}",
            [
                Column("payment_id", "Receipt", link=page.leads_to("document", document="payment_id")),
                Column(
                    "customer",
                    "Customer",
                    link=page.leads_to("customer", customer="customer_id", entity="legal_entity_id"),
                ),
                Column("legal_entity_id", "Entity"),
                Column("posting_date", "Posted"),
                Column("age_days", "Days"),
                Column("currency", "Currency"),
                Column("unapplied_amount", "Unapplied", "Rest in the receipt's currency."),
                Column("functional_currency", "Functional"),
                Column("unapplied_functional", "Unapplied, functional", "Rest at the receipt's rate."),
            ],
            ["as_of", "legal_entity_id", "payment_id", "source_system"],
            page.ask("unapplied"),
        ),
        "unapplied_cash",
        "Every receipt is applied at this date.",
    )
