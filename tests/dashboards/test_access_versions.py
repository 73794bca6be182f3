"""One version for each page run: it stays whole while the next is published, and is closed afterwards."""

import threading
from pathlib import Path

import duckdb
import pytest

from dashboards.warehouse import NothingPublished, Version, Versions
from ingest.warehouse import Warehouse
from tests.dashboards.publication import ADMIN, ANALYST, CONTROLLER, RUNS, publish


def numbers(version: Version) -> set[int]:
    """The number of the run in several relations of a version: one, unless versions are mixed."""
    with version.cursor() as cursor:
        query = "select value from marts.rpt_kpis union select amount from marts.rpt_ar_aging"
        return {int(value) for (value,) in cursor.execute(query).fetchall()}


def test_a_page_run_keeps_its_version_while_another_session_gets_the_next(tmp_path: Path):
    versions = Versions(publish(tmp_path, 1))
    with versions.take(ADMIN) as before:
        assert (numbers(before), before.run_id) == ({1}, RUNS[0])
        publish(tmp_path, 2)
        with versions.take(ANALYST) as after:
            assert (numbers(after), after.run_id) == ({2}, RUNS[1])
            assert (numbers(before), before.run_id) == ({1}, RUNS[0])
        assert numbers(before) == {1}
    with pytest.raises(duckdb.Error):
        numbers(before)
    with versions.take(ADMIN) as later:
        assert numbers(later) == {2}
    assert len(versions._open) == 1


def test_a_version_of_which_the_last_page_has_ended_is_closed(tmp_path: Path):
    versions = Versions(publish(tmp_path, 1))
    with versions.take(ADMIN), versions.take(ANALYST) as kept:
        publish(tmp_path, 2)
        with versions.take(CONTROLLER):
            assert len(versions._open) == 2
        assert numbers(kept) == {1}
    assert [opened.run_id for opened in versions._open.values()] == [RUNS[1]]


def test_a_page_that_fails_gives_its_version_back(tmp_path: Path):
    versions = Versions(publish(tmp_path, 1))
    with pytest.raises(RuntimeError), versions.take(ADMIN):
        raise RuntimeError
    publish(tmp_path, 2)
    with versions.take(ADMIN) as version:
        assert numbers(version) == {2}
    assert len(versions._open) == 1


def test_nothing_published_is_said_and_a_first_publication_appears(tmp_path: Path):
    versions = Versions(Warehouse(tmp_path))
    with pytest.raises(NothingPublished), versions.take(ADMIN):
        pass
    publish(tmp_path, 1)
    with versions.take(ADMIN) as version:
        assert numbers(version) == {1}


def test_many_sessions_read_while_versions_are_published_and_none_mixes_them(tmp_path: Path):
    versions = Versions(publish(tmp_path, 1))
    seen: list[set[int]] = []
    faults: list[BaseException] = []
    is_over = threading.Event()

    def look(access) -> None:
        try:
            while not is_over.is_set():
                with versions.take(access) as version:
                    seen.append(numbers(version) | numbers(version))
        except BaseException as fault:
            faults.append(fault)

    sessions = [
        threading.Thread(target=look, args=[access]) for access in (ADMIN, ANALYST, CONTROLLER, ANALYST)
    ]
    for session in sessions:
        session.start()
    for run in range(2, 8):
        publish(tmp_path, run)
    with versions.take(ADMIN) as version:
        last = numbers(version)
    is_over.set()
    for session in sessions:
        session.join(timeout=60)
    assert faults == []
    assert last == {7}
    assert all(len(found) == 1 for found in seen)
    assert len(set.union(*seen)) > 1
    assert len(versions._open) <= 1
