"""Ledger: statements, trial balance of any date, tie-outs, posting differences, budget, profitability."""

from __future__ import annotations

import streamlit as st

from dashboards.components import parts, table
from dashboards.page import Page
from dashboards.state import ALL_SEGMENTS
from dashboards.tables import Column, Table
from dashboards.warehouse import Row

PARTS = {
    "statements": "Statements",
    "trial_balance": "Trial balance",
    "tie_outs": "Tie-outs",
    "differences": "Posting differences",
    "budget": "Budget",
    "profitability": "Profitability",
}
DIMENSIONS = {
    "product_segment": "Product segment",
    "product": "Product",
    "customer_segment": "Customer segment",
    "customer": "Customer",
}
CHOOSE = "A group has no trial balance; choose an entity in the bar above."


def draw(page: Page) -> None:
    """Draw the page."""
    if page.filters.segment != ALL_SEGMENTS:
        st.info("The ledger is not available by customer segment, profitability apart. You see all segments.")
    if page.currency_of_figures != page.currency:
        st.info(f"The ledger stands in functional currency only, {page.currency}.")
    part = parts("ledger", PARTS)
    if page.is_between_reports and part != "trial_balance":
        st.info(
            f"Only the trial balance stands at any date. You see {page.filters.reported}, the last month end"
            f" before {page.filters.as_of}."
        )
    {
        "statements": _statements,
        "trial_balance": _trial_balance,
        "tie_outs": _tie_outs,
        "differences": _differences,
        "budget": _budget,
        "profitability": _profitability,
    }[part](page)


def _tie_outs(page: Page) -> None:
    table(
        page,
        Table(
            "rpt_subledger_tie_out",
            f"Subledgers against their control accounts at {page.filters.reported}, functional currency",
            [
                Column("legal_entity_id", "Entity"),
                Column("control_account", "Control account"),
                Column("subledger", "Documents", "What the documents add up to."),
                Column("gl_balance", "Ledger", "What is booked."),
                Column("difference", "Difference", "Documents less ledger."),
            ],
            ["as_of", "legal_entity_id", "control_account"],
            page.ask("tie_outs"),
        ),
        "tie_outs",
        "No control account is delivered.",
    )


def _trial_balance(page: Page) -> None:
    rows = page.ask("trial_balance")
    table(
        page,
        Table(
            "trial_balance_at",
            f"Trial balance at {page.filters.as_of}, {page.currency}",
            [
                Column(
                    "account_id",
                    "Account",
                    link=lambda row: page.link("ledger", part="trial_balance", account=row["account_id"]),
                ),
                Column("account", "Name"),
                Column("opening_balance", "Opening", "Balance at the start of the month, debit positive."),
                Column("debit", "Debit", "Debits of the month."),
                Column("credit", "Credit", "Credits of the month."),
                Column("closing_balance", "Closing", "Balance at the date, debit positive."),
            ],
            ["as_of", "legal_entity_id", "account_id"],
            with_currency(page, rows),
        ),
        "trial_balance",
        CHOOSE if page.is_group else "No journal is posted by this date.",
    )
    account = st.query_params.get("account")
    if account and rows:
        _journal_lines(page, account)


def _journal_lines(page: Page, account: str) -> None:
    """What moved an account in the month of the as-of date."""
    table(
        page,
        Table(
            "fct_gl_lines",
            f"Lines of account {account} in {page.filters.as_of:%Y-%m}, up to {page.filters.as_of}",
            [
                Column("posting_date", "Posted"),
                Column("journal_id", "Journal", link=page.leads_to("document", document="journal_id")),
                Column("line_no", "Line"),
                Column("source_type", "Source"),
                Column("source_doc_id", "Document", link=page.leads_to("document", document="source_doc_id")),
                Column("description", "Text"),
                Column("functional_currency", "Currency"),
                Column("amount", "Amount", "Debit positive."),
            ],
            ["legal_entity_id", "journal_id", "line_no", "source_system"],
            [
                row | {"currency": row["functional_currency"]}
                for row in page.ask("journal_lines", account=account, period=f"{page.filters.as_of:%Y-%m}")
            ],
        ),
        "journal_lines",
        f"Account {account} was not moved in this month.",
    )


def _differences(page: Page) -> None:
    table(
        page,
        Table(
            "rpt_posting_differences",
            "Where booked postings differ from those the documents call for, functional currency",
            [
                Column("legal_entity_id", "Entity"),
                Column("source_doc_id", "Document", link=page.leads_to("document", document="source_doc_id")),
                Column("account_id", "Account"),
                Column("period", "Month"),
                Column("expected", "Called for", "Debit positive."),
                Column("booked", "Booked", "Debit positive."),
                Column("difference", "Difference", "Booked less called for."),
                Column("cause", "Cause"),
            ],
            ["legal_entity_id", "source_doc_id", "account_id", "period"],
            page.ask("posting_differences"),
        ),
        "posting_differences",
        "Every booked posting equals what its document calls for.",
    )


def _budget(page: Page) -> None:
    table(
        page,
        Table(
            "rpt_budget_variance",
            f"Budget, {page.period}, {page.currency}",
            [
                Column("statement_line", "Line"),
                Column("actual", "Actual"),
                Column("budget", "Budget"),
                Column("variance", "Variance", "Actual less budget."),
                Column("favourable_variance", "Favourable", "Positive where it improves the result."),
            ],
            ["period", "legal_entity_id", "statement_line"],
            with_currency(page, page.ask("budget_variance")),
        ),
        "budget_variance",
        "No budget is delivered for this month.",
    )


def _profitability(page: Page) -> None:
    dimension = st.radio(
        "By", list(DIMENSIONS), key="profit_dimension", format_func=DIMENSIONS.__getitem__, horizontal=True
    )
    name = Column(
        "member_name",
        DIMENSIONS[dimension],
        link=page.leads_to("customer", customer="member") if dimension == "customer" else None,
    )
    table(
        page,
        Table(
            "cut_profitability",
            f"Profitability by {DIMENSIONS[dimension].lower()}, {page.period}, {page.currency}",
            [
                name,
                Column("net_revenue", "Net revenue"),
                Column("cost_of_sales", "Cost of sales", "Negative."),
                Column("gross_margin", "Gross margin"),
                Column("gross_margin_ratio", "of revenue", unit="share"),
                Column("direct_costs", "Direct costs", "Booked for this member, negative."),
                Column("contribution", "Contribution", "Gross margin and direct costs."),
                Column("contribution_ratio", "of revenue", unit="share"),
                Column("other_result", "Other result", "Gains and losses outside operations."),
            ],
            ["period", "legal_entity_id", "dimension", "member_key"],
            with_currency(page, page.ask("profitability", dimension=dimension)),
        ),
        f"profitability_by_{dimension}",
        "Nothing was earned or spent in this month.",
    )


def with_currency(page: Page, rows: list[Row]) -> list[Row]:
    """Rows with the currency of their amounts."""
    return [row | {"currency": page.currency} for row in rows]


def _statements(page: Page) -> None:
    left, right = st.columns(2)
    with left:
        table(
            page,
            Table(
                "rpt_income_statement",
                f"Income statement, {page.period}, {page.currency}",
                [
                    Column("line", "Line"),
                    Column("amount", "Amount", "Natural sign: revenue and costs positive, gains positive."),
                ],
                ["period", "legal_entity_id", "line", "line_type"],
                with_currency(page, page.ask("income_statement")),
                "is_total",
            ),
            "income_statement",
            "This entity has no income statement for this month.",
        )
    with right:
        table(
            page,
            Table(
                "rpt_balance_sheet",
                f"Balance sheet, {page.filters.reported}, {page.currency}",
                [
                    Column("section", "Section", in_words=True),
                    Column("line", "Line"),
                    Column("amount", "Amount", "Natural sign; a contra account reduces its line."),
                ],
                ["as_of", "legal_entity_id", "section", "line"],
                with_currency(page, page.ask("balance_sheet")),
            ),
            "balance_sheet",
            "This entity has no balance sheet at this date.",
        )
