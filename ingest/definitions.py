"""What the metrics mean, read from the one place that says it: the seed `metric_definitions`."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache

from ingest.project import project_root

SEED = "seeds/metric_definitions.csv"


@dataclass(frozen=True)
class Definition:
    """One metric: `unit` is days, percent, ratio, times or currency; the rest is plain text."""

    metric_id: str
    name: str
    formula: str
    unit: str
    sign: str
    better_when: str
    edge_rule: str
    owner: str


@cache
def definitions() -> dict[str, Definition]:
    """Every metric's definition by its id."""
    with (project_root() / SEED).open(newline="", encoding="utf-8") as file:
        return {row["metric_id"]: Definition(**row) for row in csv.DictReader(file)}


def definitions_of(covers: str) -> list[Definition]:
    """The definitions of the metrics among what a control covers (names separated by semicolons)."""
    return [definitions()[name] for name in covers.split(";") if name in definitions()]
