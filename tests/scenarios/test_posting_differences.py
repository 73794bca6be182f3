"""What was booked otherwise than the documents call for is named, with its cause, and nothing else is."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from decimal import Decimal
from pathlib import Path

import pytest

from tests.faults.cases import COMPANIES, CleanCompany, case_in_deliveries
from tests.faults.delivered import Deliveries, Row, later, plus
from tests.faults.selection import invoice, journal, opening_date, receipt, roles
from tests.harness.golden import needs_golden_quarter
from tests.harness.project import CompiledProject

pytestmark = needs_golden_quarter

# Entity, document, account, period.
Key = tuple[str, str, str, str]
Plant = Callable[[Deliveries], None]


def drop_a_journal(books: Deliveries) -> None:
    """The journal of a receipt goes; the receipt stays."""
    booked = journal(books, "customer_receipt", receipt(books)["payment_id"])
    books.drop("gl_journal_lines", lambda row: row in booked)


def change_an_amount(books: Deliveries) -> None:
    """Receivable and revenue of an open invoice are 7.77 too high; the journal still balances."""
    account_roles = roles(books)
    booked = journal(books, "invoice", invoice(books, is_open=True)["doc_id"])
    for role, amount in (("ar", "7.77"), ("revenue", "-7.77")):
        line = next(row for row in booked if account_roles[row["account_id"]] == role)
        line["amount"] = plus(line["amount"], amount)
        line["amount_transaction"] = plus(line["amount_transaction"], amount)


def swap_an_account(books: Deliveries) -> None:
    """The tax of a settled invoice is booked on the inventory account."""
    account_roles = roles(books)
    settled = invoice(books, is_open=False, chosen=lambda row: Decimal(row["tax"]) > 0)
    inventory = next(account for account, role in account_roles.items() if role == "inventory")
    for line in journal(books, "invoice", settled["doc_id"]):
        if account_roles[line["account_id"]] == "tax":
            line["account_id"] = inventory


def move_to_another_period(books: Deliveries) -> None:
    """The journal of an application is posted a month later; the application is not."""
    opening = opening_date(books)
    applied = books.first(
        "applications",
        lambda row: (
            row["source_type"] == "payment"
            and row["posting_date"] > later(opening, 32)
            and len(journal(books, "application", row["application_id"])) == 2
        ),
    )
    for line in journal(books, "application", applied["application_id"]):
        line["posting_date"] = later(line["posting_date"], 31)


FOUR = {
    "missing_journal": drop_a_journal,
    "amount": change_an_amount,
    "account": swap_an_account,
    "period": move_to_another_period,
}


def booked_sums(books: Deliveries, documents: set[str]) -> dict[Key, Decimal]:
    """The ledger summed by entity, document, account and month, for some documents."""
    sums: dict[Key, Decimal] = defaultdict(Decimal)
    for row in books.rows("gl_journal_lines", lambda row: row["source_doc_id"] in documents):
        key = row["legal_entity_id"], row["source_doc_id"], row["account_id"], row["posting_date"][:7]
        sums[key] += Decimal(row["amount"])
    return sums


def expected_differences(extracts: Path, plants: Mapping[str, Plant]) -> set[tuple[object, ...]]:
    """The rows that a planted ledger deserves: the books were right, so they are what was called for."""
    right, wrong = Deliveries(extracts), Deliveries(extracts)
    touched: dict[str, str] = {}
    for cause, plant in plants.items():
        before = [dict(row) for row in wrong.rows("gl_journal_lines")]
        plant(wrong)
        for document in changed_documents(before, wrong.rows("gl_journal_lines")):
            # An account swapped is an amount too much on one account and too little on another.
            touched[document] = "amount" if cause == "account" else cause
    called_for, booked = booked_sums(right, set(touched)), booked_sums(wrong, set(touched))
    return {
        (*key, called_for[key], booked[key], booked[key] - called_for[key], touched[key[1]])
        for key in [*called_for, *booked]
        if called_for[key] != booked[key]
    }


def changed_documents(before: list[Row], after: list[Row]) -> set[str]:
    """The source documents of the journal lines that differ."""
    lines = [{(row["source_doc_id"], *row.items()) for row in rows} for rows in (before, after)]
    return {str(source_doc_id) for source_doc_id, *_ in lines[0] ^ lines[1]}


@pytest.mark.parametrize("company", COMPANIES)
@pytest.mark.parametrize("planted", [*FOUR, "all four"])
def test_a_wrong_journal_is_named_with_its_cause_and_no_other(
    compiled_project: CompiledProject,
    companies: dict[str, CleanCompany],
    tmp_path: Path,
    planted: str,
    company: str,
) -> None:
    plants = FOUR if planted == "all four" else {planted: FOUR[planted]}

    def plant_them(books: Deliveries) -> None:
        for plant in plants.values():
            plant(books)

    expected = expected_differences(companies[company].extracts, plants)
    assert len({row[1] for row in expected}) == len(plants)
    case = case_in_deliveries(compiled_project, companies[company], tmp_path, plant_them)
    found = case.connection.execute(
        """
        select
            legal_entity_id, source_doc_id, account_id, period, expected, booked, difference, cause
        from marts.rpt_posting_differences
        """
    ).fetchall()
    case.close()
    assert sorted(map(str, found)) == sorted(map(str, set(found)))
    assert {tuple(row) for row in found} == expected
