"""Where the project's own files lie, and which version of its code is running."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from ingest.errors import InternalFault

# What decides over a published figure. Tests of our own code do not, controls do.
CODE_PATTERNS = (
    "dbt_project.yml",
    "profiles.yml",
    "ingest/**/*.py",
    "ingest/**/*.yml",
    "models/**/*.sql",
    "models/**/*.py",
    "models/**/*.yml",
    "macros/**/*.sql",
    "macros/**/*.yml",
    "seeds/**/*.csv",
    "seeds/**/*.yml",
    "tests/controls/**/*.sql",
    "tests/controls/**/*.yml",
    "tests/generic/**/*.sql",
)
ENGINES = ("dbt-core", "dbt-duckdb", "duckdb", "polars", "holidays")


@cache
def project_root() -> Path:
    """The folder of dbt_project.yml, found from where this package lies.

    Raises InternalFault when the package was installed without its models.
    """
    root = Path(__file__).resolve().parent.parent
    if not (root / "dbt_project.yml").is_file():
        raise InternalFault(
            f"no dbt_project.yml in {root}",
            expected="the models beside the package",
            next_step="Install the project with `make setup`, which links the package to its models.",
        )
    return root


def hash_of_files(root: Path, patterns: tuple[str, ...], extra: tuple[str, ...] = ()) -> str:
    """sha256 in hex over path and content of every file that a pattern names, and over ``extra``."""
    digest = hashlib.sha256()
    for path in sorted({path for pattern in patterns for path in root.glob(pattern) if path.is_file()}):
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        digest.update(f"{path.relative_to(root).as_posix()} {content}\n".encode())
    for text in extra:
        digest.update(f"{text}\n".encode())
    return digest.hexdigest()


def engine_versions() -> dict[str, str]:
    """The versions of what computes, by distribution name."""
    versions = {}
    for name in ENGINES:
        try:
            versions[name] = version(name)
        except PackageNotFoundError:
            versions[name] = "absent"
    return versions


@cache
def code_version() -> str:
    """A name for the running code: equal names mean equal results on equal input."""
    engines = tuple(f"{name}=={number}" for name, number in engine_versions().items())
    return hash_of_files(project_root(), CODE_PATTERNS, engines)[:16]


def git_commit() -> str | None:
    """The commit that is checked out, for the evidence only; None outside a git repository."""
    git = project_root() / ".git"
    try:
        head = (git / "HEAD").read_text(encoding="utf-8").strip()
        if not head.startswith("ref: "):
            return head or None
        name = head.removeprefix("ref: ")
        if (git / name).is_file():
            return (git / name).read_text(encoding="utf-8").strip()
        for line in (git / "packed-refs").read_text(encoding="utf-8").splitlines():
            if line.endswith(f" {name}"):
                return line.split(" ")[0]
    except OSError:
        pass
    return None
