"""Faults of invoices, credit memos, number series, tax and exchange rates."""

from decimal import ROUND_HALF_UP, Decimal

from tests.faults.catalogue.fault import Chapter
from tests.faults.delivered import Deliveries, Row, later, plus
from tests.faults.selection import (
    account_of,
    add_journal,
    invoice,
    is_mid_month,
    journal,
    lines_of,
    opening_date,
    receipt,
    roles,
)

DOCUMENTS = Chapter()


@DOCUMENTS.fault("IN-01", "TW-03 TX-01 GL-04 RV-02 SL-03 SG-01")
def net_that_its_lines_do_not_make(books: Deliveries) -> None:
    """The price on an invoice line was raised by a cent; the invoice's net was not."""
    line = lines_of(books, invoice(books))[0]
    line["unit_price"] = plus(line["unit_price"], "0.01")


@DOCUMENTS.fault("AG-01 IN-01 PV-01 SL-01 TX-01", "GL-04 SL-04 TX-02")
def tax_too_high_in_the_document(books: Deliveries) -> None:
    """The tax of an open invoice, and its gross, are 10.00 higher than its lines ask for."""
    found = invoice(books, is_open=True, chosen=lambda row: row["due_date"] >= books.as_of.isoformat())
    found["tax"], found["gross"] = plus(found["tax"], "10.00"), plus(found["gross"], "10.00")


@DOCUMENTS.fault("AG-01 SL-01", "GL-04 SL-04 TX-02 PV-01")
def tax_one_cent_too_high(books: Deliveries) -> None:
    """The tax of an open invoice is a cent too high, which its arithmetic tolerates and no tie-out does."""
    found = invoice(books, is_open=True, chosen=lambda row: row["due_date"] >= books.as_of.isoformat())
    found["tax"], found["gross"] = plus(found["tax"], "0.01"), plus(found["gross"], "0.01")


@DOCUMENTS.fault("TX-01 IN-01", "GL-04 TX-02")
def line_at_the_wrong_tax_rate(books: Deliveries) -> None:
    """A line of an invoice bears the reduced rate; the tax was computed at the full one."""
    found = invoice(books, chosen=lambda row: lines_of(books, row)[0]["tax_rate"] == "0.19")
    lines_of(books, found)[0]["tax_rate"] = "0.07"


@DOCUMENTS.fault(
    "AG-01 GL-03 GL-04 IN-02 RV-02 SL-01 TW-02 TX-02", "PV-01 RV-03 SG-01 SL-03 SL-04 SQ-01 CR-02"
)
def invoice_sent_twice(books: Deliveries) -> None:
    """An invoice was delivered again under another number."""
    found = invoice(books, is_open=True)
    doc_id = _free_number(books, found["doc_id"])
    books.add("invoices", found | {"doc_id": doc_id})
    books.add("invoice_lines", *(line | {"doc_id": doc_id} for line in lines_of(books, found)))


@DOCUMENTS.fault(
    "AG-01 GL-03 GL-04 RV-02 SL-01 SL-03 SQ-01 TW-04 TX-02", "CL-03 PV-01 RI-01 RV-01 RV-03 SG-01 SL-04"
)
def invoice_missing_although_booked(books: Deliveries) -> None:
    """An open invoice was booked but not delivered, neither its header nor its lines."""
    found = invoice(books, is_open=True, is_named=False)
    books.drop("invoices", lambda row: row is found)
    books.drop("invoice_lines", lambda row: row["doc_id"] == found["doc_id"])


@DOCUMENTS.fault("AN-01", "CR-02 GL-04 PV-01")
def day_unlike_its_weekday(books: Deliveries) -> None:
    """After nine Thursdays with a small fee, the tenth bills one of two millions; all of it is booked."""
    customer = books.first("customers", lambda row: row["currency"] == "EUR")["customer_id"]
    last = later(books.as_of.isoformat(), -(books.as_of.weekday() - 3) % 7 - 7)
    for number in range(10):
        day = later(last, 7 * (number - 9))
        amount = "2000000.00" if number == 9 else f"{100 + 10 * number}.00"
        doc_id = f"FEE-{number + 1}"
        line = {"doc_id": doc_id, "line_no": "1", "quantity": "1", "unit_price": amount, "tax_rate": "0"}
        books.add("invoice_lines", line)
        books.add(
            "invoices",
            {"doc_id": doc_id, "doc_type": "invoice", "legal_entity_id": "LE01", "customer_id": customer}
            | {"document_date": day, "posting_date": day, "due_date": later(day, 30)}
            | {"currency": "EUR", "fx_rate": "1", "net": amount, "tax": "0", "gross": amount}
            | {"created_by": "u_billing1"},
        )
        accounts = (account_of(books, "ar"), amount), (account_of(books, "revenue"), f"-{amount}")
        add_journal(books, "invoice", doc_id, day, *accounts, created_by="u_billing1")


@DOCUMENTS.fault("SQ-01")
def number_skipped(books: Deliveries) -> None:
    """The last invoice of a series carries the number after the next one, everywhere."""
    opening = opening_date(books)
    before = max(
        row["doc_id"]
        for row in books.rows("invoices")
        if (row["doc_type"], row["legal_entity_id"]) == ("invoice", "LE01") and row["posting_date"] > opening
    )
    after = _following(_following(before))
    for object_name in ("invoices", "invoice_lines", "applications", "disputes", "promises_to_pay"):
        for row in books.rows(object_name, lambda row: row["doc_id"] == before):
            row["doc_id"] = after
    for row in books.rows("gl_journal_lines", lambda row: row["source_doc_id"] == before):
        row["source_doc_id"] = after


@DOCUMENTS.fault("CM-01")
def credit_memo_without_original(books: Deliveries) -> None:
    """A credit memo names no original."""
    _credit_memo(books)["original_doc_id"] = ""


@DOCUMENTS.fault("CM-01")
def credit_memo_on_another_customers_invoice(books: Deliveries) -> None:
    """A credit memo names an invoice of another customer as its original."""
    memo = _credit_memo(books)
    other = books.first(
        "invoices",
        lambda row: (
            row["doc_type"] == "invoice"
            and row["currency"] == memo["currency"]
            and row["customer_id"] != memo["customer_id"]
            and row["legal_entity_id"] == memo["legal_entity_id"]
            and Decimal(row["gross"]) > -Decimal(memo["gross"])
        ),
    )
    memo["original_doc_id"] = other["doc_id"]


@DOCUMENTS.fault("AG-01 CM-01 GL-04 RV-02 SL-01", "TX-02 PV-01 RV-03 SG-01 SL-04 TW-01 TW-02 SL-03")
def credit_memo_above_its_original(books: Deliveries) -> None:
    """A credit memo is several times as high as the invoice that it names."""
    memo = _credit_memo(books)
    original = books.by_key("invoices", "doc_id")[(memo["original_doc_id"],)]
    factor = int(Decimal(original["gross"]) / -Decimal(memo["gross"])) + 2
    lines = lines_of(books, memo)
    for line in lines:
        line["quantity"] = f"{Decimal(line['quantity']) * factor:f}"
    net = sum((_net(line) for line in lines), Decimal(0))
    taxes: dict[str, Decimal] = {}
    for line in lines:
        taxes[line["tax_rate"]] = taxes.get(line["tax_rate"], Decimal(0)) + _net(line)
    tax = sum((_cents(base * Decimal(rate)) for rate, base in taxes.items()), Decimal(0))
    memo["net"], memo["tax"], memo["gross"] = str(net), str(tax), str(net + tax)


@DOCUMENTS.fault("GL-04 TX-02 RV-02", "SG-01 RV-01 RV-03")
def tax_booked_as_revenue(books: Deliveries) -> None:
    """The tax line of an invoice was booked as revenue."""
    roles_by_account = roles(books)
    found = invoice(books, chosen=lambda row: Decimal(row["tax"]) > 0)
    for line in journal(books, "invoice", found["doc_id"]):
        if roles_by_account[line["account_id"]] == "tax":
            line["account_id"] = account_of(books, "revenue")


@DOCUMENTS.fault("FX-01", "GL-04 FX-03 SL-01 AG-01 PV-01 SL-03 FX-02 IC-01")
def rates_of_a_week_missing(books: Deliveries) -> None:
    """The exchange rates of the week in which a foreign invoice was posted were not delivered."""
    found = invoice(books, currency="USD")
    first, last = later(found["posting_date"], -6), found["posting_date"]
    books.drop("fx_rates", lambda row: first <= row["rate_date"] <= last and "USD" in _pair(row))


@DOCUMENTS.fault("FX-01", "BK-01 BK-03 GL-04 RI-01 SL-02 CA-05")
def receipt_in_no_currency(books: Deliveries) -> None:
    """A receipt is in a currency that does not exist."""
    used = {row["source_id"] for row in books.rows("applications")}
    used |= {row["payment_id"] for row in books.rows("refunds")}
    receipt(books, lambda row: row["payment_id"] not in used)["currency"] = "EUX"


@DOCUMENTS.fault("FX-02", "FX-01")
def rate_out_of_line(books: Deliveries) -> None:
    """An exchange rate is half above that of the day before, on a day on which nothing needs it."""
    day = _quiet_day(books)
    for row in books.rows("fx_rates", lambda row: row["rate_date"] in (day, later(day, -1))):
        if row["rate_date"] == day and "KWD" in _pair(row):
            row["rate"] = f"{Decimal(row['rate']) * Decimal('1.5'):f}"
            return
    template = books.rows("fx_rates")[0]
    books.add(
        "fx_rates",
        template | {"rate_date": later(day, -1)},
        template | {"rate_date": day, "rate": f"{Decimal(template['rate']) * Decimal('1.5'):f}"},
    )


@DOCUMENTS.fault("FX-02", "FX-01")
def rate_unlike_its_inverse(books: Deliveries) -> None:
    """A rate and that of the opposite pair on the same day contradict each other."""
    row = books.rows("fx_rates")[0]
    opposite = (Decimal(1) / Decimal(row["rate"]) + Decimal("0.01")).quantize(Decimal("0.00000001"))
    books.add(
        "fx_rates",
        row
        | {"from_currency": row["to_currency"], "to_currency": row["from_currency"], "rate": f"{opposite:f}"},
    )


@DOCUMENTS.fault("FX-03", "GL-04")
def valuation_reversed_late(books: Deliveries) -> None:
    """The unrealised exchange difference of a month end was reversed on the third of the next month."""
    found = books.first("gl_journal_lines", lambda row: row["source_type"] == "fx_revaluation_reversal")
    for row in books.rows("gl_journal_lines", lambda row: row["journal_id"] == found["journal_id"]):
        row["posting_date"] = later(row["posting_date"], 2)


@DOCUMENTS.fault("AG-01 FX-03 GL-04 SL-01", "SL-04")
def realised_difference_not_booked(books: Deliveries) -> None:
    """A foreign receipt was applied without its realised exchange difference."""
    realised, receivable = account_of(books, "fx_realised"), account_of(books, "ar")
    difference = books.first(
        "gl_journal_lines",
        lambda row: (
            row["account_id"] == realised
            and row["source_type"] == "application"
            and row["legal_entity_id"] == "LE01"
        ),
    )
    for row in journal(books, "application", difference["source_doc_id"]):
        if row["account_id"] == receivable:
            row["amount"] = plus(row["amount"], difference["amount"])
            break
    books.drop("gl_journal_lines", lambda row: row is difference)


def _credit_memo(books: Deliveries) -> Row:
    """The first credit memo of the first entity in its currency, posted in mid-month or not."""
    opening = opening_date(books)
    return books.first(
        "invoices",
        lambda row: (
            row["doc_type"] == "credit_memo"
            and row["legal_entity_id"] == "LE01"
            and row["currency"] == "EUR"
            and row["posting_date"] > opening
        ),
    )


def _net(line: Row) -> Decimal:
    return _cents(Decimal(line["quantity"]) * Decimal(line["unit_price"]))


def _cents(amount: Decimal) -> Decimal:
    return amount.quantize(Decimal("0.01"), ROUND_HALF_UP)


def _pair(row: Row) -> tuple[str, str]:
    return row["from_currency"], row["to_currency"]


def _following(doc_id: str) -> str:
    """The number after a document's."""
    series, _, digits = doc_id.rpartition("-")
    return f"{series}-{int(digits) + 1:0{len(digits)}d}"


def _free_number(books: Deliveries, doc_id: str) -> str:
    """The first number after a document's that no document of its series has."""
    taken = {row["doc_id"] for row in books.rows("invoices")}
    while doc_id in taken:
        doc_id = _following(doc_id)
    return doc_id


def _quiet_day(books: Deliveries) -> str:
    """A day in mid-month on which, and on the four days after which, nothing was booked in dinars."""
    busy = {
        row["posting_date"] for row in books.rows("gl_journal_lines", lambda row: row["currency"] == "KWD")
    }
    opening = opening_date(books)
    days = (later(opening, number) for number in range(9, 400))
    return next(
        day for day in days if is_mid_month(day) and not busy & {later(day, after) for after in range(5)}
    )
