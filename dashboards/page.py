"""One page run: the version it reads, the filters in force, and what the version says of its controls."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from html import escape

from dashboards.state import GROUP, Choices, Filters
from dashboards.warehouse import Row, Version
from ingest.definitions import definitions
from ingest.warehouse import Warehouse


@dataclass
class Page:
    """What a page is drawn from. Every row comes from `version`, one whole publication."""

    version: Version
    choices: Choices
    filters: Filters
    version_warehouse: Warehouse

    @property
    def period(self) -> str:
        """The month of the as-of date, YYYY-MM."""
        return f"{self.filters.as_of:%Y-%m}"

    @property
    def is_group(self) -> bool:
        """The group is shown, in reporting currency."""
        return self.filters.entity == GROUP

    @cached_property
    def currency(self) -> str | None:
        """The currency of the entity's amounts, of the group the reporting currency."""
        rows = self.version.ask("entities")
        found = [row for row in rows if row["legal_entity_id"] == self.filters.entity]
        if found:
            return str(found[0]["currency"])
        return next((row["reporting_currency"] for row in rows), None)

    @cached_property
    def figures(self) -> list[Row]:
        """The figures at the as-of date, with their definitions and changes."""
        return self.ask("figures")

    @cached_property
    def controls(self) -> list[Row]:
        """The control results of the run that was published."""
        return self.version.ask("controls_of_run", run_id=self.version.run_id)

    @cached_property
    def _histories(self) -> dict[str, list[float]]:
        found: dict[str, list[float]] = {}
        for row in self.ask("figure_history"):
            if row["value"] is not None:
                found.setdefault(row["figure"], []).append(float(row["value"]))
        return found

    def history(self, figure: str, months: int = 13) -> list[float]:
        """The last values of a figure up to the as-of date, oldest first."""
        return self._histories.get(figure, [])[-months:]

    def definition_of(self, figure: str) -> str | None:
        """The name of a metric that has no figure in this cut."""
        rows = self.version.ask("definition", metric_id=figure)
        return rows[0]["name"] if rows else None

    def ask(self, name: str) -> list[Row]:
        """The rows of a named query at the filters in force."""
        return self.version.ask(
            name,
            as_of=self.filters.as_of,
            entity=self.filters.entity,
            segment=self.filters.segment,
            period=self.period,
        )

    def marks(self, mart: str, metric_id: str) -> str:
        """A mark for each failed or overridden control that vouches for a figure, leading to the control."""
        marked = [
            row
            for row in self.controls
            if row["status"] in ("fail", "error")
            and self._vouches(set((row["covers"] or "").split(";")), mart, metric_id)
        ]
        return "".join(
            f' <a class="mark" href="controls?control={row["control_id"]}" target="_self"'
            f' title="{escape(row["control_id"] + " " + row["title"] + ": " + row["status"], quote=True)}">'
            f"{'⚠' if row['severity'] == 'warn' or row['is_overridden'] else '✖'} {row['control_id']}</a>"
            for row in marked
        )

    @staticmethod
    def _vouches(covers: set[str], mart: str, metric_id: str) -> bool:
        """Whether a control vouches for a metric: by its id, or for the whole mart if it names no metric."""
        return metric_id in covers or (mart in covers and not covers & definitions().keys())

    def described_filters(self) -> dict[str, str]:
        """The filters in words, for exports."""
        return {
            "entity": "group" if self.is_group else self.filters.entity,
            "segment": self.filters.segment,
            "currency": self.currency or "",
        }
