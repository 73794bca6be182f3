"""How a run ended, for people, for programs and for whoever calls the pipeline from Python."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from ingest.errors import TieoutError
from ingest.state import FinishedBuild


@dataclass(frozen=True)
class Outcome:
    """How a run ended. ``result`` is one of the outcomes that ingest/evidence.py names.

    ``published`` says whether what is published now matches this input. ``as_of`` and the controls are
    those of the build in question, None and 0 where nothing was built.
    """

    run_id: str
    result: str
    exit_status: int
    published: bool = False
    as_of: date | None = None
    rows_landed: int = 0
    rows_quarantined: int = 0
    controls_passed: int = 0
    controls_failed: int = 0
    controls_blocking_failed: int = 0
    seconds: float = 0.0
    messages: tuple[str, ...] = ()
    refused: tuple[Any, ...] = ()
    error: TieoutError | None = None
    evidence: Path | None = None

    def summary(self) -> dict[str, Any]:
        """The keys of the machine-readable last line."""
        return {
            "run_id": self.run_id,
            "published": self.published,
            "as_of": None if self.as_of is None else self.as_of.isoformat(),
            "rows_landed": self.rows_landed,
            "rows_quarantined": self.rows_quarantined,
            "controls_passed": self.controls_passed,
            "controls_failed": self.controls_failed,
            "controls_blocking_failed": self.controls_blocking_failed,
            "seconds": round(self.seconds, 3),
        }


def outcome_of_build(finished: FinishedBuild, result: str, exit_status: int, **facts: Any) -> Outcome:
    """The outcome of a call that ends with a build that was there before it."""
    return Outcome(
        run_id=finished.run_id,
        result=result,
        exit_status=exit_status,
        as_of=finished.as_of,
        controls_passed=finished.controls_passed,
        controls_failed=finished.controls_failed,
        controls_blocking_failed=finished.controls_blocking_failed,
        **facts,
    )


def not_begun(seconds: float) -> dict[str, Any]:
    """The machine-readable line of a call that never became a run."""
    return {**Outcome(run_id="", result="", exit_status=2, seconds=seconds).summary(), "run_id": None}
