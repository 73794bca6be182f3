"""Ledger: tie-outs, statements, budget, trial balance, and where the books differ from the documents."""

from __future__ import annotations

import streamlit as st

from dashboards.components import Column, Table, table
from dashboards.page import Page
from dashboards.warehouse import Row


def draw(page: Page) -> None:
    """Draw the page."""
    tie_outs, statements, balances, differences = st.tabs(
        ["Tie-outs", "Statements", "Trial balance", "Posting differences"]
    )
    with tie_outs:
        table(
            page,
            Table(
                "rpt_subledger_tie_out",
                "Subledgers against their control accounts, functional currency",
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
    with statements:
        _statements(page)
    with balances:
        table(
            page,
            Table(
                "rpt_trial_balance",
                f"Trial balance, {page.currency}",
                [
                    Column("account_id", "Account"),
                    Column("account", "Name"),
                    Column(
                        "opening_balance", "Opening", "Balance at the start of the month, debit positive."
                    ),
                    Column("debit", "Debit", "Debits of the month."),
                    Column("credit", "Credit", "Credits of the month."),
                    Column("closing_balance", "Closing", "Balance at the date, debit positive."),
                ],
                ["as_of", "legal_entity_id", "account_id"],
                with_currency(page, page.ask("trial_balance")),
            ),
            "trial_balance",
            "A group has no trial balance; choose an entity."
            if page.is_group
            else "No journal is posted by this date.",
        )
    with differences:
        table(
            page,
            Table(
                "rpt_posting_differences",
                "Where booked postings differ from those the documents call for, functional currency",
                [
                    Column("legal_entity_id", "Entity"),
                    Column("source_doc_id", "Document"),
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
                ["period", "legal_entity_id", "line"],
                with_currency(page, page.ask("income_statement")),
                "is_total",
            ),
            "income_statement",
            "This entity has no income statement for this month.",
        )
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
    with right:
        table(
            page,
            Table(
                "rpt_balance_sheet",
                f"Balance sheet, {page.filters.as_of}, {page.currency}",
                [
                    Column("section", "Section"),
                    Column("line", "Line"),
                    Column("amount", "Amount", "Natural sign; a contra account reduces its line."),
                ],
                ["as_of", "legal_entity_id", "section", "line"],
                with_currency(page, page.ask("balance_sheet")),
            ),
            "balance_sheet",
            "This entity has no balance sheet at this date.",
        )
