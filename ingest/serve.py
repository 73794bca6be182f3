"""Serving the dashboard: Streamlit in a process of its own, on localhost unless a sign-in guards it."""

from __future__ import annotations

import os
import subprocess
import sys

from ingest.errors import UsageError
from ingest.project import project_root
from ingest.sign_in import LOCAL_NAMES, ROLES_VARIABLE, SECRETS_VARIABLE, SignIn, check_address
from ingest.warehouse import Warehouse

APP = "dashboards/app.py"
LOCALHOST = "localhost"
OPTIONS = {
    "browser.gatherUsageStats": "false",
    "client.disableDataExport": "true",
    "client.toolbarMode": "minimal",
    "server.enableCORS": "true",
    "server.enableXsrfProtection": "true",
    "server.fileWatcherType": "none",
}


def serve(
    warehouse: Warehouse,
    *,
    port: int,
    opens_browser: bool,
    address: str = LOCALHOST,
    sign_in: SignIn | None = None,
) -> None:
    """Serve the dashboard until interrupted.

    Args:
        warehouse: whose published version is shown; it need not have one yet.
        port: port to listen on.
        opens_browser: open the user's browser on it.
        address: where to listen; others than this machine are served only with a sign-in.
        sign_in: the files that say who may see what; None lets whoever is on this machine see everything.

    Raises:
        UsageError: a public address without a sign-in, or the server did not start, for instance since the
            port is taken.
    """
    check_address(address, sign_in)
    _warn_of_readers(warehouse, sign_in)
    command = [
        *(sys.executable, "-m", "dashboards.server", "run", str(project_root() / APP)),
        *(f"--{name}={value}" for name, value in OPTIONS.items()),
        *(f"--server.address={address}", f"--server.port={port}"),
        f"--server.headless={str(not opens_browser).lower()}",
        *_options_of_sign_in(sign_in),
    ]
    environment = {
        name: value for name, value in os.environ.items() if name not in (ROLES_VARIABLE, SECRETS_VARIABLE)
    } | {
        "TIEOUT_WAREHOUSE": str(warehouse.path),
        "PYTHONPATH": os.pathsep.join(filter(None, [str(project_root()), os.environ.get("PYTHONPATH")])),
    }
    if sign_in is not None:
        environment[ROLES_VARIABLE] = str(sign_in.roles)
    try:
        ended = subprocess.run(command, env=environment, check=False).returncode
    except KeyboardInterrupt:
        return
    if ended:
        raise UsageError(
            f"a server that ended with {ended}",
            expected=f"one that serves on {address}, port {port}",
            next_step="Choose another port with --port if this one is taken.",
        )


def _options_of_sign_in(sign_in: SignIn | None) -> list[str]:
    """Streamlit's options: without a sign-in no secrets are read and only local names are answered."""
    if sign_in is None:
        return [f"--secrets.files={os.devnull}", *(f"--server.allowedHosts={name}" for name in LOCAL_NAMES)]
    return [f"--secrets.files={sign_in.secrets}", "--client.showErrorDetails=none"]


def _warn_of_readers(warehouse: Warehouse, sign_in: SignIn | None) -> None:
    """Roles protect pages, not files: say so where other users of the machine can read the warehouse."""
    if sign_in is not None and warehouse.path.is_dir() and warehouse.path.stat().st_mode & 0o077:
        print(
            f"tieout: other users of this machine can read {warehouse.path}, past all roles;"
            f" `chmod 700 {warehouse.path}` keeps it to the server",
            file=sys.stderr,
        )
