"""What the company is supposed to show: how its customers pay, and that everything asked for happens."""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from statistics import mean, median, stdev

import pytest
from delivered_books import AS_OF, FUNCTIONAL, OPENING, Books, day, money

IBM = Path(__file__).parents[4] / "shared" / "data" / "ibm_receivables" / "invoices_to_2013-06-30.csv"


def settlement_delays(books: Books) -> dict[str, list[tuple[date, int]]]:
    """Per customer: due date and days from it to the day on which the last part of an invoice was paid."""
    open_ids = {document["doc_id"] for document, _ in books.open_documents(AS_OF)}
    last_paid: dict[str, date] = {}
    for row in books["applications"]:
        if row["source_type"] == "payment":
            at = day(row["posting_date"])
            last_paid[row["doc_id"]] = max(at, last_paid.get(row["doc_id"], at))
    delays: dict[str, list[tuple[date, int]]] = defaultdict(list)
    for row in books["invoices"]:
        if row["doc_id"] in last_paid and row["doc_id"] not in open_ids:
            due = day(row["due_date"])
            delays[row["customer_id"]].append((due, (last_paid[row["doc_id"]] - due).days))
    return delays


@pytest.mark.real_data
@pytest.mark.skipif(not IBM.exists(), reason="the public data set is not beside the project")
def test_delays_spread_within_a_customer_as_much_as_in_real_receivables(books: Books) -> None:
    theirs: dict[str, list[int]] = defaultdict(list)
    with IBM.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["SettledDate"]:
                settled, due = (
                    datetime.strptime(row[name], "%m/%d/%Y") for name in ("SettledDate", "DueDate")
                )
                theirs[row["customerID"]].append((settled - due).days)
    real = median(stdev(found) for found in theirs.values() if len(found) > 2)
    ours = median(
        stdev(delay for _, delay in found) for found in settlement_delays(books).values() if len(found) > 2
    )
    assert 6 < real < 8
    assert ours >= real


def test_customers_differ_in_how_they_pay(books: Books) -> None:
    means = [
        mean(delay for _, delay in found) for found in settlement_delays(books).values() if len(found) > 4
    ]
    assert min(means) < -8
    assert max(means) > 20


def test_everybody_pays_slower_in_the_months_of_the_shock(books: Books) -> None:
    by_month: dict[str, list[int]] = defaultdict(list)
    for found in settlement_delays(books).values():
        for due, delay in found:
            by_month[due.isoformat()[:7]].append(delay)
    ordinary = median(
        delay for month, found in by_month.items() if month not in ("2024-03", "2024-04") for delay in found
    )
    assert median(by_month["2024-03"]) > ordinary
    assert median(by_month["2024-04"]) > ordinary


def test_two_customers_stop_paying_for_good(books: Books) -> None:
    last: dict[str, str] = {}
    for row in books["payments"]:
        last[row["customer_id"]] = max(row["posting_date"], last.get(row["customer_id"], ""))
    lost = {row["customer_id"] for row in books["write_offs"] if row["reason"] == "insolvency"}
    assert len(lost) == 2
    assert all(last[customer] < "2024-04-22" for customer in lost)


def test_payments_come_on_working_days_and_pay_runs(books: Books) -> None:
    days = [day(row["posting_date"]) for row in books["payments"]]
    assert all(at.weekday() < 5 for at in days)
    assert not {date(2023, 12, 25), date(2024, 1, 1)} & set(days)
    runs = Counter(at.weekday() for at in days)
    assert runs[4] > 1.3 * runs[3]


def test_every_way_of_paying_happens(books: Books) -> None:
    per_receipt = Counter(
        row["source_id"] for row in books["applications"] if row["source_type"] == "payment"
    )
    assert max(per_receipt.values()) >= 3
    per_document = Counter(row["doc_id"] for row in books["applications"] if row["source_type"] == "payment")
    assert sum(count >= 2 for count in per_document.values()) > 20
    assert sum(money(row["discount"]) > 0 for row in books["applications"]) > 50
    assert sum(money(row["amount"]) < 0 for row in books["applications"]) >= 3
    assert sum(bool(row["reverses_payment_id"]) for row in books["payments"]) >= 3
    assert {row["status"] for row in books["disputes"]} >= {"open", "accepted", "rejected", "closed"}
    assert books["refunds"]
    assert {row["reason"] for row in books["write_offs"]} == {"insolvency", "small_rest"}
    applied = {row["source_id"]: row["posting_date"] for row in books["applications"]}
    assert (
        sum(
            applied.get(row["payment_id"], row["posting_date"]) > row["posting_date"]
            for row in books["payments"]
        )
        > 20
    )


def test_currencies_of_every_number_of_decimals(books: Books) -> None:
    per_currency = Counter((row["legal_entity_id"], row["currency"]) for row in books["invoices"])
    for pair in (
        ("LE01", "EUR"),
        ("LE01", "USD"),
        ("LE01", "GBP"),
        ("LE01", "JPY"),
        ("LE02", "USD"),
        ("LE02", "EUR"),
        ("LE02", "GBP"),
        ("LE02", "JPY"),
        ("LE02", "KWD"),
    ):
        assert per_currency[pair] > 0, pair
    for row in books["invoices"]:
        places = len(row["gross"].partition(".")[2])
        assert places == {"JPY": 0, "KWD": 3}.get(row["currency"], 2)


def test_every_event_is_booked(books: Books) -> None:
    found = {line["source_type"] for line in books["gl_journal_lines"]}
    assert found == {
        "opening",
        "shipment",
        "invoice",
        "credit_memo",
        "customer_receipt",
        "application",
        "customer_refund",
        "write_off",
        "fx_revaluation",
        "fx_revaluation_reversal",
        "cash_revaluation",
        "ecl",
        "revenue_release",
        "supplier_invoice",
        "supplier_payment",
        "payroll",
        "tax_payment",
        "bank_charge",
        "financing",
        "investing",
        "depreciation",
        "interest",
        "income_tax",
    }
    accounts = {line["account_id"] for line in books["gl_journal_lines"]}
    assert accounts == {row["account_id"] for row in books["chart_of_accounts"]}


def test_credit_memos_are_returns_and_price_corrections(books: Books) -> None:
    memos = [row for row in books["invoices"] if row["doc_type"] == "credit_memo"]
    assert sum(row["shipment_id"].startswith("RET") for row in memos) > 20
    assert sum(not row["shipment_id"] for row in memos) > 20
    assert any(row["fx_rate"] != "1" for row in memos)


def test_orders_are_delivered_in_parts_ahead_of_and_after_the_invoice(books: Books) -> None:
    deliveries = defaultdict(set)
    for row in books["shipments"]:
        if money(row["quantity"]) > 0:
            deliveries[row["order_id"]].add(row["shipment_id"])
    assert sum(len(found) == 2 for found in deliveries.values()) > 100
    assert {row["status"] for row in books["orders"]} == {
        "cancelled",
        "confirmed",
        "shipped",
        "closed",
        "submitted",
    }
    ahead = [
        row
        for row in books["invoices"]
        if row["order_id"] in deliveries and not row["shipment_id"] and row["doc_type"] == "invoice"
    ]
    assert len(ahead) > 10
    assert any(money(row["quantity_cancelled"]) > 0 for row in books["order_lines"])


def test_opening_balances_have_their_documents(books: Books) -> None:
    opening = [row for row in books["invoices"] if day(row["posting_date"]) <= OPENING]
    assert len(opening) > 40
    assert {row["legal_entity_id"] for row in opening} == set(FUNCTIONAL)
    first = min(day(line["posting_date"]) for line in books["gl_journal_lines"])
    assert first == OPENING
    assert all(
        line["source_type"] == "opening"
        for line in books["gl_journal_lines"]
        if day(line["posting_date"]) == OPENING
    )


def test_banks_are_never_overdrawn(books: Books) -> None:
    for row in books["bank_statements"]:
        assert money(row["closing_balance"]) >= Decimal(0), row


def test_what_the_forecast_needs_is_delivered(books: Books) -> None:
    assert any(row["status"] == "open" for row in books["payables"])
    assert all(row["plan_date"] > AS_OF.isoformat() for row in books["cash_plan"])
    assert {row["legal_entity_id"] for row in books["cash_limits"]} == set(FUNCTIONAL)
    assert all(row["recorded_on"] < row["promised_date"] for row in books["promises_to_pay"])
    assert len(books["sales_history"]) == 24
