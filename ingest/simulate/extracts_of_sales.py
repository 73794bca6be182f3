"""Extracts of orders, deliveries, receivable documents and what settles them."""

from __future__ import annotations

from datetime import date

import polars as pl

from ingest.simulate.books import Books
from ingest.simulate.documents import Document
from ingest.simulate.frames import amounts, dates, fraction_text, rate_text
from ingest.simulate.orders import Order
from ingest.simulate.settings import AS_OF, DECIMALS, PRODUCTS


def _text(values: list[str | None]) -> pl.Series:
    return pl.Series(values, dtype=pl.String)


def _moment(day: int, clock: str) -> str:
    return f"{date.fromordinal(day).isoformat()}T{clock}Z"


def is_confirmed(order: Order) -> bool:
    """Whether the order was confirmed by the as-of date."""
    return not order.is_cancelled and 0 < order.confirmed <= AS_OF


def order_status(order: Order) -> str:
    """Return the order's status as the order system shows it at the as-of date."""
    if order.is_cancelled:
        return "cancelled"
    if not is_confirmed(order):
        return "submitted"
    delivered = all(part.ship_day <= AS_OF for part in order.parts)
    if order.parts[0].kind == "period":
        document = order.parts[0].document
        if document and document.cleared_on and document.lines[0].service_end <= AS_OF:
            return "closed"
        return "confirmed"
    if not delivered:
        return "confirmed"
    if all(part.document and part.document.cleared_on for part in order.parts):
        return "closed"
    return "shipped"


def orders(books: Books) -> pl.DataFrame:
    """Order headers."""
    found = books.orders
    confirmed = [is_confirmed(order) for order in found]
    return pl.DataFrame(
        {
            "order_id": [order.order_id for order in found],
            "legal_entity_id": [order.entity.legal_entity_id for order in found],
            "customer_id": [order.customer.customer_id for order in found],
            "order_date": dates([order.day for order in found]),
            "confirmed_at": _text(
                [
                    _moment(order.confirmed, "16:00:00") if is_so else None
                    for order, is_so in zip(found, confirmed, strict=True)
                ]
            ),
            "currency": [order.customer.currency for order in found],
            "status": [order_status(order) for order in found],
            "channel": [order.channel for order in found],
            "created_by": [order.created_by for order in found],
            "credit_checked_at": _text(
                [
                    _moment(order.day, "14:00:00") if is_so else None
                    for order, is_so in zip(found, confirmed, strict=True)
                ]
            ),
            "credit_approved_by": _text([order.credit_approved_by or None for order in found]),
            "external_order_id": _text(
                [f"WEB-{order.order_id[2:]}" if order.channel == "ecommerce" else None for order in found]
            ),
        }
    )


def order_lines(books: Books) -> pl.DataFrame:
    """Order lines."""
    pairs = [(order, line) for order in books.orders for line in order.lines]
    places = [DECIMALS[order.customer.currency] for order, _ in pairs]
    return pl.DataFrame(
        {
            "order_id": [order.order_id for order, _ in pairs],
            "line_no": [line.number for _, line in pairs],
            "product_id": [PRODUCTS[line.product].product_id for _, line in pairs],
            "quantity": [line.quantity for _, line in pairs],
            "quantity_cancelled": [line.cancelled for _, line in pairs],
            "unit_price": amounts([line.price for _, line in pairs], places),
            "list_price": amounts([line.list_price for _, line in pairs], places),
            "discount_approved_by": _text(
                ["u_pricing1" if line.price < line.list_price else None for _, line in pairs]
            ),
            "promised_date": dates([line.promised for _, line in pairs]),
        }
    )


def shipments(books: Books) -> pl.DataFrame:
    """Deliveries and returns."""
    found = books.shipments
    return pl.DataFrame(
        {
            "shipment_id": [line.shipment_id for line in found],
            "order_id": [line.order_id for line in found],
            "order_line_no": [line.order_line for line in found],
            "quantity": [line.quantity for line in found],
            "ship_date": dates([line.day for line in found]),
        }
    )


def invoices(documents: list[Document]) -> pl.DataFrame:
    """Invoices and credit memos."""
    places = [DECIMALS[document.currency] for document in documents]
    return pl.DataFrame(
        {
            "doc_id": [document.doc_id for document in documents],
            "doc_type": [document.doc_type for document in documents],
            "legal_entity_id": [document.entity.legal_entity_id for document in documents],
            "customer_id": [document.customer.customer_id for document in documents],
            "order_id": _text([document.order_id for document in documents]),
            "shipment_id": _text([document.shipment_id for document in documents]),
            "original_doc_id": _text([document.original for document in documents]),
            "document_date": dates([document.document_day for document in documents]),
            "posting_date": dates([document.posting_day for document in documents]),
            "due_date": dates([document.due_day for document in documents]),
            "currency": [document.currency for document in documents],
            "fx_rate": [rate_text(document.rate) for document in documents],
            "net": amounts([document.net for document in documents], places),
            "tax": amounts([document.tax for document in documents], places),
            "gross": amounts([document.gross for document in documents], places),
            "created_by": [document.created_by for document in documents],
        }
    )


def invoices_of_year(books: Books, year: int) -> pl.DataFrame:
    """Documents posted in a year; those of 2022 come with 2023."""
    first = 0 if year == 2023 else date(year, 1, 1).toordinal()
    last = date(year, 12, 31).toordinal()
    return invoices([document for document in books.documents if first <= document.posting_day <= last])


def invoice_lines(books: Books) -> pl.DataFrame:
    """Document lines."""
    pairs = [(document, line) for document in books.documents for line in document.lines]
    places = [DECIMALS[document.currency] for document, _ in pairs]
    return pl.DataFrame(
        {
            "doc_id": [document.doc_id for document, _ in pairs],
            "line_no": [line.number for _, line in pairs],
            "order_id": _text([line.order_id for _, line in pairs]),
            "order_line_no": pl.Series([line.order_line for _, line in pairs], dtype=pl.Int64),
            "product_id": _text(
                [None if line.product is None else PRODUCTS[line.product].product_id for _, line in pairs]
            ),
            "quantity": [line.quantity for _, line in pairs],
            "unit_price": amounts([line.price for _, line in pairs], places),
            "tax_rate": [fraction_text(line.tax_rate) for _, line in pairs],
            "service_start": dates([line.service_start for _, line in pairs]),
            "service_end": dates([line.service_end for _, line in pairs]),
        }
    )


def payments(books: Books) -> pl.DataFrame:
    """Receipts, reversals with a positive amount and the receipt they undo."""
    found = books.receipts
    return pl.DataFrame(
        {
            "payment_id": [receipt.payment_id for receipt in found],
            "legal_entity_id": [receipt.entity.legal_entity_id for receipt in found],
            "customer_id": _text(
                [receipt.customer.customer_id if receipt.customer else None for receipt in found]
            ),
            "bank_account_id": [str(receipt.bank_account) for receipt in found],
            "posting_date": dates([receipt.day for receipt in found]),
            "currency": [receipt.currency for receipt in found],
            "fx_rate": [rate_text(receipt.rate) for receipt in found],
            "amount": amounts(
                [receipt.amount for receipt in found], [DECIMALS[receipt.currency] for receipt in found]
            ),
            "remittance_text": [receipt.remittance for receipt in found],
            "end_to_end_id": [receipt.end_to_end_id for receipt in found],
            "reverses_payment_id": _text(
                [receipt.reverses.payment_id if receipt.reverses else None for receipt in found]
            ),
        }
    )


def applications(books: Books) -> pl.DataFrame:
    """Applications of receipts and credit memos; negative rows undo one."""
    found = books.applications
    places = [DECIMALS[application.document.currency] for application in found]
    return pl.DataFrame(
        {
            "application_id": [application.application_id for application in found],
            "source_type": [application.source_type for application in found],
            "source_id": [application.source_id for application in found],
            "doc_id": [application.document.doc_id for application in found],
            "posting_date": dates([application.day for application in found]),
            "amount": amounts([application.amount for application in found], places),
            "discount": amounts([application.discount for application in found], places),
        }
    )


def refunds(books: Books) -> pl.DataFrame:
    """Refunds, approved by someone other than the cash desk."""
    found = books.refunds
    return pl.DataFrame(
        {
            "refund_id": [refund.refund_id for refund in found],
            "payment_id": [refund.receipt.payment_id for refund in found],
            "legal_entity_id": [refund.receipt.entity.legal_entity_id for refund in found],
            "customer_id": _text(
                [refund.receipt.customer.customer_id if refund.receipt.customer else None for refund in found]
            ),
            "posting_date": dates([refund.day for refund in found]),
            "currency": [refund.receipt.currency for refund in found],
            "fx_rate": [rate_text(refund.receipt.rate) for refund in found],
            "amount": amounts(
                [refund.amount for refund in found], [DECIMALS[refund.receipt.currency] for refund in found]
            ),
            "bank_account_id": [str(refund.receipt.bank_account) for refund in found],
            "approved_by": ["u_armanager1"] * len(found),
        }
    )


def write_offs(books: Books) -> pl.DataFrame:
    """Write-offs, approved by someone other than the cash desk."""
    found = books.write_offs
    places = [DECIMALS[write_off.document.currency] for write_off in found]
    return pl.DataFrame(
        {
            "write_off_id": [write_off.write_off_id for write_off in found],
            "doc_id": [write_off.document.doc_id for write_off in found],
            "legal_entity_id": [write_off.document.entity.legal_entity_id for write_off in found],
            "customer_id": [write_off.document.customer.customer_id for write_off in found],
            "posting_date": dates([write_off.day for write_off in found]),
            "currency": [write_off.document.currency for write_off in found],
            "net": amounts([write_off.net for write_off in found], places),
            "tax": amounts([write_off.tax for write_off in found], places),
            "reason": [write_off.reason for write_off in found],
            "approved_by": ["u_armanager1"] * len(found),
        }
    )


def disputes(books: Books) -> pl.DataFrame:
    """What customers contest."""
    found = books.disputes
    return pl.DataFrame(
        {
            "dispute_id": [dispute.dispute_id for dispute in found],
            "doc_id": [dispute.document.doc_id for dispute in found],
            "customer_id": [dispute.document.customer.customer_id for dispute in found],
            "opened_date": dates([dispute.opened_on for dispute in found]),
            "amount": amounts(
                [dispute.amount for dispute in found],
                [DECIMALS[dispute.document.currency] for dispute in found],
            ),
            "reason": [dispute.reason for dispute in found],
            "status": [dispute.status for dispute in found],
            "closed_date": dates([dispute.closed_on for dispute in found]),
        }
    )


def promises_to_pay(books: Books) -> pl.DataFrame:
    """What customers promised when they were reminded; without an amount the whole rest is meant."""
    found = books.promises
    return pl.DataFrame(
        {
            "promise_id": [promise[0] for promise in found],
            "doc_id": [promise[1].doc_id for promise in found],
            "promised_date": dates([promise[2] for promise in found]),
            "amount": amounts(
                [promise[3] or None for promise in found],
                [DECIMALS[promise[1].currency] for promise in found],
            ),
            "recorded_on": dates([promise[4] for promise in found]),
        }
    )
