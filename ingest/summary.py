"""What a published version shows at a glance, for the end of a run and for `tieout status`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import duckdb

from ingest.state import read_finished_build

GROUP = "*"


@dataclass(frozen=True)
class EntityFigures:
    """One legal entity (or the group, ``*``) at the as-of date, in its functional (reporting) currency.

    ``dso_month`` and ``dso_rolling_3m`` are days; None where dso_at gives a reason instead of a value.
    """

    legal_entity_id: str
    currency: str | None
    receivables: Decimal | None
    past_due: Decimal | None
    dso_month: float | None = None
    dso_rolling_3m: float | None = None


@dataclass(frozen=True)
class Summary:
    """A published version at a glance."""

    run_id: str
    as_of: date | None
    rows: dict[str, int]
    controls_passed: int
    controls_failed: int
    controls_not_applicable: int
    entities: list[EntityFigures]
    trace_example: str | None


def summarise(connection: duckdb.DuckDBPyConnection) -> Summary | None:
    """Read the figures of an opened version; None when it holds no finished build."""
    finished = read_finished_build(connection)
    if finished is None:
        return None
    not_applicable = connection.execute(
        "select count(*) from marts.rpt_control_results where run_id = ? and status = 'not_applicable'",
        [finished.run_id],
    ).fetchone()
    return Summary(
        run_id=finished.run_id,
        as_of=finished.as_of,
        rows=rows_of_marts(connection),
        controls_passed=finished.controls_passed,
        controls_failed=finished.controls_failed,
        controls_not_applicable=not_applicable[0] if not_applicable else 0,
        entities=_entity_figures(connection, finished.as_of),
        trace_example=_trace_example(connection),
    )


def rows_of_marts(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """How many rows each table and view of schema marts has."""
    tables = connection.execute(
        """
        select table_name from information_schema.tables
        where table_catalog = current_database() and table_schema = 'marts'
        order by table_name
        """
    ).fetchall()
    counts = {}
    for (table,) in tables:
        row = connection.execute(f'select count(*) from marts."{table}"').fetchone()
        counts[table] = row[0] if row else 0
    return counts


def lines_of(summary: Summary) -> list[str]:
    """The summary as lines of text."""
    failed = f", {summary.controls_failed} failed" if summary.controls_failed else ""
    unused = f", {summary.controls_not_applicable} not applicable" if summary.controls_not_applicable else ""
    lines = [
        f"as of      {summary.as_of}",
        f"rows       {sum(summary.rows.values()):,} in {len(summary.rows)} marts",
        f"controls   {summary.controls_passed} passed{failed}{unused}",
    ]
    for figures in summary.entities:
        name = "group" if figures.legal_entity_id == GROUP else figures.legal_entity_id
        lines.append(
            f"{name:<10} receivables {_amount(figures.receivables)} {figures.currency or ''},"
            f" past due {_amount(figures.past_due)},"
            f" DSO {_days(figures.dso_month)} (month), {_days(figures.dso_rolling_3m)} (3 months)"
        )
    return lines


def _entity_figures(connection: duckdb.DuckDBPyConnection, as_of: date | None) -> list[EntityFigures]:
    if as_of is None:
        return []
    rows = connection.execute(
        """
        with
        ageing as (
            select
                legal_entity_id,
                sum(amount) as receivables,
                sum(amount) filter (bucket not in ('current', 'no_due_date')) as past_due
            from marts.rpt_ar_aging
            where as_of = $as_of and basis = 'due_date'
            group by legal_entity_id
        ),
        days as (
            select
                legal_entity_id,
                max(value) filter (metric_id = 'dso_month') as dso_month,
                max(value) filter (metric_id = 'dso_rolling_3m') as dso_rolling_3m
            from marts.dso_at(cast($as_of as date))
            group by legal_entity_id
        ),
        currencies as (
            select legal_entity_id, functional_currency as currency from intermediate.int_legal_entities
            union all
            select '*', max(reporting_currency) from intermediate.int_legal_entities
        )
        select ageing.legal_entity_id, currency, receivables, past_due, dso_month, dso_rolling_3m
        from ageing
        left join days using (legal_entity_id)
        left join currencies using (legal_entity_id)
        order by ageing.legal_entity_id = '*', ageing.legal_entity_id
        """,
        {"as_of": as_of},
    ).fetchall()
    return [EntityFigures(*row) for row in rows]


def _trace_example(connection: duckdb.DuckDBPyConnection) -> str | None:
    """An invoice with a chain worth looking at: delivered, credited if there is such, paid most often."""
    row = connection.execute(
        """
        select documents.doc_id
        from intermediate.int_ar_documents as documents
        inner join intermediate.int_applications as applications
            on documents.document_key = applications.document_key
        where documents.doc_type = 'invoice'
        group by documents.doc_id, documents.order_key
        order by
            documents.order_key is null,
            count(distinct applications.source_type) desc,
            count(*) desc,
            documents.doc_id
        limit 1
        """
    ).fetchone()
    return row[0] if row else None


def _amount(value: Decimal | None) -> str:
    return "none" if value is None else f"{value:,.2f}"


def _days(value: float | Decimal | None) -> str:
    return "no value" if value is None else f"{value:.1f} days"
