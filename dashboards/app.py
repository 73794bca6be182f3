"""The dashboard's entry: navigation, the shared filter bar, and what is to be known of the version."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import streamlit as st

from dashboards.components import ENTITY_OF_GROUP, entity_name, style
from dashboards.page import Page
from dashboards.state import ALL_SEGMENTS, COMPARISONS, GROUP, Choices, Filters, filters_of
from dashboards.views import cash_flow, controls, data, document, ledger, orders, overview, receivables
from dashboards.warehouse import NothingPublished, Version, Versions
from ingest import evidence
from ingest.warehouse import Warehouse

PAGES: dict[str, tuple[str, Callable[[Page], None]]] = {
    "overview": ("Overview", overview.draw),
    "receivables": ("Receivables", receivables.draw),
    "document": ("Document", document.draw),
    "cash_flow": ("Cash flow", cash_flow.draw),
    "orders": ("Orders", orders.draw),
    "ledger": ("Ledger", ledger.draw),
    "controls": ("Controls", controls.draw),
    "data": ("Data", data.draw),
}
FILTERS = ("as_of", "entity", "segment", "comparison")


@st.cache_resource
def versions(warehouse: str) -> Versions:
    """The published versions of a warehouse directory, shared by all sessions of this server."""
    return Versions(Warehouse(Path(warehouse)))


def choices_of(version: Version) -> Choices:
    """What this version lets a user choose."""
    rows = version.ask("entities")
    entities = {row["legal_entity_id"]: entity_name(row["legal_entity_id"], row["name"]) for row in rows}
    if any(row["reporting_currency"] for row in rows):
        entities = {GROUP: ENTITY_OF_GROUP} | entities
    return Choices(
        version.run_id,
        [row["as_of"] for row in version.ask("as_of_dates")],
        entities,
        [row["segment"] for row in version.ask("segments")],
    )


def filter_bar(filters: Filters, choices: Choices) -> Filters:
    """The filters as widgets; what is chosen goes into the URL, defaults included."""
    for name in FILTERS:
        wanted = filters.as_parameters()[name]
        if st.session_state.get("seen_" + name) != wanted:
            st.session_state["filter_" + name] = wanted
    as_of, entity, segment, comparison = st.columns(4)
    as_of.selectbox("As of", [day.isoformat() for day in choices.as_of_dates], key="filter_as_of")
    entity.selectbox(
        "Entity", list(choices.entities), key="filter_entity", format_func=choices.entities.__getitem__
    )
    segment.selectbox(
        "Customer segment",
        [ALL_SEGMENTS, *choices.segments],
        key="filter_segment",
        format_func=lambda one: "All segments" if one == ALL_SEGMENTS else one,
    )
    comparison.selectbox(
        "Compare with", list(COMPARISONS), key="filter_comparison", format_func=COMPARISONS.__getitem__
    )
    chosen = {name: str(st.session_state["filter_" + name]) for name in FILTERS}
    for name, value in chosen.items():
        st.session_state["seen_" + name] = value
    parameters = {**st.query_params.to_dict(), **chosen, "run": choices.run_id}
    if st.query_params.to_dict() != parameters:
        st.query_params.from_dict(parameters)
    return filters_of(chosen, choices)


def banner(warehouse: Warehouse, version: Version) -> None:
    """Say so when the last run was not published, and why."""
    folder = evidence.last_run(warehouse)
    if folder is None or folder.name == version.run_id:
        return
    ended = evidence.read_run(folder)
    if ended.get("outcome") == evidence.STOPPED:
        st.error(
            f"The last run, {folder.name}, was not published: a blocking control failed. You see run"
            f" {version.run_id}. `tieout controls` names the control and its rows."
        )
    elif ended.get("outcome") == evidence.REFUSED:
        st.error(
            f"The last run, {folder.name}, built nothing: a delivered file was refused. You see run"
            f" {version.run_id}. `tieout status` names the file."
        )


def draw(name: str) -> None:
    """One page run: one version from beginning to end."""
    title, content = PAGES[name]
    warehouse = Warehouse(Path(os.environ.get("TIEOUT_WAREHOUSE", "warehouse")).resolve())
    st.title(title)
    try:
        with versions(str(warehouse.path)).take() as version:
            choices = choices_of(version)
            if not choices.as_of_dates or not choices.entities:
                st.info("This version holds no figures: nothing was posted in what was delivered.")
                return
            filters = filters_of(st.query_params.to_dict(), choices)
            for remark in filters.remarks:
                st.warning(remark)
            banner(warehouse, version)
            page = Page(version, choices, filter_bar(filters, choices), warehouse)
            st.caption(
                f"Run {version.run_id}, as of {page.filters.as_of},"
                f" {choices.entities[page.filters.entity]}, in {page.currency or 'several currencies'}"
            )
            content(page)
    except NothingPublished:
        st.info(
            f"Nothing is published in {warehouse.path} yet. Run `tieout run EXTRACTS` to land your extracts,"
            " build the figures and publish them, or `tieout demo` to look at a demonstration company."
        )


def main() -> None:
    """Draw the page that was asked for."""
    st.set_page_config(page_title="Tieout", layout="wide")
    style()
    pages = [
        st.Page(
            lambda name=name: draw(name),  # type: ignore[misc]
            title=title,
            url_path=name,
            default=name == "overview",
        )
        for name, (title, _) in PAGES.items()
    ]
    st.navigation(pages).run()


main()
