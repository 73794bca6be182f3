"""What a page shows, kept in the URL: as of, run, entity, segment, currency view and comparison.

A link carries every value, defaults included, so that it reopens what was seen. A value that no longer exists
is said, not replaced in silence; neither is a run that was superseded.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

GROUP = "*"
ALL_SEGMENTS = "all"
COMPARISONS = {"1": "the month before", "3": "3 months before", "12": "the year before"}
FUNCTIONAL, REPORTING = "functional", "reporting"


@dataclass(frozen=True)
class Choices:
    """What can be chosen in this version; `views` are the currency views of each entity."""

    run_id: str
    as_of_dates: list[date]
    entities: dict[str, str]
    segments: list[str]
    views: dict[str, list[str]] = field(default_factory=dict)

    def views_of(self, entity: str) -> list[str]:
        """The currency views of an entity, its default first."""
        return self.views.get(entity, [REPORTING if entity == GROUP else FUNCTIONAL])

    def reported(self, day: date) -> date | None:
        """The last date with figures on or before a day."""
        return max((one for one in self.as_of_dates if one <= day), default=None)


@dataclass(frozen=True)
class Filters:
    """What is chosen; `remarks` say what of a link could not be honoured.

    `as_of` may be any date where a page takes one; `reported` is the last date with figures up to it.
    """

    as_of: date
    reported: date
    entity: str
    segment: str
    view: str
    comparison: str
    run_id: str
    remarks: list[str] = field(default_factory=list)

    def as_parameters(self) -> dict[str, str]:
        """The URL's parameters."""
        return {
            "as_of": self.as_of.isoformat(),
            "entity": self.entity,
            "segment": self.segment,
            "view": self.view,
            "comparison": self.comparison,
            "run": self.run_id,
        }


def filters_of(parameters: Mapping[str, str], choices: Choices, *, takes_any_date: bool = False) -> Filters:
    """The filters of a link. What it leaves out takes its default; what does not exist is remarked on.

    Args:
        parameters: of the URL.
        choices: what this version has.
        takes_any_date: the page shows any date, not only those with figures.
    """
    remarks: list[str] = []

    def chosen(name: str, allowed: list[str], default: str, what: str) -> str:
        given = parameters.get(name)
        if given is None or given in allowed:
            return given if given is not None else default
        remarks.append(
            f"This link asks for {what} {given}, which does not exist here. You see {default} instead."
        )
        return default

    as_of, reported = _dates(parameters.get("as_of"), choices, takes_any_date, remarks)
    default_entity = GROUP if GROUP in choices.entities else next(iter(choices.entities))
    entity = chosen("entity", list(choices.entities), default_entity, "the entity")
    segment = chosen("segment", [ALL_SEGMENTS, *choices.segments], ALL_SEGMENTS, "the segment")
    views = choices.views_of(entity)
    view = chosen("view", views, views[0], "the currency view")
    comparison = chosen("comparison", list(COMPARISONS), "1", "the comparison")
    run = parameters.get("run")
    if run and run != choices.run_id:
        remarks.append(
            f"This link was made from run {run}, which was superseded. You see run {choices.run_id};"
            f" what changed in a month is shown by `tieout restatement {as_of:%Y-%m}`."
        )
    return Filters(as_of, reported, entity, segment, view, comparison, choices.run_id, remarks)


def _dates(
    given: str | None, choices: Choices, takes_any_date: bool, remarks: list[str]
) -> tuple[date, date]:
    """The as-of date, and the last date with figures up to it."""
    newest = max(choices.as_of_dates)
    if given is None:
        return newest, newest
    asked = None
    with contextlib.suppress(ValueError):
        asked = date.fromisoformat(given)
    reported = choices.reported(asked) if asked and asked <= newest else None
    if asked is None or reported is None:
        remarks.append(
            f"This link asks for the as-of date {given}, which does not exist here. You see {newest} instead."
        )
        return newest, newest
    if asked != reported and not takes_any_date:
        remarks.append(
            f"Figures of this page stand at month ends. You see {reported}, the last one before {asked}."
        )
        return reported, reported
    return asked, reported
