"""Faults of the ledger, the chart, the cash flow, the period end and the group."""

from datetime import timedelta
from decimal import Decimal

from tests.faults.catalogue.fault import Chapter
from tests.faults.delivered import Deliveries, Row, later, plus
from tests.faults.selection import (
    account_of,
    add_journal,
    invoice,
    journal,
    receipt,
    roles,
)

LEDGER = Chapter()


@LEDGER.fault("CF-01 GL-01 GL-02 GL-04 TX-02")
def journal_without_its_tax_line(books: Deliveries) -> None:
    """The tax line of an invoice's journal is missing."""
    account_roles = roles(books)
    found = invoice(books, lines=1, chosen=lambda row: Decimal(row["tax"]) > 0)
    booked = journal(books, "invoice", found["doc_id"])
    books.drop("gl_journal_lines", lambda row: row in booked and account_roles[row["account_id"]] == "tax")


@LEDGER.fault("GL-01 GL-02", "CF-01 GL-04")
def journal_one_cent_off(books: Deliveries) -> None:
    """A line of a journal is one cent too high."""
    line = books.first("gl_journal_lines", lambda row: row["source_type"] == "shipment")
    line["amount"] = plus(line["amount"], "0.01")


@LEDGER.fault("GL-01", "BK-01")
def journal_unbalanced_in_its_currency(books: Deliveries) -> None:
    """A journal in foreign currency balances in the entity's currency only."""
    line = books.first(
        "gl_journal_lines",
        lambda row: (
            row["source_type"] == "application"
            and row["currency"] == "USD"
            and row["legal_entity_id"] == "LE01"
        ),
    )
    line["amount_transaction"] = plus(line["amount_transaction"], "0.01")


@LEDGER.fault("AG-01 GL-03 GL-04 RV-02 SL-01 TX-02", "SG-01 SL-04")
def journal_of_an_invoice_missing(books: Deliveries) -> None:
    """The whole journal of an invoice is missing, so that every balance still balances."""
    booked = journal(books, "invoice", invoice(books, is_open=True)["doc_id"])
    books.drop("gl_journal_lines", lambda row: row in booked)


@LEDGER.fault("GL-03 GL-04 SL-02", "BK-01 BK-03")
def journal_of_a_receipt_missing(books: Deliveries) -> None:
    """The whole journal of a receipt is missing."""
    booked = journal(books, "customer_receipt", receipt(books)["payment_id"])
    books.drop("gl_journal_lines", lambda row: row in booked)


@LEDGER.fault("BK-01 GL-03 GL-04 SL-02", "BK-03 RI-01")
def journal_of_a_receipt_that_does_not_exist(books: Deliveries) -> None:
    """A receipt of 75.00 is in the ledger that is not in the receivables."""
    day = (books.as_of - timedelta(7)).isoformat()
    lines = (("1010", "75.00"), (account_of(books, "unapplied"), "-75.00"))
    add_journal(books, "customer_receipt", "PMT-99999", day, *lines, created_by="u_cash1")


@LEDGER.fault("AG-01 GL-04 RV-02 SL-01", "SG-01 SL-04")
def amount_changed_in_a_journal(books: Deliveries) -> None:
    """Receivable and revenue of an invoice are 10.00 too high in the ledger; the journal balances."""
    account_roles = roles(books)
    found = invoice(books, is_open=True)
    booked = journal(books, "invoice", found["doc_id"])
    receivable = next(row for row in booked if account_roles[row["account_id"]] == "ar")
    revenue = next(row for row in booked if account_roles[row["account_id"]] == "revenue")
    for line, amount in ((receivable, "10.00"), (revenue, "-10.00")):
        line["amount"] = plus(line["amount"], amount)
        line["amount_transaction"] = plus(line["amount_transaction"], amount)


@LEDGER.fault("AG-01 GL-04 RV-01 RV-02 SL-01 TX-02", "RV-03 SG-01 SL-04 CL-01")
def journal_in_the_month_before(books: Deliveries) -> None:
    """The journal of an invoice is posted in the month before its document."""
    found = invoice(books, is_open=True)
    end = later(found["posting_date"][:8] + "01", -1)
    for row in journal(books, "invoice", found["doc_id"]):
        row["posting_date"] = end


@LEDGER.fault("GL-04", "SG-01")
def account_swapped(books: Deliveries) -> None:
    """The revenue of an invoice is booked on another revenue account."""
    account_roles = roles(books)
    other = books.first(
        "chart_of_accounts", lambda row: row["account_type"] == "revenue" and row["control_of"] == ""
    )
    booked = journal(books, "invoice", invoice(books)["doc_id"])
    line = next(row for row in booked if account_roles[row["account_id"]] == "revenue")
    line["account_id"] = other["account_id"]


@LEDGER.fault("GL-05", "CF-01 CF-03 GL-02 RI-01 SG-01")
def account_that_the_chart_does_not_have(books: Deliveries) -> None:
    """A bank charge is booked on an account that the chart does not have."""
    charges = account_of(books, "bank_charges")
    line = books.first(
        "gl_journal_lines", lambda row: row["source_type"] == "bank_charge" and row["account_id"] == charges
    )
    line["account_id"] = "6899"


@LEDGER.fault("GL-06 RV-02", "RV-01 SG-01")
def manual_revenue_without_approval(books: Deliveries) -> None:
    """A manual journal to revenue was approved by nobody."""
    lines = (("6100", "50.00"), ("4000", "-50.00"))
    add_journal(books, "manual", "MAN-01", books.as_of.isoformat(), *lines)


@LEDGER.fault("GL-06 SD-02")
def manual_cash_approved_by_who_entered_it(books: Deliveries) -> None:
    """A manual journal between two bank accounts was approved by the accountant who entered it."""
    day = books.as_of.isoformat()
    add_journal(books, "manual", "MAN-02", day, ("1010", "1.00"), ("1010", "-1.00"), approved_by="u_gl1")


@LEDGER.fault("GL-04 SL-03", "CL-03 GL-03 RV-01 RV-03 SG-01 TW-04")
def delivery_not_accrued(books: Deliveries) -> None:
    """A delivery that is billed in the next month was not accrued."""
    [line, *_] = _accrual(books)
    books.drop("gl_journal_lines", lambda row: row["journal_id"] == line["journal_id"])


@LEDGER.fault("GL-04 SL-03", "GL-03 SG-01 RV-01")
def deferred_revenue_not_released(books: Deliveries) -> None:
    """A month's share of the billed services was not released to revenue."""
    released = books.first("gl_journal_lines", lambda row: row["source_type"] == "revenue_release")
    books.drop("gl_journal_lines", lambda row: row["journal_id"] == released["journal_id"])


@LEDGER.fault("RV-03 RV-01 GL-04 SL-03", "CL-03 SG-01 TW-04 OR-02 GL-03 FX-01")
def delivery_in_the_month_before_its_revenue(books: Deliveries) -> None:
    """Goods left the house on the last day of the month before the one that has their revenue."""
    found = invoice(books, is_open=True)
    end = later(found["posting_date"][:8] + "01", -1)
    for row in books.rows("shipments", lambda row: row["shipment_id"] == found["shipment_id"]):
        row["ship_date"] = end


@LEDGER.fault("GL-04 RV-01", "GL-03 RI-01 RV-03 SG-01 SL-03 TW-02 OR-02 CR-02")
def delivery_missing_although_billed(books: Deliveries) -> None:
    """A delivery is missing although it was billed and booked."""
    found = invoice(books)
    books.drop("shipments", lambda row: row["shipment_id"] == found["shipment_id"])


@LEDGER.fault("CL-01", settings=True)
def journal_entered_after_the_close(books: Deliveries) -> None:
    """A journal of a closed month was entered ten days after the close."""
    line = books.first("gl_journal_lines", lambda row: row["source_type"] == "depreciation")
    end = line["posting_date"]
    moment = f"{later(end, 10)}T18:00:00Z"
    books.settings(close_through={"LE01": {"date": end, "closed_at": moment}})
    line["entry_at"] = f"{later(end, 20)}T17:00:00Z"


# The first month after the opening was closed and sealed, as `tieout close` does it.
SEALED = """
create temporary table closing as
select min(as_of) as closed_through
from clean.marts.rpt_trial_balance
where as_of > (select min(as_of) from clean.marts.rpt_trial_balance);

insert into raw.seals by name
select
    'LE01:1' as seal_id, 'LE01' as legal_entity_id, strftime(closed_through, '%Y-%m') as period, 1 as version,
    closed_through, timestamp '2025-03-31 12:00:00' as closed_at, 'u_controller1' as closed_by,
    'case-0' as run_id, closed_through as as_of, true as is_in_force
from closing;

insert into raw.sealed_balances by name
select 'LE01:1' as seal_id, account_id, opening_balance, closing_balance
from clean.marts.rpt_trial_balance, closing
where legal_entity_id = 'LE01' and as_of = closed_through;

insert into raw.sealed_lines by name
select
    'LE01:1' as seal_id, line_key, journal_id, line_no, source_type, source_doc_id, posting_date, account_id,
    amount, source_system as line_source, source_file as line_file, source_line as line_number
from clean.intermediate.int_ledger_entries, closing
where legal_entity_id = 'LE01' and posting_date <= closed_through;
"""


@LEDGER.fault("CL-02", given=SEALED)
def sealed_balance_changed(books: Deliveries) -> None:
    """After a month was closed, its depreciation came again 5.00 higher; the journal balances."""
    found = books.first("gl_journal_lines", lambda row: row["source_type"] == "depreciation")
    for row in books.rows("gl_journal_lines", lambda row: row["journal_id"] == found["journal_id"]):
        amount = "-5.00" if row["amount"].startswith("-") else "5.00"
        row["amount"] = plus(row["amount"], amount)
        row["amount_transaction"] = plus(row["amount_transaction"], amount)


def sealed_balance_unchanged(books: Deliveries) -> None:
    """No fault: nothing has changed in a month since it was closed."""


@LEDGER.fault("CF-01", "CF-03")
def depreciation_classed_as_investing(books: Deliveries) -> None:
    """The account of accumulated depreciation is classed as investing in the cash flow."""
    account = books.first("chart_of_accounts", lambda row: row["cash_flow_class"] == "noncash")
    account["cash_flow_class"] = "investing"


@LEDGER.fault("CF-02", "CF-01")
def cash_without_a_category(books: Deliveries) -> None:
    """A journal on a bank account has a source type that no line of the cash flow takes."""
    charge = books.first("gl_journal_lines", lambda row: row["source_type"] == "bank_charge")
    for row in journal(books, "bank_charge", charge["source_doc_id"]):
        row["source_type"] = "other"


@LEDGER.fault("CF-03", "CF-01 GL-05")
def balance_classed_as_result(books: Deliveries) -> None:
    """The inventory account is classed as if it were one of profit and loss."""
    books.first("chart_of_accounts", lambda row: row["control_of"] == "inventory")["cash_flow_class"] = "pl"


@LEDGER.fault("PV-01", "GL-04")
def loss_rate_raised_after_booking(books: Deliveries) -> None:
    """The loss rate of current items was raised after the allowance had been booked."""
    books.first("ecl_matrix", lambda row: row["bucket"] == "current")["loss_rate"] = "0.05"


@LEDGER.fault("BU-01")
def budget_on_a_line_nobody_knows(books: Deliveries) -> None:
    """A month is budgeted on a line to which no account of the chart belongs."""
    books.rows("budgets")[1]["statement_line"] = "Sales total"


@LEDGER.fault("BU-01")
def month_without_a_budget(books: Deliveries) -> None:
    """A budgeted line has no budget for one of the months."""
    first = books.rows("budgets")[1]
    books.drop("budgets", lambda row: row is first)


@LEDGER.fault("IC-01")
def partner_owes_less_than_is_claimed(books: Deliveries) -> None:
    """One entity claims 500.00 more from its partner than the partner owes it."""
    _between_entities(books, claimed="2500.00", owed="2000.00")


def partner_owes_what_is_claimed(books: Deliveries) -> None:
    """No fault: one entity claims from its partner what the partner owes it."""
    _between_entities(books, claimed="2000.00", owed="2000.00")


def _between_entities(books: Deliveries, *, claimed: str, owed: str) -> None:
    """Balances between the first entity and a partner of its own currency, which is added."""
    books.give(
        "gl_journal_lines", "partner_legal_entity_id", lambda row: row.get("partner_legal_entity_id", "")
    )
    entity = books.first("legal_entities")
    books.add(
        "legal_entities",
        entity | {"legal_entity_id": "LE09", "name": "Partner", "parent_legal_entity_id": "LE01"},
    )
    template = books.first("chart_of_accounts", lambda row: row["control_of"] == "ap")
    line = {"statement_line": "Intercompany", "control_of": "intercompany"}
    books.add("chart_of_accounts", template | line | {"account_id": "1150", "name": "Group companies"})
    day = books.as_of.isoformat()
    capital = books.first("chart_of_accounts", lambda row: row["account_type"] == "equity")["account_id"]
    add_journal(
        books,
        "manual",
        "IC-1",
        day,
        ("1150", claimed),
        (capital, f"-{claimed}"),
        partner="LE09",
        approved_by="u_controller1",
    )
    add_journal(
        books,
        "manual",
        "IC-2",
        day,
        ("1150", f"-{owed}"),
        (capital, owed),
        entity="LE09",
        partner="LE01",
        approved_by="u_controller1",
    )
    ledger = {entity["legal_entity_id"]: "booked" for entity in books.rows("legal_entities")}
    books.settings(ledger=ledger)


def _accrual(books: Deliveries) -> list[Row]:
    """The first journal that accrues a delivery which is billed in a later month."""
    unbilled = account_of(books, "unbilled")
    billed = {row["shipment_id"]: row["posting_date"][:7] for row in books.rows("invoices")}
    return [
        books.first(
            "gl_journal_lines",
            lambda row: (
                row["source_type"] == "shipment"
                and row["account_id"] == unbilled
                and row["legal_entity_id"] == "LE01"
                and row["posting_date"][:7] < billed.get(row["source_doc_id"], "")
            ),
        )
    ]
