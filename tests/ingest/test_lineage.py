"""What every mart rests on is known to whoever opens the published file."""

import duckdb

from ingest.lineage import BuiltRelation, lineage_of, write_lineage
from tests.harness.golden import needs_golden_quarter
from tests.harness.published import PublishedRun

RELATIONS = {
    name: BuiltRelation(name, kind, "", rests_on)
    for name, kind, rests_on in (
        ("raw.invoices", "delivered", ()),
        ("raw.payments", "delivered", ()),
        ("staging.invoices", "model", ("raw.invoices",)),
        ("staging.payments", "model", ("raw.payments",)),
        ("marts.documents", "model", ("staging.invoices",)),
        ("marts.ageing", "model", ("marts.documents", "staging.invoices", "staging.payments")),
    )
}


def test_everything_beneath_a_mart_is_named_once_with_the_fewest_steps():
    found = [(one.mart, one.steps, one.relation.name) for one in lineage_of(RELATIONS)]
    assert found == [
        ("marts.ageing", 1, "marts.documents"),
        ("marts.ageing", 1, "staging.invoices"),
        ("marts.ageing", 1, "staging.payments"),
        ("marts.ageing", 2, "raw.invoices"),
        ("marts.ageing", 2, "raw.payments"),
        ("marts.documents", 1, "staging.invoices"),
        ("marts.documents", 2, "raw.invoices"),
    ]


def test_a_project_without_marts_has_an_empty_lineage():
    with duckdb.connect() as connection:
        connection.execute("create schema raw; create table raw.invoices as select 1 as doc_id")
        write_lineage(connection, {"raw.invoices": RELATIONS["raw.invoices"]})
        assert connection.execute("select count(*) from raw.lineage").fetchall() == [(0,)]


def test_what_nothing_was_delivered_for_is_left_out():
    with duckdb.connect() as connection:
        connection.execute(
            """
            create schema raw;
            create table raw.invoices as select 1 as doc_id;
            create table raw.payments (payment_id integer);
            """
        )
        write_lineage(connection, RELATIONS)
        rows = connection.execute(
            "select relation, rests_on from raw.lineage where mart = 'marts.ageing' order by steps, relation"
        ).fetchall()
    assert rows == [
        ("marts.documents", "staging.invoices"),
        ("staging.invoices", "raw.invoices"),
        ("raw.invoices", ""),
    ]


@needs_golden_quarter
def test_a_published_version_says_of_every_mart_what_it_rests_on(golden_run: PublishedRun):
    with duckdb.connect(str(golden_run.warehouse / "published.duckdb"), read_only=True) as connection:
        marts = connection.execute(
            "select 'marts.' || table_name from duckdb_tables() where schema_name = 'marts'"
        ).fetchall()
        explained = connection.execute("select distinct mart from raw.lineage").fetchall()
        unknown = connection.execute(
            """
            select relation from raw.lineage
            where relation not in (
                select schema_name || '.' || table_name from duckdb_tables()
                union all select schema_name || '.' || view_name from duckdb_views()
                union all select schema_name || '.' || function_name from duckdb_functions()
            )
            """
        ).fetchall()
        ageing = connection.execute(
            "select relation from raw.lineage where mart = 'marts.rpt_ar_aging' and kind = 'delivered'"
        ).fetchall()
    assert set(marts) - {("marts.rpt_control_results",)} <= set(explained)
    assert unknown == []
    assert {("raw.standard__invoices",), ("raw.standard__applications",)} <= set(ageing)
    assert ("raw.standard__budgets",) not in ageing
