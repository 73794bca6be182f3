"""Closing a period, and opening it again.

A period is closed as it is published: its balances, statement figures and ledger lines, the deliveries and
the code they came from, and what the controls said of them, are sealed (ingest/seals.py). From the next build
on, control CL-01 looks for journals entered after the closing, and CL-02 for balances that differ from those
that were sealed.
"""

from __future__ import annotations

import getpass
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

import duckdb

from ingest import controls, evidence, state
from ingest.errors import CloseRefused, NothingBuilt, ReopenRefused, UnknownName
from ingest.figures import accounts_of, entries_of, figures_of, last_day_of
from ingest.project import engine_versions, git_commit
from ingest.reader import open_published
from ingest.seals import Reopening, Seal, read_seals, write_reopening, write_seal
from ingest.state import FinishedBuild, read_finished_build
from ingest.warehouse import Warehouse, now

DELIVERIES = """
    select source_system, object, source_file, sha256, bytes, extracted_at, recorded_at, rows_landed
    from raw.deliveries
    where is_current and status = 'landed'
    order by source_system, object, source_file, batch_id
"""
RESULTS = """
    select
        control_id, severity, status, failures, amount_at_risk, is_overridden, override_reason,
        override_approver, override_expires_on
    from marts.rpt_control_results
    where run_id = ?
    order by control_id
"""


def close_period(
    warehouse: Warehouse, legal_entity_id: str, period: str, closed_by: str | None = None
) -> Seal:
    """Seal a period of an entity as it is published, and return the seal.

    ``closed_by`` is by default the user of the system. Raises NothingBuilt without a published version,
    UnknownName for an entity it does not have, and CloseRefused where the period is not over or out of turn,
    or where what is published is not what was landed and set last.
    """
    closed_through = last_day_of(period)
    with _locked(warehouse, f"close {legal_entity_id} {period}"), open_published(warehouse) as connection:
        published = read_finished_build(connection)
        if published is None:
            raise NothingBuilt(
                "a published version that holds no finished build",
                next_step="Publish one with `tieout run EXTRACTS`.",
                file=warehouse.published,
            )
        _require_entity(connection, legal_entity_id)
        seals = [seal for seal in read_seals(warehouse) if seal.legal_entity_id == legal_entity_id]
        covers_from = _begin_of_seal(legal_entity_id, period, seals)
        _require_over(published, legal_entity_id, closed_through)
        _require_published_input(warehouse, published)
        accounts = accounts_of(connection, legal_entity_id, period)
        if not accounts:
            raise CloseRefused(
                f"no ledger of {legal_entity_id} up to {closed_through}",
                expected="a period in which its books had begun",
                next_step=f'`tieout sql "select min(as_of) from marts.rpt_trial_balance'
                f" where legal_entity_id = '{legal_entity_id}'\"` shows the first.",
            )
        earlier = max((seal for seal in seals if seal.is_in_force), key=_by_period, default=None)
        versions = [seal.version for seal in seals if seal.period == period]
        content = {
            "legal_entity_id": legal_entity_id,
            "period": period,
            "version": max(versions, default=0) + 1,
            "covers_from": covers_from,
            "closed_through": closed_through,
            "closed_at": now(),
            "closed_by": closed_by or _user(),
            "follows": earlier.sha256 if earlier else None,
            "run_id": published.run_id,
            "as_of": published.as_of,
            "fingerprint": published.fingerprint,
            "code_version": evidence.run_of_now(published.run_id).code_version,
            "git_commit": git_commit(),
            "engines": engine_versions(),
            "deliveries": _dictionaries(connection.execute(DELIVERIES)),
            "controls": _dictionaries(connection.execute(RESULTS, [published.run_id])),
            "accounts": accounts,
            "figures": figures_of(connection, legal_entity_id, period),
        }
        return write_seal(warehouse, content, entries_of(connection, legal_entity_id, period, covers_from))


def reopen_period(
    warehouse: Warehouse,
    legal_entity_id: str,
    period: str,
    *,
    reason: str,
    approver: str,
    requested_by: str | None = None,
) -> Seal:
    """Open a closed period again, and return its seal, which is kept and no longer in force.

    ``requested_by`` is by default the user of the system. Raises ReopenRefused where the period is not
    closed, a later one of the entity is, the reason is empty, or nobody but who asks approves.
    """
    last_day_of(period)
    requester = (requested_by or _user()).strip()
    if not reason.strip():
        raise ReopenRefused(
            "no reason", expected="why the period is opened again", next_step="Give --reason."
        )
    if not approver.strip() or approver.strip().casefold() == requester.casefold():
        raise ReopenRefused(
            f"`{approver}` as approver of what `{requester}` asks for",
            expected="the approval of a second person",
            next_step="Name somebody else with --approver, or who asks with --requested-by.",
        )
    with _locked(warehouse, f"reopen {legal_entity_id} {period}"):
        seals = [seal for seal in read_seals(warehouse) if seal.legal_entity_id == legal_entity_id]
        closed = sorted((seal for seal in seals if seal.is_in_force), key=_by_period)
        seal = next((seal for seal in closed if seal.period == period), None)
        if seal is None:
            periods = ", ".join(other.period for other in closed)
            raise ReopenRefused(
                f"{legal_entity_id} {period}, which is not closed",
                expected=f"one of {periods}" if periods else "a closed period",
                next_step="`tieout close` lists what is closed.",
            )
        later = [seal.period for seal in closed if seal.period > period]
        if later:
            raise ReopenRefused(
                f"{legal_entity_id} {period} with {', '.join(later)} closed after it",
                expected="the last closed period, since later balances rest on earlier ones",
                next_step=f"Begin with `tieout reopen {legal_entity_id} {later[-1]}`.",
            )
        return write_reopening(seal, Reopening(now(), requester, approver.strip(), reason.strip()))


@contextmanager
def _locked(warehouse: Warehouse, owner: str) -> Iterator[None]:
    if not warehouse.path.is_dir():
        raise NothingBuilt(
            f"no warehouse in {warehouse.path}",
            expected="a published version",
            next_step="Publish one with `tieout run EXTRACTS`, or name another directory with --warehouse.",
        )
    with warehouse.lock(owner):
        yield


def _require_entity(connection: duckdb.DuckDBPyConnection, legal_entity_id: str) -> None:
    rows = connection.execute("select legal_entity_id from marts.dim_legal_entity order by all").fetchall()
    known = [row[0] for row in rows]
    if legal_entity_id not in known:
        raise UnknownName(
            f"the legal entity `{legal_entity_id}`",
            expected="one of " + ", ".join(known),
            next_step="Name one that is published.",
        )


def _begin_of_seal(legal_entity_id: str, period: str, seals: list[Seal]) -> date | None:
    """The day after the entity's last closed one, None for its first closing; CloseRefused out of turn."""
    closed = sorted((seal for seal in seals if seal.is_in_force), key=_by_period)
    if not closed:
        return None
    own = next((seal for seal in closed if seal.period == period), None)
    last = closed[-1]
    begin = last.closed_through + timedelta(days=1)
    following = f"{begin:%Y-%m}"
    if own is not None:
        found = f"{legal_entity_id} {period}, closed by {own.closed_by} at {own.closed_at:%Y-%m-%dT%H:%M:%SZ}"
        next_step = f"`tieout reopen {legal_entity_id} {period}` opens it again, with reason and approver."
    elif period < following:
        found = (
            f"{legal_entity_id} {period}, which lies inside what was closed with {closed[0].period}"
            if period < closed[0].period
            else f"{legal_entity_id} {period}, which is before the last closed period {last.period}"
        )
        next_step = f"The next period to close is {following}."
    elif period > following:
        found = f"{legal_entity_id} {period} while {following} is open"
        next_step = f"Close the earlier one first with `tieout close {legal_entity_id} {following}`."
    else:
        return begin
    raise CloseRefused(
        found, expected=f"the period after the last closed one, {following}", next_step=next_step
    )


def _require_over(published: FinishedBuild, legal_entity_id: str, closed_through: date) -> None:
    if published.as_of is None or published.as_of < closed_through:
        raise CloseRefused(
            f"figures published as of {published.as_of}",
            expected=f"a period that is over: an as-of date of {closed_through} or later",
            next_step=f"Close {legal_entity_id} {closed_through:%Y-%m} when its last day is published.",
        )


def _require_published_input(warehouse: Warehouse, published: FinishedBuild) -> None:
    """What is published was built from what is landed and set now, by the running code."""
    run = evidence.run_of_now(published.run_id)
    try:
        with (
            warehouse.connect_build() if warehouse.build.exists() else open_published(warehouse) as connection
        ):
            is_current = state.input_fingerprint(connection, run) == published.fingerprint
    except duckdb.CatalogException:
        is_current = False
    if is_current and published.can_be_published:
        return
    folder = evidence.last_run(warehouse, with_controls=True)
    blocking: list[str] = []
    if folder is not None and evidence.read_run(folder).get("outcome") == evidence.STOPPED:
        results = controls.results_of_run(folder / evidence.CONTROLS_FILE)
        blocking = [result["control_id"] for result in results if _stops(result)]
    if blocking:
        found = f"newer deliveries or settings that {', '.join(blocking)} kept from being published"
        next_step = "`tieout controls` says what fails and where; close the period when a run has published."
    else:
        found = f"deliveries, settings or code that are newer than the published run {published.run_id}"
        next_step = "Publish them first with `tieout run EXTRACTS`."
    raise CloseRefused(
        found, expected="a published version of exactly what is landed and set", next_step=next_step
    )


def _stops(result: dict[str, Any]) -> bool:
    return (
        result["status"] in (controls.FAIL, controls.ERROR)
        and result["severity"] == controls.BLOCK
        and not result["is_overridden"]
    )


def _by_period(seal: Seal) -> str:
    return seal.period


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return "unknown"


def _dictionaries(cursor: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    names = [column[0] for column in cursor.description or []]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
