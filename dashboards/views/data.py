"""Data: what was delivered, when, and what lies in quarantine."""

from __future__ import annotations

from dashboards.components import table
from dashboards.page import Page
from dashboards.tables import Column, Table


def draw(page: Page) -> None:
    """Draw the page."""
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
