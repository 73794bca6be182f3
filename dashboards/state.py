"""What a page shows, kept in the URL: as of, run, entity, segment and comparison.

A link carries every value, defaults included, so that it reopens what was seen. A value that no longer exists
is said, not replaced in silence; neither is a run that was superseded.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

GROUP = "*"
ALL_SEGMENTS = "all"
COMPARISONS = {"1": "the month before", "3": "three months before", "12": "the year before"}


@dataclass(frozen=True)
class Choices:
    """What can be chosen in this version."""

    run_id: str
    as_of_dates: list[date]
    entities: dict[str, str]
    segments: list[str]


@dataclass(frozen=True)
class Filters:
    """What is chosen; `remarks` say what of a link could not be honoured."""

    as_of: date
    entity: str
    segment: str
    comparison: str
    run_id: str
    remarks: list[str] = field(default_factory=list)

    def as_parameters(self) -> dict[str, str]:
        """The URL's parameters."""
        return {
            "as_of": self.as_of.isoformat(),
            "entity": self.entity,
            "segment": self.segment,
            "comparison": self.comparison,
            "run": self.run_id,
        }


def filters_of(parameters: Mapping[str, str], choices: Choices) -> Filters:
    """The filters of a link. What it leaves out takes its default; what does not exist is remarked on."""
    remarks: list[str] = []

    def chosen(name: str, allowed: list[str], default: str, what: str) -> str:
        given = parameters.get(name)
        if given is None or given in allowed:
            return given if given is not None else default
        remarks.append(
            f"This link asks for {what} {given}, which does not exist here. You see {default} instead."
        )
        return default

    dates = [day.isoformat() for day in choices.as_of_dates]
    as_of = chosen("as_of", dates, dates[0], "the as-of date")
    default_entity = GROUP if GROUP in choices.entities else next(iter(choices.entities))
    entity = chosen("entity", list(choices.entities), default_entity, "the entity")
    segment = chosen("segment", [ALL_SEGMENTS, *choices.segments], ALL_SEGMENTS, "the segment")
    comparison = chosen("comparison", list(COMPARISONS), "1", "the comparison")
    run = parameters.get("run")
    if run and run != choices.run_id:
        remarks.append(
            f"This link was made from run {run}, which was superseded. You see run {choices.run_id};"
            f" what changed in a month is shown by `tieout restatement {as_of[:7]}`."
        )
    return Filters(date.fromisoformat(as_of), entity, segment, comparison, choices.run_id, remarks)
