"""The whole chain of one document, from any member of it, each member with the file and line it came from.

A chain is what hangs together around receivable documents: their orders and deliveries before them, what
reduces them and the cash behind it after them, credit memos beside them, and the journals that booked it all.
Starting from an order or a receipt, the chain has all documents of the order, or all that the receipt pays.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import duckdb

from ingest.errors import UnknownName

Row = dict[str, Any]


@dataclass(frozen=True)
class Entity:
    """One kind of member: where its rows stand, what identifies them, which journals book it."""

    table: str
    key: str
    id: str
    booked_as: tuple[str, ...] = ()


ENTITIES = {
    "order": Entity("int_orders", "order_key", "order_id"),
    "order line": Entity("int_order_lines", "order_line_key", "order_id"),
    "shipment": Entity("int_shipments", "shipment_line_key", "shipment_id", ("shipment",)),
    "document": Entity("int_ar_documents", "document_key", "doc_id", ("invoice", "credit_memo")),
    "document line": Entity("int_ar_document_lines", "document_line_key", "doc_id"),
    "application": Entity("int_applications", "application_key", "application_id", ("application",)),
    "receipt": Entity("int_receipts", "receipt_key", "payment_id", ("customer_receipt",)),
    "bank line": Entity("int_bank_statement_lines", "bank_line_key", "entry_ref"),
    "refund": Entity("int_refunds", "refund_key", "refund_id", ("customer_refund",)),
    "write-off": Entity("int_write_offs", "write_off_key", "write_off_id", ("write_off",)),
    "clearing": Entity("int_unexplained_clearings", "clearing_key", "clearing_id"),
    "dispute": Entity("int_disputes", "dispute_key", "dispute_id"),
    "journal": Entity("int_journal_lines", "journal_line_key", "journal_id"),
}
# Found by their own id. Lines are found through what they are lines of.
STARTS = tuple(name for name in ENTITIES if not name.endswith(" line") or name == "bank line")
DATES = ("order_date", "posting_date", "ship_date", "booking_date", "opened_date")
# Journals that may name any document.
FREE_SOURCE_TYPES = ("manual", "other", "revenue_release")
NAMES_OF_DOCUMENTS = {"invoice": "invoice", "credit_memo": "credit memo", "debit_memo": "debit memo"}


@dataclass(frozen=True)
class Member:
    """One row of a chain. ``facts`` are its columns in words and figures, ready to show."""

    kind: str
    id: str
    key: str
    facts: str
    source_system: str
    source_file: str | None
    source_line: int | None
    row: Row = field(repr=False, compare=False)

    @property
    def place(self) -> str:
        """Source, file and line, for instance ``books/invoices.csv, line 3``."""
        if self.source_file is None:
            return self.source_system
        line = "" if self.source_line is None else f", line {self.source_line}"
        return f"{self.source_system}/{self.source_file}{line}"


@dataclass(frozen=True)
class Chain:
    """All that hangs together with one start, in the order in which it happens in a company."""

    start: str
    members: tuple[Member, ...]
    notes: tuple[str, ...] = ()


def trace(connection: duckdb.DuckDBPyConnection, wanted: str, source: str | None = None) -> list[Chain]:
    """The chains of everything that has this id, or this key (``source:id``).

    More than one chain means that the id stands for several things; ``source`` keeps those of one source.
    Raises UnknownName when nothing has the id; says so where it stands in a quarantined row.
    """
    book = _Book(connection)
    starts = book.find(wanted, source)
    if not starts:
        raise UnknownName(
            f"`{wanted}`" + (f" in source {source}" if source else ""),
            expected="the id of one of: " + ", ".join(STARTS),
            next_step=book.hint(wanted),
        )
    return [_chain_of(book, kind, rows) for kind, rows in starts]


def lines(wanted: str, chains: list[Chain]) -> list[str]:
    """Chains as lines of text: what, which, its facts, and where it came from."""
    text = []
    if len(chains) > 1:
        text += [
            f"{wanted} stands for {len(chains)} things; --source keeps those of one source.",
            "",
        ]
    for chain in chains:
        table = [(member.kind, member.id, member.facts, member.place) for member in chain.members]
        widths = [max(len(row[column]) for row in table) for column in range(3)]
        text.append(chain.start)
        text += [
            "  "
            + "  ".join([*(cell.ljust(width) for cell, width in zip(row[:3], widths, strict=True)), row[3]])
            for row in table
        ]
        text += [f"  ({note})" for note in chain.notes]
        text.append("")
    return text[:-1]


def as_dictionaries(chains: list[Chain]) -> list[dict[str, Any]]:
    """Chains for ``--json``: each member with its place and all columns of its row."""
    return [
        {
            "start": chain.start,
            "members": [
                {
                    "kind": member.kind,
                    "id": member.id,
                    "key": member.key,
                    "source_system": member.source_system,
                    "source_file": member.source_file,
                    "source_line": member.source_line,
                    "row": member.row,
                }
                for member in chain.members
            ],
            "notes": list(chain.notes),
        }
        for chain in chains
    ]


class _Book:
    """Questions to the conformed models of one opened version."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self.connection = connection

    def rows(self, kind: str, column: str, values: Iterable[Any]) -> list[Row]:
        """The rows of a kind whose column has one of the values."""
        wanted = sorted({value for value in values if value is not None})
        if not wanted:
            return []
        table = ENTITIES[kind].table
        return self.ask(
            f"select * from intermediate.{table} where {column} in (select unnest($wanted))", wanted=wanted
        )

    def ask(self, query: str, **parameters: Any) -> list[Row]:
        """The rows of a query as dictionaries."""
        cursor = self.connection.execute(query, parameters)
        names = [column[0] for column in cursor.description or []]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def find(self, wanted: str, source: str | None) -> list[tuple[str, list[Row]]]:
        """Everything that the id may mean: kind and rows, one entry for each thing."""
        found = []
        for kind in STARTS:
            entity = ENTITIES[kind]
            rows = self.ask(
                f"""
                select * from intermediate.{entity.table}
                where {entity.id} = $wanted or source_system || ':' || {entity.id} = $wanted
                """,
                wanted=wanted,
            )
            by_thing: dict[tuple[str, ...], list[Row]] = {}
            for row in rows:
                if source is None or row["source_system"] == source:
                    by_thing.setdefault((row["source_system"], row[entity.id]), []).append(row)
            found += [(kind, by_thing[thing]) for thing in sorted(by_thing)]
        return found

    def hint(self, wanted: str) -> str:
        """Where to look for an id that no model has."""
        rows = self.ask(
            """
            select source_system, source_file, source_line from raw.quarantine
            where contains(row_text, $wanted) order by all limit 1
            """,
            wanted=wanted,
        )
        if rows:
            place = f"{rows[0]['source_system']}/{rows[0]['source_file']}, line {rows[0]['source_line']}"
            return f"It stands in a quarantined row: {place}; `tieout status` says why."
        return "Ids are compared letter by letter; `tieout sql` finds those that exist."


def _chain_of(book: _Book, kind: str, rows: list[Row]) -> Chain:
    """Collect the chain around one start: first its documents, then everything around them."""
    found: dict[str, dict[str, Row]] = {name: {} for name in ENTITIES}
    notes: list[str] = []

    def add(name: str, rows: Iterable[Row]) -> None:
        for row in rows:
            found[name].setdefault(row[ENTITIES[name].key], row)

    def values(name: str, column: str) -> list[Any]:
        return [row[column] for row in found[name].values()]

    add(kind, rows)
    if kind == "journal":
        _add_booked_things(book, rows, add)
    _add_documents(book, values, add)

    documents = values("document", "document_key")
    add("document line", book.rows("document line", "document_key", documents))
    orders = (
        values("document", "order_key")
        + values("document line", "order_key")
        + values("shipment", "order_key")
    )
    add("order", book.rows("order", "order_key", orders))
    add("order line", book.rows("order line", "order_key", values("order", "order_key")))
    _add_shipments(book, kind, found, values, add)

    add("application", book.rows("application", "document_key", documents))
    add("application", book.rows("application", "credit_memo_key", documents))
    add("write-off", book.rows("write-off", "document_key", documents))
    add("clearing", book.rows("clearing", "document_key", documents))
    add("dispute", book.rows("dispute", "document_key", documents))
    add("receipt", book.rows("receipt", "receipt_key", values("application", "receipt_key")))
    receipts = values("receipt", "receipt_key")
    add("receipt", book.rows("receipt", "reversed_receipt_key", receipts))
    add("receipt", book.rows("receipt", "receipt_key", values("receipt", "reversed_receipt_key")))
    receipts = values("receipt", "receipt_key")
    add("refund", book.rows("refund", "receipt_key", receipts))
    add("bank line", book.rows("bank line", "receipt_key", receipts))
    for row in book.rows("application", "receipt_key", receipts):
        if row["application_key"] not in found["application"]:
            notes.append(
                f"{row['source_id']} also pays {_figure(row['amount'])} of {row['doc_id']}"
                f" ({row['application_id']}), which is another chain"
            )
    _add_journals(book, found, add)

    first = rows[0]
    start = f"{first[ENTITIES[kind].id]}, {_name(kind, first)} of {first['source_system']}"
    members = [
        _member(name, row)
        for name in ENTITIES
        for row in sorted(found[name].values(), key=partial(_in_order, name))
    ]
    return Chain(start, tuple(members), tuple(sorted(notes)))


Values = Callable[[str, str], list[Any]]
Add = Callable[[str, Iterable[Row]], None]


def _add_documents(book: _Book, values: Values, add: Add) -> None:
    """The receivable documents that the start leads to, with their credit memos and originals."""
    add("receipt", book.rows("receipt", "receipt_key", values("bank line", "receipt_key")))
    add("receipt", book.rows("receipt", "receipt_key", values("refund", "receipt_key")))
    add("receipt", book.rows("receipt", "receipt_key", values("receipt", "reversed_receipt_key")))
    add("application", book.rows("application", "receipt_key", values("receipt", "receipt_key")))
    for name in ("application", "write-off", "clearing", "dispute"):
        add("document", book.rows("document", "document_key", values(name, "document_key")))
    add("document", book.rows("document", "document_key", values("application", "credit_memo_key")))
    orders = values("order", "order_key")
    if shipments := values("shipment", "shipment_id"):
        for row in book.rows("document", "shipment_id", shipments):
            if row["source_system"] in values("shipment", "source_system"):
                add("document", [row])
        if not values("document", "document_key"):
            lines = book.rows("document line", "order_line_key", values("shipment", "order_line_key"))
            add("document", book.rows("document", "document_key", [line["document_key"] for line in lines]))
    if orders:
        add("document", book.rows("document", "order_key", orders))
        lines = book.rows("document line", "order_key", orders)
        add("document", book.rows("document", "document_key", [line["document_key"] for line in lines]))
    add("document", book.rows("document", "document_key", values("document", "original_document_key")))
    add("document", book.rows("document", "original_document_key", values("document", "document_key")))


def _add_shipments(
    book: _Book, kind: str, found: dict[str, dict[str, Row]], values: Values, add: Add
) -> None:
    """The deliveries that the documents name; of documents that name none, those of their order lines."""
    if kind == "order":
        add("shipment", book.rows("shipment", "order_key", values("order", "order_key")))
        return
    named = {
        (row["source_system"], row["shipment_id"]) for row in found["document"].values() if row["shipment_id"]
    }
    for row in book.rows("shipment", "shipment_id", [shipment for _, shipment in named]):
        if (row["source_system"], row["shipment_id"]) in named:
            add("shipment", [row])
    unnamed = {key for key, row in found["document"].items() if not row["shipment_id"]}
    lines = [
        row["order_line_key"] for row in found["document line"].values() if row["document_key"] in unnamed
    ]
    add("shipment", book.rows("shipment", "order_line_key", lines))


def _add_journals(book: _Book, found: dict[str, dict[str, Row]], add: Add) -> None:
    """The journals that book any member: of its own source, or of a source that delivers no such thing."""
    for name, entity in ENTITIES.items():
        if not entity.booked_as:
            continue
        ids = {(row["source_system"], row[entity.id]) for row in found[name].values()}
        delivering = {
            row["source_system"]
            for row in book.ask(f"select distinct source_system from intermediate.{entity.table}")
        }
        for row in book.rows("journal", "source_doc_id", [identity for _, identity in ids]):
            owner = (row["source_system"], row["source_doc_id"])
            if row["source_type"] not in (*entity.booked_as, *FREE_SOURCE_TYPES):
                continue
            if owner in ids or row["source_system"] not in delivering:
                add("journal", [row])
    # A journal is shown whole, also where only one of its lines names the document.
    for row in list(found["journal"].values()):
        add("journal", book.rows("journal", "journal_key", [row["journal_key"]]))


def _add_booked_things(book: _Book, journal_lines: list[Row], add: Add) -> None:
    """What the lines of a journal say they book."""
    for line in journal_lines:
        for name, entity in ENTITIES.items():
            if line["source_type"] in entity.booked_as:
                rows = book.rows(name, entity.id, [line["source_doc_id"]])
                own = [row for row in rows if row["source_system"] == line["source_system"]]
                add(name, own or rows)


def _member(kind: str, row: Row) -> Member:
    return Member(
        kind=_name(kind, row),
        id=_id_of(kind, row),
        key=row[ENTITIES[kind].key],
        facts=" ".join(part for part in FACTS[kind](row) if part),
        source_system=row["source_system"],
        source_file=row["source_file"],
        source_line=row["source_line"],
        row=row,
    )


def _name(kind: str, row: Row) -> str:
    return NAMES_OF_DOCUMENTS.get(row["doc_type"], "document") if kind == "document" else kind


def _id_of(kind: str, row: Row) -> str:
    line = row.get("line_no") if kind.endswith(" line") or kind == "journal" else None
    return f"{row[ENTITIES[kind].id]}" + (f" / {line}" if line is not None else "")


def _in_order(kind: str, row: Row) -> tuple[str, str, str, int]:
    """By date, then by id, lines by their number."""
    moment = next((row[name].isoformat() for name in DATES if row.get(name) is not None), "")
    number = str(row.get("line_no") or "").zfill(12)
    return (moment, str(row[ENTITIES[kind].id]), number, row["source_line"] or 0)


def _figure(value: Any) -> str:
    """A decimal without idle zeros, two decimals at least where it is an amount."""
    if value is None:
        return "?"
    text = f"{value:,f}"
    if "." not in text:
        return text
    whole, _, decimals = text.partition(".")
    return f"{whole}.{decimals.rstrip('0').ljust(2, '0')}"


def _quantity(value: Any) -> str:
    text = _figure(value)
    return text.removesuffix(".00")


def _money(row: Row, column: str) -> str:
    return f"{_figure(row[column])} {row.get('currency') or ''}".strip()


def _day(value: Any) -> str:
    return "" if value is None else value.isoformat()[:10]


FACTS: dict[str, Callable[[Row], list[str]]] = {
    "order": lambda row: [
        _day(row["order_date"]),
        f"customer {row['customer_id']}",
        row["currency"],
        row["status"],
    ],
    "order line": lambda row: [
        f"{row['product_id']}, {_quantity(row['quantity'])} × {_figure(row['unit_price'])}",
    ],
    "shipment": lambda row: [
        _day(row["ship_date"]),
        f"{_quantity(row['quantity'])} of {row['order_id']} / {row['order_line_no']}",
    ],
    "document": lambda row: [
        _day(row["posting_date"]),
        f"customer {row['customer_id']}",
        _money(row, "gross"),
        f"due {_day(row['due_date'])}" if row["due_date"] and row["doc_type"] != "credit_memo" else "",
        f"credits {row['original_doc_id']}" if row["original_doc_id"] else "",
    ],
    "document line": lambda row: [
        f"{row['product_id']}," if row["product_id"] else "",
        f"{_quantity(row['quantity'])} × {_figure(row['unit_price'])} = {_figure(row['net'])}",
    ],
    "application": lambda row: [
        _day(row["posting_date"]),
        f"{row['source_id']} reduces {row['doc_id']} by {_figure(row['amount'])}",
        f"discount {_figure(row['discount'])}" if row["discount"] else "",
    ],
    "receipt": lambda row: [
        _day(row["posting_date"]),
        f"customer {row['customer_id']}" if row["customer_id"] else "payer not identified",
        _money(row, "amount"),
        f"reverses {row['reverses_payment_id']}" if row["reverses_payment_id"] else "",
    ],
    "bank line": lambda row: [
        _day(row["booking_date"]),
        f"account {row['bank_account_id']}",
        _money(row, "amount"),
        row["remittance_text"] or "",
    ],
    "refund": lambda row: [_day(row["posting_date"]), f"of {row['payment_id']}", _money(row, "amount")],
    "write-off": lambda row: [
        _day(row["posting_date"]),
        f"of {row['doc_id']}",
        _money(row, "amount"),
        row["reason"] or "",
    ],
    "clearing": lambda row: [
        _day(row["posting_date"]),
        f"of {row['doc_id']}, counterpart not delivered,",
        _figure(row["amount"]),
    ],
    "dispute": lambda row: [
        _day(row["opened_date"]),
        f"of {row['doc_id']}",
        _figure(row["amount"]),
        row["reason"] or "",
        row["status"] or "",
    ],
    "journal": lambda row: [
        _day(row["posting_date"]),
        f"{row['source_type']} {row['source_doc_id'] or ''}".strip(),
        f"account {row['account_id']}",
        _figure(row["amount"]),
    ],
}
