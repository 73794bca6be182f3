"""Customer: what it owes, its account, how it pays, its disputes, when its cash is expected, its limit."""

from __future__ import annotations

import streamlit as st

from dashboards import format as shown
from dashboards.charts import lines
from dashboards.components import Card, cards, parts, pick_one, table
from dashboards.page import Page
from dashboards.tables import Column, Table
from dashboards.warehouse import Row

PARTS = {
    "open_items": "Open items",
    "statement": "Statement",
    "behaviour": "Payment behaviour",
    "forecast": "Expected payments",
    "disputes": "Disputes",
}
HABITS = ("days_to_pay_quarter", "days_beyond_terms_quarter")
DEFINITIONS = {
    "open_amount": "Open items of the customer at the document's rate.",
    "past_due": "Open items past their due date.",
    "unapplied": "Cash of the customer that is not applied to documents yet.",
    "share": "Part of all open items of the entity that this customer owes.",
}


def draw(page: Page) -> None:
    """Draw the page."""
    customer = _chosen(page)
    if customer is None:
        return
    position = _one(page.ask("customer_position", customer_key=customer["customer_key"]))
    limit = _one(page.ask("customer_limit", customer_key=customer["customer_key"]))
    st.subheader(f"{customer['name'] or customer['customer_id']} ({customer['customer_id']})")
    facts = {
        "Segment": customer["segment"],
        "Country": customer["country"],
        "Currency": customer["currency"],
        "Payment terms": customer["payment_terms_id"],
        "Source": customer["source_system"],
    }
    st.caption(", ".join(f"{name} {value}" for name, value in facts.items() if value))
    cards([*_position_cards(page, position), *_limit_cards(limit)])
    part = parts("customer", PARTS)
    {
        "open_items": _open_items,
        "statement": _statement,
        "behaviour": _behaviour,
        "forecast": _forecast,
        "disputes": _disputes,
    }[part](page, customer)


def _chosen(page: Page) -> Row | None:
    """The customer that a link names or that is picked; the largest ones are offered first."""
    asked = st.query_params.get("customer")
    search, pick = st.columns([1, 2])
    words = search.text_input("Search by name or number", key="customer_search").strip()
    found = page.ask("customers_found", like=f"%{words}%") if words else page.ask("customers_largest")
    if not words and asked and asked not in [row["customer_id"] for row in found]:
        found = page.ask("customer_named", customer=asked) + found
    if not found:
        st.info(
            f"No customer of this entity has a name or number with {words} in it."
            if words
            else "No customer of this entity owes anything at this date. Search for one by name or number."
        )
        return None
    names = {row["customer_id"]: f"{row['name'] or ''} ({row['customer_id']})" for row in found}
    chosen = pick_one("Customer", list(names), "customer", names.__getitem__, pick)
    rows = page.ask("customer_named", customer=chosen)
    if asked and asked not in names and not words:
        st.warning(f"No customer {asked} is delivered. You see {chosen}.")
    if len(rows) > 1:
        systems = [row["source_system"] for row in rows]
        system = st.selectbox("Several sources have this number", systems, key="customer_source")
        return rows[systems.index(system)]
    return _one(rows)


def _one(rows: list[Row]) -> Row | None:
    return rows[0] if rows else None


def _position_cards(page: Page, position: Row | None) -> list[Card]:
    if position is None:
        return [Card("Open items", "nothing is open at this date")]
    key = ";".join(
        f"{name}={position[name]}"
        for name in ("as_of", "legal_entity_id", "segment", "currency_view", "customer_key")
    )

    def card(title: str, column: str, unit: str = "currency", change: str = "") -> Card:
        return Card(
            title,
            shown.metric(position[column], unit, position["currency"]),
            DEFINITIONS[column],
            position[column],
            ("cut_customers", column, key),
            change,
        )

    return [
        card("Open items", "open_amount", change=f"{position['open_items']} documents"),
        card("Past due", "past_due"),
        card("Cash not applied", "unapplied"),
        card("Share of all open items", "share", "share", f"number {position['place']} of all customers"),
    ]


def _limit_cards(limit: Row | None) -> list[Card]:
    if limit is None or limit["credit_limit"] is None:
        return [Card("Credit limit", "no limit delivered")]
    currency, key = limit["currency"], f"customer_key={limit['customer_key']}"
    used = "above the limit" if limit["is_above_limit"] else "within the limit"
    return [
        Card(
            "Exposure",
            shown.metric(limit["exposure"], "currency", currency),
            "Open receivables, deliveries without an invoice and open orders at the run's as-of date,"
            " in the currency of the limit.",
            limit["exposure"],
            ("cut_customer_limits", "exposure", key),
            f"receivables {shown.amount(limit['open_receivables'], currency)},"
            f" unbilled {shown.amount(limit['unbilled'], currency)},"
            f" orders {shown.amount(limit['open_orders'], currency)}",
        ),
        Card(
            "Credit limit",
            shown.metric(limit["credit_limit"], "currency", currency),
            "As delivered with the customer.",
            limit["credit_limit"],
            ("cut_customer_limits", "credit_limit", key),
            f"{used}: {shown.amount(limit['headroom'], currency)} left",
            not limit["is_above_limit"],
        ),
    ]


def _open_items(page: Page, customer: Row) -> None:
    history = page.ask("customer_history", customer_key=customer["customer_key"])
    if len(history) > 1:
        lines(
            [
                {"as_of": row["as_of"], "amount": row[column], "what": name}
                for column, name in (("open_amount", "Open items"), ("past_due", "Past due"))
                for row in history
            ],
            "as_of",
            "amount",
            "what",
            page.currency_of_figures or "amount",
            "Open items and what of them is past due, by month end.",
        )
    table(
        page,
        Table(
            "rpt_ar_open_items",
            f"Open items at {page.filters.reported}",
            [
                Column("legal_entity_id", "Entity"),
                Column("doc_id", "Document", link=page.leads_to("document", document="doc_id")),
                Column("document_date", "Dated"),
                Column("due_date", "Due"),
                Column("days_past_due", "Days past due", "Negative before the due date."),
                Column("currency", "Currency"),
                Column("open_amount", "Open", "Rest in document currency."),
                Column("functional_currency", "Functional currency"),
                Column("open_amount_functional", "Open, functional", "Rest at the document's rate."),
            ],
            ["as_of", "legal_entity_id", "source_system", "doc_id"],
            page.ask("customer_open_items", customer_key=customer["customer_key"]),
        ),
        "customer_open_items",
        "Nothing is open at this date.",
    )


def _statement(page: Page, customer: Row) -> None:
    table(
        page,
        Table(
            "cut_customer_statement",
            f"Account up to {page.filters.reported}, newest first, functional currency",
            [
                Column("posting_date", "Posted"),
                Column("legal_entity_id", "Entity"),
                Column("kind", "What"),
                Column("number", "Number", link=page.leads_to("document", document="number")),
                Column("document_currency", "Currency"),
                Column("document_amount", "In that currency", "What the customer owes more is positive."),
                Column("currency", "Functional currency"),
                Column("amount", "Amount", "What the customer owes more, positive; receipts negative."),
                Column("balance", "Balance", "Open items less cash that is not applied."),
            ],
            ["legal_entity_id", "customer_key", "position_in_account"],
            page.ask("customer_statement", customer_key=customer["customer_key"]),
        ),
        "customer_statement",
        "Nothing was posted to this account by this date.",
    )


def _behaviour(page: Page, customer: Row) -> None:
    rows = page.ask("customer_behaviour", customer_key=customer["customer_key"])
    habits = [row for row in rows if row["metric_id"] in HABITS]
    lines(
        [row | {"series": f"{row['name']}, {row['legal_entity_id']}"} for row in habits],
        "as_of",
        "value",
        "series",
        "days",
        "Days to pay and days beyond terms of the customer by quarter.",
    )
    current = [row for row in rows if row["as_of"] == page.filters.reported]
    table(
        page,
        Table(
            "rpt_kpis_by_customer",
            f"Figures of the customer at {page.filters.reported}",
            [
                Column("legal_entity_id", "Entity"),
                Column("name", "Figure"),
                Column("value", "Value", reason="null_reason"),
                Column("unit", "Unit"),
                Column("numerator", "Numerator", "First term, functional currency."),
                Column("denominator", "Denominator", "Second term, functional currency."),
            ],
            ["as_of", "legal_entity_id", "customer_key", "metric_id"],
            current,
        ),
        "customer_figures",
        "This customer has no figures at this date.",
    )


def _forecast(page: Page, customer: Row) -> None:
    rows = page.ask(
        "customer_forecast",
        customer_id=customer["customer_id"],
        source_system=customer["source_system"],
    )
    table(
        page,
        Table(
            "rpt_cash_forecast_invoices",
            f"When open documents are expected to be paid, as of {rows[0]['origin_date'] if rows else ''}",
            [
                Column("legal_entity_id", "Entity"),
                Column("doc_id", "Document", link=page.leads_to("document", document="doc_id")),
                Column("due_date", "Due"),
                Column("p10_date", "One in ten by"),
                Column("expected_date", "Expected", "Day by which it is more likely settled than not."),
                Column("p90_date", "Nine in ten by"),
                Column("probability_late", "Late", "Chance to settle after the due date.", unit="share"),
                Column(
                    "probability_still_pays",
                    "Pays at all",
                    "Chance that the customer still pays, by expected payments that did not come.",
                    unit="share",
                ),
                Column("promised_date", "Promised"),
                Column("functional_currency", "Currency"),
                Column("expected_amount", "Still to come", "Functional currency."),
                Column("has_open_dispute", "Disputed"),
                Column("worst_drivers", "What moves the date"),
            ],
            ["origin_date", "legal_entity_id", "document_key"],
            [row | {"currency": row["functional_currency"]} for row in rows],
        ),
        "customer_forecast",
        "Nothing is open at the run's as-of date, so no payment is expected from open documents.",
    )


def _disputes(page: Page, customer: Row) -> None:
    table(
        page,
        Table(
            "cut_disputes",
            "Disputes, open ones first",
            [
                Column("dispute_id", "Dispute"),
                Column("legal_entity_id", "Entity"),
                Column("doc_id", "Document", link=page.leads_to("document", document="doc_id")),
                Column("reason", "Reason"),
                Column("status", "Status"),
                Column("opened_date", "Opened"),
                Column("closed_date", "Closed"),
                Column("currency", "Currency"),
                Column("amount", "Disputed amount"),
            ],
            ["dispute_key"],
            page.ask("customer_disputes", customer_key=customer["customer_key"]),
        ),
        "customer_disputes",
        "This customer has never disputed anything that was delivered.",
    )
