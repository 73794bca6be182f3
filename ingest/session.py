"""One run at work on a warehouse whose lock it holds: the steps that the pipeline puts together."""

from __future__ import annotations

import shutil
import time
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from ingest import controls, evidence, seals, state
from ingest.build import DbtProject
from ingest.errors import NothingBuilt, TieoutError, UsageError, WarehouseBusy
from ingest.evidence import RunRecord
from ingest.forecast_history import keep_forecast, read_forecasts_back
from ingest.land import LandingOutcome
from ingest.land import land as land_extracts
from ingest.landing.registry import write_as_of_requested
from ingest.lineage import write_lineage
from ingest.missing import missing_inputs
from ingest.outcome import Outcome, outcome_of_build
from ingest.progress import Progress
from ingest.publish import PARTIAL_PREFIX, publish_build, remove_partial_copies, write_ahead_log
from ingest.scored_origins import (
    has_backtest,
    keep_scored_origins,
    read_scored_origins,
    request_backtest,
)
from ingest.state import FinishedBuild, read_published
from ingest.summary import rows_of_marts
from ingest.warehouse import Warehouse, now

SECONDS_TO_WAIT_FOR_READERS = 10.0
QUARANTINED_ROWS_KEPT = 50
SETTINGS = (
    "sources",
    "settings",
    "entity_settings",
    "source_priorities",
    "number_series",
    "ageing_buckets",
    "control_settings",
)


@dataclass
class Session:
    """One run at work on a warehouse whose lock it holds."""

    warehouse: Warehouse
    record: RunRecord
    progress: Progress
    started: float
    with_backtest: bool = True
    messages: list[str] = field(default_factory=list)
    landing: LandingOutcome | None = None

    def say(self, text: str) -> None:
        """Tell the user, and keep it in the evidence."""
        self.messages.append(text)
        self.progress(text)

    def connect(self) -> duckdb.DuckDBPyConnection:
        """Open the build for writing; a reader of the unpublished build is given some seconds to end."""
        deadline = time.monotonic() + SECONDS_TO_WAIT_FOR_READERS
        while True:
            try:
                return self.warehouse.connect_build()
            except WarehouseBusy:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.1)

    def make_ready(self) -> None:
        """Clear what a killed run left, and put a build in place that opens."""
        for leftover in [*remove_partial_copies(self.warehouse), *self._remove_workspaces()]:
            self.say(f"removed {leftover.name}, which a run that was killed left unfinished")
        if not self.warehouse.build.exists():
            # The log of a build that somebody removed would be replayed into the next one.
            write_ahead_log(self.warehouse).unlink(missing_ok=True)
        try:
            self.connect().close()
        except duckdb.Error as error:
            aside = self._move_build_aside()
            self.say(f"build.duckdb could not be opened ({first_line(error)}); it was moved to {aside.name}")
        else:
            if self._is_empty() and self.warehouse.published.exists():
                self.warehouse.build.unlink()
        if not self.warehouse.build.exists() and self.warehouse.published.exists():
            partial = self.warehouse.path / f"{PARTIAL_PREFIX}restored.duckdb"
            shutil.copyfile(self.warehouse.published, partial)
            partial.replace(self.warehouse.build)
            self.say("build.duckdb was restored from the published version; what came since is landed again")

    def land(
        self, extracts: Path, *, full_refresh: bool = False, as_of: date | None = None
    ) -> LandingOutcome:
        """Land the extracts and keep the deliveries in the evidence."""
        before = time.monotonic()
        self.landing = land_extracts(
            extracts,
            self.warehouse,
            self.record.run,
            full_refresh=full_refresh,
            as_of=as_of,
            progress=self.progress,
        )
        for message in self.landing.messages:
            self.say(message)
        with self.connect() as connection:
            self.record.add(
                seconds_landing=round(time.monotonic() - before, 3),
                rows_landed=self.landing.rows_landed,
                rows_quarantined=self.landing.rows_quarantined,
                refused=[_as_fact(refused) for refused in self.landing.refused],
                deliveries=_deliveries(connection),
                **_quarantine(connection),
                **_settings(connection),
            )
        return self.landing

    def request_as_of(self, as_of: date | None) -> None:
        """Note the as-of date that the call asks for, None for the company's or the data's own."""
        with self.connect() as connection:
            if not _has_deliveries(connection):
                raise NothingBuilt(
                    "no delivery in the warehouse",
                    next_step="Land one with `tieout land EXTRACTS`.",
                    file=self.warehouse.path,
                )
            write_as_of_requested(connection, as_of)

    def require_no_refused_file(self) -> None:
        """Raise UsageError while a file lies in the extracts that the last landing refused."""
        with self.connect() as connection:
            refused = connection.execute(
                """
                select deliveries.source_system || '/' || deliveries.source_file
                from raw.files
                inner join raw.deliveries on files.batch_id = deliveries.batch_id
                where files.is_present and deliveries.status = 'refused'
                order by all
                """
            ).fetchall()
        if refused:
            raise UsageError(
                "refused " + ", ".join(row[0] for row in refused),
                expected="deliveries that could all be read",
                next_step="Mend them and run `tieout land EXTRACTS` again.",
            )

    def fingerprint(self) -> str:
        """The hash of what is landed and set now, under the running code."""
        with self.connect() as connection:
            return state.input_fingerprint(connection, self.record.run)

    def published_version(self) -> FinishedBuild | None:
        """What is published, if it was built from exactly this input and judged by these seals; else None."""
        published = read_published(self.warehouse)
        if published is None or published.fingerprint != self.fingerprint():
            return None
        if self.with_backtest and not has_backtest(self.warehouse):
            return None
        return published if seals.are_published(self.warehouse) else None

    def build(self) -> FinishedBuild:
        """Build all models, run all controls, keep their results and failing rows."""
        before = time.monotonic()
        project = DbtProject(self.warehouse, self.progress)
        with self.connect() as connection:
            state.begin_build(connection, self.record.run)
            seals.mirror(connection, self.warehouse)
            controls.restore_history(connection, self.warehouse)
            read_forecasts_back(connection, self.warehouse)
            read_scored_origins(connection, self.warehouse, self.record.run.code_version)
            request_backtest(connection, self.with_backtest)
            fingerprint = state.input_fingerprint(connection, self.record.run)
        models = project.build_models()
        with self.connect() as connection:
            keep_scored_origins(connection, self.warehouse, self.record.run.code_version)
            write_lineage(connection, project.relations())
        after_models = time.monotonic()
        slowest = sorted(models, key=lambda node: -node.seconds)[:10]
        tests = project.run_tests()
        with self.connect() as connection:
            results = controls.judge_controls(connection, tests, self.record.run)
            finished = FinishedBuild(
                run_id=self.record.run.run_id,
                fingerprint=fingerprint,
                as_of=_as_of(connection),
                finished_at=now(),
                controls_passed=sum(result.status == controls.PASS for result in results),
                controls_failed=sum(result.has_failed for result in results),
                controls_blocking_failed=sum(result.blocks for result in results),
            )
            connection.execute("begin")
            controls.write_results(connection, results)
            state.finish_build(connection, finished)
            connection.execute("commit")
            controls.keep_evidence(connection, results, self.warehouse, self.record.run)
            self.record.add(
                as_of=finished.as_of,
                fingerprint=fingerprint,
                rows=rows_of_marts(connection),
                missing=missing_inputs(connection),
                controls={result.control_id: result.status for result in results},
                seconds_models=round(after_models - before, 3),
                seconds_controls=round(time.monotonic() - after_models, 3),
                slowest=[[node.name, node.seconds] for node in slowest],
            )
        for result in results:
            if result.has_failed:
                self.say(_sentence(result))
        return finished

    def publish(self, finished: FinishedBuild) -> None:
        """Put the build in the place that readers open."""
        self.progress.start("publishing")
        publish_build(self.warehouse, finished.run_id)
        keep_forecast(self.warehouse, finished.run_id)
        self.progress.finish()

    def nothing_to_do(self, published: FinishedBuild) -> Outcome:
        """Nothing is new since the published run: that run stands, and this one leaves no trace."""
        self.say("nothing is new since the published run")
        self.record.discard()
        seconds = time.monotonic() - self.started
        messages = tuple(self.messages)
        return outcome_of_build(
            published, evidence.PUBLISHED, 0, published=True, seconds=seconds, messages=messages
        )

    def end(
        self,
        result: str,
        exit_status: int,
        finished: FinishedBuild | None = None,
        *,
        published: bool = False,
        error: TieoutError | None = None,
    ) -> Outcome:
        """Close the evidence and say how it ended."""
        facts = {} if error is None else {"error": error.as_dict()}
        self.record.add(messages=self.messages, **facts)
        self.record.finish(result, exit_status)
        return Outcome(
            run_id=self.record.run.run_id,
            result=result,
            exit_status=exit_status,
            published=published,
            as_of=finished.as_of if finished else None,
            rows_landed=self.landing.rows_landed if self.landing else 0,
            rows_quarantined=self.landing.rows_quarantined if self.landing else 0,
            controls_passed=finished.controls_passed if finished else 0,
            controls_failed=finished.controls_failed if finished else 0,
            controls_blocking_failed=finished.controls_blocking_failed if finished else 0,
            seconds=time.monotonic() - self.started,
            messages=tuple(self.messages),
            refused=tuple(self.landing.refused) if self.landing else (),
            error=error,
            evidence=self.record.folder,
        )

    def _remove_workspaces(self) -> list[Path]:
        workspaces = sorted(self.warehouse.path.glob("landing-*"))
        for workspace in workspaces:
            shutil.rmtree(workspace, ignore_errors=True)
        return workspaces

    def _move_build_aside(self) -> Path:
        """Keep a build that does not open under another name, with its write-ahead log."""
        aside = self.warehouse.path / f"build.damaged-{self.record.run.run_id}.duckdb"
        self.warehouse.build.replace(aside)
        log = write_ahead_log(self.warehouse)
        if log.exists():
            log.replace(aside.with_name(aside.name + ".wal"))
        return aside

    def _is_empty(self) -> bool:
        with self.connect() as connection:
            return connection.execute("select count(*) = 0 from duckdb_tables()").fetchone() == (True,)


def _has_deliveries(connection: duckdb.DuckDBPyConnection) -> bool:
    try:
        return connection.execute("select count(*) > 0 from raw.deliveries").fetchone() == (True,)
    except duckdb.CatalogException:
        return False


def _as_of(connection: duckdb.DuckDBPyConnection) -> date | None:
    row = connection.execute("select as_of from intermediate.int_as_of").fetchone()
    return row[0] if row else None


def _deliveries(connection: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    cursor = connection.execute(
        """
        select batch_id, run_id, source_system, object, source_file, sha256, bytes, extracted_at, recorded_at,
               status, rows_landed, rows_quarantined, message, ends_without_newline
        from raw.deliveries
        where is_current
        order by batch_id
        """
    )
    return _dictionaries(cursor)


def _quarantine(connection: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    """How many rows of current deliveries stand in quarantine, and the first of them."""
    current = """
        from raw.quarantine
        where batch_id in (select batch_id from raw.deliveries where is_current)
    """
    row = connection.execute(f"select count(*) {current}").fetchone()
    shown = connection.execute(
        f"""
        select source_system, source_file, source_line, column_name, value, reason, expected {current}
        order by source_system, source_file, source_line limit {QUARANTINED_ROWS_KEPT}
        """
    )
    return {"quarantined_rows": row[0] if row else 0, "quarantine": _dictionaries(shown)}


def _settings(connection: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    """The sources and the company's settings in force, by the name of their table in raw."""
    return {
        table: _dictionaries(connection.execute(f"select * from raw.{table} order by all"))
        for table in SETTINGS
    }


def _dictionaries(cursor: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    names = [column[0] for column in cursor.description or []]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _as_fact(refused: Any) -> Any:
    return refused.as_dict() if isinstance(refused, TieoutError) else asdict(refused)


def _sentence(result: controls.ControlResult) -> str:
    what = f"{result.control_id} {result.title}"
    if result.status == controls.ERROR:
        found = f"could not run: {result.message}"
    else:
        risk = "" if result.amount_at_risk is None else f", amount at risk {result.amount_at_risk:,.2f}"
        found = f"{result.failures} failing rows{risk}"
    weight = "overridden" if result.is_overridden else "blocks publishing" if result.blocks else "warning"
    return f"{what}: {found} ({weight})"


def first_line(error: BaseException) -> str:
    """The first line of an error's message, or its name where it has none."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
