"""Fixtures that the tests of the dashboard share."""

import json
from pathlib import Path

import pytest
from filelock import FileLock

from tests.harness.published import PublishedRun, tieout


@pytest.fixture(scope="session")
def demonstration_run(shared_folder: Path) -> PublishedRun:
    """`tieout demo`, once for all workers: a company of two entities in a group. Nobody may write into it."""
    folder = shared_folder / "demonstration_run"
    folder.mkdir(exist_ok=True)
    ended = folder / "ended.json"
    with FileLock(folder / "lock"):
        if not ended.exists():
            run = tieout("demo", "--json", warehouse=folder / "warehouse")
            ended.write_text(json.dumps([run.exit_status, run.output]))
    run = PublishedRun(folder / "warehouse", *json.loads(ended.read_text()))
    assert run.exit_status == 0, run.output
    return run
