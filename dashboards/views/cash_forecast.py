"""Cash forecast: thirteen weeks with their interval, scenarios, how good it has been, whom to chase."""

from __future__ import annotations

from datetime import date

import streamlit as st

from dashboards import format as shown
from dashboards.charts import interval, lines
from dashboards.components import Card, cards, parts, table
from dashboards.page import Page
from dashboards.state import ALL_SEGMENTS, COMPARISONS
from dashboards.tables import Column, Table
from dashboards.warehouse import Row

PARTS = {
    "outlook": "Outlook",
    "lines": "By line",
    "scenarios": "Scenarios",
    "accuracy": "Accuracy",
    "bridge": "Forecast to actual",
    "worklist": "Collection worklist",
}
WEEKS = range(1, 14)
STRONG = ("total_receipts", "net_flow", "closing_cash")
BASELINES = {"due_date": "Paid when due", "customer_delay": "Usual delay", "run_rate": "Run rate"}
NO_BASELINE = "No invoice was ever paid before the as-of date, so there is nothing to compare with."


def draw(page: Page) -> None:
    """Draw the page."""
    if page.filters.segment != ALL_SEGMENTS:
        st.info("The cash forecast is not available by segment. You see all segments.")
    outlook = page.ask("cash_outlook")
    if not outlook:
        st.info(
            "There is no cash forecast for this entity: no document, order or payment is known at the run's"
            " as-of date. Deliver invoices and payments and run `tieout run` again."
        )
        return
    _frame(page, outlook[0])
    cards(outlook_cards(page, outlook[0]))
    part = parts("cash_forecast", PARTS)
    weeks = page.ask("cash_weeks")
    if part == "outlook":
        _outlook(page, weeks)
    elif part == "lines":
        _lines(page, weeks)
    elif part == "scenarios":
        _scenarios(page)
    elif part == "accuracy":
        _accuracy(page)
    elif part == "bridge":
        _bridge(page)
    else:
        _worklist(page)


def _frame(page: Page, outlook: Row) -> None:
    """Say from when the forecast is, in which currency, and what stands in for it."""
    if page.filters.as_of != outlook["origin_date"]:
        st.info(
            f"The forecast starts at the end of the run's as-of date, {outlook['origin_date']}. What earlier"
            " runs forecast is kept with them and not shown for other dates."
        )
    if page.currency_of_figures != outlook["currency"]:
        st.info(f"The forecast of one entity is in its functional currency, {outlook['currency']}.")
    if outlook["left_out"]:
        st.warning(f"The forecast of receipts is {outlook['left_out']} is delivered for them.")
    if outlook["fallback_reason"]:
        st.warning(
            f"Due dates stand in for the forecast of receipts: {outlook['fallback_reason']}. There is no"
            " interval until payments have been seen over more weeks."
        )


def outlook_cards(page: Page, outlook: Row) -> list[Card]:
    """The forecast in figures: receipts and closing cash with their intervals, the lowest week, the limit."""
    currency = outlook["currency"]
    key = f"origin_date={outlook['origin_date']};legal_entity_id={outlook['legal_entity_id']}"
    way_in = page.link("cash_forecast")

    def card(title: str, column: str, definition: str, change: str = "", **more: bool | None) -> Card:
        return Card(
            title,
            shown.metric(outlook[column], "currency", currency, outlook["null_reason"]),
            definition,
            outlook[column],
            ("cut_cash_outlook", column, key),
            change,
            more.get("is_better"),
            way_in=way_in,
            marks=page.marks("rpt_cash_forecast", "cash_forecast"),
        )

    limit = outlook["minimum_cash"]
    first = outlook["first_week_below"]
    return [
        card("Cash now", "opening_cash", "Last bank statement and the bank's lines since; else the books."),
        card(
            "Receipts, next 13 weeks",
            "receipts",
            "Expected cash from customers in all 13 weeks together, with its 80 % interval.",
            interval_text(outlook, "receipts", currency),
        ),
        card(
            "Cash in 13 weeks",
            "closing_cash",
            "Expected cash at the end of the last week, with its 80 % interval.",
            interval_text(outlook, "closing_cash", currency),
        ),
        card(
            "Lowest closing cash",
            "lowest_cash",
            "Lowest expected cash at the end of a week.",
            f"week of {outlook['lowest_week']}" if outlook["lowest_week"] else "",
        ),
        card(
            "Least cash wanted",
            "minimum_cash",
            "The limit that the entity has set; null where none is delivered.",
            f"first below it in the week of {first}"
            if first
            else ("no week is expected below it" if limit is not None else ""),
            is_better=None if limit is None else first is None,
        )
        if limit is not None
        else Card("Least cash wanted", "no limit delivered", "Deliver cash_limits to see it.", way_in=way_in),
    ]


def interval_text(outlook: Row, column: str, currency: str) -> str:
    """The 80 % interval of a figure in words."""
    low, high = outlook[f"{column}_p10"], outlook[f"{column}_p90"]
    if low is None or high is None:
        return "no interval is measured yet"
    return f"80 %: {shown.amount(low, currency)} to {shown.amount(high, currency)}"


def change_of_outlook(page: Page, outlook: Row) -> str:
    """What the last run of the month compared with expected, in words."""
    months = page.filters.comparison
    moved = outlook[f"change_in_{months}_months"]
    if moved is None:
        return "no forecast was published then"
    return f"{shown.change(moved, 'currency', outlook['currency'])} since {COMPARISONS[months]}"


def _outlook(page: Page, weeks: list[Row]) -> None:
    currency = weeks[0]["currency"]
    st.subheader("Closing cash")
    interval(
        weeks,
        "week_start",
        "closing_cash",
        ("closing_cash_p10", "closing_cash_p90"),
        "minimum_cash",
        currency,
        "Expected closing cash of each week with its 80 % interval, the least cash wanted as a broken line.",
    )
    table(
        page,
        Table(
            "cut_cash_weeks",
            f"Thirteen weeks, {currency}; intervals hold four times in five and do not add up",
            [
                Column("week_start", "Week of"),
                Column("opening_cash", "Opening", "Expected cash at the beginning of the week."),
                Column("total_receipts", "Receipts", "Expected cash from customers."),
                Column("total_receipts_p10", "from", "Lower end of the 80 % interval of receipts."),
                Column("total_receipts_p90", "to", "Upper end of the 80 % interval of receipts."),
                Column("payments", "Payments", "All other lines together, outflow negative."),
                Column(
                    "closing_cash", "Closing", "Expected cash at the end of the week.", reason="null_reason"
                ),
                Column("closing_cash_p10", "from", "Lower end of the 80 % interval of closing cash."),
                Column("closing_cash_p90", "to", "Upper end of the 80 % interval of closing cash."),
                Column("headroom", "Above limit", "Closing cash less the least cash wanted."),
            ],
            ["origin_date", "week_start", "legal_entity_id"],
            weeks,
            "is_below_minimum",
        ),
        "cash_weeks",
        "There is no week to show.",
    )
    if weeks[0]["minimum_cash"] is not None:
        st.caption(
            f"Least cash wanted {shown.amount(weeks[0]['minimum_cash'], currency)}, facility"
            f" {shown.amount(weeks[0]['facility'], currency) or 'not delivered'}. Weeks below are in bold."
        )
    st.subheader("Receipts beside plain baselines")
    names = {
        "total_receipts": "Published forecast",
        "receipts_customer_delay": "Usual delay of each customer",
        "receipts_due_date": "Paid when due",
        "receipts_run_rate": "Mean of the last 13 weeks",
    }
    lines(
        [
            {"week_start": week["week_start"], "amount": week[column], "model": name}
            for column, name in names.items()
            for week in weeks
        ],
        "week_start",
        "amount",
        "model",
        currency,
        "Expected receipts of each week by the published forecast and by three plain baselines.",
        by_day=True,
    )
    table(
        page,
        Table(
            "cut_cash_weeks",
            f"Receipts by model, {currency}",
            [
                Column("week_start", "Week of"),
                Column("model", "Model chosen", "The one that has been best for this week of the horizon."),
                *(Column(column, name) for column, name in names.items()),
            ],
            ["origin_date", "week_start", "legal_entity_id"],
            weeks,
        ),
        "receipts_by_model",
        NO_BASELINE,
    )


def _lines(page: Page, weeks: list[Row]) -> None:
    rows = page.ask("cash_lines")
    table(
        page,
        Table(
            "cut_cash_lines",
            f"Forecast by line, {weeks[0]['currency']}; weeks by their Monday",
            [
                Column("line", "Line"),
                *(
                    Column(f"week_{week['horizon_week']}", f"{week['week_start']:%d %b}")
                    for week in weeks
                    if week["horizon_week"] in WEEKS
                ),
                Column("weeks_together", "Together", "All weeks; balances have no total."),
            ],
            ["origin_date", "legal_entity_id", "line"],
            [
                row | {"is_strong": row["line"] in ("total_receipts", "net_flow", "closing_cash")}
                for row in rows
            ],
            "is_strong",
        ),
        "forecast_by_line",
        "There is no line to show.",
    )
    mondays = [week["week_start"].isoformat() for week in weeks]
    chosen = st.selectbox("One week in detail", mondays, key="forecast_week")
    table(
        page,
        Table(
            "cut_cash_forecast",
            f"Week of {chosen}, {weeks[0]['currency']}",
            [
                Column("line", "Line"),
                Column("expected", "Expected", "Inflow positive, outflow negative.", reason="null_reason"),
                Column("p10", "80 % from", "Lower end of the interval.", reason="null_reason"),
                Column("p90", "to", "Upper end of the interval."),
                Column("model", "Comes from"),
            ],
            ["origin_date", "week_start", "legal_entity_id", "line"],
            page.ask("cash_week_lines", week_start=date.fromisoformat(chosen)),
        ),
        "forecast_week",
        "There is no line to show.",
    )


def _scenarios(page: Page) -> None:
    if page.is_group:
        st.info("Scenarios are run for one entity. Choose one in the bar above.")
        return
    st.caption(
        "Expected values under other assumptions. The intervals of the forecast are those of the base"
        " case and do not apply here."
    )
    customers = page.ask("forecast_customers")
    names = {row["customer_id"]: f"{row['name'] or ''} ({row['customer_id']})" for row in customers}
    delays, one, currencies = st.columns(3)
    delay = delays.slider(
        "All receipts later by days", 0, 56, 0, 1, key="scenario_delay", bind="query-params"
    )
    shift = currencies.slider(
        "Foreign currencies worth more by per cent", -30, 30, 0, 1, key="scenario_fx", bind="query-params"
    )
    linked = st.query_params.get("scenario_customer", "")
    if "scenario_customer" not in st.session_state and linked in names:
        st.session_state["scenario_customer"] = linked
    customer = one.selectbox(
        "One customer",
        ["", *names],
        key="scenario_customer",
        format_func=lambda each: names.get(each, "none"),
    )
    if customer != linked:
        st.query_params["scenario_customer"] = customer
    later = delays.slider(
        "This customer later by days",
        0,
        91,
        0,
        1,
        key="scenario_customer_delay",
        bind="query-params",
        disabled=not customer,
    )
    stops = one.toggle(
        "This customer stops paying", key="scenario_stops", bind="query-params", disabled=not customer
    )
    rows = page.ask(
        "cash_scenario",
        delay_days=delay,
        customer_id=customer,
        customer_delay_days=later if customer else 0,
        customer_stops=bool(stops and customer),
        fx_shift_pct=shift,
    )
    if not rows:
        st.info("There is no forecast to change.")
        return
    currency = rows[0]["currency"]
    lines(
        [
            {"week_start": row["week_start"], "amount": row[column], "case": name}
            for column, name in (
                ("base_closing_cash", "Base case"),
                ("closing_cash", "Scenario"),
                ("minimum_cash", "Least cash wanted"),
            )
            for row in rows
        ],
        "week_start",
        "amount",
        "case",
        currency,
        "Closing cash of each week in the base case and in the scenario.",
        by_day=True,
    )
    table(
        page,
        Table(
            "cash_forecast_scenario",
            f"Scenario beside the base case, {currency}; weeks below the limit in bold",
            [
                Column("week_start", "Week of"),
                Column(
                    "base_receipts",
                    "Receipts, base case",
                    mart="cut_cash_weeks",
                    mart_column="total_receipts",
                ),
                Column(
                    "receipts",
                    "Receipts, scenario",
                    mart_column="expected",
                    key={"line": "total_receipts"},
                ),
                Column(
                    "base_closing_cash",
                    "Closing cash, base case",
                    mart="cut_cash_weeks",
                    mart_column="closing_cash",
                ),
                Column(
                    "closing_cash",
                    "Closing cash, scenario",
                    mart_column="expected",
                    key={"line": "closing_cash"},
                ),
                Column("minimum_cash", "Least cash wanted", mart="cut_cash_weeks"),
            ],
            ["origin_date", "week_start", "legal_entity_id"],
            rows,
            "is_below_minimum",
        ),
        "cash_scenario",
        "There is no week to show.",
    )


def _accuracy(page: Page) -> None:
    if not page.version.sees_group:
        st.info("How good the forecast is has been measured for the group: shown to users of all entities.")
        return
    rows = page.ask("forecast_accuracy")
    measured = [row for row in rows if row["n_origins"]]
    if not measured:
        st.info(
            "How good the forecast is cannot be said yet: no Sunday of the history has its weeks behind it."
            " It is measured by forecasting again from what was known on each Sunday."
        )
        return
    first = measured[0]
    st.caption(
        f"Forecasts made again from what was known on {first['n_origins']} Sundays, {first['data_from']} to"
        f" {first['data_to']}, total receipts of the whole company. For"
        f" {shown.figure(first['share_known_at_assumed'] or 0, 'share')} of the rows it was not delivered"
        " when they became known; there the posting date stands in."
    )
    table(
        page,
        Table(
            "rpt_cash_forecast_accuracy",
            "Accuracy by horizon",
            [
                Column("horizon", "Horizon"),
                Column("n_origins", "Origins", "Forecasts measured."),
                Column("wape", "Error", "Sum of absolute misses over the sum of receipts.", unit="share"),
                *(
                    Column(
                        f"wape_{model}",
                        name,
                        "Error of that baseline.",
                        "wape",
                        unit="share",
                        key={"model": model},
                    )
                    for model, name in BASELINES.items()
                ),
                Column("bias", "Bias", "Forecast less actual over receipts: + is too much.", unit="share"),
                Column("coverage_80", "In interval", "Outcomes inside; 80 % is right.", unit="share"),
                Column("mean_width", "Width", "Mean width of the interval over mean receipts.", unit="share"),
                Column("skill_vs_due_date", "Skill", "Error saved against paid when due.", unit="share"),
                Column(
                    "skill_vs_customer_delay",
                    "Skill, usual delay",
                    "Error saved against the usual delay.",
                    unit="share",
                ),
            ],
            ["model", "horizon"],
            rows,
        ),
        "forecast_accuracy",
        "Nothing is measured yet.",
    )


def _bridge(page: Page) -> None:
    if page.is_group:
        st.info("The bridge from forecast to actual is drawn for one entity. Choose one in the bar above.")
        return
    horizon = st.selectbox(
        "Forecast made",
        list(WEEKS),
        key="bridge_horizon",
        format_func=lambda weeks: f"{weeks} weeks before" if weeks > 1 else "in the week before",
    )
    rows = page.ask("cash_bridge", horizon=horizon)
    table(
        page,
        Table(
            "cut_cash_bridge",
            f"Receipts of the last weeks that are over, {rows[0]['currency'] if rows else ''}",
            [
                Column("week_start", "Week of"),
                Column("forecast", "Forecast"),
                Column("paid_early", "Paid early", "Expected later, came in this week."),
                Column("paid_late", "Paid late", "Expected this week, came later or not yet."),
                Column("short_paid", "Paid short", "Discounts, credits and write-offs."),
                Column("disputed", "Disputed", "Items with an open dispute."),
                Column("fx", "Exchange", "Rate of the receipt against that of the origin."),
                Column("not_in_forecast", "Not in forecast", "What was not an open invoice, and the rest."),
                Column("actual", "Actual"),
                Column("variance", "Variance", "Actual less forecast."),
            ],
            ["origin_date", "origin_kind", "week_start", "legal_entity_id"],
            rows,
        ),
        "forecast_bridge",
        "No forecast week of this horizon is over yet.",
    )


def _worklist(page: Page) -> None:
    st.caption(
        "Where to look first: open documents likely to stay late, by amount times days still to come. It says"
        " nothing of what a call would change."
    )
    table(
        page,
        Table(
            "rpt_collection_worklist",
            "Collection worklist, the first 60",
            [
                Column("invoice_rank", "Rank", "Within the entity."),
                Column(
                    "customer",
                    "Customer",
                    link=page.leads_to("customer", customer="customer_id", entity="legal_entity_id"),
                ),
                Column("doc_id", "Document", link=page.leads_to("document", document="doc_id")),
                Column("due_date", "Due"),
                Column("expected_date", "Expected", "Day by which it is more likely settled than not."),
                Column("promised_date", "Promised"),
                Column("functional_currency", "Currency"),
                Column("expected_amount", "Still to come", "Functional currency."),
                Column("days_still_late", "Days still late"),
                Column("reasons", "Reasons"),
                Column("worst_drivers", "What moves the date"),
            ],
            ["origin_date", "legal_entity_id", "invoice_rank"],
            [row | {"currency": row["functional_currency"]} for row in page.ask("collection_worklist")],
        ),
        "collection_worklist",
        "Nothing that is open is likely to stay late: there is nobody to chase.",
    )
