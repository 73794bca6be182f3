"""What a benchmark found, and the page that says so."""

import os
import platform
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from ingest.project import engine_versions

PAGE = Path(__file__).parent / "results.md"


@dataclass(frozen=True)
class Measurement:
    """One figure, the limit it is held against (empty: none) and how it came about."""

    what: str
    found: str
    limit: str
    holds: bool
    detail: str


def page(measurements: list[Measurement], company: str) -> str:
    """The results as Markdown."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    versions = ", ".join(f"{name} {version}" for name, version in engine_versions().items())
    lines = [
        "# Benchmarks",
        "",
        "Written by `make bench`; ratios of two things timed in the same run on the same machine.",
        "",
        f"- Taken on {date.today().isoformat()}, {os.cpu_count()} cores, {memory:.0f} GiB, "
        f"Python {platform.python_version()}, {versions}",
        f"- Data: {company}",
        "",
        "| what | found | limit | holds |",
        "|---|---|---|---|",
        *(
            f"| {measurement.what} | {measurement.found} | {measurement.limit or '–'} "
            f"| {('yes' if measurement.holds else '**no**') if measurement.limit else '–'} |"
            for measurement in measurements
        ),
        "",
        *(f"- {measurement.what}: {measurement.detail}." for measurement in measurements),
        "",
    ]
    return "\n".join(lines)
