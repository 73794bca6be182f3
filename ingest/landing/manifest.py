"""manifest.csv: what a source declares about the files it delivers."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path, PurePosixPath

from ingest.errors import ManifestError
from ingest.yaml_file import parse_timestamp

REQUIRED = ("file", "object", "row_count")
TIMES = ("extracted_at", "window_from", "window_to")
MOMENT = "a timestamp with zone such as 2025-03-31T22:00:00Z, or a date"


@dataclass(frozen=True)
class ManifestEntry:
    """One line of a manifest. Times are UTC without zone; ``file`` is relative to the source folder."""

    line: int
    file: str
    object: str
    row_count: int
    control_column: str | None
    control_total: Decimal | None
    sha256: str | None
    extracted_at: datetime | None
    window_from: datetime | None
    window_to: datetime | None


def read_manifest(folder: Path) -> dict[str, ManifestEntry] | None:
    """The manifest of a source folder by file; None where there is none.

    Raises ManifestError naming line, column, what was found and what was expected. Whether the
    declarations are true is the controls' question (LD-01, LD-02).
    """
    shown_as = f"{folder.name}/manifest.csv"
    try:
        text = (folder / "manifest.csv").read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _wrong(
            shown_as, 1, None, f"a file that cannot be opened ({error.strerror})", "a file"
        ) from error
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise _wrong(shown_as, line, None, f"the byte 0x{error.object[error.start]:02x}", "UTF-8") from error
    try:
        records = [record for record in csv.reader(io.StringIO(text, newline=""), strict=True) if record]
    except csv.Error as error:
        raise _wrong(shown_as, 1, None, str(error), "quoting by RFC 4180") from error
    header = [name.strip() for name in records[0]] if records else []
    for name in REQUIRED:
        if name not in header:
            found = f"the columns {', '.join(header)}" if header else "no header"
            raise _wrong(shown_as, 1, name, found, f"a header with at least {', '.join(REQUIRED)}")
    entries: dict[str, ManifestEntry] = {}
    for line, cells in enumerate(records[1:], start=2):
        if len(cells) != len(header):
            raise _wrong(shown_as, line, None, f"{len(cells)} cells", f"{len(header)}, as in the header")
        entry = _entry(shown_as, line, dict(zip(header, cells, strict=True)))
        if entry.file in entries:
            raise _wrong(shown_as, line, "file", f"`{entry.file}` a second time", "each file once")
        entries[entry.file] = entry
    return entries


def _entry(shown_as: str, line: int, cells: dict[str, str]) -> ManifestEntry:
    def cell(name: str) -> str | None:
        return cells.get(name, "").strip() or None

    def checked(name: str, pattern: str, expected: str) -> str | None:
        found = cell(name)
        if found is not None and not re.fullmatch(pattern, found, re.ASCII):
            raise _wrong(shown_as, line, name, f"`{found}`", expected)
        return found

    for name in REQUIRED:
        if cell(name) is None:
            raise _wrong(shown_as, line, name, "nothing", "a value")
    times = {}
    for name in TIMES:
        found = cell(name)
        times[name] = None if found is None else moment_of(found)
        if found is not None and times[name] is None:
            raise _wrong(shown_as, line, name, f"`{found}`", MOMENT)
    total = checked(
        "control_total", r"[+-]?(\d{1,32}(\.\d{0,6}0*)?|\.\d{1,6}0*)", "a number with a decimal point"
    )
    count = checked("row_count", r"\d{1,18}", "a whole number of rows, header not counted")
    sha256 = checked("sha256", r"[0-9a-fA-F]{64}", "64 hexadecimal digits")
    return ManifestEntry(
        line=line,
        file=str(PurePosixPath(cells["file"].strip().replace("\\", "/"))),
        object=cells["object"].strip(),
        row_count=int(count or 0),
        control_column=cell("control_column"),
        control_total=None if total is None else Decimal(total),
        sha256=sha256 and sha256.lower(),
        extracted_at=times["extracted_at"],
        window_from=times["window_from"],
        window_to=times["window_to"],
    )


def moment_of(text: str) -> datetime | None:
    """A date (its beginning in UTC) or a timestamp with zone, as UTC without zone; None for anything else."""
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text, re.ASCII):
        text += "T00:00:00Z"
    return parse_timestamp(text)


def _wrong(shown_as: str, line: int, column: str | None, found: str, expected: str) -> ManifestError:
    return ManifestError(
        found,
        expected=expected,
        next_step="Correct the manifest or take it away; the next run lands the files of this source.",
        file=shown_as,
        line=line,
        column=column,
    )
