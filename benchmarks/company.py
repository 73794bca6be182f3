"""The demonstration company's extracts, made once for each version of the simulation."""

import shutil
import tempfile
from pathlib import Path

from ingest.project import hash_of_files, project_root
from ingest.simulate import DEFAULT_SEED, SizeName, make_company

SEED = DEFAULT_SEED


def company(size: SizeName) -> Path:
    """The folder of a company's extracts, made where it is not there yet."""
    version = hash_of_files(project_root(), ("ingest/simulate/**/*",))[:12]
    folder = Path(tempfile.gettempdir()) / "tieout-benchmarks" / f"{size}-{version}"
    if not (folder / "complete").exists():
        shutil.rmtree(folder, ignore_errors=True)
        make_company(folder / "company", size=size, seed=SEED)
        (folder / "complete").touch()
    return folder / "company" / "extracts"
