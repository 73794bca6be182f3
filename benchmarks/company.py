"""The demonstration company's extracts, made once for each version of the simulation."""

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from ingest.project import hash_of_files, project_root
from ingest.simulate import DEFAULT_SEED, SizeName, make_company
from ingest.simulate.company import simulate
from ingest.simulate.extracts import write_extracts
from ingest.simulate.settings import Size

SEED = DEFAULT_SEED
# As many orders as bring about 100,000 invoices.
HUNDRED_THOUSAND = Size(orders=82_000, customers=2_000, writes_every_answer=False)


def company(size: SizeName) -> Path:
    """The folder of a company's extracts, made where it is not there yet."""
    return _made_once(size, lambda folder: make_company(folder, size=size, seed=SEED))


def company_of_invoices() -> Path:
    """The same of a company with about 100,000 invoices."""
    return _made_once(
        "invoices", lambda folder: write_extracts(simulate(HUNDRED_THOUSAND, SEED), folder / "extracts")
    )


def _made_once(name: str, make: Callable[[Path], object]) -> Path:
    version = hash_of_files(project_root(), ("ingest/simulate/**/*", "benchmarks/company.py"))[:12]
    folder = Path(tempfile.gettempdir()) / "tieout-benchmarks" / f"{name}-{version}"
    if not (folder / "complete").exists():
        shutil.rmtree(folder, ignore_errors=True)
        make(folder / "company")
        (folder / "complete").touch()
    return folder / "company" / "extracts"
