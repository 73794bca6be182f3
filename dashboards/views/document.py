"""Document: the whole chain of one document, down to file and line, with its journals."""

from __future__ import annotations

from html import escape

import streamlit as st

from dashboards.components import table
from dashboards.page import Page
from dashboards.tables import Column, Table
from ingest.errors import UnknownName
from ingest.trace import Chain, Member, trace

BOXES = 12
LINES = ("order line", "document line")


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
        st.html(drawing_of(page, chain, asked))
        for note in chain.notes:
            st.caption(note)
        table(
            page,
            Table(
                "trace",
                f"Chain of {asked}",
                [
                    Column("kind", "What", in_words=True),
                    Column("id", "Number", link=page.leads_to("document", document="number")),
                    Column("facts", "Facts"),
                    Column("place", "File and line"),
                ],
                ["kind", "id"],
                [
                    {
                        "kind": member.kind,
                        "id": member.id,
                        "number": number_of(member),
                        "facts": member.facts,
                        "place": member.place,
                    }
                    for member in chain.members
                ],
            ),
            f"chain_{position}",
            "This document stands alone.",
        )


def drawing_of(page: Page, chain: Chain, asked: str) -> str:
    """The chain as boxes from left to right, a column for each kind of thing; lines are in the table only."""
    columns = []
    for kind in dict.fromkeys(member.kind for member in chain.members):
        if kind in LINES:
            continue
        members = {number_of(member): member for member in chain.members if member.kind == kind}
        boxes = [
            f'<a class="box{" asked" if number == asked else ""}" target="_self"'
            f' href="{escape(page.link("document", document=number), quote=True)}"'
            f' title="{escape(f"{member.facts} ({member.place})", quote=True)}">{escape(number)}</a>'
            for number, member in list(members.items())[:BOXES]
        ]
        more = f"<span>and {len(members) - BOXES} more below</span>" if len(members) > BOXES else ""
        columns.append(f'<div class="stage"><b>{escape(kind.capitalize())}</b>{"".join(boxes)}{more}</div>')
    arrow = '<span class="arrow" aria-hidden="true">→</span>'
    label = escape(f"Chain of {asked}", quote=True)
    return f'<div class="chain" role="group" aria-label="{label}">{arrow.join(columns)}</div>'


def number_of(member: Member) -> str:
    """The number by which a member is looked up: that of the document whose line it is."""
    return member.id.split(" / ")[0]
