"""Controls: what blocks, what warns, the failing rows, and how each control fared over the runs."""

from __future__ import annotations

import streamlit as st

from dashboards.components import Column, Table, table
from dashboards.page import Page
from ingest.controls import failing_rows, table_of
from ingest.evidence import CONTROLS_FILE

ORDER = {"error": 0, "fail": 1, "pass": 2, "not_applicable": 3}
ROWS_SHOWN = 500


def draw(page: Page) -> None:
    """Draw the page."""
    rows = sorted(page.controls, key=lambda row: (ORDER[row["status"]], row["severity"], row["control_id"]))
    ids = [row["control_id"] for row in rows]
    asked = st.query_params.get("control")
    if asked in ids:
        st.session_state.setdefault("control", asked)
    table(
        page,
        Table(
            "rpt_control_results",
            "All controls of the published run",
            [
                Column("control_id", "Control"),
                Column("title", "What holds"),
                Column("status", "Status"),
                Column("severity", "Severity", "block stops publishing, warn does not."),
                Column("failures", "Failing rows"),
                Column("amount_at_risk", "Amount at risk", "Sum over the failing rows, functional currency."),
                Column("owner", "Owner"),
                Column("applicability_reason", "Why not applicable"),
            ],
            ["run_id", "control_id"],
            [row | {"run_id": page.version.run_id} for row in rows],
        ),
        "controls",
        "No control has been judged yet.",
    )
    chosen = st.selectbox(
        "One control", ids, key="control", format_func=lambda one: f"{one} {rows[ids.index(one)]['title']}"
    )
    if chosen is None:
        return
    result = rows[ids.index(chosen)]
    st.write(result["assertion"])
    if result["is_overridden"]:
        st.warning(
            f"Overridden until {result['override_expires_on']}, approved by {result['override_approver']}:"
            f" {result['override_reason']}"
        )
    evidence = page.version_warehouse.runs / page.version.run_id / CONTROLS_FILE
    failing = failing_rows(evidence, chosen, ROWS_SHOWN) if evidence.exists() else []
    if failing:
        names = [name for name in failing[0] if any(row[name] is not None for row in failing)]
        table(
            page,
            Table(
                f"controls.{table_of(chosen)}",
                f"Failing rows of {chosen}",
                [Column(name, name.replace("_", " ").capitalize()) for name in names],
                ["business_key"],
                failing,
            ),
            f"failing_{table_of(chosen)}",
            "",
        )
    elif result["status"] == "pass":
        st.success("It holds: no row fails.")
    st.subheader("Over the runs")
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
            ["run_id"],
            page.version.ask("control_history", control_id=chosen),
        ),
        f"history_{table_of(chosen)}",
        "This control has no history yet.",
    )
