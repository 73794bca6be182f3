"""The demonstration company: two years of order-to-cash as ordinary extracts, with the true answers.

`make_company(folder)` writes `<folder>/extracts` in the standard layout and `<folder>/answers/<mart>.csv`
beside it. The same size, seed and faults give the same bytes. Faults change the extracts after the books are
right; the answers stay those of the right books.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ingest.simulate.answers import Answers, write_answers
from ingest.simulate.company import Progress, simulate
from ingest.simulate.extracts import write_extracts
from ingest.simulate.faults import FAULTS, Fault, plant
from ingest.simulate.settings import DEFAULT_SEED, SIZES, SizeName

__all__ = ["DEFAULT_SEED", "FAULTS", "SIZES", "Answers", "Fault", "SizeName", "make_company"]


def make_company(
    folder: Path,
    *,
    size: SizeName = "small",
    seed: int = DEFAULT_SEED,
    faults: Sequence[str] = (),
    progress: Progress | None = None,
) -> Answers:
    """Make the company's extracts and answers in a folder; files of an earlier company there are overwritten.

    Args:
        folder: receives `extracts/` and `answers/`; made if it is not there.
        size: `small` (about 2,000 orders), `medium` (50,000) or `large` (a million order lines). Large writes
            only the aggregated answers.
        seed: of every random choice.
        faults: names of `FAULTS`, planted in the given order.
        progress: called with (step, done, total).

    Returns:
        Where both lie, and how many rows each answer has.

    Raises:
        KeyError: a size or fault that does not exist.
    """
    for fault in faults:
        if fault not in FAULTS:
            raise KeyError(f"no such fault: {fault}; there are {', '.join(sorted(FAULTS))}")
    report: Progress = progress or (lambda step, done, total: None)
    books = simulate(SIZES[size], seed, report)
    report("write extracts", 0, 2)
    write_extracts(books, folder / "extracts")
    report("write answers", 1, 2)
    answers = write_answers(books, folder / "extracts", folder / "answers")
    for fault in faults:
        plant(folder / "extracts", fault)
    report("write answers", 2, 2)
    return answers
