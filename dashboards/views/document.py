"""Document: the whole chain of one document, down to file and line, with its journals."""

from __future__ import annotations

import streamlit as st

from dashboards.components import Column, Table, table
from dashboards.page import Page
from ingest.errors import UnknownName
from ingest.trace import trace


def draw(page: Page) -> None:
    """Draw the page."""
    given = st.query_params.get("document", "")
    asked = st.text_input(
        "Order, shipment, invoice, receipt, application or journal", value=given, placeholder="INV-1001"
    ).strip()
    if not asked:
        st.info("Enter a number to see its order, deliveries, invoices, cash, bank lines and journals.")
        return
    st.query_params["document"] = asked
    try:
        with page.version.cursor() as cursor:
            chains = trace(cursor, asked)
    except UnknownName:
        st.warning(f"Nothing that was delivered is called {asked}.")
        return
    for position, chain in enumerate(chains):
        table(
            page,
            Table(
                "trace",
                f"Chain of {asked}",
                [
                    Column("kind", "What"),
                    Column("id", "Number"),
                    Column("facts", "Facts"),
                    Column("place", "File and line"),
                ],
                ["kind", "id"],
                [
                    {"kind": member.kind, "id": member.id, "facts": member.facts, "place": member.place}
                    for member in chain.members
                ],
            ),
            f"chain_{position}",
            "This document stands alone.",
        )
