"""The pipeline: land, build, control, publish. `run` does all four, the others one step each.

Every function returns an Outcome once a run has begun, whatever became of it, and leaves its evidence in
``runs/<run_id>/``. Only what keeps a run from beginning is raised: a warehouse that is in use or cannot be
written (WarehouseBusy, UsageError), a publication without a build (NothingBuilt).
"""

from __future__ import annotations

import os
import time
import traceback
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date
from pathlib import Path
from typing import Any

from ingest import evidence, state
from ingest.errors import InternalFault, NothingBuilt, TieoutError, UsageError
from ingest.forecast_history import keep_forecast
from ingest.outcome import Outcome, outcome_of_build
from ingest.progress import Progress
from ingest.publish import publish_build
from ingest.session import Session, first_line
from ingest.state import read_published
from ingest.warehouse import Warehouse, now

PUBLISHED_STATUS, STOPPED_STATUS, UNUSABLE_STATUS, INTERRUPTED_STATUS = 0, 1, 2, 130


def run(
    extracts: Path,
    warehouse: Warehouse,
    *,
    as_of: date | None = None,
    full_refresh: bool = False,
    with_backtest: bool = True,
    progress: Progress | None = None,
) -> Outcome:
    """Land what lies in ``extracts``, build, control and publish; does nothing where nothing is new.

    ``as_of`` beats the company's own setting. ``full_refresh`` lands again from what lies there now.
    Without ``with_backtest`` the forecast of no date but the as-of date is computed; what earlier runs
    have scored by the same code from the same data counts all the same.
    """

    def work(session: Session) -> Outcome:
        session.with_backtest = with_backtest
        landing = session.land(extracts, full_refresh=full_refresh, as_of=as_of)
        if landing.refused:
            return session.end(evidence.REFUSED, UNUSABLE_STATUS)
        if not full_refresh and (published := session.published_version()) is not None:
            return session.nothing_to_do(published)
        finished = session.build()
        if not finished.can_be_published:
            return session.end(evidence.STOPPED, STOPPED_STATUS, finished)
        session.publish(finished)
        return session.end(evidence.PUBLISHED, PUBLISHED_STATUS, finished, published=True)

    call = {
        "extracts": extracts.resolve(),
        "as_of": as_of,
        "full_refresh": full_refresh,
        "with_backtest": with_backtest,
    }
    return _in_session(warehouse, "run", call, progress, work)


def land(
    extracts: Path, warehouse: Warehouse, *, full_refresh: bool = False, progress: Progress | None = None
) -> Outcome:
    """Land what lies in ``extracts``, and no more."""

    def work(session: Session) -> Outcome:
        landing = session.land(extracts, full_refresh=full_refresh)
        published = session.published_version() is not None
        if landing.refused:
            return session.end(evidence.REFUSED, UNUSABLE_STATUS)
        return session.end(evidence.LANDED, 0, published=published)

    call = {"extracts": extracts.resolve(), "full_refresh": full_refresh}
    return _in_session(warehouse, "land", call, progress, work)


def build(
    warehouse: Warehouse,
    *,
    as_of: date | None = None,
    with_backtest: bool = True,
    progress: Progress | None = None,
) -> Outcome:
    """Build all models from what is landed and run all controls; publishes nothing."""

    def work(session: Session) -> Outcome:
        session.with_backtest = with_backtest
        session.request_as_of(as_of)
        session.require_no_refused_file()
        finished = session.build()
        if not finished.can_be_published:
            return session.end(evidence.STOPPED, STOPPED_STATUS, finished)
        published = session.published_version() is not None
        return session.end(evidence.BUILT, 0, finished, published=published)

    call = {"as_of": as_of, "with_backtest": with_backtest}
    return _in_session(warehouse, "build", call, progress, work)


def publish(warehouse: Warehouse, *, progress: Progress | None = None) -> Outcome:
    """Publish the last build, if it is whole, no blocking control failed and nothing was landed since.

    Its run is the one whose build it is: `publish` begins none of its own. Raises NothingBuilt when there is
    no such build.
    """
    started = time.monotonic()
    progress = progress or Progress()
    with _locked(warehouse, "publish"):
        if not warehouse.build.exists():
            raise _nothing_built(warehouse, f"no {warehouse.build.name}")
        with warehouse.connect_build() as connection:
            finished = state.read_finished_build(connection)
            if finished is None:
                raise _nothing_built(warehouse, "a build that did not come to its end")
            this_run = evidence.run_of_now(finished.run_id)
            is_current = state.input_fingerprint(connection, this_run) == finished.fingerprint
        if not is_current:
            raise _nothing_built(warehouse, "deliveries, settings or code that are newer than the last build")
        record = evidence.record_of(warehouse, finished.run_id)
        if finished.can_be_published:
            published = read_published(warehouse)
            if published is None or published.run_id != finished.run_id:
                progress.start("publishing")
                publish_build(warehouse, finished.run_id)
                keep_forecast(warehouse, finished.run_id)
                progress.finish()
            result, exit_status = evidence.PUBLISHED, PUBLISHED_STATUS
        else:
            result, exit_status = evidence.STOPPED, STOPPED_STATUS
        record.finish(result, exit_status)
        return outcome_of_build(
            finished,
            result,
            exit_status,
            published=finished.can_be_published,
            seconds=time.monotonic() - started,
            evidence=record.folder,
        )


def _in_session(
    warehouse: Warehouse,
    command: str,
    call: dict[str, Any],
    progress: Progress | None,
    work: Callable[[Session], Outcome],
) -> Outcome:
    started = time.monotonic()
    with _locked(warehouse, command):
        published = read_published(warehouse)
        record = evidence.begin_run(warehouse, command, call, published.run_id if published else None)
        session = Session(warehouse, record, progress or Progress(), started)
        try:
            session.make_ready()
            return work(session)
        except TieoutError as error:
            session.progress.finish(failed=True)
            return session.end(evidence.FAILED, error.exit_status, error=error)
        except KeyboardInterrupt:
            session.progress.finish(failed=True)
            record.finish(evidence.INTERRUPTED, INTERRUPTED_STATUS)
            raise
        except Exception as error:
            session.progress.finish(failed=True)
            path = record.keep_fault(traceback.format_exc())
            fault = InternalFault(
                f"{type(error).__name__}: {first_line(error)}", next_step=f"The details lie in {path}."
            )
            return session.end(evidence.FAILED, fault.exit_status, error=fault)


def _locked(warehouse: Warehouse, command: str) -> AbstractContextManager[None]:
    """The warehouse's lock, under a name that tells a second pipeline who works here."""
    try:
        warehouse.create()
        warehouse.lock_file.touch()
    except OSError as error:
        raise UsageError(
            f"{warehouse.path}, which cannot be written ({error.strerror})",
            expected="a directory for the warehouse",
            next_step="Name another one with --warehouse, or mend its rights.",
        ) from error
    started = f"{now():%Y-%m-%dT%H:%M:%SZ}"
    return warehouse.lock(
        f"{command} {evidence.next_run_id(warehouse)}, process {os.getpid()}, started {started}"
    )


def _nothing_built(warehouse: Warehouse, found: str) -> NothingBuilt:
    return NothingBuilt(
        found,
        expected="a finished build of what is landed",
        next_step="Make one with `tieout build`.",
        file=warehouse.path,
    )
