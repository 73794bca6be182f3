"""An S/4HANA extract in which nearly everything was cancelled, run as a user runs it: its README's facts."""

import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from tests.harness.published import PublishedRun
from tests.scenarios.sap_facts import DATA, left_out, one_value, plain, read_facts, run_data_set

FACTS = read_facts("sap_s4_o2c")

pytestmark = [
    pytest.mark.real_data,
    pytest.mark.slow,
    pytest.mark.skipif(not FACTS, reason=f"the data set is not beside the project ({DATA / 'sap_s4_o2c'})"),
]

DAYS = ("2025-04-01", "2025-04-02", "2025-04-29", "2025-04-30", "2025-05-16")
DOCUMENTS = "from marts.fct_ar_documents"
LINES = "from marts.fct_ar_document_lines"
CLEARINGS = "from intermediate.int_unexplained_clearings"
OPEN = "from marts.rpt_ar_open_items where as_of = date '2025-05-16'"
CANCELLED = "select original_doc_id from marts.fct_ar_documents where doc_type = 'credit_memo'"
SETTLED = f"{DOCUMENTS} where gross is not null and doc_id not in (select doc_id {OPEN})"
REJECTED = "from marts.fct_order_lines where quantity_cancelled > 0"
BACKLOG = "from marts.fct_order_lines where quantity - quantity_cancelled - quantity_shipped > 0"

QUESTIONS = {
    "orders.count": "select count(*) from marts.fct_orders",
    "orders.net": "select sum(net_amount) from marts.fct_orders",
    "order_lines.rejected.count": f"select count(*) {REJECTED}",
    "order_lines.rejected.net": f"select sum(net_amount) {REJECTED}",
    "orders.wholly_rejected": "select count(*) from marts.fct_orders where status = 'cancelled'",
    "orders.net_without_rejected": """
        select sum(net_amount) from marts.fct_order_lines where quantity_cancelled = 0""",
    "order_lines.quantity": "select sum(quantity) from marts.fct_order_lines",
    "order_lines.quantity_cancelled": "select sum(quantity_cancelled) from marts.fct_order_lines",
    "deliveries.goods_issued": "select count(distinct shipment_id) from marts.fct_shipments",
    "deliveries.not_issued": """
        select count(*) from staging.base_sap__outbound_delivery_headers
        where delivery_id not in (select shipment_id from marts.fct_shipments)""",
    "deliveries.quantity": "select sum(quantity) from staging.base_sap__outbound_delivery_items",
    "shipped.quantity": "select sum(quantity) from marts.fct_shipments",
    "delivery_items.joined_unpadded": """
        select count(*)
        from staging.base_sap__outbound_delivery_items as items
        inner join marts.fct_order_lines as order_lines
            on
                items.reference_document_id = order_lines.order_id
                and items.reference_line_no = order_lines.line_no""",
    "billing.invoices": f"select count(*) {DOCUMENTS} where doc_type = 'invoice'",
    "billing.invoices_cancelled": f"select count(*) {DOCUMENTS} where doc_id in ({CANCELLED})",
    "billing.cancellation_documents": f"select count(*) {DOCUMENTS} where doc_type = 'credit_memo'",
    "billing.live.count": f"""
        select count(*) {DOCUMENTS} where doc_type = 'invoice' and doc_id not in ({CANCELLED})""",
    "billing.live.net": f"select sum(net) {DOCUMENTS}",
    "billing.naive_sum": f"select sum(abs(net)) {DOCUMENTS}",
    "billing.wrong_all_F2": f"select sum(net) {DOCUMENTS} where doc_type = 'invoice'",
    "billing_items.net": f"select sum(abs(net)) {LINES}",
    "billing_items.zero_net": f"select count(*) {LINES} where net = 0 and quantity <> 0",
    "invoiced.quantity": f"select sum(quantity) {LINES}",
    "goods_issued_equals_billed": f"""
        select cast(count(*) = count(shipments.shipment_id) and count(*) = count(documents.doc_id) as integer)
        from (select distinct shipment_id from marts.fct_shipments) as shipments
        full outer join (
            select doc_id, shipment_id {DOCUMENTS} where doc_type = 'invoice' and doc_id not in ({CANCELLED})
        ) as documents on shipments.shipment_id = documents.shipment_id""",
    "ar.debits.count": f"select count(*) {DOCUMENTS} where gross > 0",
    "ar.debits.amount": f"select sum(gross) {DOCUMENTS} where gross > 0",
    "ar.credits.count": f"select count(*) {DOCUMENTS} where gross < 0 and doc_type = 'credit_memo'",
    "ar.credits.amount": f"select sum(gross) {DOCUMENTS} where gross < 0",
    "ar.account_sum": "select sum(amount) from marts.fct_gl_lines where account_id = '15500020'",
    "ar.cleared.count": f"select count(*) {SETTLED}",
    "ar.cleared.sum": f"select sum(gross) {SETTLED}",
    "ar.open.latest.customer.320000082": f"select sum(open_amount) {OPEN} and customer_id = '320000082'",
    "ar.open.latest.customer.320000083": f"select sum(open_amount) {OPEN} and customer_id = '320000083'",
    "ar.clearing_groups": f"""
        select (select count(*) from marts.fct_cash_applications) + (select count(*) {CLEARINGS})""",
    "ar.clearing_groups.balanced": """
        select count(*)
        from marts.fct_cash_applications as applications
        inner join marts.fct_ar_documents as invoices on applications.doc_id = invoices.doc_id
        inner join marts.fct_ar_documents as memos on applications.source_id = memos.doc_id
        where
            applications.source_type = 'credit_memo'
            and memos.original_doc_id = invoices.doc_id
            and applications.amount = invoices.gross
            and applications.amount = -memos.gross""",
    "ar.clearing_groups.debit_only": f"select count(*) {CLEARINGS} where amount > 0",
    "ar.clearing_groups.debit_only.amount": f"select sum(amount) {CLEARINGS} where amount > 0",
    "ar.clearing_groups.credit_only": f"select count(*) {CLEARINGS} where amount < 0",
    "ar.clearing_groups.credit_only.amount": f"select sum(amount) {CLEARINGS} where amount < 0",
    "billing.F2_without_ar_item": f"""
        select count(*) {DOCUMENTS}
        where gross is null and doc_type = 'invoice' and doc_id in ({CANCELLED})""",
    "billing.S1_without_ar_item": f"""
        select count(*) {DOCUMENTS} where gross is null and doc_type = 'credit_memo'""",
    "ar.without_billing_document": f"select count(*) {DOCUMENTS} where net is null",
    "ar.cleared_by_cancellation": """
        select count(*)
        from staging.stg_sap__receivable_items as items
        inner join staging.base_sap__billing_document_headers as cancellations
            on
                items.clearing_id
                = cancellations.company_code
                || '-'
                || cancellations.fiscal_year
                || '-'
                || cancellations.document_number
        where cancellations.billing_type = 'S1'""",
    "payments_table.same_as_ar": """
        select count(*)
        from raw.sap__payments_accounts_receivable as payments
        inner join staging.stg_sap__receivable_items as items
            on
                payments.companycode || '-' || payments.fiscalyear || '-' || payments.accountingdocument
                = items.document_id
                and payments.accountingdocumentitem = items.item_number
                and payments.clearingdate = items.clearing_date
                and payments.amountintransactioncurrency = items.amount""",
    "receipts.count": "select count(*) from marts.fct_receipts",
    "ar.divisible_by_three": f"select count(*) {DOCUMENTS} where (gross * 100) % 3 = 0",
    "ar.factor.max_deviation": f"""
        select round(max(abs(cast(gross as double) / 3 - cast(net as double) * 1.18)), 4) {DOCUMENTS}""",
    "chain.orders_to_open_item": """
        select string_agg(chain, ';' order by chain)
        from (
            select
                orders.order_id
                || '>'
                || shipments.shipment_id
                || '>'
                || open_items.doc_id
                || '>'
                || split_part(lines.journal_id, '-', 3) as chain
            from marts.rpt_ar_open_items as open_items
            inner join marts.fct_ar_documents as documents on open_items.doc_id = documents.doc_id
            inner join marts.fct_orders as orders on documents.order_id = orders.order_id
            inner join marts.fct_shipments as shipments on documents.shipment_id = shipments.shipment_id
            inner join marts.fct_gl_lines as lines on open_items.doc_id = lines.source_doc_id
            where open_items.as_of = date '2025-05-16'
        )""",
    "backlog.quantity": f"select sum(quantity - quantity_cancelled - quantity_shipped) {BACKLOG}",
    "backlog.net": f"select sum(net_amount) {BACKLOG}",
}
for day in DAYS:
    QUESTIONS[f"ar.open.{day}.count"] = f"select count(*) from marts.ar_open_items_at(date '{day}')"
    QUESTIONS[f"ar.open.{day}.amount"] = f"""
        select coalesce(sum(open_amount), 0) from marts.ar_open_items_at(date '{day}')"""
for fact in FACTS:
    if fact.startswith("rows."):
        QUESTIONS[fact] = f"select count(*) from raw.sap__{fact.removeprefix('rows.')}"

NOT_ASKED = {
    "delivery_items.joined_as_written": "landing takes the zeros off, so no table joins as written any more",
}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> PublishedRun:
    return run_data_set("sap_s4_o2c", tmp_path_factory.mktemp("sap_s4_o2c"))


@pytest.fixture(scope="module")
def warehouse(run: PublishedRun) -> Iterator[duckdb.DuckDBPyConnection]:
    """What the run built, whether or not it was published."""
    path: Path = run.warehouse / "build.duckdb"
    with duckdb.connect(str(path), read_only=True) as connection:
        yield connection


def test_every_fact_is_asked_or_explained() -> None:
    assert left_out(FACTS, QUESTIONS, NOT_ASKED) == set()


def test_every_row_lands(run: PublishedRun) -> None:
    assert run.summary["rows_landed"] == 1634, run.output
    assert run.summary["rows_quarantined"] == 0
    assert run.summary["as_of"] == "2025-05-16"


@pytest.mark.parametrize("fact", sorted(set(FACTS) - set(NOT_ASKED)))
def test_a_fact_comes_out_of_the_marts(warehouse: duckdb.DuckDBPyConnection, fact: str) -> None:
    assert plain(one_value(warehouse, QUESTIONS[fact])) == plain(FACTS[fact])


def test_the_tie_out_shows_what_the_extract_lacks(
    run: PublishedRun, warehouse: duckdb.DuckDBPyConnection
) -> None:
    assert run.exit_status == 1, run.output
    assert run.summary["published"] is False
    rows = warehouse.execute(
        """
        select subledger, gl_balance, difference
        from marts.rpt_subledger_tie_out
        where control_account = 'ar' and as_of = date '2025-05-16'
        """
    ).fetchall()
    assert rows == [(Decimal("2654.64"), Decimal("12099.69"), Decimal("-9445.05"))]


def documents_cleared_alone() -> set[str]:
    """Billing documents whose receivables item is the only one of its clearing, from the delivered lines."""
    clearings: dict[str, list[str]] = {}
    for path in (DATA / "sap_s4_o2c" / "sap").glob("journal_entry_items_accounts_receivable__*.jsonl"):
        for line in path.read_text().splitlines():
            item = json.loads(line)
            if item["clearingAccountingDocument"]:
                clearings.setdefault(item["clearingAccountingDocument"], []).append(item["referenceDocument"])
    return {documents[0] for documents in clearings.values() if len(documents) == 1}


@pytest.mark.parametrize("control", ["sl_01", "sl_04"])
def test_the_failing_rows_name_the_items_without_a_partner(
    warehouse: duckdb.DuckDBPyConnection, control: str
) -> None:
    rows = warehouse.execute(f"select distinct business_key, source_file from controls.{control}").fetchall()
    assert {document for document, _ in rows} == documents_cleared_alone()
    assert len(rows) == 32
    assert all(file is not None for _, file in rows)


def test_revenue_is_that_of_live_billing_and_nothing_was_collected(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    rows = warehouse.execute(
        """
        select strftime(posting_date, '%Y-%m') as month, sum(net)
        from marts.fct_ar_documents
        group by month
        order by month
        """
    ).fetchall()
    assert rows == [("2025-04", Decimal("749.90")), ("2025-05", Decimal("0"))]
    collected = "select sum(collected) from marts.rpt_ar_rollforward where legal_entity_id = 'ABCD'"
    assert one_value(warehouse, collected) == 0


def test_blocked_customers_keep_their_open_items(warehouse: duckdb.DuckDBPyConnection) -> None:
    names = """
        select count(*)
        from marts.rpt_ar_open_items as open_items
        inner join marts.dim_customer as customers on open_items.customer_id = customers.customer_id
        where open_items.as_of = date '2025-05-16' and customers.name is not null"""
    assert one_value(warehouse, names) == 3


def test_what_is_not_delivered_is_missing(warehouse: duckdb.DuckDBPyConnection) -> None:
    undelivered = f"select count(due_date) + count(tax) {DOCUMENTS}"
    assert one_value(warehouse, undelivered) == 0
    assert one_value(warehouse, "select count(*) from marts.dim_account") == 0
