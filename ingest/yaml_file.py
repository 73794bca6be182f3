"""YAML settings read with the place of every value, so that a message can name file and line.

Scalars stay the text that stands in the file (``0010`` is no number, ``NO`` no boolean); each setting
is then read as what it is expected to be.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path

import yaml

from ingest.errors import SettingsError

TIMESTAMP = re.compile(
    r"(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?)\s?(Z|[+-]\d{2}(?::?\d{2})?)",
)


@dataclass(frozen=True)
class Setting:
    """One value of a settings file: its node, and where it stands."""

    node: yaml.Node
    file: str
    name: str = ""

    @property
    def line(self) -> int:
        """Text line, counted from 1."""
        return self.node.start_mark.line + 1

    @property
    def is_empty(self) -> bool:
        """True for a setting without a value."""
        return isinstance(self.node, yaml.ScalarNode) and self.node.tag == "tag:yaml.org,2002:null"

    @property
    def is_mapping(self) -> bool:
        """True for `{name: value}`."""
        return isinstance(self.node, yaml.MappingNode)

    def wrong(self, expected: str, next_step: str = "") -> SettingsError:
        """The error that names this value."""
        kind = "a mapping" if self.is_mapping else ""
        if isinstance(self.node, yaml.SequenceNode):
            kind = "a list"
        return SettingsError(
            kind or ("nothing" if self.is_empty else f"`{self.node.value}`"),
            expected=expected,
            next_step=next_step or f"Correct this line of {Path(self.file).name}, then run again.",
            file=self.file,
            line=self.line,
            column=self.name or None,
        )

    def mapping(self, expected: str = "a mapping `name: value`") -> dict[str, Setting]:
        """The entries by name; none for an empty value. A name twice is an error."""
        if self.is_empty:
            return {}
        if not isinstance(self.node, yaml.MappingNode):
            raise self.wrong(expected)
        entries: dict[str, Setting] = {}
        for key, value in self.node.value:
            name = key.value if isinstance(key, yaml.ScalarNode) else ""
            if name in entries or not name:
                raise Setting(key, self.file, self.name).wrong("each name once")
            entries[name] = Setting(value, self.file, f"{self.name}.{name}" if self.name else name)
        return entries

    def only(self, *names: str) -> dict[str, Setting]:
        """The entries, of which none may have another name."""
        entries = self.mapping(f"a mapping with some of {', '.join(names)}")
        for name, entry in entries.items():
            if name not in names:
                raise SettingsError(
                    f"the setting `{name}`",
                    expected=f"one of {', '.join(names)}",
                    next_step="Correct its name or remove it.",
                    file=self.file,
                    line=entry.line,
                    column=entry.name,
                )
        return entries

    def items(self, expected: str = "a list `[a, b]`") -> Iterator[Setting]:
        """The members of a list; none for an empty value."""
        if self.is_empty:
            return
        if not isinstance(self.node, yaml.SequenceNode):
            raise self.wrong(expected)
        for node in self.node.value:
            yield Setting(node, self.file, self.name)

    @property
    def is_blank_text(self) -> bool:
        """Whether it is a text without a character, written as such: ``''``."""
        return isinstance(self.node, yaml.ScalarNode) and self.node.value == "" and bool(self.node.style)

    def text(self, expected: str = "a text") -> str:
        """The scalar as it stands in the file."""
        if not isinstance(self.node, yaml.ScalarNode) or self.is_empty or not self.node.value.strip():
            raise self.wrong(expected)
        return str(self.node.value).strip()

    def one_of(self, *values: str) -> str:
        """A scalar out of a closed list."""
        expected = f"one of {', '.join(values)}"
        found = self.text(expected)
        if found not in values:
            raise self.wrong(expected)
        return found

    def matching(self, pattern: str, expected: str) -> str:
        """A scalar of a certain shape."""
        found = self.text(expected)
        if not re.fullmatch(pattern, found):
            raise self.wrong(expected)
        return found

    def date(self) -> date:
        """A date ``YYYY-MM-DD``."""
        expected = "a date YYYY-MM-DD that exists"
        try:
            return date.fromisoformat(self.matching(r"\d{4}-\d{2}-\d{2}", expected))
        except ValueError:
            raise self.wrong(expected) from None

    def timestamp(self) -> datetime:
        """A timestamp with zone, returned in UTC without one."""
        expected = "a timestamp with zone such as 2025-03-07T18:00:00Z"
        moment = parse_timestamp(self.text(expected))
        if moment is None:
            raise self.wrong(expected)
        return moment

    def decimal(self, expected: str, digits: int = 4) -> Decimal:
        """A number ≥ 0 with at most ``digits`` decimals."""
        try:
            return Decimal(self.matching(rf"\d+(\.\d{{1,{digits}}})?", expected))
        except InvalidOperation:
            raise self.wrong(expected) from None

    def whole_number(self, expected: str = "a whole number greater than zero") -> int:
        """A whole number > 0."""
        found = int(self.matching(r"\d{1,9}", expected))
        if found == 0:
            raise self.wrong(expected)
        return found


def parse_timestamp(text: str) -> datetime | None:
    """A timestamp with zone as UTC without one; None where the text is none."""
    found = TIMESTAMP.fullmatch(text)
    if not found:
        return None
    zone = found[3]
    if re.fullmatch(r"[+-]\d{2}", zone):
        zone += ":00"
    try:
        moment = datetime.fromisoformat(f"{found[1]}T{found[2]}{zone}")
    except ValueError:
        return None
    return moment.astimezone(UTC).replace(tzinfo=None)


def read_yaml(path: Path, shown_as: str) -> Setting | None:
    """The top of a YAML file; None where the file is absent. An empty file has no settings.

    Raises SettingsError where the file is no YAML, no UTF-8 or no mapping.
    """
    mend = f"Correct {path.name}, then run again."
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        return None
    except OSError as error:
        raise SettingsError(
            f"a file that cannot be opened ({error.strerror})",
            expected="a readable file",
            next_step=mend,
            file=shown_as,
        ) from error
    except UnicodeDecodeError as error:
        raise SettingsError(
            f"the byte 0x{error.object[error.start]:02x}",
            expected="UTF-8",
            next_step=mend,
            file=shown_as,
            line=error.object.count(b"\n", 0, error.start) + 1,
        ) from error
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        lines = text.splitlines()
        number = 1 if mark is None else min(mark.line + 1, max(len(lines), 1))
        found = lines[number - 1].strip() if lines else ""
        raise SettingsError(
            f"`{found}` ({error.problem or error.context})",
            expected="YAML",
            next_step=mend,
            file=shown_as,
            line=number,
        ) from error
    except yaml.YAMLError as error:
        raise SettingsError(
            str(error).splitlines()[0], expected="YAML", next_step=mend, file=shown_as, line=1
        ) from error
    if node is None:
        node = yaml.ScalarNode("tag:yaml.org,2002:null", "", yaml.Mark("", 0, 0, 0, "", 0))
    top = Setting(node, shown_as)
    top.mapping("settings `name: value`, one on a line")
    return top
