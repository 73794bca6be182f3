"""A company's deliveries as rows that can be changed: every format read, written back and declared again."""

import csv
import gzip
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import polars as pl
import yaml

from ingest.simulate.extracts import sha256_of
from ingest.simulate.frames import write_frame
from tests.harness.deliveries import MANIFEST_COLUMNS, number

Row = dict[str, str]
Chosen = Callable[[Row], bool]


@dataclass
class DeliveredFile:
    """One file: its source folder, object, columns and rows as text."""

    source: Path
    path: Path
    object_name: str
    columns: list[str]
    rows: list[Row]
    types: dict[str, pl.DataType] = field(default_factory=dict)
    as_read: list[Row] = field(default_factory=list)

    @property
    def has_changed(self) -> bool:
        """Whether the rows differ from those that were read."""
        return self.rows != self.as_read


class Deliveries:
    """The extracts of one company. A fault changes rows; `save` writes what changed and declares it again.

    Rows of an object are those of all its files in the order of their paths; new rows go to the last file.
    """

    def __init__(self, extracts: Path) -> None:
        self.extracts = extracts
        self.read: dict[str, list[DeliveredFile]] = {}

    def files(self, object_name: str) -> list[DeliveredFile]:
        """The files of an object, read at the first call."""
        if object_name not in self.read:
            found = [
                (settings.parent, path)
                for settings in sorted(self.extracts.glob("*/source.yml"))
                for path in sorted(settings.parent.rglob("*"))
                if path.name.split(".")[0].split("__")[0] == object_name and path.name != "source.yml"
            ]
            self.read[object_name] = [read_file(source, path, object_name) for source, path in found]
        return self.read[object_name]

    def rows(self, object_name: str, chosen: Chosen = lambda row: True) -> list[Row]:
        """The rows of an object that are chosen; changing one changes the delivery."""
        return [row for file in self.files(object_name) for row in file.rows if chosen(row)]

    def first(self, object_name: str, chosen: Chosen = lambda row: True) -> Row:
        """The first row that is chosen. Raises LookupError when there is none."""
        for file in self.files(object_name):
            for row in file.rows:
                if chosen(row):
                    return row
        raise LookupError(f"no row of {object_name} is as the fault needs it")

    def by_key(self, object_name: str, *columns: str) -> dict[tuple[str, ...], Row]:
        """The rows of an object by some of their columns."""
        return {tuple(row[column] for column in columns): row for row in self.rows(object_name)}

    def add(self, object_name: str, *rows: Row) -> None:
        """Append rows to an object's last file; cells that a row leaves out are empty."""
        file = self.files(object_name)[-1]
        for row in rows:
            unknown = row.keys() - set(file.columns)
            if unknown:
                raise KeyError(f"{object_name} has no column {', '.join(sorted(unknown))}")
            file.rows.append(dict.fromkeys(file.columns, "") | row)

    def drop(self, object_name: str, chosen: Chosen) -> list[Row]:
        """Take away the rows that are chosen; returns them. Raises LookupError when there are none."""
        dropped = self.rows(object_name, chosen)
        if not dropped:
            raise LookupError(f"no row of {object_name} is as the fault needs it")
        for file in self.files(object_name):
            file.rows = [row for row in file.rows if not chosen(row)]
        return dropped

    def give(self, object_name: str, column: str, value: Callable[[Row], str]) -> None:
        """Fill a column of every row, adding the column where the files lack it."""
        for file in self.files(object_name):
            if column not in file.columns:
                file.columns.append(column)
            for row in file.rows:
                row[column] = value(row)

    def add_file(self, object_name: str, suffix: str, rows: list[Row], extracted_at: str) -> None:
        """A further csv file of an object beside its first one, declared as extracted at another moment."""
        first = self.files(object_name)[0]
        path = first.path.with_name(f"{object_name}__{suffix}.csv")
        write_frame(as_frame(dict.fromkeys(name for row in rows for name in row), rows), path)
        self.manifest(object_name).rows.append(
            {
                "file": path.relative_to(first.source).as_posix(),
                "object": object_name,
                "row_count": str(len(rows)),
                "sha256": sha256_of(path),
                "extracted_at": extracted_at,
            }
        )

    def manifest(self, object_name: str) -> DeliveredFile:
        """The manifest of the source that delivers an object, as rows that are written as they are left."""
        source = self.files(object_name)[0].source
        key = f"manifest of {source.name}"
        if key not in self.read:
            self.read[key] = [read_file(source, source / "manifest.csv", "manifest")]
        return self.read[key][0]

    def settings(self, **values: object) -> None:
        """Set company settings in tieout.yml."""
        change_yaml(self.extracts / "tieout.yml", values)

    def control_settings(self, **values: object) -> None:
        """Write controls.yml; ids are given with an underscore (SL_01)."""
        path = self.extracts / "controls.yml"
        path.write_text(
            yaml.safe_dump({control_id.replace("_", "-"): value for control_id, value in values.items()})
        )

    def add_source(self, name: str, objects: dict[str, list[Row]], **settings: object) -> None:
        """A further source in the standard layout, without a manifest."""
        folder = self.extracts / name
        folder.mkdir()
        stated = {"kind": "standard", "load": "incremental", "owner": "sales"} | settings
        (folder / "source.yml").write_text(yaml.safe_dump(stated))
        for object_name, rows in objects.items():
            columns = list(dict.fromkeys(column for row in rows for column in row))
            write_frame(as_frame(columns, rows), folder / f"{object_name}.csv")

    def save(self) -> None:
        """Write the files whose rows changed; the manifests that list them agree with them again."""
        changed = [
            file
            for files in self.read.values()
            for file in files
            if file.has_changed and file.object_name != "manifest"
        ]
        for file in changed:
            write_file(file)
        for key, [manifest, *_] in [item for item in self.read.items() if item[0].startswith("manifest of")]:
            if manifest.has_changed:
                write_file(manifest)
                del self.read[key]
        for source in {file.source for file in changed}:
            declare(source, [file for file in changed if file.source == source])

    @property
    def as_of(self) -> date:
        """The as-of date of the company's settings."""
        return date.fromisoformat(str(yaml.safe_load((self.extracts / "tieout.yml").read_text())["as_of"]))


def change_yaml(path: Path, values: dict[str, object]) -> None:
    """Set values of a settings file that may not exist yet."""
    settings = yaml.safe_load(path.read_text()) if path.exists() else {}
    path.write_text(yaml.safe_dump(settings | values))


def read_file(source: Path, path: Path, object_name: str) -> DeliveredFile:
    """A file's rows as text, with the types of its columns where the format has types."""
    name, types = path.name, {}
    if name.endswith((".csv", ".csv.gz")):
        opener = gzip.open if name.endswith(".gz") else open
        with opener(path, "rt", encoding="utf-8", newline="") as file:
            reader = csv.DictReader(file)
            rows = list(reader)
        columns = list(reader.fieldnames or [])
    else:
        if name.endswith(".jsonl"):
            frame = pl.read_ndjson(path)
        elif name.endswith(".parquet"):
            frame = pl.read_parquet(path)
        elif name.endswith(".xlsx"):
            frame = pl.read_excel(path)
        else:
            raise ValueError(f"{path} is in a format that is not known here")
        columns, types = frame.columns, dict(frame.schema)
        rows = [
            {column: "" if cell is None else str(cell) for column, cell in row.items()}
            for row in frame.iter_rows(named=True)
        ]
    return DeliveredFile(source, path, object_name, columns, rows, types, [dict(row) for row in rows])


def as_frame(
    columns: Iterable[str], rows: list[Row], types: dict[str, pl.DataType] | None = None
) -> pl.DataFrame:
    """Rows of text as a frame, empty cells null, columns of the given types."""
    frame = pl.DataFrame(
        {column: [row.get(column) or None for row in rows] for column in columns},
        schema=dict.fromkeys(columns, pl.String),
    )
    if types:
        frame = frame.with_columns(
            pl.col(column).str.to_date() if of_type == pl.Date else pl.col(column).cast(of_type)
            for column, of_type in types.items()
        )
    return frame


def write_file(file: DeliveredFile) -> None:
    """Write a file's rows in the format that its name says."""
    write_frame(as_frame(file.columns, file.rows, file.types), file.path)


def declare(source: Path, files: Iterable[DeliveredFile]) -> None:
    """Make the manifest of a source agree with files of it: rows, control total, checksum."""
    path = source / "manifest.csv"
    if not path.exists():
        return
    manifest = read_file(source, path, "manifest")
    by_name = {file.path.relative_to(source).as_posix(): file for file in files}
    for row in manifest.rows:
        file = by_name.get(row["file"])
        if file is not None:
            row["row_count"] = str(len(file.rows))
            if row["control_column"]:
                total = sum((number(line[row["control_column"]]) for line in file.rows), Decimal(0))
                row["control_total"] = f"{total:f}"
            row["sha256"] = sha256_of(file.path)
    manifest.columns = [column for column in MANIFEST_COLUMNS if column in manifest.columns]
    write_file(manifest)


def later(text: str, days: int) -> str:
    """A date as text, some days later or (negative) earlier."""
    return (date.fromisoformat(text[:10]) + timedelta(days)).isoformat()


def plus(text: str, amount: str) -> str:
    """A number as text with an amount added."""
    return f"{Decimal(text) + Decimal(amount):f}"


def times(text: str, factor: str) -> str:
    """A number as text times a factor."""
    return f"{Decimal(text) * Decimal(factor):f}"
