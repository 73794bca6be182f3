"""Controls: what blocks, what warns, the failing rows, how each fared over the runs, what it finds."""

from __future__ import annotations

import streamlit as st

from dashboards.components import parts, pick_one, table
from dashboards.page import Page
from dashboards.tables import Column, Table
from dashboards.warehouse import Row
from ingest.controls import table_of

PARTS = {
    "status": "Needs attention",
    "all": "All controls",
    "one": "One control",
    "faults": "Faults they find",
}
ORDER = {"error": 0, "fail": 1, "pass": 2, "not_applicable": 3}
ROWS_SHOWN = 500


def draw(page: Page) -> None:
    """Draw the page."""
    rows = sorted(page.controls, key=lambda row: (ORDER[row["status"]], row["severity"], row["control_id"]))
    if not rows:
        st.info("No control has been judged yet.")
        return
    if "control" in st.query_params and "part" not in st.query_params:
        st.query_params["part"] = "one"
    part = parts("controls", PARTS)
    if part == "status":
        st.caption(f"{page.version.controls_passed} passed, {page.version.controls_failed} failed.")
        touched = [row for row in rows if row["status"] in ("fail", "error") or row["is_overridden"]]
        _list(page, touched, "failing_controls", "Every control that applies holds, and none is overridden.")
    elif part == "all":
        _list(page, rows, "controls", "No control has been judged yet.")
    elif part == "one":
        _one(page, rows)
    else:
        _faults(page)


def _list(page: Page, rows: list[Row], name: str, empty: str) -> None:
    table(
        page,
        Table(
            "rpt_control_results",
            f"Controls of run {page.version.run_id}",
            [
                Column("control_id", "Control", link=page.leads_to("controls", control="control_id")),
                Column("title", "What holds"),
                Column("status", "Status"),
                Column("severity", "Severity", "block stops publishing, warn does not."),
                Column("failures", "Failing rows"),
                Column("amount_at_risk", "Amount at risk", "Sum over the failing rows, functional currency."),
                Column("owner", "Owner"),
                Column("is_overridden", "Overridden"),
                Column("applicability_reason", "Why not applicable"),
            ],
            ["run_id", "control_id"],
            [row | {"run_id": page.version.run_id} for row in rows],
        ),
        name,
        empty,
    )


def _one(page: Page, rows: list[Row]) -> None:
    ids = [row["control_id"] for row in rows]
    chosen = pick_one("Control", ids, "control", lambda one: f"{one} {rows[ids.index(one)]['title']}")
    result = rows[ids.index(chosen)]
    st.write(result["assertion"])
    st.caption(f"Owner {result['owner']}. Vouches for {words(result['covers'])}.")
    if result["is_overridden"]:
        st.warning(
            f"Overridden until {result['override_expires_on']}, approved by {result['override_approver']}:"
            f" {result['override_reason']}"
        )
    failing = page.version.failing_rows(page.version.run_id, chosen, ROWS_SHOWN)
    if failing:
        _failing_rows(page, chosen, failing)
    elif result["status"] == "pass":
        st.success("It holds: no row fails.")
    elif result["status"] == "not_applicable":
        st.info(f"It does not apply: {result['applicability_reason']}")
    else:
        st.warning(f"It failed, and none of its rows is to be shown to you. {result['message'] or ''}")
    table(
        page,
        Table(
            "rpt_control_results",
            f"{chosen} in the last runs",
            [
                Column("run_at", "Run"),
                Column("status", "Status"),
                Column("severity", "Severity"),
                Column("failures", "Failing rows"),
                Column("amount_at_risk", "Amount at risk"),
            ],
            ["run_id", "control_id"],
            [row | {"control_id": chosen} for row in page.version.ask("control_history", control_id=chosen)],
        ),
        f"history_{table_of(chosen)}",
        "This control has no history yet.",
    )


def _failing_rows(page: Page, chosen: str, failing: list[Row]) -> None:
    names = [name for name in failing[0] if any(row[name] is not None for row in failing)]
    links = {
        "business_key": page.leads_to("document", document="business_key"),
        "doc_id": page.leads_to("document", document="doc_id"),
        "customer_id": page.leads_to("customer", customer="customer_id"),
    }
    table(
        page,
        Table(
            f"controls.{table_of(chosen)}",
            f"Failing rows of {chosen}, at most {ROWS_SHOWN}",
            [Column(name, name.replace("_", " ").capitalize(), link=links.get(name)) for name in names],
            ["business_key"],
            failing,
        ),
        f"failing_{table_of(chosen)}",
        "",
    )


def words(covers: str | None) -> str:
    """What a control vouches for, in words."""
    named = [one.removeprefix("rpt_").removeprefix("fct_") for one in (covers or "").split(";") if one]
    return ", ".join(named).replace("_", " ") or "no figure"


def _faults(page: Page) -> None:
    st.caption("Faults planted in both example companies whenever tieout is tested, and who finds them.")
    table(
        page,
        Table(
            "control_faults",
            "Which control finds which fault",
            [
                Column("fault_id", "Fault", in_words=True),
                Column("description", "What is wrong"),
                Column("planted_in", "Planted in", in_words=True),
                Column("company", "Company", in_words=True),
                Column("control_id", "Found by", link=page.leads_to("controls", control="control_id")),
                Column("title", "What it asserts"),
                Column("stops_publishing", "Stops publishing"),
            ],
            ["fault_id", "company", "control_id"],
            page.version.ask_if_held("fault_matrix"),
        ),
        "fault_matrix",
        "This version holds no list of planted faults.",
    )
