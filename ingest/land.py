"""Landing: delivered files into schema raw of the build, one transaction for each file.

A file is recognised by (source, object, sha256, declared moment of extraction). What lies there unchanged
adds nothing; other bytes at a known path are a new delivery of that path. A file that cannot be read is
refused whole and the others land; a row that cannot be read goes whole to quarantine.
"""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import astuple, dataclass, field, fields, replace
from datetime import date, datetime
from pathlib import Path

import duckdb

from ingest.errors import RefusedFile, SettingsError
from ingest.landing import registry
from ingest.landing.discovery import SETTINGS_FILES, FoundFile, FoundSource, find_sources, moment_in_name
from ingest.landing.loading import STAGED, Delivery, Identity, identify, stage, store
from ingest.landing.manifest import ManifestEntry, read_manifest
from ingest.landing.registry import write_as_of_requested, write_run, write_settings
from ingest.progress import Progress
from ingest.readers import RejectedRecord
from ingest.settings import Company, read_company
from ingest.warehouse import Run, Warehouse

__all__ = ["LandingOutcome", "land", "write_as_of_requested", "write_run", "write_settings"]


@dataclass
class LandingOutcome:
    """What a landing did.

    ``refused`` holds the errors of files refused whole; with any of them nothing may be built (exit
    status 2). ``changed`` is true when anything differs that a build depends on, settings included;
    ``fingerprint`` names that state, so that it can be compared with the one last published.
    """

    rows_landed: int = 0
    rows_quarantined: int = 0
    files_new: int = 0
    files_known: int = 0
    refused: list[RefusedFile] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)
    changed: bool = False
    fingerprint: str = ""


@dataclass(frozen=True)
class Recognised:
    """The delivery whose bytes were last seen at a path."""

    batch_id: int
    sha256: str | None
    status: str
    is_declared: bool


def land(
    extracts: Path,
    warehouse: Warehouse,
    run: Run,
    *,
    full_refresh: bool = False,
    as_of: date | None = None,
    progress: Progress | None = None,
) -> LandingOutcome:
    """Land what lies in ``extracts`` into the warehouse's build.

    ``full_refresh`` forgets what these sources, and sources that this folder once held, had delivered and
    lands again what lies there now; when bytes were first landed is remembered. ``as_of`` is what the call
    asks for. The caller holds the warehouse's lock.

    Raises UsageError (no folder, nothing known in it) and SettingsError before anything is written.
    Refused files do not raise; they are in the outcome.
    """
    company = read_company(extracts)
    sources = find_sources(extracts)
    warehouse.create()
    connection = warehouse.connect_build()
    workspace = Path(tempfile.mkdtemp(prefix="landing-", dir=warehouse.path))
    try:
        landing = _Landing(connection, run, workspace, progress or Progress(), full_refresh)
        return landing.carry_out(extracts.resolve(), company, sources, as_of)
    finally:
        connection.close()
        shutil.rmtree(workspace, ignore_errors=True)


class _Landing:
    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        run: Run,
        workspace: Path,
        progress: Progress,
        full_refresh: bool,
    ) -> None:
        self.connection = connection
        self.run = run
        self.workspace = workspace
        self.progress = progress
        self.full_refresh = full_refresh
        self.outcome = LandingOutcome()
        self.refreshing: set[str] = set()

    def carry_out(
        self, extracts: Path, company: Company, sources: list[FoundSource], as_of: date | None
    ) -> LandingOutcome:
        outcome = self.outcome
        outcome.messages += registry.ensure_tables(self.connection)
        before = registry.fingerprint(self.connection)
        self._check_kinds(sources)
        with self._transaction():
            if self.full_refresh:
                self._forget(extracts, sources)
            self._write_settings(extracts, company, as_of)
        # Also what a refresh that was cut off left to do.
        self.refreshing = registry.refreshing(self.connection)
        self.progress.start("landing", sum(len(source.files) for source in sources))
        with ThreadPoolExecutor(max_workers=1, thread_name_prefix="hash") as pool:
            hashes = {file.path: pool.submit(identify, file) for source in sources for file in source.files}
            for source in sources:
                outcome.messages += source.messages
                if source.source.kind is not None:
                    self._land_source(source, hashes, str(extracts))
        self.progress.finish()
        self.connection.execute(f"drop table if exists {STAGED}")
        outcome.fingerprint = registry.fingerprint(self.connection)
        outcome.changed = outcome.fingerprint != before
        return outcome

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self.connection.execute("begin")
        try:
            yield
            self.connection.execute("commit")
        except BaseException:
            self.connection.execute("rollback")
            raise

    def _check_kinds(self, sources: list[FoundSource]) -> None:
        """A source is its name; one that comes back as another kind would mix two layouts."""
        known = dict(self.connection.execute("select source_system, kind from raw.sources").fetchall())
        for found in sources:
            source = found.source
            before = known.get(source.name)
            if (
                before is not None
                and source.kind is not None
                and before != source.kind
                and not self.full_refresh
            ):
                raise SettingsError(
                    f"`{source.kind}`",
                    expected=f"`{before}`, as the warehouse knows the source {source.name}",
                    next_step="Give the folder another name, or run with --full-refresh to start it afresh.",
                    file=f"{source.name}/source.yml",
                    line=1,
                    column="kind",
                )

    def _forget(self, extracts: Path, sources: list[FoundSource]) -> None:
        from_here = self.connection.execute(
            "select source_system from raw.sources where extracts_folder = ?", [str(extracts)]
        ).fetchall()
        for name in sorted({found.source.name for found in sources} | {name for (name,) in from_here}):
            registry.forget(self.connection, name)
        registry.write_refreshing(self.connection, [found.source.name for found in sources])

    def _write_settings(self, extracts: Path, company: Company, as_of: date | None) -> None:
        """The settings that lie there now. A further extracts folder without any leaves those there are."""
        (is_further,) = self.connection.execute(
            "select count(*) > 0 from raw.sources where extracts_folder <> ?", [str(extracts)]
        ).fetchone() or (False,)
        if company.is_given or not is_further:
            write_settings(self.connection, company, as_of)
        else:
            write_as_of_requested(self.connection, as_of)
        hashes = {}
        for name in SETTINGS_FILES:
            path = extracts / name
            if path.is_file():
                hashes[name] = hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(extracts.glob("*/source.yml")):
            hashes[f"{path.parent.name}/source.yml"] = hashlib.sha256(path.read_bytes()).hexdigest()
        registry.write_settings_files(self.connection, str(extracts), hashes)

    def _land_source(
        self, found: FoundSource, hashes: dict[Path, Future[Identity]], extracts_folder: str
    ) -> None:
        source = found.source
        try:
            manifest = read_manifest(source.folder)
        except RefusedFile as error:
            self.outcome.refused.append(error)
            with self._transaction():
                registry.write_source(self.connection, source, extracts_folder)
            return
        present: dict[str, str | None] = {}
        for file in found.files:
            entry = (manifest or {}).get(file.source_file)
            declared = entry.extracted_at if entry and entry.extracted_at else moment_in_name(file)
            present[file.source_file] = None
            try:
                identity = hashes[file.path].result()
            except RefusedFile as error:
                self._refuse(found, file, None, declared, error)
            else:
                present[file.source_file] = identity.sha256
                self._land_file(found, file, identity, declared, manifest)
            self.progress.advance(file.shown_as)
        with self._transaction():
            self._mark_absent(source.name, present)
            registry.write_manifest(self.connection, source.name, manifest or {}, present)
            registry.mark_current(self.connection, source.name)
            if source.load == "full_snapshot":
                registry.move_snapshots(self.connection, source.name)
            registry.write_source(self.connection, source, extracts_folder)
            registry.write_refreshed(self.connection, source.name)

    def _land_file(
        self,
        found: FoundSource,
        file: FoundFile,
        identity: Identity,
        declared: datetime | None,
        manifest: dict[str, ManifestEntry] | None,
    ) -> None:
        here = self._recognised_at(found.source.name, file.source_file)
        known, stored_declared = self._known(found.source.name, file, identity, declared, here)
        if known is not None:
            self.outcome.files_known += 1
            recognised = Recognised(known, identity.sha256, "landed", declared is not None)
            if here != recognised:
                with self._transaction():
                    self._recognise(found.source.name, file, known, identity.sha256, declared is not None)
            return
        try:
            staged = stage(self.connection, file, identity, self.workspace)
        except RefusedFile as error:
            self._refuse(found, file, identity, declared, error)
            return
        delivery = self._delivery(found, file, identity, declared, stored_declared)
        is_cut = staged.ends_without_newline and manifest is None
        with self._transaction():
            rows = store(self.connection, delivery, staged)
            delivery = replace(
                delivery,
                rows_landed=rows,
                rows_quarantined=len(staged.quarantined),
                ends_without_newline=staged.ends_without_newline if manifest is None else None,
            )
            self._register(delivery, file, declared is not None)
        self.outcome.files_new += 1
        self.outcome.rows_landed += rows
        self.outcome.rows_quarantined += len(staged.quarantined)
        if is_cut:
            self.outcome.messages.append(
                f"{file.shown_as}: the last line has no line end and the source has no manifest; "
                "the file is possibly cut. Compare its rows with the source, or deliver a manifest."
            )
        if staged.quarantined:
            first = staged.quarantined[0]
            self.outcome.messages.append(_quarantine_message(file, first, len(staged.quarantined)))

    def _known(
        self,
        source_system: str,
        file: FoundFile,
        identity: Identity,
        declared: datetime | None,
        here: Recognised | None,
    ) -> tuple[int | None, datetime | None]:
        """The delivery that these bytes are already, or None with the moment to register a new one under."""
        landed = self.connection.execute(
            """
            select batch_id, declared_extracted_at, extracted_at
            from raw.deliveries
            where source_system = ? and object = ? and sha256 = ? and status = 'landed'
            order by extracted_at desc, batch_id desc
            """,
            [source_system, file.delivered_object.name, identity.sha256],
        ).fetchall()
        if declared is not None:
            for batch_id, known_as, extracted_at in landed:
                if known_as == declared or (known_as is None and extracted_at >= declared):
                    return batch_id, declared
            return None, declared
        if not landed:
            return None, None
        if here is None or here.status != "landed":
            return landed[0][0], None
        if here.sha256 == identity.sha256:
            return here.batch_id, None
        # The path held other bytes in between and goes back to these: its content as of this run is new.
        # It is registered under the run's moment, since the same bytes without one are there already.
        return None, self.run.started_at

    def _delivery(
        self,
        found: FoundSource,
        file: FoundFile,
        identity: Identity | None,
        declared: datetime | None,
        stored_declared: datetime | None,
    ) -> Delivery:
        source, known = found.source, file.delivered_object
        recorded_at = self.run.started_at
        if identity is not None and source.name in self.refreshing:
            before = registry.first_landed(
                self.connection, source.name, known.name, identity.sha256, stored_declared
            )
            recorded_at = min(before or recorded_at, recorded_at)
        extracted_at = stored_declared or recorded_at
        (batch_id,) = self.connection.execute(
            "select coalesce(max(batch_id), 0) + 1 from raw.deliveries"
        ).fetchone() or (1,)
        return Delivery(
            batch_id=batch_id,
            run_id=self.run.run_id,
            source_system=source.name,
            kind=known.kind,
            object=known.name,
            source_file=file.source_file,
            sha256=identity.sha256 if identity else None,
            bytes=identity.size if identity else None,
            declared_extracted_at=stored_declared,
            extracted_at=extracted_at,
            snapshot_at=extracted_at,
            recorded_at=recorded_at,
            status="landed",
        )

    def _refuse(
        self,
        found: FoundSource,
        file: FoundFile,
        identity: Identity | None,
        declared: datetime | None,
        error: RefusedFile,
    ) -> None:
        """Register the refusal; the same bytes refused again at the same path are no new delivery."""
        self.outcome.refused.append(error)
        here = self._recognised_at(found.source.name, file.source_file)
        if here is not None and here.status == "refused" and here.sha256 == (identity and identity.sha256):
            with self._transaction():
                self.connection.execute(
                    "update raw.deliveries set message = ? where batch_id = ?",
                    [error.sentence, here.batch_id],
                )
            return
        delivery = replace(
            self._delivery(found, file, identity, declared, declared),
            status="refused",
            message=error.sentence,
        )
        with self._transaction():
            self._register(delivery, file, declared is not None)

    def _register(self, delivery: Delivery, file: FoundFile, is_declared: bool) -> None:
        names = ", ".join(entry.name for entry in fields(Delivery))
        marks = ", ".join("?" * len(fields(Delivery)))
        self.connection.execute(
            f"insert into raw.deliveries ({names}) values ({marks})", list(astuple(delivery))
        )
        if delivery.status == "landed":
            self.connection.execute(
                """
                insert into raw.first_landed
                select ?, ?, ?, ?, ?
                where not exists (
                    select * from raw.first_landed
                    where source_system = ? and object = ? and sha256 = ?
                        and declared_extracted_at is not distinct from ?
                )
                """,
                [
                    delivery.source_system,
                    delivery.object,
                    delivery.sha256,
                    delivery.declared_extracted_at,
                    delivery.recorded_at,
                    delivery.source_system,
                    delivery.object,
                    delivery.sha256,
                    delivery.declared_extracted_at,
                ],
            )
        self._recognise(delivery.source_system, file, delivery.batch_id, delivery.sha256, is_declared)

    def _recognise(
        self, source_system: str, file: FoundFile, batch_id: int, sha256: str | None, is_declared: bool
    ) -> None:
        """Note which delivery lies at a path. What lay there for the same moment is superseded."""
        self.connection.execute(
            "delete from raw.files where source_system = ? and source_file = ?",
            [source_system, file.source_file],
        )
        self.connection.execute(
            "insert into raw.files values (?, ?, ?, ?, ?, ?, true)",
            [source_system, file.source_file, file.delivered_object.name, batch_id, sha256, is_declared],
        )
        self.connection.execute(
            """
            update raw.deliveries as earlier
            set is_superseded = earlier.batch_id not in (
                select files.batch_id from raw.files where files.source_system = ?
            )
            from raw.deliveries as now_there
            where now_there.batch_id = ?
                and earlier.source_system = now_there.source_system
                and earlier.object = now_there.object
                and earlier.extracted_at = now_there.extracted_at
                and (earlier.source_file = ? or earlier.batch_id = now_there.batch_id)
            """,
            [source_system, batch_id, file.source_file],
        )
        registry.mark_current(self.connection, source_system)

    def _recognised_at(self, source_system: str, source_file: str) -> Recognised | None:
        found = self.connection.execute(
            """
            select files.batch_id, files.sha256, deliveries.status, files.is_declared
            from raw.files
            inner join raw.deliveries on files.batch_id = deliveries.batch_id
            where files.source_system = ? and files.source_file = ?
            """,
            [source_system, source_file],
        ).fetchone()
        return None if found is None else Recognised(*found)

    def _mark_absent(self, source_system: str, present: dict[str, str | None]) -> None:
        self.connection.execute(
            """
            update raw.files
            set is_present = list_contains(?::varchar[], source_file)
            where source_system = ? and is_present is distinct from list_contains(?::varchar[], source_file)
            """,
            [list(present), source_system, list(present)],
        )


def _quarantine_message(file: FoundFile, first: RejectedRecord, count: int) -> str:
    column = f", column {first.column}" if first.column else ""
    found = f": found `{first.value}`" if first.value is not None else ""
    more = f" {count - 1} more of this file are in quarantine." if count > 1 else ""
    return (
        f"{file.shown_as}, line {first.line}{column}: row quarantined, {first.reason}{found}, "
        f"expected {first.expected}. Correct the row in the source and deliver the file again.{more}"
    )
