"""Orders: the funnel from order to cash, backlog, revenue to come, cycle times, trends and patterns."""

from __future__ import annotations

import streamlit as st

from dashboards.charts import bars, lines
from dashboards.components import parts, table
from dashboards.page import Page
from dashboards.state import ALL_SEGMENTS
from dashboards.tables import Column, Table
from dashboards.warehouse import Row

PARTS = {
    "funnel": "Order to cash",
    "backlog": "Backlog",
    "revenue": "Revenue to come",
    "cycles": "Cycle times",
    "trends": "Trends",
    "patterns": "Patterns",
}
STAGES = {
    "ordered": "Ordered",
    "shipped": "Shipped",
    "invoiced": "Invoiced",
    "recognised": "Recognised",
    "collected": "Collected",
}
BETWEEN = {
    "cancelled": "Cancelled",
    "repricing": "Repriced",
    "backlog_change": "Change of backlog",
    "backlog_fx": "Exchange in backlog",
    "outside_backlog": "Outside the backlog",
    "unbilled_change": "Shipped, not billed",
    "deferred_change": "Billed, not delivered",
    "billing_difference": "Billed at other prices",
    "credits": "Credit memos",
    "discounts": "Discounts",
    "tax": "Tax",
    "ar_change": "Change of receivables",
    "write_offs": "Written off",
    "unapplied_change": "Change of cash not applied",
    "fx": "Realised exchange",
}
CYCLES = {
    "order_to_confirm": "Order to confirmation",
    "order_to_credit_check": "Order to credit check",
    "confirm_to_first_delivery": "Confirmation to first delivery",
    "confirm_to_last_delivery": "Confirmation to last delivery",
    "delivery_to_invoice": "Delivery to invoice",
    "invoice_to_due": "Invoice to due date",
    "due_to_first_cash": "Due date to first cash",
    "invoice_to_first_cash": "Invoice to first cash",
    "first_cash_to_cleared": "First cash to cleared",
    "order_to_cash": "Order to cash",
}
PATTERNS = {"channel": "Channel", "product": "Product", "customer": "Customer"}
NO_GROUP = "Orders are kept per entity: the group is shown as its entities, each in its own currency."
ENTITY = Column("legal_entity_id", "Entity")


def draw(page: Page) -> None:
    """Draw the page."""
    if page.filters.segment != ALL_SEGMENTS:
        st.info("Orders are not available by segment. You see all segments.")
    part = parts("orders", PARTS)
    if page.is_group:
        st.caption(NO_GROUP)
    if page.currency_of_figures != page.currency and not page.is_group:
        st.info(f"Orders stand in functional currency only, {page.currency}.")
    {
        "funnel": _funnel,
        "backlog": _backlog,
        "revenue": _revenue,
        "cycles": _cycles,
        "trends": _trends,
        "patterns": _patterns,
    }[part](page)


def _funnel(page: Page) -> None:
    rows = page.ask("revenue_bridge")
    current = [row for row in rows if row["period"] == page.period]
    if current and current[0]["null_reason"] is None and not page.is_group:
        bars(
            [{"stage": name, "amount": current[0][column]} for column, name in STAGES.items()],
            "stage",
            "amount",
            page.currency or "amount",
            f"What was ordered, shipped, invoiced, recognised and collected in {page.period}.",
            list(STAGES.values()),
        )
    table(
        page,
        Table(
            "rpt_revenue_bridge",
            f"From order to cash by month, {own_currency(page)}",
            [
                Column("period", "Month"),
                ENTITY,
                Column("ordered", "Ordered", "Lines confirmed in the month.", reason="null_reason"),
                Column("shipped", "Shipped", "Goods delivered and services recognised."),
                Column("invoiced", "Invoiced", "Net of documents posted, credit memos deducted."),
                Column("recognised", "Recognised", "Net revenue of the income statement."),
                Column("collected", "Collected", "Receipts less reversals and refunds."),
                Column("residual", "Unexplained", "What the steps between leave open; 0 where it ties."),
            ],
            ["period", "legal_entity_id"],
            rows,
        ),
        "order_to_cash",
        "Nothing was ordered, shipped or billed yet.",
    )
    table(
        page,
        Table(
            "rpt_revenue_bridge",
            f"What makes the difference between two stages, {page.period}, {own_currency(page)}",
            [ENTITY, *(Column(column, name) for column, name in BETWEEN.items())],
            ["period", "legal_entity_id"],
            current,
        ),
        "between_stages",
        "Nothing was ordered, shipped or billed in this month.",
    )


def _backlog(page: Page) -> None:
    table(
        page,
        Table(
            "rpt_order_backlog",
            f"Open order lines at {page.filters.reported}, largest first",
            [
                Column("order_id", "Order", link=page.leads_to("document", document="order_id")),
                Column("line_no", "Line"),
                Column("legal_entity_id", "Entity"),
                Column("customer", "Customer", link=page.leads_to("customer", customer="customer_id")),
                Column("product", "Product"),
                Column("promised_date", "Promised"),
                Column("open_quantity", "Open quantity", "Ordered less cancelled less shipped."),
                Column("functional_currency", "Currency"),
                Column("backlog_functional", "Backlog", "Open quantity at order price and closing rate."),
            ],
            ["as_of", "order_id", "line_no", "source_system"],
            [row | {"currency": row["functional_currency"]} for row in page.ask("backlog")],
        ),
        "order_backlog",
        "No confirmed order is open at this date.",
    )


def _revenue(page: Page) -> None:
    rows = page.ask("revenue_forecast")
    if rows and not page.is_group:
        bars(
            [{"month": row["period"], "expected": row["expected"]} for row in rows],
            "month",
            "expected",
            rows[0]["currency"] or "expected",
            "Net revenue expected to be billed; the last month only as far as the 13 weeks reach.",
            [row["period"] for row in rows],
        )
    table(
        page,
        Table(
            "rpt_revenue_forecast",
            f"Net revenue to be billed in 13 weeks, as of {rows[0]['origin_date'] if rows else ''}",
            [
                Column("period", "Month", "The last one only as far as the 13 weeks reach."),
                ENTITY,
                Column("billed", "Billed already"),
                Column("backlog", "Backlog", "Confirmed orders likely to be billed in the month."),
                Column("new_orders", "New orders", "What orders not yet known usually bring."),
                Column("expected", "Expected", "The sum of the three."),
                Column("p10", "One in ten below", "Lower end of the 80 % interval."),
                Column("p90", "One in ten above", "Upper end of the 80 % interval."),
                Column("run_rate", "Run rate", "The baseline: as much each day as in the last 91."),
            ],
            ["origin_date", "period", "legal_entity_id"],
            rows,
        ),
        "revenue_forecast",
        "Nothing was billed in the last 91 days, so no revenue is forecast.",
    )
    table(
        page,
        Table(
            "rpt_revenue_forecast_accuracy",
            "How good such forecasts were",
            [
                Column("horizon_month", "Months ahead", "0 is the month under way."),
                ENTITY,
                Column("n_origins", "Origins", "Forecasts measured."),
                Column("wape", "Error", "Sum of absolute misses over the sum billed.", unit="share"),
                Column(
                    "wape_run_rate",
                    "Run rate",
                    "Error of the run rate.",
                    "wape",
                    unit="share",
                    key={"model": "run_rate"},
                ),
                Column("bias", "Bias", "Forecast less actual over actual: + is too much.", unit="share"),
                Column("coverage_80", "In interval", "Outcomes inside; 80 % is right.", unit="share"),
                Column("skill_vs_run_rate", "Skill", "Error saved against the run rate.", unit="share"),
            ],
            ["model", "legal_entity_id", "horizon_month"],
            page.ask("revenue_forecast_accuracy"),
        ),
        "revenue_forecast_accuracy",
        "No month that was forecast is over yet.",
    )
    table(
        page,
        Table(
            "rpt_revenue_forecast_history",
            "What earlier runs published, and what was billed",
            [
                Column("period", "Month", "Over by the as-of date; as far as the 13 weeks reached."),
                ENTITY,
                Column("origin_date", "Forecast of", "Date at whose end the forecast was made."),
                Column("expected", "Expected", "As it was published then."),
                Column("p10", "One in ten below", "Lower end of the 80 % interval."),
                Column("p90", "One in ten above", "Upper end of the 80 % interval."),
                Column("actual", "Billed", "Net amount billed in the month."),
                Column("variance", "Missed by", "Billed less expected: + is more than was forecast."),
                Column("run_id", "Run", "Run that published the forecast."),
            ],
            ["run_id", "period", "legal_entity_id"],
            page.version.ask_if_held("revenue_forecast_history", entity=page.filters.entity),
        ),
        "revenue_forecast_history",
        "No month is over that an earlier run has forecast; every run keeps what it publishes.",
    )


def _cycles(page: Page) -> None:
    rows: list[Row] = [
        row | {"name": CYCLES.get(row["stage"], row["stage"]), "day": f"{row['period']}-01"}
        for row in page.ask("cycle_times")
    ]
    if not page.is_group:
        _cycle_chart(rows)
    _cycle_table(page, rows)


def _cycle_chart(rows: list[Row]) -> None:
    shown = st.multiselect(
        "Stages",
        list(CYCLES),
        ["order_to_confirm", "confirm_to_first_delivery", "invoice_to_first_cash", "order_to_cash"],
        key="cycle_stages",
        format_func=CYCLES.__getitem__,
    )
    lines(
        [row for row in rows if row["stage"] in shown],
        "day",
        "days_median",
        "name",
        "days, median",
        "Median days of the chosen stages by month in which they began.",
    )


def _cycle_table(page: Page, rows: list[Row]) -> None:
    table(
        page,
        Table(
            "rpt_cycle_times",
            f"Days of each stage that began in {page.period}, as known at the run's date",
            [
                ENTITY,
                Column("name", "Stage"),
                Column("stages", "Begun", "Stages that began in the month."),
                Column("stages_ended", "Ended"),
                Column("stages_open", "Still open"),
                Column("stages_abandoned", "Given up"),
                Column("days_median", "Median", "Open ones included.", reason="null_reason"),
                Column("days_p90", "Nine in ten", "Days within which nine in ten end.", reason="null_reason"),
                Column("days_mean_of_ended", "Mean of ended", unit="bare_days"),
            ],
            ["period", "legal_entity_id", "stage"],
            [row for row in rows if row["period"] == page.period],
        ),
        "cycle_times",
        "No stage began in this month.",
    )


def _trend_columns(first: list[Column]) -> list[Column]:
    return [
        *first,
        ENTITY,
        Column("orders", "Orders"),
        Column("ordered_value", "Ordered", "Value of confirmed orders."),
        Column("average_order_value", "Average order"),
        Column("cancelled_value", "Cancelled"),
        Column("repeat_orders", "Repeat orders"),
        Column("days_between_orders", "Days between", "Mean days since the order before.", unit="bare_days"),
        Column("price_to_list_ratio", "Price to list", "Order price over list price.", unit="share"),
        Column("price_to_contract_ratio", "To contract", "Order price over contract price.", unit="share"),
        Column("credit_memos_per_order_ratio", "Credit memos per order", unit="ratio"),
        Column("disputes_per_order_ratio", "Disputes per order", unit="ratio"),
    ]


def _trends(page: Page) -> None:
    rows = page.ask("order_trends")
    if not page.is_group:
        lines(
            [
                {"day": f"{row['period']}-01", "amount": row["ordered_value"], "what": "Ordered"}
                for row in rows
            ],
            "day",
            "amount",
            "what",
            page.currency or "amount",
            "Value ordered by month.",
        )
    table(
        page,
        Table(
            "rpt_order_trends",
            f"Orders by month, {own_currency(page)}",
            _trend_columns([Column("period", "Month")]),
            ["period", "legal_entity_id"],
            rows,
        ),
        "order_trends",
        "Nothing was ordered yet.",
    )


def _patterns(page: Page) -> None:
    dimension = st.radio(
        "By", list(PATTERNS), key="order_dimension", format_func=PATTERNS.__getitem__, horizontal=True
    )
    first = {
        "channel": [Column("channel", "Channel")],
        "product": [Column("product_name", "Product"), Column("product_id", "Number")],
        "customer": [
            Column("customer_name", "Customer", link=page.leads_to("customer", customer="customer_id"))
        ],
    }[dimension]
    key = {"channel": "channel", "product": "product_key", "customer": "customer_key"}[dimension]
    table(
        page,
        Table(
            f"rpt_order_trends_by_{dimension}",
            f"Orders by {dimension}, {page.period}, {own_currency(page)}; at most the largest 50",
            _trend_columns(first),
            ["period", "legal_entity_id", key],
            page.ask(f"order_trends_by_{dimension}"),
        ),
        f"orders_by_{dimension}",
        "Nothing was ordered in this month.",
    )


def own_currency(page: Page) -> str:
    """In which currency orders stand: that of each entity."""
    return "functional currency" if page.is_group else f"{page.currency}"
