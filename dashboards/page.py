"""One page run: the version it reads, the filters in force, and what the version says of its controls."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from html import escape
from urllib.parse import urlencode

from dashboards.state import ALL_SEGMENTS, GROUP, REPORTING, Choices, Filters
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
        """The month of the reported date, YYYY-MM."""
        return f"{self.filters.reported:%Y-%m}"

    @property
    def is_group(self) -> bool:
        """The group is shown, in reporting currency."""
        return self.filters.entity == GROUP

    @property
    def is_between_reports(self) -> bool:
        """The as-of date is none of those with figures."""
        return self.filters.as_of != self.filters.reported

    @cached_property
    def currency(self) -> str | None:
        """The currency of the entity's own amounts; of the group the reporting currency."""
        rows = self.version.ask("entities")
        found = [row for row in rows if row["legal_entity_id"] == self.filters.entity]
        if found:
            return str(found[0]["currency"])
        return self.reporting_currency

    @cached_property
    def reporting_currency(self) -> str | None:
        """The currency of the group's amounts; null where the group has none."""
        return next((row["reporting_currency"] for row in self.version.ask("entities")), None)

    @property
    def currency_of_figures(self) -> str | None:
        """The currency of the figures that are cut by currency view."""
        return self.reporting_currency if self.filters.view == REPORTING else self.currency

    @cached_property
    def figures(self) -> list[Row]:
        """The figures at the as-of date, with their definitions and changes."""
        return self.ask("figures")

    @cached_property
    def controls(self) -> list[Row]:
        """The control results of the run that was published."""
        return self.version.ask("controls_of_run", run_id=self.version.run_id)

    @cached_property
    def figure_history(self) -> list[Row]:
        """The figures of every date up to the as-of date, oldest first."""
        return self.ask("figure_history")

    @cached_property
    def _histories(self) -> dict[str, list[float]]:
        found: dict[str, list[float]] = {}
        for row in self.figure_history:
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

    def absence_of(self, figure: str) -> str:
        """Why a metric has no figure in this cut."""
        if any(row["figure"] == figure for row in self.figure_history):
            return "quarter ends only"
        if self.filters.segment != ALL_SEGMENTS:
            if self.filters.view == REPORTING and not self.is_group:
                return "segments are in functional currency only"
            return "not available by segment"
        return "not available in this currency view" if self.filters.view == REPORTING else "not available"

    def ask(self, name: str, **parameters: object) -> list[Row]:
        """The rows of a named query at the filters in force, and at what else it is asked for."""
        filters = {
            "as_of": self.filters.as_of,
            "reported": self.filters.reported,
            "entity": self.filters.entity,
            "segment": self.filters.segment,
            "view": self.filters.view,
            "period": self.period,
        }
        return self.version.ask(name, **(filters | parameters))

    def link(self, page: str, **parameters: str) -> str:
        """The address of a page at the filters in force."""
        return f"{page}?{urlencode(self.filters.as_parameters() | parameters)}"

    def leads_to(self, page: str, **columns: str) -> Callable[[Row], str | None]:
        """What gives the address that a row of a table leads to; `columns` are parameter = column."""

        def address(row: Row) -> str | None:
            values = {name: row[column] for name, column in columns.items()}
            return None if None in values.values() else self.link(page, **values)

        return address

    def marks(self, mart: str, metric_id: str) -> str:
        """A mark for each failed or overridden control that vouches for a figure, leading to the control."""
        marked = [
            row
            for row in self.controls
            if row["status"] in ("fail", "error")
            and self._vouches(set((row["covers"] or "").split(";")), mart, metric_id)
        ]
        return "".join(
            f' <a class="mark" href="{escape(self.link("controls", control=row["control_id"]), quote=True)}"'
            ' target="_self"'
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
            "currency view": self.filters.view,
            "currency": self.currency or "",
        }
