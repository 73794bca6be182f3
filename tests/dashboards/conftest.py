"""Fixtures that the tests of the dashboard share."""

import json
from pathlib import Path

import pytest
from filelock import FileLock

from ingest.simulate import make_company
from tests.harness.published import PublishedRun, tieout


@pytest.fixture(scope="session")
def demonstration_run(shared_folder: Path) -> PublishedRun:
    """`tieout run` on the demonstration company, once for all workers; nobody may write into it."""
    folder = shared_folder / "demonstration_run"
    folder.mkdir(exist_ok=True)
    ended = folder / "ended.json"
    with FileLock(folder / "lock"):
        if not ended.exists():
            company = make_company(folder)
            run = tieout("run", company.extracts, "--json", warehouse=folder / "warehouse")
            ended.write_text(json.dumps([run.exit_status, run.output]))
    return PublishedRun(folder / "warehouse", *json.loads(ended.read_text()))
