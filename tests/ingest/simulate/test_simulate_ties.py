"""The ties of posting_rules B.3, recomputed from the written files alone."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal

import pytest
from delivered_books import AS_OF, FUNCTIONAL, OPENING, Books, Row, day, money, read_object, rounded

from ingest.simulate import Answers

DATES = [
    OPENING,
    date(2023, 1, 31),
    date(2023, 3, 14),
    date(2023, 7, 31),
    date(2023, 12, 29),
    date(2024, 2, 29),
    date(2024, 9, 17),
    date(2024, 11, 30),
    AS_OF,
]
MONTH_ENDS = {OPENING, date(2023, 1, 31), date(2023, 7, 31), date(2024, 2, 29), date(2024, 11, 30), AS_OF}


def of_entity(books: Books, name: str, entity: str) -> list[Row]:
    return [row for row in books[name] if row["legal_entity_id"] == entity]


def test_every_journal_balances_in_each_currency(books: Books) -> None:
    functional: dict[str, Decimal] = defaultdict(Decimal)
    transaction: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    heads: dict[str, set[tuple[str, str, str]]] = defaultdict(set)
    for line in books["gl_journal_lines"]:
        functional[line["journal_id"]] += money(line["amount"])
        transaction[line["journal_id"], line["currency"]] += money(line["amount_transaction"])
        heads[line["journal_id"]].add((line["posting_date"], line["source_type"], line["source_doc_id"]))
        if (
            line["currency"] == FUNCTIONAL[line["legal_entity_id"]]
            and line["source_type"] != "cash_revaluation"
        ):
            assert line["amount"] == line["amount_transaction"] or money(line["amount_transaction"]) == 0
    assert set(functional.values()) == {Decimal(0)}
    assert set(transaction.values()) == {Decimal(0)}
    assert {len(found) for found in heads.values()} == {1}


@pytest.mark.parametrize("at", DATES, ids=str)
@pytest.mark.parametrize("entity", ["LE01", "LE02"])
def test_open_items_equal_receivables(books: Books, entity: str, at: date) -> None:
    value = sum(
        (
            rounded(rest * money(document["fx_rate"]), FUNCTIONAL[entity])
            for document, rest in books.open_documents(at)
            if document["legal_entity_id"] == entity
        ),
        Decimal(0),
    )
    assert value == books.balance(entity, "1100", at)
    assert value > 0


@pytest.mark.parametrize("at", DATES, ids=str)
@pytest.mark.parametrize("entity", ["LE01", "LE02"])
def test_revaluation_is_the_difference_to_the_closing_rate(books: Books, entity: str, at: date) -> None:
    home = FUNCTIONAL[entity]
    expected = Decimal(0)
    if at in MONTH_ENDS:
        for document, rest in books.open_documents(at):
            if document["legal_entity_id"] == entity and document["currency"] != home:
                closing = books.rate(document["currency"], home, at)
                expected += rounded(rest * closing, home) - rounded(rest * money(document["fx_rate"]), home)
    assert books.balance(entity, "1105", at) == expected


def test_revaluation_is_reversed_on_the_next_day(books: Books) -> None:
    for month_end in (date(2023, 5, 31), date(2024, 8, 31)):
        assert books.balance("LE01", "1105", month_end) != 0
        assert books.balance("LE01", "1105", month_end + timedelta(days=1)) == 0


@pytest.mark.parametrize("at", DATES, ids=str)
@pytest.mark.parametrize("entity", ["LE01", "LE02"])
def test_unapplied_equals_its_account(books: Books, entity: str, at: date) -> None:
    value = sum(
        (
            rounded(rest * money(receipt["fx_rate"]), FUNCTIONAL[entity])
            for receipt, rest in books.unapplied(at)
            if receipt["legal_entity_id"] == entity
        ),
        Decimal(0),
    )
    assert -value == books.balance(entity, "2400", at)


@pytest.mark.parametrize("at", DATES, ids=str)
@pytest.mark.parametrize("entity", ["LE01", "LE02"])
def test_delivered_not_billed_equals_contract_assets(books: Books, entity: str, at: date) -> None:
    orders = books.by_key("orders", "order_id")
    lines = books.by_key("order_lines", "order_id", "line_no")
    billed = {row["shipment_id"] for row in books["invoices"] if day(row["posting_date"]) <= at}
    ahead = _billed_ahead(books)
    value = Decimal(0)
    for shipment in books["shipments"]:
        order = orders[shipment["order_id"]]
        if (
            order["legal_entity_id"] != entity
            or money(shipment["quantity"]) < 0
            or day(shipment["ship_date"]) > at
            or shipment["shipment_id"] in billed
            or shipment["order_id"] in ahead
        ):
            continue
        price = money(lines[f"{shipment['order_id']}|{shipment['order_line_no']}"]["unit_price"])
        rate = books.rate(order["currency"], FUNCTIONAL[entity], day(shipment["ship_date"]))
        value += rounded(money(shipment["quantity"]) * price * rate, FUNCTIONAL[entity])
    assert value == books.balance(entity, "1250", at)


def _billed_ahead(books: Books) -> set[str]:
    """Orders of goods whose invoice names no shipment."""
    goods = {row["product_id"] for row in books["products"] if row["kind"] == "goods"}
    documents = books.by_key("invoices", "doc_id")
    return {
        line["order_id"]
        for line in books["invoice_lines"]
        if line["order_id"]
        and line["product_id"] in goods
        and documents[line["doc_id"]]["doc_type"] == "invoice"
        and not documents[line["doc_id"]]["shipment_id"]
    }


@pytest.mark.parametrize("at", sorted(MONTH_ENDS), ids=str)
@pytest.mark.parametrize("entity", ["LE01", "LE02"])
def test_billed_not_recognised_equals_contract_liabilities(books: Books, entity: str, at: date) -> None:
    home = FUNCTIONAL[entity]
    documents = books.by_key("invoices", "doc_id")
    ahead = _billed_ahead(books)
    delivered = {row["order_id"] for row in books["shipments"] if day(row["ship_date"]) <= at}
    value = Decimal(0)
    for line in books["invoice_lines"]:
        document = documents[line["doc_id"]]
        if document["legal_entity_id"] != entity or day(document["posting_date"]) > at:
            continue
        total = rounded(
            money(line["quantity"]) * money(line["unit_price"]) * money(document["fx_rate"]), home
        )
        if line["service_start"]:
            start, end = day(line["service_start"]), day(line["service_end"])
            months = (end.year - start.year) * 12 + end.month - start.month + 1
            passed = max(0, (at.year - start.year) * 12 + at.month - start.month + 1)
            value += Decimal(0) if passed >= months else total - passed * rounded(total / months, home)
        elif line["order_id"] in ahead and line["order_id"] not in delivered:
            value += total
    assert -value == books.balance(entity, "2500", at)


@pytest.mark.parametrize("entity", ["LE01", "LE02"])
def test_tax_account_equals_tax_of_documents(books: Books, entity: str) -> None:
    home = FUNCTIONAL[entity]
    documents = books.by_key("invoices", "doc_id")
    booked_only = sum(
        (
            money(line["amount"])
            for line in of_entity(books, "gl_journal_lines", entity)
            if line["account_id"] == "2200"
            and line["source_type"] in ("opening", "supplier_invoice", "tax_payment")
        ),
        Decimal(0),
    )
    tax = Decimal(0)
    for document in of_entity(books, "invoices", entity):
        if not document["doc_id"].startswith("OPN"):
            tax += rounded(money(document["tax"]) * money(document["fx_rate"]), home)
    for application in books["applications"]:
        document = documents[application["doc_id"]]
        if document["legal_entity_id"] == entity and money(application["discount"]):
            share = rounded(
                money(application["discount"]) * money(document["tax"]) / money(document["gross"]),
                document["currency"],
            )
            tax -= rounded(share * money(document["fx_rate"]), home)
    for write_off in of_entity(books, "write_offs", entity):
        tax -= rounded(money(write_off["tax"]) * money(documents[write_off["doc_id"]]["fx_rate"]), home)
    assert books.balance(entity, "2200", AS_OF) == booked_only - tax


def test_bank_statements_chain(books: Books) -> None:
    movements: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for line in books["bank_statement_lines"]:
        movements[line["bank_account_id"], line["booking_date"][:7]] += money(line["amount"])
    previous: dict[str, Decimal] = {}
    for statement in sorted(books["bank_statements"], key=lambda row: row["statement_id"]):
        account, opening = statement["bank_account_id"], money(statement["opening_balance"])
        assert previous.get(account, opening) == opening
        previous[account] = money(statement["closing_balance"])
        assert opening + movements[account, statement["from_date"][:7]] == previous[account]
    assert len(previous) == 9


def test_banks_agree_with_the_books_but_for_recent_payments(books: Books) -> None:
    """Statement = book in account currency, but for payments of the last days, none older than five."""
    entities = {row["bank_account_id"]: row["legal_entity_id"] for row in books["payments"]}
    closing = {
        row["bank_account_id"]: money(row["closing_balance"])
        for row in books["bank_statements"]
        if row["to_date"] == AS_OF.isoformat()
    }
    for account, entity in entities.items():
        recent = sum(
            (
                money(line["amount_transaction"])
                for line in books["gl_journal_lines"]
                if line["account_id"] == account
                and line["source_type"] in ("customer_refund", "supplier_payment")
                and AS_OF - day(line["posting_date"]) <= timedelta(days=5)
                and not _is_shown(books, line)
            ),
            Decimal(0),
        )
        assert books.transaction_balance(entity, account, AS_OF) - recent == closing[account], account


def _is_shown(books: Books, line: Row) -> bool:
    return any(
        shown["end_to_end_id"] == f"E2E-{line['source_doc_id']}" for shown in books["bank_statement_lines"]
    )


def test_foreign_banks_stand_at_the_closing_rate(books: Books) -> None:
    for at in (date(2023, 6, 30), AS_OF):
        for statement in books["bank_statements"]:
            account = statement["bank_account_id"]
            entity = "LE01" if account < "1040" else "LE02"
            if statement["currency"] != FUNCTIONAL[entity]:
                rate = books.rate(statement["currency"], FUNCTIONAL[entity], at)
                held = books.transaction_balance(entity, account, at)
                assert books.balance(entity, account, at) == rounded(held * rate, FUNCTIONAL[entity])


def test_answers_hang_together(company: Answers, books: Books) -> None:
    aging: dict[tuple[str, str, str], Decimal] = defaultdict(Decimal)
    for row in read_object(company.path("rpt_ar_aging")):
        aging[row["as_of"], row["legal_entity_id"], row["basis"]] += money(row["amount"])
    items: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for row in read_object(company.path("rpt_ar_open_items")):
        items[row["as_of"], row["legal_entity_id"]] += money(row["open_amount_functional"])
    tie_out = read_object(company.path("rpt_subledger_tie_out"))
    tie_out += read_object(company.path("rpt_subledger_tie_out__other_roles"))
    assert len(tie_out) == 25 * 2 * 6
    for row in tie_out:
        assert row["subledger"] == row["gl_balance"], row
        key = row["as_of"], row["legal_entity_id"]
        if row["control_account"] == "ar":
            assert (
                aging[*key, "due_date"]
                == aging[*key, "invoice_date"]
                == items[key]
                == money(row["gl_balance"])
            )
    sums: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for row in read_object(company.path("rpt_trial_balance")):
        sums[row["as_of"], row["legal_entity_id"]] += money(row["closing_balance"])
        assert money(row["opening_balance"]) + money(row["debit"]) - money(row["credit"]) == (
            money(row["closing_balance"])
        )
    assert set(sums.values()) == {Decimal(0)}
    assert len(sums) == 50


def test_rollforward_answers_add_up_and_chain(company: Answers) -> None:
    previous: dict[str, str] = {}
    for row in read_object(company.path("rpt_ar_rollforward")):
        parts = ["opening", "invoiced", "credited", "collected", "discounts", "written_off", "fx_difference"]
        assert sum(money(row[part]) for part in parts) == money(row["closing"]), row
        assert previous.get(row["legal_entity_id"], row["opening"]) == row["opening"]
        previous[row["legal_entity_id"]] = row["closing"]
    assert set(previous) == {"LE01", "LE02", "*"}


def test_answers_of_receipts_agree_with_the_files(company: Answers, books: Books) -> None:
    rests = {receipt["payment_id"]: rest for receipt, rest in books.unapplied(AS_OF)}
    for row in read_object(company.path("fct_receipts")):
        assert money(row["unapplied_amount"]) == rests.get(row["payment_id"], Decimal(0))
        if money(row["amount"]) > 0:
            reversed_amount = sum(
                (
                    money(other["amount"])
                    for other in books["payments"]
                    if other["reverses_payment_id"] == row["payment_id"]
                ),
                Decimal(0),
            )
            assert money(row["amount"]) - money(row["applied_amount"]) - money(row["refunded_amount"]) == (
                money(row["unapplied_amount"]) + reversed_amount
            )
