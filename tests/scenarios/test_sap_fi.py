"""The FI tables of a training company, run as a user runs them: its README's facts come out of the marts."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from tests.harness.published import PublishedRun
from tests.scenarios.sap_facts import DATA, left_out, one_value, plain, read_facts, run_data_set

FACTS = read_facts("sap_fi")

pytestmark = [
    pytest.mark.real_data,
    pytest.mark.slow,
    pytest.mark.skipif(not FACTS, reason=f"the data set is not beside the project ({DATA / 'sap_fi'})"),
]

PERIODS = ("2018-04", "2018-05")
DAYS = ("2018-04-23", "2018-04-30", "2018-05-13", "2018-05-14", "2018-05-15", "2018-05-21")
BALANCE_DAYS = ("2018-04-30", "2018-05-21")
LINES = "from marts.fct_gl_lines"
RESULT_ACCOUNTS = f"""
    select account_id
    from read_csv('{DATA / "sap_fi" / "accounts_inferred.csv"}', all_varchar = true)
    where account_type in ('revenue', 'expense')"""

QUESTIONS = {
    "rows.BKPF": "select count(*) from raw.sap__bkpf",
    "rows.BSEG": "select count(*) from raw.sap__bseg",
    "documents.posted": f"select count(distinct journal_id) {LINES}",
    "documents.unbalanced": f"""
        select count(*)
        from (
            select journal_id {LINES} group by journal_id
            having sum(amount) <> 0 or sum(amount_transaction) <> 0
        )""",
    "ledger.debits": f"select sum(amount) {LINES} where amount > 0",
    "ledger.sum": f"select sum(amount) {LINES}",
    "company_codes": "select string_agg(legal_entity_id, ', ') from marts.dim_legal_entity",
    "posting_dates": f"select min(posting_date) || '..' || max(posting_date) {LINES}",
    "ar.lines": f"select count(*) {LINES} where customer_id is not null and account_id = '110000'",
    "ar.lines_with_kunnr_but_not_ar": f"""
        select count(*) {LINES} where customer_id is not null and account_id <> '110000'""",
    "invoices.count": "select count(*) from marts.fct_ar_documents where doc_type = 'invoice'",
    "invoices.amount": "select sum(gross) from marts.fct_ar_documents where net = gross and tax = 0",
    "receipts.count": "select count(*) from marts.fct_receipts",
    "receipts.amount": "select sum(amount) from marts.fct_receipts",
    "receipts.bank_lines": f"""
        select sum(lines.amount) {LINES} as lines
        inner join marts.fct_receipts as receipts
            on lines.source_doc_id = receipts.payment_id and lines.account_id = receipts.bank_account_id""",
    "clearing.groups": "select count(distinct source_id) from marts.fct_cash_applications",
    "clearing.groups_not_one_to_one": """
        select count(*)
        from marts.fct_receipts as receipts
        left join marts.fct_cash_applications as applications on receipts.payment_id = applications.source_id
        left join marts.fct_ar_documents as documents on applications.doc_id = documents.doc_id
        where
            applications.amount is distinct from receipts.amount
            or applications.amount is distinct from documents.gross
            or applications.posting_date is distinct from receipts.posting_date
            or receipts.unapplied_amount <> 0""",
    "customers": "select count(distinct customer_id) from marts.fct_ar_documents",
    "revenue": f"select -sum(amount) {LINES} where account_id = '600000'",
    "cost_of_goods_sold": f"""
        select sum(amount) {LINES} where account_id = '780000' and source_type = 'shipment'""",
    "ap.open.amount": """
        select -closing_balance from marts.rpt_trial_balance
        where account_id = '300000' and as_of = date '2018-05-21'""",
    "foreign_currency_documents": f"select count(distinct journal_id) {LINES} where currency = 'USDN'",
    "foreign_currency.wrbtr_as_written": f"""
        select 1000 * sum(amount_transaction) {LINES} where currency = 'USDN' and amount > 0""",
    "foreign_currency.dmbtr": f"select sum(amount) {LINES} where currency = 'USDN' and amount > 0",
}
for day in DAYS:
    QUESTIONS[f"ar.open.{day}.count"] = f"select count(*) from marts.ar_open_items_at(date '{day}')"
    QUESTIONS[f"ar.open.{day}.amount"] = f"""
        select coalesce(sum(open_amount), 0) from marts.ar_open_items_at(date '{day}')"""
for period in PERIODS:
    of_period = f"{LINES} where period = '{period}'"
    rolled = f"from marts.rpt_ar_rollforward where period = '{period}' and legal_entity_id = 'US00'"
    QUESTIONS[f"documents.{period}"] = f"select count(distinct journal_id) {of_period}"
    QUESTIONS[f"ledger.debits.{period}"] = f"select sum(amount) {of_period} and amount > 0"
    QUESTIONS[f"invoices.{period}"] = f"select invoiced {rolled}"
    QUESTIONS[f"receipts.{period}"] = f"select -collected {rolled}"
    QUESTIONS[f"revenue.{period}"] = f"select -sum(amount) {of_period} and account_id = '600000'"
    QUESTIONS[f"cash_change.{period}"] = f"select sum(amount) {of_period} and account_id = '100000'"
    QUESTIONS[f"net_income.{period}"] = f"""
        select -sum(amount) {of_period} and account_id in ({RESULT_ACCOUNTS})"""
for day in BALANCE_DAYS:
    closing = f"from marts.rpt_trial_balance where as_of = date '{day}'"
    QUESTIONS[f"trial_balance.{day}.total"] = f"select sum(closing_balance) {closing}"
    for fact in FACTS:
        if fact.startswith(f"trial_balance.{day}.") and not fact.endswith(".total"):
            account = fact.rsplit(".", 1)[1]
            # an account without a posting so far has no row yet
            QUESTIONS[fact] = f"""
                select coalesce(sum(closing_balance), 0) {closing} and account_id = '{account}'"""
for fact in FACTS:
    if fact.startswith("ar.customer."):
        customer = fact.rsplit(".", 1)[1]
        QUESTIONS[fact] = f"""
            select
                'invoiced ' || cast((
                    select sum(gross) from marts.fct_ar_documents where customer_id = '{customer}'
                ) as decimal(18, 2))
                || ' received ' || cast((
                    select coalesce(sum(amount), 0) from marts.fct_receipts where customer_id = '{customer}'
                ) as decimal(18, 2))
                || ' open ' || cast((
                    select coalesce(sum(open_amount), 0) from marts.rpt_ar_open_items
                    where customer_id = '{customer}' and as_of = date '2018-05-21'
                ) as decimal(18, 2))"""

NOT_ASKED = {
    "documents.parked": "a parked document is in no mart; documents.posted shows that it is left out",
    "ar.open_item": "asked column by column below",
    "ap.open.count": "open items of suppliers are no mart; their sum is asked",
}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> PublishedRun:
    return run_data_set("sap_fi", tmp_path_factory.mktemp("sap_fi"))


@pytest.fixture(scope="module")
def warehouse(run: PublishedRun) -> Iterator[duckdb.DuckDBPyConnection]:
    """What the run built, whether or not it was published."""
    path: Path = run.warehouse / "build.duckdb"
    with duckdb.connect(str(path), read_only=True) as connection:
        yield connection


def test_every_fact_is_asked_or_explained() -> None:
    assert left_out(FACTS, QUESTIONS, NOT_ASKED) == set()


def test_every_row_lands(run: PublishedRun) -> None:
    assert run.summary["rows_landed"] == 3350, run.output
    assert run.summary["rows_quarantined"] == 0
    assert run.summary["as_of"] == "2018-05-21"


@pytest.mark.parametrize("fact", sorted(set(FACTS) - set(NOT_ASKED)))
def test_a_fact_comes_out_of_the_marts(warehouse: duckdb.DuckDBPyConnection, fact: str) -> None:
    assert plain(one_value(warehouse, QUESTIONS[fact])) == plain(FACTS[fact])


def test_the_open_item_is_a_week_past_due(warehouse: duckdb.DuckDBPyConnection) -> None:
    rows = warehouse.execute(
        """
        select
            doc_id, customer_id, open_amount, posting_date, due_date, days_past_due, due_date_bucket,
            invoice_date_bucket
        from marts.rpt_ar_open_items
        where as_of = date '2018-05-21'
        """
    ).fetchall()
    day = date(2018, 5, 14)
    assert rows == [("90000019", "1058", Decimal("60000"), day, day, 7, "1-30", "0-30")]


def test_the_ledger_is_the_extract_and_ties(warehouse: duckdb.DuckDBPyConnection) -> None:
    rows = warehouse.execute(
        """
        select as_of, subledger, gl_balance, difference
        from marts.rpt_subledger_tie_out
        where control_account = 'ar'
        order by as_of
        """
    ).fetchall()
    assert rows == [
        (date(2018, 4, 30), 0, 0, 0),
        (date(2018, 5, 21), Decimal("60000"), Decimal("60000"), 0),
    ]


def test_what_is_not_delivered_is_missing(warehouse: duckdb.DuckDBPyConnection) -> None:
    assert one_value(warehouse, "select name from marts.dim_legal_entity") is None
    assert one_value(warehouse, "select count(*) from marts.dim_customer") == 0
    assert one_value(warehouse, "select count(*) from marts.dim_account") == 0
