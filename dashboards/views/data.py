"""Data: what was delivered and when, how fresh it is, what lies in quarantine, what every mart rests on."""

from __future__ import annotations

import streamlit as st

from dashboards.components import parts, pick_one, table
from dashboards.page import Page
from dashboards.tables import Column, Table

PARTS = {
    "deliveries": "Deliveries",
    "freshness": "Freshness",
    "quarantine": "Quarantine",
    "lineage": "Lineage",
}
KINDS = {"delivered": "Delivered rows", "model": "Model", "seed": "Fixed list"}


def draw(page: Page) -> None:
    """Draw the page."""
    part = parts("data", PARTS)
    if part == "deliveries":
        _deliveries(page)
    elif part == "freshness":
        _freshness(page)
    elif part == "quarantine":
        _quarantine(page)
    else:
        _lineage(page)


def _deliveries(page: Page) -> None:
    table(
        page,
        Table(
            "deliveries",
            "Current deliveries",
            [
                Column("source_system", "Source"),
                Column("object", "Object", in_words=True),
                Column("source_file", "File"),
                Column("status", "Status"),
                Column("rows_landed", "Rows landed"),
                Column("rows_quarantined", "Rows quarantined"),
                Column("extracted_at", "Extracted"),
                Column("recorded_at", "First landed"),
                Column("sha256", "Hash", "First 12 characters of the SHA-256 of the file."),
            ],
            ["source_system", "source_file"],
            page.version.ask("deliveries"),
        ),
        "deliveries",
        "Nothing was delivered yet.",
    )


def _freshness(page: Page) -> None:
    control = page.link("controls", control="SY-05")
    st.markdown(
        "Ages count from the newest extract of a source to the start of the run. What a source may be old"
        f" stands in its `source.yml`; control [SY-05]({control}) holds it to that."
    )
    table(
        page,
        Table(
            "cut_freshness",
            "Sources",
            [
                Column("source_system", "Source"),
                Column("owner", "Owner"),
                Column("load", "Load", "Incremental, or a full snapshot each time.", in_words=True),
                Column("files_landed", "Files landed"),
                Column("newest_extracted_at", "Newest extract", "UTC."),
                Column("age_hours", "Age in hours", "At the start of the run."),
                Column("freshness_warn_after_hours", "Warned after hours"),
                Column("freshness_error_after_hours", "Stale after hours"),
                Column("freshness", "Freshness", in_words=True),
            ],
            ["source_system"],
            page.version.ask("freshness"),
        ),
        "freshness",
        "No source has delivered yet.",
    )


def _quarantine(page: Page) -> None:
    table(
        page,
        Table(
            "quarantine",
            "Quarantine",
            [
                Column("source_system", "Source"),
                Column("source_file", "File"),
                Column("source_line", "Line"),
                Column("column_name", "Column", in_words=True),
                Column("value", "Found"),
                Column("expected", "Expected"),
                Column("reason", "Reason"),
            ],
            ["source_system", "source_file", "source_line"],
            page.version.ask("quarantine"),
        ),
        "quarantine",
        "The quarantine is empty: every delivered row was landed.",
    )


def _lineage(page: Page) -> None:
    marts = page.version.ask_if_held("lineage_marts")
    if not marts:
        st.info("This version does not say what its marts rest on. The next run writes it.")
        return
    names = [row["mart"] for row in marts]
    chosen = pick_one("Mart", names, "mart", lambda name: name.removeprefix("marts."))
    beneath = [
        row | {"kind": KINDS.get(row["kind"], row["kind"])}
        for row in page.version.ask_if_held("lineage", mart=chosen)
    ]
    relation = Column("relation", "Relation")
    steps = Column("steps", "Steps", "The fewest steps from the mart down to it.")
    description = Column("description", "What a row of it is")
    between = [relation, Column("kind", "Is"), steps, Column("rests_on", "Reads"), description]
    delivered = [row for row in beneath if row["kind"] == KINDS["delivered"]]
    models = [row for row in beneath if row["kind"] != KINDS["delivered"]]
    for caption, name, columns, rows in (
        (
            "Delivered rows and settings it rests on",
            "lineage_delivered",
            [relation, steps, description],
            delivered,
        ),
        ("Everything in between", "lineage_models", between, models),
    ):
        table(
            page,
            Table("lineage", caption, columns, ["mart", "relation"], rows),
            name,
            "Nothing: it is made by the run itself.",
        )
