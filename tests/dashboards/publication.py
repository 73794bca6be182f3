"""A small publication of two entities, made by hand: enough to see what reaches whom."""

from pathlib import Path

import duckdb

from ingest.roles import Access, Duty
from ingest.warehouse import Warehouse

RUNS = ("20250401T060000Z-0001", "20250402T060000Z-0002", "20250403T060000Z-0003")
ADMIN = Access("admin@company.example", None, frozenset({Duty.ADMIN}))
ANALYST = Access("anna@company.example", frozenset({"LE01"}), frozenset({Duty.ANALYST}))
CONTROLLER = Access("ben@company.example", frozenset({"LE02"}), frozenset({Duty.CONTROLLER}))

# Each document is LE01's where its number begins with 1, LE02's where it begins with 2.
TABLES = """
    create schema marts; create schema dashboard; create schema seeds; create schema intermediate;
    create schema staging; create schema raw;
    create table raw.finished_build as
        select '{run}' as run_id, '' as fingerprint, date '2025-03-31' as as_of,
            timestamp '2025-04-01 06:00' as finished_at, 3::bigint as a, 1::bigint as b, 0::bigint as c;
    create table raw.quarantine as
        select 'books' as source_system, 'invoices.csv' as source_file, 7::bigint as source_line,
            'INV-9999;LE02;12,50' as row_text;
    create table staging.stg_registry__quarantine as select * from raw.quarantine;
    create table staging.stg_registry__deliveries as select 'books' as source_system, true as is_current;
    create table marts.dim_legal_entity as
        select unnest(['LE01', 'LE02']) as legal_entity_id, unnest(['One', 'Two']) as name,
            'EUR' as functional_currency, 'EUR' as reporting_currency, 'booked' as ledger;
    create table marts.rpt_kpis as
        select unnest(['LE01', 'LE02', '*', null]) as legal_entity_id, 'dso_month' as metric_id,
            {number}::decimal(18,4) as value;
    create table marts.rpt_ar_aging as select legal_entity_id, value as amount from marts.rpt_kpis;
    create table intermediate.int_orders as
        select unnest(['100', '200']) as order_id, unnest(['LE01', 'LE02']) as legal_entity_id,
            'books' as source_system, unnest(['c:A', 'c:B']) as customer_key;
    create view marts.fct_orders as select * from intermediate.int_orders;
    create table marts.fct_ar_documents as
        select unnest(['k11', 'k12', 'k21']) as document_key,
            unnest(['LE01', 'LE01', 'LE02']) as legal_entity_id,
            unnest(['c:A', 'c:C', 'c:B']) as customer_key, unnest([10, 20, 40])::decimal(18,4) as open_amount;
    create table intermediate.int_ar_documents as select * from marts.fct_ar_documents;
    create table marts.fct_receipts as
        select unnest(['r1', 'r2']) as receipt_key, unnest(['LE01', 'LE02']) as legal_entity_id,
            unnest(['c:A', 'c:B']) as customer_key,
            unnest(['DE02120300000000202051', '1010']) as bank_account_id,
            unnest(['Anna Alt, DE02120300000000202051', null]) as remittance_text;
    create table intermediate.int_receipts as select * from marts.fct_receipts;
    create table intermediate.int_bank_accounts as
        select unnest(['DE02120300000000202051', '1010', '1010']) as bank_account_id,
            unnest(['LE01', 'LE02', null]) as legal_entity_id;
    create table intermediate.int_bank_statement_lines as
        select unnest(['b1', 'b2', 'b3', 'b4']) as bank_line_key,
            unnest(['r1', 'r2', null, null]) as receipt_key,
            unnest(['DE02120300000000202051', '1010', 'DE02120300000000202051', '1010']) as bank_account_id,
            'Payer Ltd' as counterparty;
    create table intermediate.int_disputes as
        select unnest(['d1', 'd2']) as dispute_key, unnest(['k11', 'k21']) as document_key;
    create table marts.dim_customer as
        select unnest(['c:A', 'c:B', 'c:C', 'c:D']) as customer_key,
            unnest(['Alpha', 'Beta', 'Gamma', 'Delta']) as name;
    create table marts.dim_metric as select 'dso_month' as metric_id, 'DSO' as name;
    create table marts.rpt_cash_forecast_accuracy as select 'model' as model, 0.1 as wape;
    create table marts.rpt_control_results as
        select '{run}' as run_id, 'SL-01' as control_id, 'fail' as status, 5::bigint as failures,
            9.5::decimal(18,4) as amount_at_risk, 'of LE02' as message;
    create table marts.new_and_unclassified as select 'LE02' as whose, 1 as amount;
    create table intermediate.int_secret as select 'LE01' as legal_entity_id;
    create macro marts.open_at(as_of) as table
        select legal_entity_id, sum(open_amount) as amount, as_of from intermediate.int_ar_documents
        group by legal_entity_id
        union all
        select '*', sum(open_amount), as_of from intermediate.int_ar_documents;
    create macro dashboard.cut_open_at(as_of) as table
        with opened as (select * from marts.open_at(as_of))
        select opened.*, opened.amount / whole.amount as share
        from opened, (select amount from marts.open_at(as_of) where legal_entity_id = '*') as whole;
    create macro marts.without_entity() as table
        select sum(open_amount) as amount from marts.fct_ar_documents;
"""

EVIDENCE = """
    create schema marts; create schema controls;
    create table marts.rpt_control_results as
        select '{run}' as run_id, 'SL-01' as control_id, 'fail' as status, 5::bigint as failures,
            9.5::decimal(18,4) as amount_at_risk, 'of LE02' as message;
    create table controls.bk_01 as
        select unnest(['LE01', 'LE02', '*', null]) as legal_entity_id,
            unnest(['DE02120300000000202051', '1010', null, null]) as bank_account_id,
            unnest(['DE02120300000000202051 S1', '1010 S2', 'group', 'nobody']) as business_key,
            1.5::decimal(18,4) as difference,
            'EUR' as currency;
    create table controls.without_entity as select 1 as amount;
"""


def publish(folder: Path, run: int = 1) -> Warehouse:
    """Publish run number `run` in a warehouse directory, as a pipeline does: another file under the name."""
    warehouse = Warehouse(folder)
    warehouse.create()
    run_id = RUNS[(run - 1) % len(RUNS)]
    _write(warehouse.published, TABLES.format(run=run_id, number=run))
    evidence = warehouse.runs / run_id
    if not evidence.exists():
        evidence.mkdir()
        _write(evidence / "controls.duckdb", EVIDENCE.format(run=run_id))
    return warehouse


def _write(path: Path, statements: str) -> None:
    """Write a database file under another name first: a catalog may not be called like a schema of it."""
    partial = path.with_name(f"{path.stem}_being_written.duckdb")
    with duckdb.connect(str(partial)) as connection:
        connection.execute(statements)
    partial.replace(path)
