"""Faults of references and master data, of duties and approvals, and between systems."""

from datetime import datetime, timedelta

from tests.faults.catalogue.fault import Chapter
from tests.faults.delivered import Chosen, Deliveries, Row, plus
from tests.faults.selection import (
    journal,
    receipt,
)

MASTERS = Chapter()


@MASTERS.fault("RI-01", "CR-02 MD-01 TW-03")
def order_of_unknown_customer(books: Deliveries) -> None:
    """An order names a customer who does not exist."""
    books.first("orders", _has_been_billed(books))["customer_id"] = "C-NOBODY"


@MASTERS.fault("RI-01")
def invoice_line_without_invoice(books: Deliveries) -> None:
    """A line belongs to an invoice that was not delivered."""
    books.add(
        "invoice_lines",
        {"doc_id": "INV-NOWHERE", "line_no": "1", "quantity": "1", "unit_price": "0", "tax_rate": "0"},
    )


@MASTERS.fault("RI-01")
def application_to_unknown_document(books: Deliveries) -> None:
    """A receipt of an amount of zero is applied to a document that does not exist."""
    paid = receipt(books)
    books.add(
        "applications",
        {
            "application_id": "APP-NOWHERE",
            "source_type": "payment",
            "source_id": paid["payment_id"],
            "doc_id": "INV-NOWHERE",
            "posting_date": paid["posting_date"],
            "amount": "0",
        },
    )


@MASTERS.fault("RI-01", "TW-01 TW-04 GL-03 GL-04 SL-03 CL-03 RV-01 RV-03")
def shipment_of_unknown_order(books: Deliveries) -> None:
    """Something was shipped on an order that does not exist."""
    template = books.rows("shipments")[-1]
    books.add("shipments", template | {"shipment_id": "SHP-NOWHERE", "order_id": "SO-NOWHERE"})


@MASTERS.fault("RI-02")
def customer_delivered_twice(books: Deliveries) -> None:
    """One customer stands in the file twice, under two names."""
    books.add("customers", books.rows("customers")[-1] | {"name": "Somebody else"})


@MASTERS.fault("RI-02 SL-02", "BK-01 BK-03 CA-01 CA-03 CA-05 GL-04 FX-03")
def receipt_with_two_amounts(books: Deliveries) -> None:
    """One receipt stands in the file twice, with two amounts."""
    paid = receipt(books)
    books.add("payments", paid | {"amount": plus(paid["amount"], "10.00")})


@MASTERS.fault("MD-01", "CR-01 CR-02")
def customer_without_credit_limit(books: Deliveries) -> None:
    """A customer has no credit limit."""
    books.rows("customers")[1]["credit_limit"] = ""


@MASTERS.fault("MD-01", "MD-02 TX-01")
def european_business_without_tax_id(books: Deliveries) -> None:
    """A business in the European Union has no tax id."""
    books.first("customers", lambda row: row["country"] == "DE")["tax_id"] = ""


@MASTERS.fault("MD-02", "MD-01")
def two_customers_with_one_tax_id(books: Deliveries) -> None:
    """Two customers carry the same tax id."""
    first, second = books.rows("customers", lambda row: row["country"] == "DE" and row["tax_id"] != "")[:2]
    second["tax_id"] = first["tax_id"]


@MASTERS.fault("WO-01")
def refund_without_approval(books: Deliveries) -> None:
    """A refund was paid that nobody approved."""
    books.rows("refunds")[0]["approved_by"] = ""


@MASTERS.fault("WO-01", "SD-02")
def write_off_approved_by_who_booked_it(books: Deliveries) -> None:
    """A write-off was approved by the user who booked it."""
    written_off = books.rows("write_offs")[0]
    [line, *_] = journal(books, "write_off", written_off["write_off_id"])
    written_off["approved_by"] = line["created_by"]


@MASTERS.fault("SD-01")
def user_with_conflicting_duties(books: Deliveries) -> None:
    """A former user whose role takes cash and writes off is active again."""
    books.first("users", lambda row: row["active"] == "false")["active"] = "true"


@MASTERS.fault("SD-02", "CR-01")
def credit_approved_by_who_entered_the_order(books: Deliveries) -> None:
    """The user who entered an order also approved its credit."""
    order = books.first("orders", lambda row: row["credit_approved_by"] != "")
    order["credit_approved_by"] = order["created_by"]


@MASTERS.fault("SD-02", "GL-06")
def journal_approved_by_who_entered_it(books: Deliveries) -> None:
    """The accountant who entered a depreciation journal approved it."""
    chosen = books.first("gl_journal_lines", lambda row: row["source_type"] == "depreciation")
    for row in journal(books, "depreciation", chosen["source_doc_id"]):
        row["approved_by"] = row["created_by"]


@MASTERS.fault("OV-01", settings=True)
def override_without_second_person(books: Deliveries) -> None:
    """A control is overridden by a person who approved the request alone."""
    books.control_settings(
        SQ_01={
            "override": {
                "reason": "Number series migrated",
                "requested_by": "u_billing1",
                "approver": "u_billing1",
                "expires_on": "2099-12-31",
            }
        }
    )


@MASTERS.fault("OV-01", settings=True)
def override_past_its_expiry(books: Deliveries) -> None:
    """The override of a control has expired."""
    books.control_settings(
        SQ_01={
            "override": {
                "reason": "Number series migrated",
                "requested_by": "u_billing1",
                "approver": "u_controller1",
                "expires_on": "2020-12-31",
            }
        }
    )


def override_in_order(books: Deliveries) -> None:
    """No fault: an override with a reason, a second person and an expiry that is not past."""
    books.control_settings(
        SQ_01={
            "override": {
                "reason": "Number series migrated",
                "requested_by": "u_billing1",
                "approver": "u_controller1",
                "expires_on": "2099-12-31",
            }
        }
    )


@MASTERS.fault("SY-01")
def changes_arrive_late(books: Deliveries) -> None:
    """A later extract brings changes of orders that were made forty minutes before it."""
    _deliver_changes(books, minutes=40)


@MASTERS.fault("SY-01")
def changes_arrive_after_two_days(books: Deliveries) -> None:
    """A later extract brings changes of orders that were made two days before it."""
    _deliver_changes(books, minutes=2 * 24 * 60)


def changes_arrive_in_time(books: Deliveries) -> None:
    """No fault: a later extract brings changes of orders that were made five minutes before it."""
    _deliver_changes(books, minutes=5)


def _deliver_changes(books: Deliveries, *, minutes: int) -> None:
    """Three orders again, with the moment of their last change, an hour after the first extract."""
    [declared] = [row for row in books.manifest("orders").rows if row["object"] == "orders"]
    extracted_at = datetime.fromisoformat(declared["extracted_at"]) + timedelta(hours=1)
    changed_at = extracted_at - timedelta(minutes=minutes)
    rows = [row | {"updated_at": changed_at.isoformat()} for row in books.rows("orders")[-3:]]
    books.add_file("orders", "changed", rows, extracted_at.isoformat())


def _shop(books: Deliveries, *, amount: str = "0", is_missing: bool = False) -> None:
    """A shop that delivers the orders that name one of its own; `amount` is added to one line's price."""
    orders = books.rows("orders", lambda row: row["external_order_id"] != "" and row["status"] != "draft")
    lines: dict[str, list[Row]] = {}
    for row in books.rows("order_lines"):
        lines.setdefault(row["order_id"], []).append(row)
    delivered = orders[1:] if is_missing else orders
    own_orders, own_lines = [], []
    for order in delivered:
        number = order["external_order_id"]
        own_orders.append(order | {"order_id": number, "external_order_id": ""})
        own_lines += [line | {"order_id": number} for line in lines[order["order_id"]]]
    own_lines[0]["unit_price"] = plus(own_lines[0]["unit_price"], amount)
    books.add_source("shop", {"orders": own_orders, "order_lines": own_lines})
    books.settings(
        sources=[
            *sorted({path.parent.name for path in books.extracts.glob("*/source.yml")} - {"shop"}),
            "shop",
        ]
    )


@MASTERS.fault("SY-02", "TW-03 PR-01 PR-02")
def shop_has_another_amount(books: Deliveries) -> None:
    """The web shop has an order at another price than the ERP."""
    _shop(books, amount="1.00")


@MASTERS.fault("SY-03")
def order_missing_in_the_shop(books: Deliveries) -> None:
    """An order of the ERP names an order of the web shop that the shop does not have."""
    _shop(books, is_missing=True)


def shop_that_agrees(books: Deliveries) -> None:
    """No fault: the web shop has the same orders at the same prices."""
    _shop(books)


def _has_been_billed(books: Deliveries) -> Chosen:
    billed = {row["order_id"] for row in books.rows("invoice_lines")}
    return lambda row: row["order_id"] in billed and row["status"] == "closed"
