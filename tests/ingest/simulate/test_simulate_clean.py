"""The clean company fails no control: those that its files decide, evaluated in plain Python."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from statistics import median

import pytest
from delivered_books import AS_OF, FUNCTIONAL, OPENING, Books, Row, day, money, rounded


def key(row: Row, *columns: str) -> str:
    return "|".join(row[column] for column in columns)


@pytest.fixture(scope="module")
def orders(books: Books) -> dict[str, Row]:
    return books.by_key("orders", "order_id")


@pytest.fixture(scope="module")
def order_lines(books: Books) -> dict[str, Row]:
    return books.by_key("order_lines", "order_id", "line_no")


@pytest.fixture(scope="module")
def documents(books: Books) -> dict[str, Row]:
    return books.by_key("invoices", "doc_id")


@pytest.fixture(scope="module")
def products(books: Books) -> dict[str, Row]:
    return books.by_key("products", "product_id")


def test_ri_01_references_resolve(books: Books) -> None:
    parents = {
        "legal_entity_id": {row["legal_entity_id"] for row in books["legal_entities"]},
        "customer_id": {row["customer_id"] for row in books["customers"]},
        "product_id": {row["product_id"] for row in books["products"]},
        "order_id": {row["order_id"] for row in books["orders"]},
        "shipment_id": {row["shipment_id"] for row in books["shipments"]},
        "doc_id": {row["doc_id"] for row in books["invoices"]},
        "original_doc_id": {row["doc_id"] for row in books["invoices"]},
        "payment_id": {row["payment_id"] for row in books["payments"]},
        "reverses_payment_id": {row["payment_id"] for row in books["payments"]},
        "account_id": {row["account_id"] for row in books["chart_of_accounts"]},
        "bank_account_id": {row["account_id"] for row in books["chart_of_accounts"]},
        "payment_terms_id": {row["payment_terms_id"] for row in books["payment_terms"]},
    }
    children = [
        "customers",
        "orders",
        "order_lines",
        "shipments",
        "invoices",
        "invoice_lines",
        "payments",
        "applications",
        "refunds",
        "write_offs",
        "disputes",
        "promises_to_pay",
        "gl_journal_lines",
        "bank_statement_lines",
        "bank_statements",
        "contract_prices",
        "budgets",
        "payables",
        "cash_plan",
    ]
    for name in children:
        for column, known in parents.items():
            found = {row[column] for row in books[name] if row.get(column)}
            assert found <= known, (name, column)
    for row in books["applications"]:
        assert row["source_id"] in parents["payment_id" if row["source_type"] == "payment" else "doc_id"]


def test_md_01_and_md_02_master_data_is_complete_and_unique(books: Books) -> None:
    for row in books["customers"]:
        assert row["payment_terms_id"]
        assert row["currency"]
        assert row["tax_id"]
        assert money(row["credit_limit"]) > 0
    assert len({row["tax_id"] for row in books["customers"]}) == len(books["customers"])


def test_or_02_nothing_is_five_days_past_its_promise(
    books: Books, orders: dict[str, Row], products: dict[str, Row]
) -> None:
    shipped: dict[str, Decimal] = defaultdict(Decimal)
    for row in books["shipments"]:
        shipped[key(row, "order_id", "order_line_no")] += max(Decimal(0), money(row["quantity"]))
    for line in books["order_lines"]:
        if (
            orders[line["order_id"]]["status"] != "confirmed"
            or products[line["product_id"]]["kind"] != "goods"
        ):
            continue
        if shipped[key(line, "order_id", "line_no")] < money(line["quantity"]) - money(
            line["quantity_cancelled"]
        ):
            assert AS_OF - day(line["promised_date"]) <= timedelta(days=5), line


def test_cr_01_credit_is_checked_before_confirmation(books: Books) -> None:
    for order in books["orders"]:
        if order["confirmed_at"]:
            assert order["credit_checked_at"] < order["confirmed_at"]
            assert order["credit_approved_by"] != order["created_by"]
            assert order["confirmed_at"][:10] <= AS_OF.isoformat()


def test_cr_02_exposure_stays_within_the_limit(books: Books, orders: dict[str, Row]) -> None:
    """Receivables, delivered not billed and everything ordered and not billed, gross, at the as-of date."""
    exposure: dict[str, Decimal] = defaultdict(Decimal)
    for document, rest in books.open_documents(AS_OF):
        exposure[document["customer_id"]] += rest * money(document["fx_rate"])
    invoiced: dict[str, Decimal] = defaultdict(Decimal)
    documents = books.by_key("invoices", "doc_id")
    for line in books["invoice_lines"]:
        if documents[line["doc_id"]]["doc_type"] == "invoice":
            invoiced[key(line, "order_id", "order_line_no")] += money(line["quantity"])
    for line in books["order_lines"]:
        order = orders[line["order_id"]]
        rest = (
            money(line["quantity"])
            - money(line["quantity_cancelled"])
            - invoiced[key(line, "order_id", "line_no")]
        )
        if rest and order["confirmed_at"]:
            rate = books.rate(order["currency"], FUNCTIONAL[order["legal_entity_id"]], AS_OF)
            exposure[order["customer_id"]] += rest * money(line["unit_price"]) * rate * Decimal("1.19")
    limits = {row["customer_id"]: money(row["credit_limit"]) for row in books["customers"]}
    assert exposure
    assert [customer for customer, amount in exposure.items() if amount > limits[customer]] == []


def test_pr_01_and_pr_02_prices_are_agreed_or_approved(books: Books, orders: dict[str, Row]) -> None:
    contracts: dict[str, list[Row]] = defaultdict(list)
    for row in books["contract_prices"]:
        contracts[key(row, "customer_id", "product_id")].append(row)
    under_contract = 0
    for line in books["order_lines"]:
        order = orders[line["order_id"]]
        found = [
            row
            for row in contracts[f"{order['customer_id']}|{line['product_id']}"]
            if row["valid_from"] <= order["order_date"] <= row["valid_to"]
        ]
        assert len(found) <= 1
        for contract in found:
            under_contract += 1
            assert contract["unit_price"] == line["unit_price"]
            assert contract["currency"] == order["currency"]
        allowed = money(found[0]["max_discount_pct"]) / 100 if found else Decimal(0)
        if 1 - money(line["unit_price"]) / money(line["list_price"]) > allowed:
            assert line["discount_approved_by"] not in ("", order["created_by"])
    assert under_contract > 100


def test_tw_01_to_03_quantities_and_prices_agree(
    books: Books,
    documents: dict[str, Row],
    order_lines: dict[str, Row],
    orders: dict[str, Row],
    products: dict[str, Row],
) -> None:
    shipped: dict[str, Decimal] = defaultdict(Decimal)
    invoiced: dict[str, Decimal] = defaultdict(Decimal)
    for row in books["shipments"]:
        shipped[key(row, "order_id", "order_line_no")] += max(Decimal(0), money(row["quantity"]))
    for row in books["invoice_lines"]:
        document = documents[row["doc_id"]]
        if not row["order_id"]:
            continue
        line = order_lines[key(row, "order_id", "order_line_no")]
        assert row["unit_price"] == line["unit_price"]
        assert document["currency"] == orders[row["order_id"]]["currency"]
        if document["doc_type"] == "invoice":
            invoiced[key(row, "order_id", "order_line_no")] += money(row["quantity"])
    for place, line in order_lines.items():
        assert shipped[place] <= money(line["quantity"]) - money(line["quantity_cancelled"])
        if products[line["product_id"]]["kind"] == "goods":
            assert invoiced[place] <= shipped[place], place


def test_tw_04_deliveries_are_billed_within_three_days(books: Books) -> None:
    billed = {row["shipment_id"]: row for row in books["invoices"] if row["doc_type"] == "invoice"}
    ahead = {row["order_id"]: row for row in books["invoices"] if not row["shipment_id"] and row["order_id"]}
    late = 0
    for row in books["shipments"]:
        if money(row["quantity"]) < 0 or row["order_id"] in ahead:
            continue
        document = billed.get(row["shipment_id"])
        until = day(document["document_date"]) if document else AS_OF
        assert until - day(row["ship_date"]) <= timedelta(days=3)
        late += bool(document and document["posting_date"][:7] > row["ship_date"][:7])
    assert late > 20


def test_in_01_and_tx_01_documents_equal_their_lines(books: Books, documents: dict[str, Row]) -> None:
    nets: dict[str, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for line in books["invoice_lines"]:
        nets[line["doc_id"]][line["tax_rate"]] += money(line["quantity"]) * money(line["unit_price"])
    for doc_id, document in documents.items():
        by_rate = nets[doc_id]
        assert sum(by_rate.values()) == money(document["net"])
        tax = sum(
            (rounded(net * money(rate), document["currency"]) for rate, net in by_rate.items()), Decimal(0)
        )
        assert tax == money(document["tax"])
        assert money(document["net"]) + tax == money(document["gross"])


def test_cm_01_credit_memos_stay_within_their_original(documents: dict[str, Row]) -> None:
    credited: dict[str, Decimal] = defaultdict(Decimal)
    for document in documents.values():
        if document["doc_type"] == "credit_memo":
            original = documents[document["original_doc_id"]]
            assert original["customer_id"] == document["customer_id"]
            assert original["currency"] == document["currency"]
            credited[original["doc_id"]] -= money(document["gross"])
    assert len(credited) > 30
    assert all(amount <= money(documents[doc_id]["gross"]) for doc_id, amount in credited.items())


def test_ca_01_and_ca_02_nothing_is_used_twice(books: Books) -> None:
    """Rests are checked after every day on which something moves, not only at the end."""
    receipts = {
        row["payment_id"]: money(row["amount"]) for row in books["payments"] if not row["reverses_payment_id"]
    }
    rests = {row["doc_id"]: money(row["gross"]) for row in books["invoices"]}
    moves: list[tuple[str, int, str, str, Decimal]] = []
    for row in books["applications"]:
        amount, cash = money(row["amount"]), money(row["amount"]) - money(row["discount"])
        moves.append((row["posting_date"], 0, row["application_id"], "document " + row["doc_id"], amount))
        moves.append(
            (
                row["posting_date"],
                0,
                row["application_id"],
                row["source_type"] + " " + row["source_id"],
                cash if row["source_type"] == "payment" else -amount,
            )
        )
    for row in books["write_offs"]:
        moves.append(
            (
                row["posting_date"],
                1,
                row["write_off_id"],
                "document " + row["doc_id"],
                money(row["net"]) + money(row["tax"]),
            )
        )
    for row in books["payments"]:
        if row["reverses_payment_id"]:
            moves.append(
                (
                    row["posting_date"],
                    2,
                    row["payment_id"],
                    "payment " + row["reverses_payment_id"],
                    money(row["amount"]),
                )
            )
    for row in books["refunds"]:
        moves.append(
            (row["posting_date"], 3, row["refund_id"], "payment " + row["payment_id"], money(row["amount"]))
        )
    for _, _, _, target, amount in sorted(moves):
        kind, _, identifier = target.partition(" ")
        found = receipts if kind == "payment" else rests
        found[identifier] -= amount
        if identifier.startswith("CM"):
            assert found[identifier] <= 0
        else:
            assert found[identifier] >= 0, target


def test_ca_03_receipts_are_unique(books: Books) -> None:
    ends = [row["end_to_end_id"] for row in books["payments"]]
    assert len(set(ends)) == len(ends)
    by_payer: dict[str, list[date]] = defaultdict(list)
    for row in books["payments"]:
        by_payer[f"{row['customer_id']}|{row['amount']}"].append(day(row["posting_date"]))
    for found in by_payer.values():
        found.sort()
        assert all(later - earlier > timedelta(days=1) for earlier, later in pairwise(found))


def test_ca_04_discounts_are_in_time_and_within_terms(books: Books, documents: dict[str, Row]) -> None:
    terms = books.by_key("payment_terms", "payment_terms_id")
    customers = books.by_key("customers", "customer_id")
    taken = 0
    for row in books["applications"]:
        if not money(row["discount"]):
            continue
        taken += 1
        document = documents[row["doc_id"]]
        agreed = terms[customers[document["customer_id"]]["payment_terms_id"]]
        assert day(row["posting_date"]) <= day(document["document_date"]) + timedelta(
            int(agreed["discount_days"])
        )
        assert money(row["discount"]) <= money(row["amount"]) * money(agreed["discount_rate"])
    assert taken > 50


def test_ca_05_no_cash_stays_unapplied_for_thirty_days(books: Books) -> None:
    found = list(books.unapplied(AS_OF))
    assert any(not receipt["customer_id"] for receipt, _ in found)
    for at in (date(2023, 6, 30), date(2024, 3, 31), date(2024, 10, 31), AS_OF):
        assert all(
            at - day(receipt["posting_date"]) < timedelta(days=30) for receipt, _ in books.unapplied(at)
        )


def test_fx_02_rates_move_little(books: Books) -> None:
    previous: dict[str, Decimal] = {}
    for row in sorted(books["fx_rates"], key=lambda row: row["rate_date"]):
        pair, rate = key(row, "from_currency", "to_currency"), money(row["rate"])
        if pair in previous:
            assert abs(rate / previous[pair] - 1) < Decimal("0.05")
        previous[pair] = rate
    assert len(previous) == 5


def test_fx_01_every_rate_that_is_needed_is_there(books: Books) -> None:
    at = OPENING
    while at <= AS_OF:
        for source, target in (
            ("USD", "EUR"),
            ("GBP", "EUR"),
            ("JPY", "EUR"),
            ("KWD", "EUR"),
            ("EUR", "USD"),
            ("GBP", "USD"),
            ("JPY", "USD"),
            ("KWD", "USD"),
        ):
            assert books.rate(source, target, at) > 0
        at += timedelta(days=1)


def test_fx_03_documents_carry_a_rate_of_the_market(books: Books) -> None:
    for row in books["invoices"] + books["payments"]:
        home = FUNCTIONAL[row["legal_entity_id"]]
        if row["currency"] == home:
            assert row["fx_rate"] == "1"
        elif not row.get("doc_id", "").startswith("OPN"):
            ratio = money(row["fx_rate"]) / books.rate(row["currency"], home, day(row["posting_date"]))
            assert abs(ratio - 1) < Decimal("0.05")


def test_bk_03_receipts_are_at_the_bank_and_bank_lines_in_the_ledger(books: Books) -> None:
    shown = {row["end_to_end_id"]: row for row in books["bank_statement_lines"]}
    for row in books["payments"]:
        line = shown[row["end_to_end_id"]]
        assert line["booking_date"] == row["posting_date"]
        assert money(line["amount"]) == money(row["amount"]) * (-1 if row["reverses_payment_id"] else 1)
    cash: dict[str, list[date]] = defaultdict(list)
    banks = {row["bank_account_id"] for row in books["bank_statements"]}
    for line in books["gl_journal_lines"]:
        if line["account_id"] in banks and line["source_type"] not in ("opening", "cash_revaluation"):
            cash[f"{line['account_id']}|{money(line['amount_transaction'])}"].append(
                day(line["posting_date"])
            )
    for row in books["bank_statement_lines"]:
        booked = cash[f"{row['bank_account_id']}|{money(row['amount'])}"]
        assert any(timedelta(0) <= day(row["booking_date"]) - at <= timedelta(days=3) for at in booked), row


def test_gl_03_documents_and_journals_name_each_other(books: Books) -> None:
    journals: dict[str, set[str]] = defaultdict(set)
    for line in books["gl_journal_lines"]:
        journals[line["source_type"]].add(line["source_doc_id"])
    posted = {
        "invoice": {
            row["doc_id"]
            for row in books["invoices"]
            if row["doc_type"] == "invoice" and day(row["posting_date"]) > OPENING
        },
        "credit_memo": {row["doc_id"] for row in books["invoices"] if row["doc_type"] == "credit_memo"},
        "customer_receipt": {row["payment_id"] for row in books["payments"]},
        "application": {row["application_id"] for row in books["applications"]},
        "customer_refund": {row["refund_id"] for row in books["refunds"]},
        "write_off": {row["write_off_id"] for row in books["write_offs"]},
        "shipment": {row["shipment_id"] for row in books["shipments"] if day(row["ship_date"]) > OPENING},
    }
    for source_type, expected in posted.items():
        assert expected == journals[source_type], source_type


def test_gl_05_accounts_are_in_the_chart_and_mapped(books: Books) -> None:
    chart = books.by_key("chart_of_accounts", "account_id")
    assert {line["account_id"] for line in books["gl_journal_lines"]} <= set(chart)
    assert all(row["statement_line"] and row["cash_flow_class"] for row in chart.values())


def test_wo_01_sd_01_sd_02_gl_06_duties_are_apart(books: Books) -> None:
    booked_by = {line["source_doc_id"]: line["created_by"] for line in books["gl_journal_lines"]}
    for row in books["refunds"]:
        assert row["approved_by"] not in ("", booked_by[row["refund_id"]])
    for row in books["write_offs"]:
        assert row["approved_by"] not in ("", booked_by[row["write_off_id"]])
    assert all(line["created_by"] != line["approved_by"] for line in books["gl_journal_lines"])
    assert not any(line["source_type"] == "manual" for line in books["gl_journal_lines"])
    duties: dict[str, set[str]] = defaultdict(set)
    for row in books["role_duties"]:
        duties[row["role"]].add(row["duty"])
    for user in books["users"]:
        if user["active"] == "true":
            held = duties[user["role"]]
            assert not any({row["duty_a"], row["duty_b"]} <= held for row in books["sod_conflicts"])


def test_cl_01_nothing_is_entered_into_a_closed_month(books: Books) -> None:
    for line in books["gl_journal_lines"]:
        assert line["entry_at"][:10] == line["posting_date"]


def test_bu_01_budgets_are_complete_and_mapped(books: Books) -> None:
    lines = {row["statement_line"] for row in books["chart_of_accounts"]}
    months: dict[str, set[str]] = defaultdict(set)
    for row in books["budgets"]:
        assert row["statement_line"] in lines
        months[key(row, "version", "legal_entity_id", "statement_line")].add(row["period"])
    assert {len(found) for found in months.values()} == {12}


def test_pv_01_allowance_is_what_the_matrix_asks_for(books: Books) -> None:
    rates = {row["bucket"]: money(row["loss_rate"]) for row in books["ecl_matrix"]}
    for entity, home in FUNCTIONAL.items():
        exposure: dict[str, Decimal] = defaultdict(Decimal)
        for document, rest in books.open_documents(AS_OF):
            if document["legal_entity_id"] == entity:
                late = (AS_OF - day(document["due_date"])).days
                bucket = (
                    "current"
                    if late <= 0
                    else "1-30"
                    if late <= 30
                    else "31-60"
                    if late <= 60
                    else "61-90"
                    if late <= 90
                    else "90+"
                )
                exposure[bucket] += rest * books.rate(document["currency"], home, AS_OF)
        required = sum(
            (rounded(amount * rates[bucket], home) for bucket, amount in exposure.items()), Decimal(0)
        )
        assert books.balance(entity, "1190", AS_OF) == -required


@pytest.mark.parametrize("date_column", ["posting_date", "document_date"])
@pytest.mark.parametrize("scope", ["LE01", "LE02", "both"])
def test_an_01_no_day_is_out_of_the_ordinary(books: Books, scope: str, date_column: str) -> None:
    values: dict[date, Decimal] = defaultdict(Decimal)
    for row in books["invoices"]:
        if row["doc_type"] == "invoice" and scope in (row["legal_entity_id"], "both"):
            value = money(row["gross"]) * money(row["fx_rate"])
            if scope == "both" and row["legal_entity_id"] == "LE02":
                value *= books.rate("USD", "EUR", max(OPENING, day(row["posting_date"])))
            values[day(row[date_column])] += value
    for weekday in range(7):
        found = [value for at, value in values.items() if at.weekday() == weekday]
        if len(found) >= 8:
            centre = median(found)
            spread = median(abs(value - centre) for value in found)
            assert [value for value in found if abs(value - centre) > 5 * spread] == []


def test_cl_03_late_postings_were_accrued(books: Books, documents: dict[str, Row]) -> None:
    accrued = {
        line["source_doc_id"]
        for line in books["gl_journal_lines"]
        if line["source_type"] == "shipment" and line["account_id"] == "1250"
    }
    shipped = {row["shipment_id"]: day(row["ship_date"]) for row in books["shipments"]}
    late = [
        row
        for row in documents.values()
        if row["shipment_id"]
        and row["doc_type"] == "invoice"
        and day(row["posting_date"]) > shipped[row["shipment_id"]] > OPENING
    ]
    assert len(late) > 200
    billed = {row["shipment_id"] for row in documents.values()}
    assert {row["shipment_id"] for row in late} == {shipment for shipment in accrued if shipment in billed}
    assert all(AS_OF - shipped[shipment] <= timedelta(days=3) for shipment in accrued - billed)
