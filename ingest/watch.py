"""Running the pipeline whenever something changes in an extracts folder, by looking every few seconds."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

Signature = frozenset[tuple[str, int, int]]


def signature(extracts: Path) -> Signature:
    """Path, size and time of change of every file; equal signatures mean that nothing was delivered."""
    found = set()
    for path in extracts.rglob("*"):
        try:
            facts = path.stat()
        except OSError:
            # It vanished between the listing and the look: the next look sees the folder without it.
            continue
        if path.is_file():
            found.add((path.relative_to(extracts).as_posix(), facts.st_size, facts.st_mtime_ns))
    return frozenset(found)


def watch(
    extracts: Path,
    run: Callable[[], object],
    *,
    seconds: float,
    sleep: Callable[[float], None] = time.sleep,
    keep_on: Callable[[], bool] = lambda: True,
) -> int:
    """Call ``run`` at once and after each change, when the folder has been still for ``seconds``.

    A delivery that is still being written changes from look to look, so it is left alone until it is done.
    Returns how many times it ran, once ``keep_on`` says to stop.
    """
    runs = 0
    handled: Signature | None = None
    before = signature(extracts)
    while keep_on():
        present = signature(extracts)
        if present == before and present != handled:
            run()
            handled = present
            runs += 1
        before = present
        sleep(seconds)
    return runs
