"""The log of exports: who took what out of the dashboard, when, with which filters, from which run."""

from __future__ import annotations

import json
import os
from threading import Lock

from ingest.evidence import as_json
from ingest.export import Origin
from ingest.roles import Access
from ingest.warehouse import Warehouse, now

OWNER_ONLY = 0o600
_LOCK = Lock()


def record(
    warehouse: Warehouse,
    access: Access,
    origin: Origin,
    *,
    what: str,
    file: str,
    rows: int,
) -> None:
    """Add a line to the log, before the file is handed out.

    Args:
        warehouse: in whose directory the log lies.
        access: who takes it.
        origin: run, as-of date and filters.
        what: the mart that the rows are from.
        file: name of the file that is handed out.
        rows: how many rows it holds.

    Raises:
        OSError: the log cannot be written; the export then does not happen.
    """
    line = {
        "at": now(),
        "user": access.user,
        "entities": "all" if access.entities is None else sorted(access.entities),
        "duties": sorted(access.duties),
        "bank_details": access.scope.sees_bank_details,
        "what": what,
        "file": file,
        "rows": rows,
        "run_id": origin.run_id,
        "as_of": origin.as_of,
        "filters": origin.filters,
    }
    content = (json.dumps(line, default=as_json, ensure_ascii=False) + "\n").encode()
    with _LOCK:
        descriptor = os.open(warehouse.export_log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, OWNER_ONLY)
        try:
            os.write(descriptor, content)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
