"""The demonstration company: every mart equals the simulator's own answers, which no query derived."""

from decimal import Decimal

import pytest

from ingest.simulate import Answers
from tests.faults.cases import CleanCompany
from tests.harness.deliveries import read_rows
from tests.harness.project import Build

KEYS = {
    "fct_orders": ["order_id"],
    "fct_order_lines": ["order_id", "line_no"],
    "fct_shipments": ["shipment_id", "order_id", "order_line_no"],
    "fct_ar_documents": ["doc_id"],
    "fct_ar_document_lines": ["doc_id", "line_no"],
    "fct_receipts": ["payment_id"],
    "fct_cash_applications": ["application_id"],
    "fct_gl_lines": ["journal_id", "line_no"],
    "rpt_ar_open_items": ["as_of", "doc_id"],
    "rpt_ar_aging": ["as_of", "legal_entity_id", "basis", "bucket"],
    "rpt_ar_rollforward": ["period", "legal_entity_id"],
    "rpt_unapplied_cash": ["as_of", "payment_id"],
    "rpt_subledger_tie_out": ["as_of", "legal_entity_id", "control_account"],
    "rpt_trial_balance": ["as_of", "legal_entity_id", "account_id"],
    "rpt_income_statement": ["period", "legal_entity_id", "line_type", "line"],
    "rpt_balance_sheet": ["as_of", "legal_entity_id", "section", "line"],
    "rpt_cash_flow": ["period", "legal_entity_id", "method", "section", "line"],
    "rpt_budget_variance": ["period", "legal_entity_id", "statement_line"],
    "rpt_kpis": ["as_of", "legal_entity_id", "metric_id"],
}
# Ratios are doubles in the mart and fractions in the answers.
RATIOS = {"rpt_kpis": ["value"]}


@pytest.fixture(scope="module")
def company(demonstration_company: CleanCompany) -> Answers:
    """The small company with its answers."""
    extracts = demonstration_company.extracts
    return Answers(extracts, extracts.parent / "answers", {})


@pytest.fixture(scope="module")
def build(demonstration: Build) -> Build:
    """The small company, landed and built."""
    return demonstration


def number(cell: str) -> Decimal | None:
    """A cell of a number; empty is null."""
    return Decimal(cell) if cell else None


@pytest.mark.parametrize("mart", KEYS)
def test_a_mart_equals_the_simulators_answers(build: Build, company: Answers, mart: str) -> None:
    answers = company.path(mart)
    if mart == "rpt_subledger_tie_out":
        columns, rows = read_rows(answers)
        rows += read_rows(answers.with_name(f"{mart}__other_roles.csv"))[1]
    else:
        columns, rows = read_rows(answers)
    compared = [column for column in columns if column not in RATIOS.get(mart, [])]
    types = {
        name: data_type
        for name, data_type, *_ in build.connection.execute(f"describe marts.{mart}").fetchall()
    }
    build.connection.execute(
        f"create or replace temp table answered ({', '.join(f'{name} {types[name]}' for name in columns)})"
    )
    marks = ", ".join("?" * len(columns))
    build.connection.executemany(
        f"insert into answered values ({marks})", [[row[name] or None for name in columns] for row in rows]
    )
    names = ", ".join(compared)
    missing = build.rows(f"select {names} from answered except all select {names} from marts.{mart} limit 5")
    surplus = build.rows(f"select {names} from marts.{mart} except all select {names} from answered limit 5")
    assert (missing, surplus) == ([], [])
    assert len(rows) > 10


def test_ratios_equal_the_simulators_fractions(build: Build, company: Answers) -> None:
    _, rows = read_rows(company.path("rpt_kpis"))
    found = {
        (str(row["as_of"]), row["legal_entity_id"], row["metric_id"]): row["value"]
        for row in build.rows("select as_of, legal_entity_id, metric_id, value from marts.rpt_kpis")
    }
    wrong = []
    for row in rows:
        wanted, value = number(row["value"]), found[row["as_of"], row["legal_entity_id"], row["metric_id"]]
        if wanted is None or value is None:
            agrees = wanted is None and value is None
        else:
            agrees = abs(float(wanted) - float(str(value))) <= 1e-9 * max(1.0, abs(float(wanted)))
        if not agrees:
            wrong.append((row["as_of"], row["legal_entity_id"], row["metric_id"], wanted, value))
    assert wrong == []
