"""Every delivered cent in one state: by hand, through every way in which an amount can leave the reports."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.harness.golden import needs_golden_quarter
from tests.harness.project import Build, CompiledProject
from tests.scenarios.company import CHART, CUSTOMERS, LEGAL_ENTITIES, Company, assert_shows

COLUMNS = "object currency state amount items"


def untied(build: Build) -> list[dict[str, object]]:
    """Sources and objects whose states do not sum to what was delivered."""
    return build.rows(
        """
        select source_system, object, sum(amount) as amount, max(control_total) as control_total
        from marts.rpt_amount_states
        group by source_system, object
        having sum(amount) is distinct from max(control_total) or max(control_total) <> min(control_total)
        """
    )


@needs_golden_quarter
def test_the_states_of_the_golden_quarter(golden_build: Build) -> None:
    # INV-1001 1,404: 238 by the credit memo, 700 + 100 paid, 366 open. INV-1002 2,215.78 + 45.22 discount.
    # INV-1003 and 1005 paid. INV-1004 1,800 paid, 20.70 in dispute. INV-1006 and 1007 open, INV-0900 written
    # off.
    assert_shows(
        golden_build,
        "marts.rpt_amount_states",
        f"""
        {COLUMNS}
        invoices EUR open        2061.75 3
        invoices EUR disputed      20.70 1
        invoices EUR applied     7671.78 4
        invoices EUR discounted    45.22 1
        invoices EUR credited     238.00 1
        invoices EUR credit_used -238.00 1
        invoices EUR written_off 1190.00 1
        invoices USD applied     3300.00 1
        payments EUR applied     7671.78 4
        payments EUR refunded      44.00 1
        payments EUR unapplied    250.00 1
        payments USD applied     3300.00 2
        """,
    )
    # the manifest's control totals
    assert_shows(
        golden_build,
        "(select distinct object, control_total, control_total_source from marts.rpt_amount_states)",
        """
        object   control_total control_total_source
        invoices 14289.45      manifest
        payments 11265.78      manifest
        """,
    )
    assert untied(golden_build) == []


@pytest.fixture(scope="module")
def company(compiled_project: CompiledProject, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Build]:
    """A company that delivers amounts twice, deletes some, and some that cannot be read."""
    company = Company(compiled_project, tmp_path_factory.mktemp("states"))
    company.deliver(
        {
            "legal_entities": LEGAL_ENTITIES,
            "customers": CUSTOMERS,
            "chart_of_accounts": CHART,
            "invoices__2025-01-31": """
            doc_id posting_date gross is_deleted
            I-1    2025-01-10   100   -
            I-2    2025-01-10   200   -
            I-3    2025-01-10   300   -
            """,
            "invoices__2025-02-28": """
            doc_id doc_type    posting_date gross is_deleted
            I-1    invoice     2025-01-10   110   -
            I-2    invoice     2025-01-10   200   true
            I-4    invoice     2025-03-20   400   -
            I-6    invoice     20250210      60   -
            M-1    credit_memo 2025-02-11   -30   -
            """,
            "payments": """
            payment_id posting_date amount reverses_payment_id
            P-1        2025-01-20    70    -
            P-2        2025-01-21    40    -
            P-3        2025-01-25    40    P-2
            P-4        2025-01-26    25    -
            P-5        2025-03-20    15    -
            P-6        2025-13-01     5    -
            P-7        2025-02-01   12,5   -
            """,
            "applications": """
            application_id source_id doc_id posting_date amount
            A-1            P-1       I-3    2025-01-20     70
            A-2            P-5       I-3    2025-03-20     15
            """,
            "refunds": "refund_id payment_id posting_date amount\nR-1 P-4 2025-02-01 5",
            "disputes": """
            dispute_id doc_id customer_id opened_date amount status closed_date
            D-1        I-1    C1          2025-02-01  500    open   -
            D-2        I-3    C1          2025-02-01  100    closed 2025-02-20
            D-3        I-3    C1          2025-02-25   20    open   -
            """,
            "manifest": """
            file                     object   row_count control_column control_total
            invoices__2025-02-28.csv invoices 5         gross          740
            """,
        }
    )
    build = company.build(as_of="2025-02-28")
    yield build
    build.close()


def test_every_way_an_amount_can_go(company: Build) -> None:
    # I-1 is corrected from 100 to 110 and disputed beyond that; I-2 is deleted; of I-3 230 are left, 20 of
    # them in dispute; I-4 is posted after the as-of date; I-6 has no date; the credit memo is not applied.
    assert_shows(
        company,
        "marts.rpt_amount_states",
        f"""
        {COLUMNS}
        invoices EUR open                180  2
        invoices EUR disputed            130  2
        invoices EUR applied              70  1
        invoices EUR posted_later        400  1
        invoices EUR superseded          300  2
        invoices EUR deleted             200  1
        invoices EUR quarantined          60  1
        payments EUR applied              70  1
        payments EUR reversed             40  1
        payments EUR reversal             40  1
        payments EUR refunded              5  1
        payments EUR unapplied            20  1
        payments EUR posted_later         15  1
        payments EUR quarantined           5  2
        """,
    )


def test_they_sum_to_what_was_delivered(company: Build) -> None:
    # 600 of January's invoices, 740 declared of February's; payments without the one of 12,5
    assert_shows(
        company,
        "(select distinct object, control_total, control_total_source from marts.rpt_amount_states)",
        """
        object   control_total control_total_source
        invoices 1340          "manifest and rows"
        payments 195           rows
        """,
    )
    assert untied(company) == []
    assert_shows(
        company,
        "marts.rpt_amount_states",
        "object items items_without_amount\ninvoices 1 0\npayments 2 1",
        "state = 'quarantined'",
    )


def test_a_snapshot_deletes_what_it_lacks(compiled_project: CompiledProject, tmp_path: Path) -> None:
    company = Company(compiled_project, tmp_path)
    masters = {"legal_entities": LEGAL_ENTITIES, "customers": CUSTOMERS}
    for day, payments in (
        ("2025-01-31", "P-1 2025-01-10 10\nP-2 2025-01-10 20"),
        ("2025-02-28", "P-1 2025-01-10 10"),
    ):
        company.deliver(
            {
                **{f"{name}__{day}": text for name, text in masters.items()},
                f"payments__{day}": f"payment_id posting_date amount\n{payments}",
            },
            load="full_snapshot",
        )
    build = company.build(as_of="2025-02-28")
    assert_shows(
        build,
        "marts.rpt_amount_states",
        f"""
        {COLUMNS}
        payments EUR unapplied  10 1
        payments EUR superseded 10 1
        payments EUR deleted    20 1
        """,
    )
    assert untied(build) == []
    build.close()


def test_a_row_of_json_lines_is_read_from_quarantine(
    compiled_project: CompiledProject, tmp_path: Path
) -> None:
    company = Company(compiled_project, tmp_path)
    company.deliver({"legal_entities": LEGAL_ENTITIES, "customers": CUSTOMERS, "chart_of_accounts": CHART})
    row = {
        "payment_id": "P-1",
        "legal_entity_id": "LE01",
        "bank_account_id": "1010",
        "posting_date": "soon",
        "currency": "EUR",
        "fx_rate": 1,
        "amount": 10.5,
    }
    later = {**row, "payment_id": "P-2", "posting_date": "2025-01-10", "amount": "2"}
    text = "\n".join(json.dumps(one) for one in (row, later))
    (company.extracts / "erp" / "payments.jsonl").write_text(f"{text}\n")
    build = company.build(as_of="2025-01-31")
    assert_shows(
        build,
        "marts.rpt_amount_states",
        f"""
        {COLUMNS}
        payments EUR quarantined 10.5 1
        payments EUR unapplied    2   1
        """,
    )
    assert untied(build) == []
    build.close()
