"""Orders: what is confirmed and not yet delivered."""

from __future__ import annotations

from dashboards.components import Column, Table, table
from dashboards.page import Page


def draw(page: Page) -> None:
    """Draw the page."""
    table(
        page,
        Table(
            "rpt_order_backlog",
            "Open order lines, largest first",
            [
                Column("order_id", "Order"),
                Column("line_no", "Line"),
                Column("customer", "Customer"),
                Column("product", "Product"),
                Column("promised_date", "Promised"),
                Column("open_quantity", "Open quantity", "Ordered less cancelled less shipped."),
                Column(
                    "backlog_functional",
                    "Backlog, functional",
                    "Open quantity at order price and closing rate.",
                    currency=page.currency if not page.is_group else "",
                ),
            ],
            ["as_of", "order_id", "line_no"],
            page.ask("backlog"),
        ),
        "order_backlog",
        "No confirmed order is open at this date.",
    )
