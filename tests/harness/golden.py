"""The golden quarter: where it lies, how its expected marts are compared, and its mutations."""

import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
import yaml

from tests.harness.deliveries import declare_again, read_rows, write_rows

PROJECT = Path(__file__).resolve().parents[2]
GOLDEN = PROJECT.parent / "shared" / "finance" / "golden_quarter"

needs_golden_quarter = pytest.mark.skipif(
    not GOLDEN.is_dir(), reason=f"the golden quarter is not beside the project ({GOLDEN})"
)

# The marts that exist so far, with the keys of the golden quarter's README.
KEYS: dict[str, Sequence[str]] = {
    "dim_legal_entity": ["legal_entity_id"],
    "dim_account": ["account_id"],
    "dim_customer": ["customer_id"],
    "dim_product": ["product_id"],
    "fct_orders": ["order_id"],
    "fct_order_lines": ["order_id", "line_no"],
    "fct_shipments": ["shipment_id", "order_id", "order_line_no"],
    "fct_ar_documents": ["doc_id"],
    "fct_ar_document_lines": ["doc_id", "line_no"],
    "fct_receipts": ["payment_id"],
    "fct_cash_applications": ["application_id"],
    "fct_gl_lines": ["journal_id", "line_no"],
    "fct_expected_postings": [
        "legal_entity_id",
        "source_type",
        "source_doc_id",
        "posting_date",
        "account_id",
    ],
    "rpt_posting_differences": ["legal_entity_id", "source_doc_id", "account_id", "period"],
    "rpt_ar_open_items": ["as_of", "doc_id"],
    "rpt_ar_aging": ["as_of", "legal_entity_id", "basis", "bucket"],
    "rpt_ar_rollforward": ["period", "legal_entity_id"],
    "rpt_unapplied_cash": ["as_of", "payment_id"],
    "rpt_subledger_tie_out": ["as_of", "legal_entity_id", "control_account"],
    "rpt_trial_balance": ["as_of", "legal_entity_id", "account_id"],
    "rpt_income_statement": ["period", "legal_entity_id", "line"],
    "rpt_balance_sheet": ["as_of", "legal_entity_id", "section", "line"],
    "rpt_cash_flow": ["period", "legal_entity_id", "method", "section", "line"],
    "rpt_budget_variance": ["period", "legal_entity_id", "statement_line"],
    "rpt_order_backlog": ["as_of", "order_id", "line_no"],
    "rpt_order_to_cash_cycle": ["order_id"],
}

# Compared as sums over the key.
SUMMED = ("fct_expected_postings",)


def copy_extracts(folder: Path) -> Path:
    """A writable copy of the golden deliveries in `folder`."""
    target = folder / "extracts"
    shutil.copytree(GOLDEN / "extracts", target, copy_function=shutil.copyfile)
    for path in [target, *target.rglob("*")]:
        path.chmod(0o755 if path.is_dir() else 0o644)
    return target


def complete_marts() -> set[str]:
    """The marts whose expected file has every row."""
    return set((GOLDEN / "expected" / "_complete.txt").read_text().split())


def expected_rows(mart: str) -> list[dict[str, str]]:
    """The rows that the worked example determines for a mart, as text."""
    _, rows = read_rows(GOLDEN / "expected" / f"{mart}.csv")
    return [{**row, "amount": str(row["amount"])} for row in summed(rows)] if mart in SUMMED else rows


def mart_rows(connection: duckdb.DuckDBPyConnection, mart: str) -> list[dict[str, object]]:
    """All rows of a mart."""
    cursor = connection.execute(f"select * from marts.{mart}")
    columns = [column[0] for column in cursor.description]
    rows = [dict(zip(columns, values, strict=True)) for values in cursor.fetchall()]
    return summed(rows) if mart in SUMMED else rows


def summed(postings: Iterable[Mapping[str, object]]) -> list[dict[str, object]]:
    """Postings summed over their key, sums of zero left out: the split into lines is free."""
    key = KEYS["fct_expected_postings"]
    sums: dict[tuple[object, ...], Decimal] = {}
    for row in postings:
        identity = tuple(row[column] for column in key)
        sums[identity] = sums.get(identity, Decimal(0)) + Decimal(str(row["amount"]))
    return [
        {**dict(zip(key, identity, strict=True)), "amount": amount}
        for identity, amount in sums.items()
        if amount
    ]


def equal(expected: str, actual: object) -> bool:
    """Whether a cell equals its expected text exactly; null equals null only."""
    if actual is None or expected == "":
        return actual is None and expected == ""
    if isinstance(actual, bool):
        return expected == str(actual).lower()
    if isinstance(actual, int | Decimal):
        return Decimal(expected) == actual
    if isinstance(actual, datetime):
        stated = datetime.fromisoformat(expected.replace("Z", "+00:00"))
        return stated.astimezone(UTC).replace(tzinfo=None) == actual
    if isinstance(actual, date):
        return expected == actual.isoformat()
    if isinstance(actual, float):
        raise TypeError(f"a floating-point value where {expected!r} is exact: {actual!r}")
    return expected == actual


def differences(
    expected: Iterable[Mapping[str, str]],
    actual: Iterable[Mapping[str, object]],
    key: Sequence[str],
    additional_rows_are_errors: bool,
) -> list[str]:
    """What differs between a mart and its expected rows, one sentence each; empty when they are equal."""

    def text(row: Mapping[str, object]) -> tuple[str, ...]:
        return tuple("" if row[column] is None else str(row[column]) for column in key)

    found: list[str] = []
    wanted = {text(row): row for row in expected}
    present: dict[tuple[str, ...], Mapping[str, object]] = {}
    for row in actual:
        if text(row) in present:
            found.append(f"{text(row)} stands twice")
        present[text(row)] = row
    for identity, row in wanted.items():
        if identity not in present:
            found.append(f"{identity} is missing")
            continue
        for column, value in row.items():
            if column not in present[identity]:
                found.append(f"column {column} is missing")
            elif not equal(value, present[identity][column]):
                found.append(f"{identity} {column}: expected {value!r}, found {present[identity][column]!r}")
    if additional_rows_are_errors:
        found += [f"{identity} should not be there" for identity in present if identity not in wanted]
    return found


@dataclass(frozen=True)
class Mutation:
    """One change of the golden deliveries with the controls that must, and may, fail on it."""

    mutation_id: str
    description: str
    must_fail: frozenset[str]
    may_fail: frozenset[str]
    steps: list[dict[str, str]] = field(hash=False)


def mutations() -> list[Mutation]:
    """The mutations of the golden quarter in their order."""
    path = GOLDEN / "mutations.csv"
    if not path.exists():
        return []
    _, rows = read_rows(path)
    steps: dict[str, list[dict[str, str]]] = {}
    for row in sorted(rows, key=lambda row: (row["mutation_id"], int(row["step"]))):
        steps.setdefault(row["mutation_id"], []).append(row)
    return [
        Mutation(
            mutation_id,
            rows[0]["description"],
            frozenset(filter(None, rows[0]["must_fail"].split(";"))),
            frozenset(filter(None, rows[0]["may_fail"].split(";"))),
            rows,
        )
        for mutation_id, rows in steps.items()
    ]


def apply(mutation: Mutation, extracts: Path) -> None:
    """Carry out a mutation's steps on a copy of the extracts; its manifest then agrees with the files."""
    changed = {extracts / step["file"] for step in mutation.steps if step["op"]}
    for step in mutation.steps:
        if step["op"]:
            change(extracts / step["file"], step["op"], step["key"], step["column"], step["value"])
    for source in {path.parent for path in changed if path.suffix == ".csv" and path.name != "manifest.csv"}:
        declare_again(source, [path for path in changed if path.parent == source])


def change(path: Path, op: str, key: str = "", column: str = "", value: str = "") -> None:
    """One operation on one file, in the notation of mutations.csv."""
    if path.suffix == ".yml":
        settings = yaml.safe_load(path.read_text())
        settings[column] = yaml.safe_load(value)
        path.write_text(yaml.safe_dump(settings))
        return
    columns, rows = read_rows(path)
    wanted = pairs(key)
    matching = [row for row in rows if all(row[name] == text for name, text in wanted.items())]
    if op != "add_row" and not matching:
        raise ValueError(f"no row of {path.name} has {key}")
    if op == "drop_row":
        rows = [row for row in rows if row not in matching]
    elif op == "duplicate_row":
        rows += [row | pairs(value) for row in matching]
    elif op == "set_value":
        for row in matching:
            row[column] = value
    elif op == "add_row":
        rows.append(dict.fromkeys(columns, "") | pairs(value))
    else:
        raise ValueError(f"unknown operation {op!r}")
    write_rows(path, columns, rows)


def pairs(text: str) -> dict[str, str]:
    """`a=1;b=2` as a dict."""
    return dict(pair.split("=", 1) for pair in text.split(";") if pair)
