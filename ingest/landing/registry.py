"""The tables of schema raw besides the delivered rows: deliveries, quarantine, manifests, settings.

``raw.files`` and ``raw.first_landed`` are landing's own memory; the others are read by the models.
"""

from __future__ import annotations

import hashlib
from dataclasses import astuple
from datetime import date, datetime
from typing import Any

import duckdb

from ingest import public_holidays, scored_origins
from ingest.contracts import EXTRA_COLUMNS, DeliveredObject, known_kinds, load_contract
from ingest.forecast_history import table_definitions
from ingest.landing.cells import quoted
from ingest.landing.manifest import ManifestEntry
from ingest.settings import Company, Source
from ingest.warehouse import Run

TABLES = {
    "sources": """
        source_system varchar, kind varchar, load varchar, owner varchar,
        freshness_warn_after_hours double, freshness_error_after_hours double, first_extracted_at timestamp,
        extracts_folder varchar""",
    "deliveries": """
        batch_id bigint, run_id varchar, source_system varchar, kind varchar, object varchar,
        source_file varchar, sha256 varchar, bytes bigint, declared_extracted_at timestamp,
        extracted_at timestamp, snapshot_at timestamp, recorded_at timestamp, status varchar,
        rows_landed bigint, rows_quarantined bigint, message varchar, is_current boolean,
        is_superseded boolean, ends_without_newline boolean""",
    "quarantine": """
        batch_id bigint, run_id varchar, source_system varchar, kind varchar, object varchar,
        source_file varchar, source_line bigint, column_name varchar, value varchar, reason varchar,
        expected varchar, row_text varchar, recorded_at timestamp""",
    "manifests": """
        source_system varchar, manifest_line bigint, file varchar, object varchar, row_count bigint,
        control_column varchar, control_total decimal(38,6), sha256 varchar, extracted_at timestamp,
        window_from timestamp, window_to timestamp, is_present boolean, actual_sha256 varchar,
        batch_id bigint""",
    "settings": "reporting_currency varchar, as_of date, as_of_requested date",
    "entity_settings": "legal_entity_id varchar, ledger varchar, close_through date, closed_at timestamp",
    "source_priorities": "source_system varchar, priority bigint",
    "number_series": "prefix varchar",
    "ageing_buckets": "position bigint, upper_days bigint",
    "control_settings": """
        control_id varchar, severity varchar, tolerance decimal(18,4), owner varchar,
        override_reason varchar, override_requested_by varchar, override_approver varchar,
        override_expires_on date""",
    "run": "run_id varchar, started_at timestamp, code_version varchar",
    # Days on which nobody pays (ingest/public_holidays.py).
    "public_holidays": public_holidays.TABLE,
    # What earlier runs published, read back before every build.
    **table_definitions(),
    # What the backtest need not compute again (ingest/scored_origins.py), and whether one is wanted.
    **scored_origins.table_definitions(),
    # The seals of closed periods, mirrored from the evidence of their closing (ingest/seals.py); balances and
    # lines are those of the seals in force.
    "seals": """
        seal_id varchar, legal_entity_id varchar, period varchar, version bigint, covers_from date,
        closed_through date, closed_at timestamp, closed_by varchar, run_id varchar, as_of date,
        code_version varchar, sha256 varchar, reopened_at timestamp, reopened_by varchar,
        reopen_approver varchar, reopen_reason varchar, is_in_force boolean""",
    "sealed_balances": """
        seal_id varchar, account_id varchar, opening_balance decimal(18,4), closing_balance decimal(18,4)""",
    "sealed_lines": """
        seal_id varchar, line_key varchar, journal_id varchar, line_no varchar, source_type varchar,
        source_doc_id varchar, posting_date date, account_id varchar, amount decimal(18,4),
        line_source varchar, line_file varchar, line_number bigint""",
    # What is recognised at each path: the delivery whose bytes were last seen there.
    "files": """
        source_system varchar, source_file varchar, object varchar, batch_id bigint, sha256 varchar,
        is_declared boolean, is_present boolean""",
    # When these bytes were first landed; outlives --full-refresh.
    "first_landed": """
        source_system varchar, object varchar, sha256 varchar, declared_extracted_at timestamp,
        recorded_at timestamp""",
    # Sources whose --full-refresh has begun and not yet ended.
    "refreshing": "source_system varchar",
    # The settings files as they lay there at the last landing.
    "settings_files": "extracts_folder varchar, file varchar, sha256 varchar",
}
BUILD_DEPENDS_ON = (
    "sources",
    "deliveries",
    "manifests",
    "settings",
    "entity_settings",
    "source_priorities",
    "number_series",
    "ageing_buckets",
    "control_settings",
    "settings_files",
)


def ensure_tables(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Create what is missing in schema raw, for every kind; adapt tables whose contract has changed.

    Returns a message for each adapted table. A column that the contract has lost goes, a new one is
    empty in rows landed before.
    """
    connection.execute("begin")
    try:
        messages = _ensure_tables(connection)
        connection.execute("commit")
    except BaseException:
        connection.execute("rollback")
        raise
    return messages


def _ensure_tables(connection: duckdb.DuckDBPyConnection) -> list[str]:
    connection.execute("create schema if not exists raw")
    for name, columns in TABLES.items():
        connection.execute(f"create table if not exists raw.{name} ({columns})")
    public_holidays.fill(connection)
    messages = []
    existing: dict[str, list[tuple[str, str]]] = {}
    for table, column, sql_type in connection.execute(
        "select table_name, column_name, lower(data_type) from duckdb_columns() "
        "where database_name = current_database() and schema_name = 'raw' order by table_name, column_index"
    ).fetchall():
        existing.setdefault(table, []).append((column, sql_type))
    for kind in known_kinds():
        for delivered_object in load_contract(kind).objects.values():
            wanted = raw_columns(delivered_object)
            found = existing.get(delivered_object.table)
            if found is None:
                _create(connection, delivered_object.table, wanted)
            elif found != wanted:
                _adapt(connection, delivered_object.table, [name for name, _ in found], wanted)
                messages.append(
                    f"raw.{delivered_object.table} was adapted to its contract; rows landed before have no "
                    "value in new columns until a run with --full-refresh."
                )
    return messages


def raw_columns(delivered_object: DeliveredObject) -> list[tuple[str, str]]:
    """Names and types of a raw table, in order."""
    return [
        ("source_system", "varchar"),
        ("source_file", "varchar"),
        ("source_line", "bigint"),
        ("batch_id", "bigint"),
        ("extracted_at", "timestamp"),
        ("recorded_at", "timestamp"),
        ("row_hash", "ubigint"),
        *((column.name, column.sql_type) for column in delivered_object.columns),
        (EXTRA_COLUMNS, "varchar"),
    ]


def _create(connection: duckdb.DuckDBPyConnection, table: str, columns: list[tuple[str, str]]) -> None:
    listed = ", ".join(f"{quoted(name)} {sql_type}" for name, sql_type in columns)
    connection.execute(f"create table raw.{quoted(table)} ({listed})")


def _adapt(
    connection: duckdb.DuckDBPyConnection, table: str, found: list[str], wanted: list[tuple[str, str]]
) -> None:
    kept = ", ".join(quoted(name) for name, _ in wanted if name in found)
    before = quoted(table + "__before")
    connection.execute(f"alter table raw.{quoted(table)} rename to {before}")
    _create(connection, table, wanted)
    connection.execute(f"insert into raw.{quoted(table)} ({kept}) select {kept} from raw.{before}")
    connection.execute(f"drop table raw.{before}")


def fingerprint(connection: duckdb.DuckDBPyConnection) -> str:
    """A hash of everything in raw that a build depends on, the delivered rows by their deliveries."""
    digest = hashlib.sha256()
    for table in BUILD_DEPENDS_ON:
        columns = "* exclude (run_id, message)" if table == "deliveries" else "*"
        for row in connection.execute(f"select {columns} from raw.{table} order by all").fetchall():
            digest.update(repr((table, row)).encode())
    return digest.hexdigest()


def write_settings(
    connection: duckdb.DuckDBPyConnection, company: Company, as_of_requested: date | None = None
) -> None:
    """Put the company's settings into the settings tables, in place of those of the last run."""
    _replace(connection, "settings", [(company.reporting_currency, company.as_of, as_of_requested)])
    _replace(connection, "entity_settings", [astuple(entity) for entity in company.entities])
    _replace(
        connection,
        "source_priorities",
        [(name, priority) for priority, name in enumerate(company.sources, start=1)],
    )
    _replace(connection, "number_series", [(prefix,) for prefix in company.number_series])
    _replace(
        connection,
        "ageing_buckets",
        [(position, days) for position, days in enumerate(company.ageing_buckets, start=1)],
    )
    _replace(connection, "control_settings", [astuple(control) for control in company.controls])


def write_as_of_requested(connection: duckdb.DuckDBPyConnection, as_of: date | None) -> None:
    """Note the as-of date that the call asks for (``--as-of``); None where it asks for none."""
    connection.execute(
        "insert into raw.settings select null, null, null where not exists (select * from raw.settings)"
    )
    connection.execute("update raw.settings set as_of_requested = ?", [as_of])


def write_run(connection: duckdb.DuckDBPyConnection, run: Run) -> None:
    """Note the run that is building."""
    _replace(connection, "run", [(run.run_id, run.started_at, run.code_version)])


def write_source(connection: duckdb.DuckDBPyConnection, source: Source, extracts_folder: str) -> None:
    """Note a source's settings as they are now."""
    connection.execute("delete from raw.sources where source_system = ?", [source.name])
    connection.execute(
        """
        insert into raw.sources
        select ?, ?, ?, ?, ?, ?,
            (select min(extracted_at) from raw.deliveries where source_system = ? and status = 'landed'), ?
        """,
        [
            source.name,
            source.kind,
            source.load,
            source.owner,
            source.freshness_warn_after_hours,
            source.freshness_error_after_hours,
            source.name,
            extracts_folder,
        ],
    )


def write_manifest(
    connection: duckdb.DuckDBPyConnection,
    source_system: str,
    entries: dict[str, ManifestEntry],
    present: dict[str, str | None],
) -> None:
    """Put the manifest that lies there now in place of the last one.

    ``present`` gives the sha256 of every file that lies there now. A file that has been moved away keeps
    the delivery that was last landed from its path.
    """
    batches = dict(
        connection.execute(
            "select source_file, batch_id from raw.files where source_system = ?", [source_system]
        ).fetchall()
    )
    connection.execute("delete from raw.manifests where source_system = ?", [source_system])
    rows = [
        (
            source_system,
            entry.line,
            entry.file,
            entry.object,
            entry.row_count,
            entry.control_column,
            entry.control_total,
            entry.sha256,
            entry.extracted_at,
            entry.window_from,
            entry.window_to,
            entry.file in present,
            present.get(entry.file),
            batches.get(entry.file),
        )
        for entry in entries.values()
    ]
    _insert(connection, "manifests", rows)


def write_settings_files(
    connection: duckdb.DuckDBPyConnection, extracts_folder: str, files: dict[str, str]
) -> None:
    """Note the bytes of the settings files of an extracts folder, so that any change of them is seen."""
    connection.execute("delete from raw.settings_files where extracts_folder = ?", [extracts_folder])
    _insert(connection, "settings_files", [(extracts_folder, name, files[name]) for name in sorted(files)])


def move_snapshots(connection: duckdb.DuckDBPyConnection, source_system: str) -> None:
    """Bring the undeclared files that lie there now into one snapshot for each object.

    What lies in the folder at a run is one snapshot; so an unchanged file belongs to the snapshot of the
    newest file beside it. Depends on what is registered alone, so that it can be repeated.
    """
    connection.execute(
        """
        with lying_there as (
            select deliveries.object, deliveries.batch_id, deliveries.extracted_at
            from raw.files
            inner join raw.deliveries on files.batch_id = deliveries.batch_id
            where files.source_system = ? and files.is_present and not files.is_declared
        ),

        newest as (
            select object, max(extracted_at) as extracted_at from lying_there group by object
        )

        update raw.deliveries
        set snapshot_at = greatest(deliveries.snapshot_at, newest.extracted_at)
        from lying_there
        inner join newest on lying_there.object = newest.object
        where deliveries.batch_id = lying_there.batch_id
            and deliveries.snapshot_at < newest.extracted_at
        """,
        [source_system],
    )


def mark_current(connection: duckdb.DuckDBPyConnection, source_system: str) -> None:
    """A delivery is current as long as its bytes are the newest of some path."""
    connection.execute(
        """
        update raw.deliveries
        set is_current = not is_current
        where source_system = ?
            and is_current <> (batch_id in (select batch_id from raw.files where source_system = ?))
        """,
        [source_system] * 2,
    )


def forget(connection: duckdb.DuckDBPyConnection, source_system: str) -> None:
    """Remove all that was landed from a source, except when its bytes were first landed."""
    tables = [
        name
        for (name,) in connection.execute(
            "select table_name from duckdb_columns() where database_name = current_database() "
            "and schema_name = 'raw' and column_name = 'source_system' and table_name <> 'first_landed'"
        ).fetchall()
    ]
    for table in tables:
        connection.execute(f"delete from raw.{quoted(table)} where source_system = ?", [source_system])


def refreshing(connection: duckdb.DuckDBPyConnection) -> set[str]:
    """The sources whose full refresh has begun and not yet ended."""
    return {name for (name,) in connection.execute("select source_system from raw.refreshing").fetchall()}


def write_refreshing(connection: duckdb.DuckDBPyConnection, source_systems: list[str]) -> None:
    """Note that the full refresh of these sources begins."""
    _insert(connection, "refreshing", [(name,) for name in source_systems])


def write_refreshed(connection: duckdb.DuckDBPyConnection, source_system: str) -> None:
    """Note that nothing is left to do of a source's full refresh."""
    connection.execute("delete from raw.refreshing where source_system = ?", [source_system])


def first_landed(
    connection: duckdb.DuckDBPyConnection,
    source_system: str,
    object_name: str,
    sha256: str,
    declared_extracted_at: datetime | None,
) -> datetime | None:
    """When these bytes were first landed, those with the same declared moment before any other."""
    found = connection.execute(
        """
        select recorded_at from raw.first_landed
        where source_system = ? and object = ? and sha256 = ?
        order by declared_extracted_at is not distinct from ? desc, recorded_at
        limit 1
        """,
        [source_system, object_name, sha256, declared_extracted_at],
    ).fetchone()
    return None if found is None else found[0]


def _replace(connection: duckdb.DuckDBPyConnection, table: str, rows: list[tuple[Any, ...]]) -> None:
    connection.execute(f"delete from raw.{table}")
    _insert(connection, table, rows)


def _insert(connection: duckdb.DuckDBPyConnection, table: str, rows: list[tuple[Any, ...]]) -> None:
    if rows:
        marks = ", ".join("?" * len(rows[0]))
        connection.executemany(f"insert into raw.{table} values ({marks})", rows)
