"""The dashboard's entry: navigation, the shared filter bar, and what is to be known of the version."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from datetime import date
from functools import partial
from html import escape
from pathlib import Path

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboards.access import Refusal, admitted, say_who, switch_off_own_exports, turn_away
from dashboards.components import ENTITY_OF_GROUP, entity_name, style
from dashboards.page import Page
from dashboards.state import (
    ALL_SEGMENTS,
    COMPARISONS,
    FUNCTIONAL,
    GROUP,
    REPORTING,
    Choices,
    Filters,
    filters_of,
)
from dashboards.views import (
    cash_flow,
    cash_forecast,
    controls,
    customer,
    data,
    document,
    ledger,
    orders,
    overview,
    receivables,
)
from dashboards.warehouse import NothingPublished, Version, Versions
from ingest import evidence
from ingest.roles import Access
from ingest.warehouse import Warehouse

PAGES: dict[str, tuple[str, Callable[[Page], None]]] = {
    "overview": ("Overview", overview.draw),
    "receivables": ("Receivables", receivables.draw),
    "customer": ("Customer", customer.draw),
    "document": ("Document", document.draw),
    "cash_forecast": ("Cash forecast", cash_forecast.draw),
    "cash_flow": ("Cash flow", cash_flow.draw),
    "orders": ("Orders", orders.draw),
    "ledger": ("Ledger", ledger.draw),
    "controls": ("Controls", controls.draw),
    "data": ("Data", data.draw),
}
FILTERS = ("as_of", "entity", "view", "segment", "comparison")
VIEWS = {FUNCTIONAL: "functional", REPORTING: "reporting"}
TAKES_ANY_DATE = ("receivables", "ledger")
KEPT = "kept_filters"


@st.cache_resource
def versions(warehouse: str) -> Versions:
    """The published versions of a warehouse directory, shared by all sessions of this server."""
    return Versions(Warehouse(Path(warehouse)))


def choices_of(version: Version) -> Choices:
    """What this version lets a user choose."""
    rows = version.ask("entities")
    entities = {row["legal_entity_id"]: entity_name(row["legal_entity_id"], row["name"]) for row in rows}
    views = {entity: [FUNCTIONAL] for entity in entities}
    if any(row["reporting_currency"] for row in rows):
        views = {entity: [FUNCTIONAL, REPORTING] for entity in entities} | {GROUP: [REPORTING]}
        if version.sees_group:
            entities = {GROUP: ENTITY_OF_GROUP} | entities
    return Choices(
        version.run_id,
        [row["as_of"] for row in version.ask("as_of_dates")],
        entities,
        [row["segment"] for row in version.ask("segments")],
        views,
    )


def filter_bar(filters: Filters, choices: Choices, *, takes_any_date: bool) -> Filters:
    """The filters as widgets; what is chosen goes into the URL, defaults included."""
    for name in FILTERS:
        wanted, seen = filters.as_parameters()[name], st.session_state.get("seen_" + name)
        # set in every run, since a widget of another page is another widget; only a user's choice stays
        if wanted != seen or st.session_state.get("filter_" + name, seen) == seen:
            st.session_state["filter_" + name] = wanted
    bar = st.columns([5, 6, 4, 4, 5, 5] if takes_any_date else [5, 6, 4, 4, 5])
    dates = [day.isoformat() for day in choices.as_of_dates]
    given = st.session_state["filter_as_of"]
    bar[0].selectbox("As of", dates if given in dates else [given, *dates], key="filter_as_of")
    bar[1].selectbox(
        "Entity", list(choices.entities), key="filter_entity", format_func=choices.entities.__getitem__
    )
    entity = st.session_state["filter_entity"]
    views = choices.views_of(entity)
    # an entity that is chosen after the group, which has one view only, is first shown in its own currency
    had_no_choice = entity != filters.entity and len(choices.views_of(filters.entity)) == 1
    if st.session_state["filter_view"] not in views or had_no_choice:
        st.session_state["filter_view"] = views[0]
    bar[2].selectbox("Currency", views, key="filter_view", format_func=VIEWS.__getitem__)
    bar[3].selectbox(
        "Customer segment",
        [ALL_SEGMENTS, *choices.segments],
        key="filter_segment",
        format_func=lambda one: "All" if one == ALL_SEGMENTS else one,
    )
    bar[4].selectbox(
        "Compare with",
        list(COMPARISONS),
        key="filter_comparison",
        format_func=lambda one: COMPARISONS[one].removeprefix("the "),
    )
    if takes_any_date:
        _any_date(bar[5], choices)
    chosen = {name: str(st.session_state["filter_" + name]) for name in FILTERS}
    for name, value in chosen.items():
        st.session_state["seen_" + name] = value
    found = filters_of(chosen, choices, takes_any_date=takes_any_date)
    st.session_state[KEPT] = chosen
    parameters = st.query_params.to_dict() | found.as_parameters()
    if st.query_params.to_dict() != parameters:
        st.query_params.from_dict(parameters)
    return found


def _any_date(place: DeltaGenerator, choices: Choices) -> None:
    """The input of a date between those with figures; it takes the place of the as-of date."""

    def take() -> None:
        if st.session_state["any_date"] is not None:
            st.session_state["filter_as_of"] = st.session_state["any_date"].isoformat()

    shown = date.fromisoformat(str(st.session_state["filter_as_of"]))
    if st.session_state.get("any_date") != shown:
        st.session_state["any_date"] = shown
    place.date_input(
        "Any date",
        key="any_date",
        min_value=min(choices.as_of_dates),
        max_value=max(choices.as_of_dates),
        format="YYYY-MM-DD",
        on_change=take,
        help="Open items, ageing, days sales outstanding and the trial balance at the end of any day.",
    )


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


def draw(name: str, access: Access) -> None:
    """One page run, and at its end a mark that it is drawn, and from which link."""
    draw_version(name, access)
    link = json.dumps({key: st.query_params.get(key) for key in FILTERS if key in st.query_params})
    st.html(f'<span data-drawn="{name}" data-link="{escape(link, quote=True)}"></span>')


def draw_version(name: str, access: Access) -> None:
    """A page of one version, as its user may see it, from beginning to end."""
    title, content = PAGES[name]
    warehouse = Warehouse(Path(os.environ.get("TIEOUT_WAREHOUSE", "warehouse")).resolve())
    st.title(title)
    try:
        with versions(str(warehouse.path)).take(access) as version:
            choices = choices_of(version)
            if not choices.as_of_dates or not choices.entities:
                st.info(nothing_to_see(access))
                return
            any_date = name in TAKES_ANY_DATE
            # a link of the navigation carries no filters: those of the session stay
            asked = st.session_state.get(KEPT, {}) | st.query_params.to_dict()
            filters = filters_of(asked, choices, takes_any_date=any_date)
            for remark in filters.remarks:
                st.warning(remark)
            banner(warehouse, version)
            chosen = filter_bar(filters, choices, takes_any_date=any_date)
            page = Page(version, choices, chosen, warehouse)
            st.caption(
                f"Run {version.run_id}, as of {chosen.as_of}, {choices.entities[chosen.entity]},"
                f" in {page.currency_of_figures or 'several currencies'}"
            )
            content(page)
    except NothingPublished:
        st.info(
            f"Nothing is published in {warehouse.path} yet. Run `tieout run EXTRACTS` to land your extracts,"
            " build the figures and publish them, or `tieout demo` to look at a demonstration company."
        )


def nothing_to_see(access: Access) -> str:
    """Why a version holds no figures for somebody."""
    if access.entities is None:
        return "This version holds no figures: nothing was posted in what was delivered."
    return f"This version holds no figures of {', '.join(sorted(access.entities))}, which you may see."


def main() -> None:
    """Draw the page that was asked for, for whoever is let in."""
    st.set_page_config(page_title="Tieout", layout="wide")
    switch_off_own_exports()
    style()
    who = admitted()

    def content(name: str) -> None:
        if isinstance(who, Refusal):
            turn_away(who)
        else:
            draw(name, who)

    pages = [
        st.Page(partial(content, name), title=title, url_path=name, default=name == "overview")
        for name, (title, _) in PAGES.items()
    ]
    chosen = st.navigation(pages, position="hidden" if isinstance(who, Refusal) else "top")
    if isinstance(who, Access):
        say_who(who)
    chosen.run()


main()
