"""Runs of the `tieout` command as a user starts it."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

TIEOUT = Path(sys.executable).with_name("tieout")


@dataclass(frozen=True)
class PublishedRun:
    """One call of `tieout` that has ended: its warehouse, exit status and output."""

    warehouse: Path
    exit_status: int
    output: str

    @property
    def summary(self) -> dict[str, Any]:
        """The machine-readable last line of `--json`."""
        return json.loads(self.output.strip().splitlines()[-1])


def tieout(*arguments: str | Path, warehouse: Path, **environment: str) -> PublishedRun:
    """Call the command on a warehouse, from a folder that has nothing to do with the project."""
    warehouse.mkdir(parents=True, exist_ok=True)
    finished = subprocess.run(
        [TIEOUT, *map(str, arguments), "--warehouse", str(warehouse)],
        cwd=warehouse,
        env=os.environ | environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return PublishedRun(warehouse, finished.returncode, finished.stdout)
