"""What each kind of source delivers, as data: one file ``<kind>.yml`` in this folder for each kind.

A contract file::

    kind: sap                           the file's name
    description: …                      one or two sentences
    entities: [invoices, payments]      entities of the standard layout that models/staging/<kind>/ yields,
                                        each by a model stg_<kind>__<entity>
    columns_of_every_object: {…}        optional; columns appended to each object below
    objects:
      bkpf:                             lower case; the raw table is raw.<kind>__<object>
        description: …
        file_names: [BKPF, headers]     optional; further names under which files come. A file belongs to the
                                        object whose name, or one of whose file_names, stands before `__` or
                                        the extension; capitals make no difference, for any kind
        columns:                        in the order in which raw holds them
          BELNR: {type: text, key: true, required: true, description: …}

Every column may say (all optional but ``type``)

========================  =========================================================================
``type``                  text; date; timestamp; boolean; integer (bigint); amount (decimal(18,4));
                          price, quantity (decimal(18,6)); rate (decimal(18,8)); period (YYYY-MM);
                          or ``decimal(p,s)`` for another precision
``key: true``             part of the key that identifies a row within a source
``required: true``        the column must be delivered and no cell of it may be empty
``may_be_empty: true``    with required: the column must be delivered, but its cells may be empty
``description``           for the reader, and for the source's yml
``values: [a, b]``        the only values (text columns); any other goes to quarantine
``aliases: [a, b]``       other names under which the column may be delivered. Names are compared
                          without regard to capitals
========================  =========================================================================

and how its cells are written, where that differs from the standard layout

========================  =========================================================================
``strip: true``           blanks around the cell do not count (any type)
``empty: ["00/00/0000"]`` further spellings of "no value" (any type; after strip)
``float_suffix: true``    a number that went through a float: ``1001.0`` is ``1001`` (text, integer)
``leading_zeros: strip``  ``000010`` is ``10``; all zeros are ``0`` (text)
``format:``               dates: a pattern of YYYY, MM, DD and literal characters, for instance
                          ``MM/DD/YYYY`` or ``YYYYMMDD``; or ``iso_timestamp``: the date part, as
                          written, of an ISO timestamp. Default ``YYYY-MM-DD``
``thousands: ","``        a sign between groups of three digits that is taken out (numbers)
``decimal_sign: ","``     instead of the point (numbers)
``sign: trailing``        also ``12.50-`` (numbers)
``true_values: [X]``      spellings of a boolean, instead of ``true`` and ``false``. An empty cell is
``false_values: [""]``    null, unless one of the two lists names ``""``
========================  =========================================================================

Order of work on a cell: strip, empty, float_suffix, leading_zeros, then the type. Objects and arrays of
jsonl arrive as JSON text, numbers as they are written, booleans as ``true`` and ``false``.
Adding a kind touches this folder and models/staging/<kind>/, nothing else.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from ingest.errors import ContractError

FOLDER = Path(__file__).parent
FAST_SAFE_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

SQL_TYPES = {
    "text": "varchar",
    "date": "date",
    "timestamp": "timestamp",
    "boolean": "boolean",
    "integer": "bigint",
    "amount": "decimal(18,4)",
    "price": "decimal(18,6)",
    "quantity": "decimal(18,6)",
    "rate": "decimal(18,8)",
    "period": "varchar",
}
DECIMAL = re.compile(r"decimal\((\d+),\s*(\d+)\)")
LINEAGE_COLUMNS = (
    "source_system", "source_file", "source_line", "batch_id", "extracted_at", "recorded_at", "row_hash",
)  # fmt: skip
EXTRA_COLUMNS = "extra_columns"


@dataclass(frozen=True)
class Column:
    """One column of a delivered object; the module's text says what each attribute means."""

    name: str
    type: str
    key: bool = False
    required: bool = False
    may_be_empty: bool = False
    description: str = ""
    values: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    strip: bool = False
    empty: tuple[str, ...] = ()
    float_suffix: bool = False
    leading_zeros: str = ""
    format: str = ""
    thousands: str = ""
    decimal_sign: str = "."
    sign: str = ""
    true_values: tuple[str, ...] = ("true",)
    false_values: tuple[str, ...] = ("false",)

    @property
    def sql_type(self) -> str:
        """The type in raw."""
        return SQL_TYPES.get(self.type, self.type.replace(" ", ""))

    @property
    def decimals(self) -> tuple[int, int] | None:
        """Precision and scale of a decimal column, else None."""
        found = DECIMAL.fullmatch(self.sql_type)
        return (int(found[1]), int(found[2])) if found else None

    @property
    def must_have_value(self) -> bool:
        """True where an empty cell sends the row to quarantine."""
        return self.required and not self.may_be_empty

    @property
    def names(self) -> tuple[str, ...]:
        """All names under which the column may be delivered, in lower case."""
        return tuple(dict.fromkeys(name.lower() for name in (self.name, *self.aliases)))


@dataclass(frozen=True)
class DeliveredObject:
    """One object of a kind: what files of it hold."""

    kind: str
    name: str
    columns: tuple[Column, ...]
    description: str = ""
    file_names: tuple[str, ...] = ()

    @property
    def table(self) -> str:
        """Name of the raw table without its schema."""
        return f"{self.kind}__{self.name}"

    @property
    def key(self) -> tuple[str, ...]:
        """Names of the key columns, in contract order."""
        return tuple(column.name for column in self.columns if column.key)

    @property
    def required(self) -> tuple[str, ...]:
        """Names of the required columns, in contract order."""
        return tuple(column.name for column in self.columns if column.required)

    def column(self, name: str) -> Column | None:
        """The column delivered under this name, else None."""
        lowered = name.lower()
        return next((column for column in self.columns if lowered in column.names), None)


@dataclass(frozen=True)
class Contract:
    """One kind of source."""

    kind: str
    objects: dict[str, DeliveredObject]
    entities: tuple[str, ...] = ()
    description: str = ""
    _by_file_name: dict[str, str] = field(default_factory=dict, repr=False)

    def object_of_file(self, stem: str) -> DeliveredObject | None:
        """The object of a file, by its name before ``__`` or the extension; None if unknown."""
        name = self._by_file_name.get(stem.lower())
        return None if name is None else self.objects[name]


@cache
def known_kinds() -> tuple[str, ...]:
    """The kinds that have a contract file, in alphabetical order."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.yml")))


@cache
def load_contract(kind: str) -> Contract:
    """Read the contract of a kind. Raises ContractError naming the object and column that are wrong."""
    return read_contract(FOLDER / f"{kind}.yml")


def read_contract(path: Path) -> Contract:
    """Read one contract file, checked against the attributes that exist."""
    try:
        text = path.read_text(encoding="utf-8")
        content = yaml.load(text, Loader=FAST_SAFE_LOADER)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise _wrong(path, str(error).replace("\n", " "), "a contract in YAML") from error
    if not isinstance(content, dict) or not isinstance(content.get("objects"), dict):
        raise _wrong(path, "no mapping `objects`", "kind, description, entities and objects")
    kind = path.stem
    if content.get("kind") != kind:
        raise _wrong(path, f"kind `{content.get('kind')}`", f"`{kind}`, the name of the file")
    unknown = set(content) - {"kind", "description", "entities", "columns_of_every_object", "objects"}
    if unknown:
        raise _wrong(path, _first(unknown), "only the keys that ingest/contracts explains")
    common = content.get("columns_of_every_object") or {}
    objects: dict[str, DeliveredObject] = {}
    by_file_name: dict[str, str] = {}
    for name, entry in content["objects"].items():
        delivered = _read_object(path, kind, name, entry, common)
        objects[name] = delivered
        for file_name in (name, *delivered.file_names):
            other = by_file_name.setdefault(file_name.lower(), name)
            if other != name:
                found = f"file name `{file_name}` for {other} and {name}"
                raise _wrong(path, found, "one object for each file name")
    return Contract(
        kind=kind,
        objects=objects,
        entities=tuple(content.get("entities") or ()),
        description=content.get("description", ""),
        _by_file_name=by_file_name,
    )


def _read_object(path: Path, kind: str, name: Any, entry: Any, common: dict[str, Any]) -> DeliveredObject:
    if not isinstance(name, str) or name != name.lower() or not re.fullmatch(r"\w+", name):
        raise _wrong(path, f"object `{name}`", "a name in lower case letters, digits and _")
    if not isinstance(entry, dict) or not isinstance(entry.get("columns"), dict):
        raise _wrong(path, f"object {name} without columns", "a mapping `columns`")
    unknown = set(entry) - {"description", "file_names", "columns"}
    if unknown:
        raise _wrong(path, f"{_first(unknown)} in {name}", "description, file_names and columns")
    columns = []
    taken: set[str] = {*LINEAGE_COLUMNS, EXTRA_COLUMNS}
    for column_name, attributes in {**entry["columns"], **common}.items():
        column = _read_column(path, f"{name}.{column_name}", column_name, attributes)
        for delivered_name in column.names:
            if delivered_name in taken:
                raise _wrong(path, f"{name}.{column_name}", "names that no other column of the raw table has")
            taken.add(delivered_name)
        columns.append(column)
    return DeliveredObject(
        kind=kind,
        name=name,
        columns=tuple(columns),
        description=entry.get("description", ""),
        file_names=tuple(map(str, entry.get("file_names") or ())),
    )


def _read_column(path: Path, place: str, name: Any, attributes: Any) -> Column:
    if not isinstance(name, str) or not isinstance(attributes, dict):
        raise _wrong(path, f"column {place}", "a mapping with at least `type`")
    known = set(Column.__dataclass_fields__) - {"name"}
    unknown = set(attributes) - known
    if unknown:
        raise _wrong(path, f"{_first(unknown)} in {place}", f"one of {', '.join(sorted(known))}")
    values = dict(attributes)
    for listed in ("values", "aliases", "empty", "true_values", "false_values"):
        if listed in values:
            given = values[listed]
            values[listed] = tuple(map(_as_text, given)) if isinstance(given, list) else (_as_text(given),)
    column = Column(name=name, **values)
    if column.type not in SQL_TYPES and not DECIMAL.fullmatch(column.type):
        raise _wrong(path, f"type `{column.type}` in {place}", f"{', '.join(SQL_TYPES)} or decimal(p,s)")
    numeric = column.decimals is not None or column.type == "integer"
    for attribute, fits in (
        ("format", column.type == "date"),
        ("thousands", numeric),
        ("sign", numeric),
        ("float_suffix", column.type in ("text", "integer")),
        ("leading_zeros", column.type == "text"),
        ("values", column.type == "text"),
    ):
        if attribute in attributes and not fits:
            found = f"`{attribute}` in {place}"
            raise _wrong(path, found, f"no such attribute on a column of type {column.type}")
    return column


def _first(names: set[Any]) -> str:
    return f"`{min(map(str, names))}`"


def _as_text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _wrong(path: Path, found: str, expected: str) -> ContractError:
    return ContractError(
        found,
        expected=expected,
        next_step="Correct the contract; the text of ingest/contracts/__init__.py explains every attribute.",
        file=path.name,
    )
