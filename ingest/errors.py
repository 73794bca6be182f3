"""Everything that can go wrong, as one tree of exceptions.

::

    TieoutError                   exit status 2: the input or the call is unusable
    ├── UsageError                a call that cannot be carried out
    │   ├── NoKnownObject         no source of the folder delivers anything that a contract knows
    │   ├── WarehouseBusy         another pipeline works on this warehouse
    │   ├── NothingBuilt          a question to a build or a publication that does not exist yet
    │   ├── UnknownName           a control, document, mart or column that does not exist
    │   ├── CloseRefused          a period that cannot be closed as things stand
    │   ├── ReopenRefused         a closed period that cannot be opened again as things stand
    │   └── QueryRefused          an SQL question that cannot be answered, or is no question
    ├── SettingsError             a settings file, or a file of the sign-in, cannot be used
    ├── ContractError             a contract file of ingest/contracts cannot be used
    ├── SealDamaged               the evidence of a closed period is gone, or not as it was written
    ├── RefusedFile               a delivered file that is refused whole
    │   ├── EmptyFile             0 bytes
    │   ├── UnreadableFile        bytes that are not what the extension says
    │   ├── MissingColumn         a required column, or the whole header, is not there
    │   ├── DuplicateColumn       one column name twice
    │   ├── ChangedWhileRead      gone or rewritten between the first and the last byte
    │   └── ManifestError         manifest.csv cannot be used, so its source waits
    └── InternalFault             exit status 3: our own mistake
        ├── BuildFault            a model could not be built
        └── PublishFault          the finished build could not be put in place

Exit status 1 (a blocking control failed) is an outcome of a run, not an exception.

Every error keeps what it knows as attributes and builds its sentence from them:
where (file, line, column), what was found, what was expected, what to do next.
"""

# ruff: noqa: N818  (names say what happened; the base class says that they are errors)
from __future__ import annotations

from pathlib import Path


class TieoutError(Exception):
    """Base of all errors that a user can cause or must be told.

    ``found`` and ``expected`` are noun phrases, ``next_step`` is a whole sentence in the imperative.
    ``line`` counts records of a delivered file (its header is 1) and text lines of a settings file.
    """

    exit_status: int = 2
    title: str = "unusable input"

    def __init__(
        self,
        found: str = "",
        *,
        expected: str = "",
        next_step: str = "",
        file: str | Path | None = None,
        line: int | None = None,
        column: str | None = None,
    ) -> None:
        self.found = found
        self.expected = expected
        self.next_step = next_step
        self.file = None if file is None else str(file)
        self.line = line
        self.column = column
        super().__init__(self.sentence)

    @property
    def place(self) -> str:
        """File, line and column as far as they are known: ``erp/orders.csv, line 4, column net``."""
        parts = [self.file or ""]
        if self.line is not None:
            parts.append(f"line {self.line}")
        if self.column is not None:
            parts.append(f"column {self.column}")
        return ", ".join(part for part in parts if part)

    @property
    def sentence(self) -> str:
        """The whole message in one line."""
        text = f"{self.place}: " if self.place else ""
        text += self.title
        if self.found:
            text += f": found {self.found}"
        if self.expected:
            text += f"{',' if self.found else ':'} expected {self.expected}"
        text += "."
        if self.next_step:
            text += f" {self.next_step}"
        return text

    def __str__(self) -> str:
        return self.sentence

    def as_dict(self) -> dict[str, str | int | None]:
        """The attributes by name, for ``--json`` and the run's evidence."""
        return {
            "error": type(self).__name__,
            "file": self.file,
            "line": self.line,
            "column": self.column,
            "found": self.found,
            "expected": self.expected,
            "next_step": self.next_step,
            "message": self.sentence,
        }


class UsageError(TieoutError):
    """The call itself cannot be carried out."""

    title = "this call cannot be carried out"


class NoKnownObject(UsageError):
    """No source below the extracts folder delivers an object that a contract knows."""

    title = "nothing to land"


class WarehouseBusy(UsageError):
    """Another pipeline holds the warehouse's lock."""

    title = "the warehouse is in use"


class NothingBuilt(UsageError):
    """A question to a build or a published version that does not exist yet."""

    title = "nothing is there yet"


class UnknownName(UsageError):
    """A control, document, mart or column that does not exist."""

    title = "unknown name"


class QueryRefused(UsageError):
    """An SQL text that is no read-only question or that the engine cannot answer."""

    title = "the query cannot be answered"


class CloseRefused(UsageError):
    """A period that cannot be closed: not over, out of turn, or without figures to stand by."""

    title = "the period cannot be closed"


class ReopenRefused(UsageError):
    """A closed period that cannot be opened again: not closed, out of turn, or nobody else approves."""

    title = "the period cannot be reopened"


class SealDamaged(TieoutError):
    """The evidence of a closed period is gone, or is not as it was written; nothing is judged by it."""

    title = "the seal of a closed period cannot be relied on"


class SettingsError(TieoutError):
    """tieout.yml, controls.yml or source.yml, then nothing is landed; or a file of the sign-in."""

    title = "these settings cannot be used"


class ContractError(TieoutError):
    """A contract file in ingest/contracts cannot be used."""

    title = "this contract cannot be used"


class RefusedFile(TieoutError):
    """A delivered file that is refused whole: none of its rows is landed."""

    title = "file refused"


class EmptyFile(RefusedFile):
    """A file of 0 bytes. (A header without rows is a delivery of no rows, and is landed.)"""

    title = "file refused, it is empty"


class UnreadableFile(RefusedFile):
    """Bytes that are not what the extension says: wrong encoding, cut archive, no workbook."""

    title = "file refused, it cannot be read"


class MissingColumn(RefusedFile):
    """A required column, or the header as such, is not there."""

    title = "file refused, a required column is missing"


class DuplicateColumn(RefusedFile):
    """Two columns of one name, so that binding by name is undecided."""

    title = "file refused, a column name stands twice"


class ChangedWhileRead(RefusedFile):
    """The file vanished or was rewritten while it was read."""

    title = "file refused, it changed while it was read"


class ManifestError(RefusedFile):
    """manifest.csv cannot be used. Its source's files wait, since their dates are declared there."""

    title = "manifest refused, the files of its source wait"


class InternalFault(TieoutError):
    """A mistake of ours, not of the input."""

    exit_status = 3
    title = "internal fault"


class BuildFault(InternalFault):
    """A model could not be built."""

    title = "the build failed"


class PublishFault(InternalFault):
    """The finished build could not be put in place of the published version."""

    title = "publishing failed"
