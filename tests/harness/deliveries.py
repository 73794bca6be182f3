"""Deliveries as a test writes them: csv files, and a manifest that agrees with what lies in the folder."""

import csv
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from pathlib import Path

MANIFEST_COLUMNS = [
    "file",
    "object",
    "row_count",
    "control_column",
    "control_total",
    "sha256",
    "extracted_at",
    "window_from",
    "window_to",
]


def read_rows(path: Path) -> tuple[list[str], list[dict[str, str]]]:
    """The header and the rows of a csv file, every cell as its text."""
    with path.open(newline="", encoding="utf-8") as file:
        reader = csv.DictReader(file)
        rows = list(reader)
    return list(reader.fieldnames or []), rows


def write_rows(path: Path, columns: Sequence[str], rows: Iterable[Mapping[str, object]]) -> None:
    """Write rows as csv, cells that are missing or None empty."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, columns, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def declaration(
    source: Path,
    file: Path,
    object_name: str,
    control_column: str = "",
    extracted_at: str = "",
    **window: str,
) -> dict[str, object]:
    """The manifest row that a csv file deserves: its rows, its control total and its hash."""
    _, rows = read_rows(file)
    total = sum((number(row[control_column]) for row in rows), Decimal(0)) if control_column else ""
    return {
        "file": file.relative_to(source).as_posix(),
        "object": object_name,
        "row_count": len(rows),
        "control_column": control_column,
        "control_total": total,
        "sha256": hashlib.sha256(file.read_bytes()).hexdigest(),
        "extracted_at": extracted_at,
        **window,
    }


def number(cell: str) -> Decimal:
    """A cell's number; one that is none counts as nothing, as a row in quarantine does."""
    try:
        return Decimal(cell)
    except InvalidOperation:
        return Decimal(0)


def declare_again(source: Path, changed: Iterable[Path]) -> None:
    """Make the manifest rows of changed files agree with the files again."""
    manifest = source / "manifest.csv"
    columns, rows = read_rows(manifest)
    by_file = {path.relative_to(source).as_posix(): path for path in changed}
    for row in rows:
        path = by_file.get(row["file"])
        if path is not None:
            row.update(
                {
                    column: str(value)
                    for column, value in declaration(
                        source, path, row["object"], row["control_column"]
                    ).items()
                    if column in ("row_count", "control_total", "sha256")
                }
            )
    write_rows(manifest, columns, rows)
