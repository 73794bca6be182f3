"""`tieout run` on the small project, in a process of its own that can be killed."""

import sys
from datetime import date
from pathlib import Path

from ingest import build, pipeline
from ingest.progress import PlainProgress
from ingest.warehouse import Warehouse


def run_small(project: Path, extracts: Path, warehouse: Path, as_of: date) -> int:
    """Run and return the exit status."""
    build.project_root = lambda: project
    build.variables_that_differ = lambda root: ""
    outcome = pipeline.run(extracts, Warehouse(warehouse), as_of=as_of, progress=PlainProgress())
    return outcome.exit_status


if __name__ == "__main__":
    folders = [Path(argument) for argument in sys.argv[1:4]]
    sys.exit(run_small(*folders, date.fromisoformat(sys.argv[4])))
