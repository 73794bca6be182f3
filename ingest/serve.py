"""Serving the dashboard: Streamlit in a process of its own, on localhost."""

from __future__ import annotations

import os
import subprocess
import sys

from ingest.errors import UsageError
from ingest.project import project_root
from ingest.warehouse import Warehouse

APP = "dashboards/app.py"
OPTIONS = {
    "browser.gatherUsageStats": "false",
    "client.disableDataExport": "true",
    "client.toolbarMode": "minimal",
    "server.address": "localhost",
    "server.fileWatcherType": "none",
}


def serve(warehouse: Warehouse, *, port: int, opens_browser: bool) -> None:
    """Serve the dashboard on localhost until interrupted.

    Args:
        warehouse: whose published version is shown; it need not have one yet.
        port: port on localhost.
        opens_browser: open the user's browser on it.

    Raises:
        UsageError: the server did not start, for instance since the port is taken.
    """
    options = OPTIONS | {"server.port": str(port), "server.headless": str(not opens_browser).lower()}
    command = [
        *(sys.executable, "-m", "streamlit", "run", str(project_root() / APP)),
        *(f"--{name}={value}" for name, value in options.items()),
    ]
    environment = os.environ | {
        "TIEOUT_WAREHOUSE": str(warehouse.path),
        "PYTHONPATH": os.pathsep.join(filter(None, [str(project_root()), os.environ.get("PYTHONPATH")])),
    }
    try:
        ended = subprocess.run(command, env=environment, check=False).returncode
    except KeyboardInterrupt:
        return
    if ended:
        raise UsageError(
            f"a server that ended with {ended}",
            expected=f"one that serves on port {port}",
            next_step="Choose another port with --port if this one is taken.",
        )
