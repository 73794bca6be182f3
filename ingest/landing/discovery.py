"""What lies in an extracts folder: its sources and the files of each."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from ingest.contracts import DeliveredObject, known_kinds, load_contract
from ingest.errors import NoKnownObject, UsageError
from ingest.landing.manifest import moment_of
from ingest.readers import EXTENSIONS, extension_of
from ingest.settings import Source, read_source

DATE_IN_NAME = re.compile(
    r"(?<!\d)(?P<date>\d{4}-\d{2}-\d{2})"
    r"(?:T(?P<hour>\d{2})[:.-]?(?P<minute>\d{2})(?:[:.-]?(?P<second>\d{2}))?"
    r"(?P<zone>Z|[+-]\d{2}:?\d{2})?)?(?!\d)"
)
BASIC_IN_NAME = re.compile(
    r"(?<!\d)(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})T(?P<hour>\d{2})(?P<minute>\d{2})(?P<second>\d{2})?"
    r"(?P<zone>Z|[+-]\d{2}:?\d{2})?(?!\d)"
)
SETTINGS_FILES = ("tieout.yml", "controls.yml")


@dataclass(frozen=True)
class FoundFile:
    """A file of a known object. ``source_file`` is its path within the source folder."""

    path: Path
    source_file: str
    shown_as: str
    extension: str
    delivered_object: DeliveredObject


@dataclass(frozen=True)
class FoundSource:
    """A source folder, its files of known objects in the order of their paths, and what is worth saying."""

    source: Source
    files: tuple[FoundFile, ...]
    messages: tuple[str, ...]


def find_sources(extracts: Path) -> list[FoundSource]:
    """All sources of an extracts folder, in the order of their names.

    Raises UsageError (no such folder), SettingsError, or NoKnownObject where no source has any file of a
    known object; a single source without one is only reported.
    """
    if not extracts.is_dir():
        raise UsageError(
            "a file" if extracts.exists() else "no such folder",
            expected="a folder with one folder for each source",
            next_step="Give the path of the extracts folder.",
            file=extracts,
        )
    folders = sorted(path for path in extracts.iterdir() if path.is_dir() and not path.name.startswith("."))
    found = [_find_files(read_source(folder)) for folder in folders]
    if not any(source.files for source in found):
        raise _nothing_known(extracts, found)
    return found


def _find_files(source: Source) -> FoundSource:
    if source.kind is None:
        kinds = ", ".join(known_kinds())
        said = f"{source.name}: no source.yml, and the folder's name is no kind ({kinds}); not read."
        return FoundSource(source, (), (said,))
    contract = load_contract(source.kind)
    files, unknown = [], []
    for path in sorted(source.folder.rglob("*")):
        source_file = path.relative_to(source.folder).as_posix()
        is_hidden = any(part.startswith((".", "~$")) for part in path.relative_to(source.folder).parts)
        if is_hidden or path.is_dir() or source_file in ("source.yml", "manifest.csv"):
            continue
        extension = extension_of(path)
        stem = path.name[: -len(extension)] if extension else path.name.split(".")[0]
        delivered_object = contract.object_of_file(stem.split("__")[0])
        if extension is None or delivered_object is None:
            unknown.append(source_file)
        else:
            files.append(
                FoundFile(path, source_file, f"{source.name}/{source_file}", extension, delivered_object)
            )
    messages = []
    if unknown:
        shown = ", ".join(unknown[:5]) + (f" and {len(unknown) - 5} more" if len(unknown) > 5 else "")
        messages.append(
            f"{source.name}: not read, since no file of a known object of kind {source.kind} "
            f"({', '.join(EXTENSIONS)}): {shown}."
        )
    if not files:
        messages.append(f"{source.name}: no file of a known object of kind {source.kind}; nothing landed.")
    return FoundSource(source, tuple(files), tuple(messages))


def _nothing_known(extracts: Path, found: list[FoundSource]) -> NoKnownObject:
    loose = [path.name for path in sorted(extracts.iterdir()) if path.is_file() and extension_of(path)]
    if not found and loose:
        return NoKnownObject(
            f"files without a source folder around them ({', '.join(loose[:3])})",
            expected="one folder for each source, its files inside",
            next_step=f"Give the folder above, {extracts.resolve().parent}, or move the files into one.",
            file=extracts,
        )
    return NoKnownObject(
        " ".join(message for source in found for message in source.messages).rstrip(".")
        or "no source folder",
        expected="at least one source with a file named after an object of its kind, such as invoices.csv",
        next_step="Name the files after the objects of the extract layout, or give the kind in source.yml.",
        file=extracts,
    )


def moment_in_name(file: FoundFile) -> datetime | None:
    """The ISO date or timestamp in a file's name after ``__``, as UTC without zone; None where there is none.

    A date is its beginning in UTC, and a time without a zone is taken as UTC. Since a colon is not
    possible in every file system, it may be left out or written as a dot or hyphen.
    """
    name = file.path.name[: -len(file.extension)]
    if "__" not in name:
        return None
    rest = name.split("__", 1)[1]
    found = DATE_IN_NAME.search(rest)
    if found:
        day = found["date"]
    else:
        found = BASIC_IN_NAME.search(rest)
        if not found:
            return None
        day = f"{found['year']}-{found['month']}-{found['day']}"
    if found["hour"] is None:
        return moment_of(day)
    moment = moment_of(
        f"{day}T{found['hour']}:{found['minute']}:{found['second'] or '00'}{found['zone'] or 'Z'}"
    )
    return moment or moment_of(day)
