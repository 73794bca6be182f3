"""The demonstration company: two years of order-to-cash as ordinary extracts, with the true answers.

`make_company(folder)` writes `<folder>/extracts` in the standard layout and `<folder>/answers/<mart>.csv`
beside it. The same size and seed give the same bytes.
"""

from __future__ import annotations

from pathlib import Path

from ingest.simulate.answers import Answers, write_answers
from ingest.simulate.company import Progress, simulate
from ingest.simulate.extracts import write_extracts
from ingest.simulate.settings import DEFAULT_SEED, SIZES, SizeName

__all__ = ["DEFAULT_SEED", "SIZES", "Answers", "SizeName", "make_company"]


def make_company(
    folder: Path,
    *,
    size: SizeName = "small",
    seed: int = DEFAULT_SEED,
    progress: Progress | None = None,
) -> Answers:
    """Make the company's extracts and answers in a folder; files of an earlier company there are overwritten.

    Args:
        folder: receives `extracts/` and `answers/`; made if it is not there.
        size: `small` (about 2,000 orders), `medium` (50,000) or `large` (a million order lines). Large writes
            only the aggregated answers.
        seed: of every random choice.
        progress: called with (step, done, total).

    Returns:
        Where both lie, and how many rows each answer has.

    Raises:
        KeyError: a size that does not exist.
    """
    report: Progress = progress or (lambda step, done, total: None)
    books = simulate(SIZES[size], seed, report)
    report("write extracts", 0, 2)
    write_extracts(books, folder / "extracts")
    report("write answers", 1, 2)
    answers = write_answers(books, folder / "extracts", folder / "answers")
    report("write answers", 2, 2)
    return answers
