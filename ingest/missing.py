"""What the sources of a warehouse do not deliver, in sentences. It is stated, never invented."""

from __future__ import annotations

import duckdb

from ingest.contracts import load_contract


def missing_inputs(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Sentences on what is not delivered, on an opened build or published version."""
    found: list[str] = []
    for question in (
        _objects,
        _entities,
        _rates,
        _chart,
        _document_cells,
        _customers,
        _group,
        _ledgers,
        _cut_files,
    ):
        found += question(connection)
    return found


def _one(connection: duckdb.DuckDBPyConnection, query: str) -> tuple[int, ...]:
    return connection.execute(query).fetchone() or ()


def _objects(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Objects of the standard layout of which no standard source ever delivered a file."""
    rows = connection.execute(
        "select distinct object from raw.deliveries where kind = 'standard' and status = 'landed'"
    ).fetchall()
    delivered = {row[0] for row in rows}
    absent = [name for name in load_contract("standard").objects if name not in delivered]
    return [f"not delivered in the standard layout: {', '.join(absent)}"] if delivered and absent else []


def _entities(connection: duckdb.DuckDBPyConnection) -> list[str]:
    rows = connection.execute(
        """
        select documents.legal_entity_id from intermediate.int_ar_documents as documents
        where documents.legal_entity_id not in (select legal_entity_id from intermediate.int_legal_entities)
        union
        select legal_entity_id from intermediate.int_legal_entities
        where name is null or functional_currency is null
        order by all
        """
    ).fetchall()
    return [f"legal entity {row[0]}: no name or functional currency is delivered" for row in rows]


def _rates(connection: duckdb.DuckDBPyConnection) -> list[str]:
    delivered, foreign, without_rate = _one(
        connection,
        """
        select
            (select count(*) from intermediate.int_fx_rates),
            count(*) filter (currency <> functional_currency),
            count(*) filter (fx_rate is null)
        from intermediate.int_ar_documents
        """,
    )
    found = []
    if not delivered and foreign:
        found.append(
            f"no exchange rates are delivered; {foreign} documents in foreign currency count at their own"
        )
    if without_rate:
        found.append(f"{without_rate} documents carry no exchange rate, so they have no functional amount")
    return found


def _chart(connection: duckdb.DuckDBPyConnection) -> list[str]:
    (accounts,) = _one(connection, "select count(*) from intermediate.int_accounts")
    return (
        []
        if accounts
        else ["no chart of accounts is delivered, so accounts have no name, type or statement line"]
    )


def _document_cells(connection: duckdb.DuckDBPyConnection) -> list[str]:
    documents, due, net, gross = _one(
        connection,
        """
        select
            count(*),
            count(*) filter (due_date is null and doc_type <> 'credit_memo'),
            count(*) filter (net is null),
            count(*) filter (gross is null)
        from intermediate.int_ar_documents
        """,
    )
    gaps = {
        "due date, so they stand in bucket no_due_date": due,
        "net amount": net,
        "gross amount": gross,
    }
    return [f"{count} of {documents} documents carry no {what}" for what, count in gaps.items() if count]


def _customers(connection: duckdb.DuckDBPyConnection) -> list[str]:
    customers, nameless = _one(
        connection, "select count(*), count(*) filter (name is null) from intermediate.int_customers"
    )
    (unknown,) = _one(
        connection,
        """
        select count(distinct source_system || ':' || customer_id) from intermediate.int_ar_documents
        where customer_id is not null and customer_key is null
        """,
    )
    if nameless:
        return [f"{nameless} of {customers} customers have no name"]
    return [f"{unknown} customers of documents are not delivered as customers"] if unknown else []


def _group(connection: duckdb.DuckDBPyConnection) -> list[str]:
    rows = connection.execute(
        """
        select distinct functional_currency from intermediate.int_legal_entities
        where reporting_currency is null and functional_currency is not null
        order by all
        """
    ).fetchall()
    if len(rows) < 2:
        return []
    currencies = ", ".join(row[0] for row in rows)
    return [f"no group rows: the entities report in {currencies} and tieout.yml names no reporting_currency"]


def _ledgers(connection: duckdb.DuckDBPyConnection) -> list[str]:
    rows = connection.execute(
        """
        select legal_entity_id, ledger from intermediate.int_legal_entities
        where ledger <> 'booked' order by legal_entity_id
        """
    ).fetchall()
    words = {
        "derived": "no ledger is delivered; what its documents call for stands in for it",
        "partial": "only some accounts of the ledger are delivered; statements are not applicable",
    }
    return [f"legal entity {entity}: {words.get(ledger, ledger)}" for entity, ledger in rows]


def _cut_files(connection: duckdb.DuckDBPyConnection) -> list[str]:
    rows = connection.execute(
        """
        select source_system || '/' || source_file from raw.deliveries
        where
            is_current and ends_without_newline and status = 'landed'
            and source_system not in (select source_system from raw.manifests)
        order by all
        """
    ).fetchall()
    return [
        f"{row[0]} is possibly cut: its last line has no line end, and no manifest says how many rows it has"
        for row in rows
    ]
