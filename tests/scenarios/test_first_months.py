"""Opening items, where reports begin, and an as-of date inside the data."""

from pathlib import Path

import pytest

from tests.harness.project import Build, CompiledProject
from tests.scenarios.company import CHART, assert_shows, small_company

# LE-BEFORE  opens on the last day of December; LE-SAME opens on 5 January, in its first month;
# LE-NONE    begins its ledger without an opening journal; LE-DERIVED delivers no ledger at all.
ENTITIES = """
legal_entity_id functional_currency
LE-BEFORE       EUR
LE-SAME         EUR
LE-NONE         EUR
LE-DERIVED      EUR
"""
COMPANY = {
    "legal_entities": ENTITIES,
    "chart_of_accounts": CHART,
    "invoices": """
    doc_id legal_entity_id posting_date gross
    B-1    LE-BEFORE       2024-11-20   100.00
    B-2    LE-BEFORE       2024-12-31    10.00
    B-3    LE-BEFORE       2025-01-15    50.00
    S-1    LE-SAME         2024-12-20    70.00
    S-2    LE-SAME         2025-01-05     7.00
    S-3    LE-SAME         2025-01-06    30.00
    N-1    LE-NONE         2025-01-09    11.00
    N-2    LE-NONE         2025-01-10    40.00
    D-1    LE-DERIVED      2025-01-20    90.00
    """,
    "payments": """
    payment_id legal_entity_id posting_date amount
    P-S        LE-SAME         2024-12-28   20.00
    P-B        LE-BEFORE       2025-02-05   60.00
    """,
    "applications": """
    application_id source_id doc_id posting_date amount
    A-S            P-S       S-1    2024-12-28   20.00
    A-B            P-B       B-1    2025-02-05   60.00
    """,
    # In the opening: 100 + 10 of LE-BEFORE, 70 - 20 + 7 of LE-SAME.
    "gl_journal_lines": """
    journal_id line_no legal_entity_id posting_date account_id amount  source_type      source_doc_id
    OB         1       LE-BEFORE       2024-12-31   1100        110.00 opening          -
    OB         2       LE-BEFORE       2024-12-31   1010         90.00 opening          -
    OB         3       LE-BEFORE       2024-12-31   3000       -200.00 opening          -
    JB-1       1       LE-BEFORE       2025-01-15   1100         50.00 invoice          B-3
    JB-1       2       LE-BEFORE       2025-01-15   4000        -50.00 invoice          B-3
    JB-2       1       LE-BEFORE       2025-02-05   1010         60.00 customer_receipt P-B
    JB-2       2       LE-BEFORE       2025-02-05   2400        -60.00 customer_receipt P-B
    JB-3       1       LE-BEFORE       2025-02-05   2400         60.00 application      A-B
    JB-3       2       LE-BEFORE       2025-02-05   1100        -60.00 application      A-B
    OS         1       LE-SAME         2025-01-05   1100         57.00 opening          -
    OS         2       LE-SAME         2025-01-05   3000        -57.00 opening          -
    JS-1       1       LE-SAME         2025-01-06   1100         30.00 invoice          S-3
    JS-1       2       LE-SAME         2025-01-06   4000        -30.00 invoice          S-3
    JN-1       1       LE-NONE         2025-01-10   1100         40.00 invoice          N-2
    JN-1       2       LE-NONE         2025-01-10   4000        -40.00 invoice          N-2
    """,
}


@pytest.fixture(scope="module")
def books(compiled_project: CompiledProject, tmp_path_factory: pytest.TempPathFactory) -> Build:
    build = small_company(
        compiled_project, tmp_path_factory.mktemp("first_months"), COMPANY, as_of="2025-02-10"
    )
    yield build
    build.close()


def test_open_items_begin_with_the_month_of_the_first_journal_or_document(books: Build) -> None:
    assert_shows(
        books,
        "marts.rpt_ar_open_items",
        """
        as_of      legal_entity_id doc_id open_amount
        2024-12-31 LE-BEFORE       B-1    100.00
        2024-12-31 LE-BEFORE       B-2     10.00
        2025-01-31 LE-BEFORE       B-1    100.00
        2025-01-31 LE-BEFORE       B-2     10.00
        2025-01-31 LE-BEFORE       B-3     50.00
        2025-02-10 LE-BEFORE       B-1     40.00
        2025-02-10 LE-BEFORE       B-2     10.00
        2025-02-10 LE-BEFORE       B-3     50.00
        2025-01-31 LE-SAME         S-1     50.00
        2025-01-31 LE-SAME         S-2      7.00
        2025-01-31 LE-SAME         S-3     30.00
        2025-02-10 LE-SAME         S-1     50.00
        2025-02-10 LE-SAME         S-2      7.00
        2025-02-10 LE-SAME         S-3     30.00
        2025-01-31 LE-NONE         N-1     11.00
        2025-01-31 LE-NONE         N-2     40.00
        2025-02-10 LE-NONE         N-1     11.00
        2025-02-10 LE-NONE         N-2     40.00
        2025-01-31 LE-DERIVED      D-1     90.00
        2025-02-10 LE-DERIVED      D-1     90.00
        """,
    )


def test_the_roll_forward_begins_with_the_first_month_that_is_not_opening(books: Build) -> None:
    # The opening items are the opening of the first month, and no sales of it.
    assert_shows(
        books,
        "marts.rpt_ar_rollforward",
        """
        period  legal_entity_id opening invoiced collected closing
        2025-01 LE-BEFORE       110.00  50.00      0       160.00
        2025-02 LE-BEFORE       160.00   0       -60.00    100.00
        2025-01 LE-SAME          57.00  30.00      0        87.00
        2025-02 LE-SAME          87.00   0         0        87.00
        2025-01 LE-NONE          11.00  40.00      0        51.00
        2025-02 LE-NONE          51.00   0         0        51.00
        2025-01 LE-DERIVED        0     90.00      0        90.00
        2025-02 LE-DERIVED       90.00   0         0        90.00
        """,
        "legal_entity_id <> '*'",
    )


def test_the_trial_balance_shows_an_opening_journal_as_movement_of_its_month(books: Build) -> None:
    # The last rows are of 1 to 10 February. 4000 stands from January, 2400 from February.
    assert_shows(
        books,
        "marts.rpt_trial_balance",
        """
        as_of      account_id opening_balance debit  credit closing_balance
        2024-12-31 1010          0             90.00   0       90.00
        2024-12-31 1100          0            110.00   0      110.00
        2024-12-31 3000          0              0    200.00  -200.00
        2025-01-31 1010         90.00           0      0       90.00
        2025-01-31 1100        110.00          50.00   0      160.00
        2025-01-31 3000       -200.00           0      0     -200.00
        2025-01-31 4000          0              0     50.00   -50.00
        2025-02-10 1010         90.00          60.00   0      150.00
        2025-02-10 1100        160.00           0     60.00   100.00
        2025-02-10 2400          0             60.00  60.00     0
        2025-02-10 3000       -200.00           0      0     -200.00
        2025-02-10 4000        -50.00           0      0      -50.00
        """,
        "legal_entity_id = 'LE-BEFORE'",
    )
    assert_shows(
        books,
        "marts.rpt_trial_balance",
        """
        as_of      account_id opening_balance debit  credit closing_balance
        2025-01-31 1100          0             87.00   0       87.00
        2025-01-31 3000          0              0     57.00   -57.00
        2025-01-31 4000          0              0     30.00   -30.00
        2025-02-10 1100         87.00           0      0       87.00
        2025-02-10 3000        -57.00           0      0      -57.00
        2025-02-10 4000        -30.00           0      0      -30.00
        """,
        "legal_entity_id = 'LE-SAME'",
    )
    assert_shows(
        books,
        "marts.trial_balance_at(date '2025-02-04')",
        """
        as_of      account_id opening_balance debit  credit closing_balance
        2025-02-04 1010         90.00           0      0       90.00
        2025-02-04 1100        160.00           0      0      160.00
        2025-02-04 3000       -200.00           0      0     -200.00
        2025-02-04 4000        -50.00           0      0      -50.00
        """,
        "legal_entity_id = 'LE-BEFORE'",
    )


def test_an_opening_item_without_an_opening_journal_does_not_tie(books: Build) -> None:
    assert_shows(
        books,
        "marts.rpt_subledger_tie_out",
        """
        as_of      legal_entity_id subledger gl_balance difference
        2024-12-31 LE-BEFORE       110.00    110.00      0
        2025-01-31 LE-BEFORE       160.00    160.00      0
        2025-02-10 LE-BEFORE       100.00    100.00      0
        2025-01-31 LE-SAME          87.00     87.00      0
        2025-02-10 LE-SAME          87.00     87.00      0
        2025-01-31 LE-NONE          51.00     40.00     11.00
        2025-02-10 LE-NONE          51.00     40.00     11.00
        2025-01-31 LE-DERIVED       90.00     90.00      0
        2025-02-10 LE-DERIVED       90.00     90.00      0
        """,
        "control_account = 'ar'",
    )
    failing = books.failing_controls()
    assert {
        name for name, rows in failing.items() if any(r["legal_entity_id"] != "LE-NONE" for r in rows)
    } == set()
    assert set(failing) == {"SL-01", "AG-01"}


def test_before_the_data_end_nothing_later_is_looked_at(
    compiled_project: CompiledProject, tmp_path: Path
) -> None:
    files = {
        "invoices": """
        doc_id posting_date gross  original_doc_id doc_type
        INV-1  2025-01-10   100.00 -               invoice
        INV-2  2025-02-10   200.00 -               invoice
        CM-1   2025-02-11   -50.00 -               credit_memo
        """,
        "payments": """
        payment_id posting_date amount
        PMT-1      2025-01-15   40.00
        """,
        "applications": """
        application_id source_id doc_id  posting_date amount
        APP-1          PMT-1     INV-1   2025-01-16    30.00
        APP-2          PMT-1     INV-1   2025-02-05    90.00
        APP-3          PMT-1     NOWHERE 2025-02-06     0.00
        """,
    }
    build = small_company(compiled_project, tmp_path, files, as_of="2025-01-20")
    assert_shows(build, "marts.fct_ar_documents", "doc_id\nINV-1\nINV-2\nCM-1")
    assert_shows(build, "marts.fct_cash_applications", "application_id\nAPP-1\nAPP-2\nAPP-3")
    assert_shows(
        build,
        "marts.fct_receipts",
        "payment_id applied_amount unapplied_amount\nPMT-1 30.00 10.00",
    )
    assert_shows(build, "marts.rpt_ar_open_items", "as_of doc_id open_amount\n2025-01-20 INV-1 70.00")
    assert_shows(
        build, "marts.rpt_unapplied_cash", "as_of payment_id unapplied_amount\n2025-01-20 PMT-1 10.00"
    )
    assert_shows(
        build,
        "marts.rpt_ar_rollforward",
        "period legal_entity_id opening invoiced collected closing\n"
        "2025-01 LE01 0 100.00 -30.00 70.00\n2025-01 * 0 100.00 -30.00 70.00",
    )
    # Only references are judged in all rows: over-applications and a memo without original come later.
    assert set(build.failing_controls()) == {"RI-01"}
    build.close()


@pytest.mark.parametrize(
    ("settings", "as_of", "expected"),
    [
        ("", None, "2025-02-10"),
        ("as_of: 2025-01-31\n", None, "2025-01-31"),
        ("as_of: 2025-01-31\n", "2025-02-20", "2025-02-20"),
    ],
)
def test_the_call_goes_before_the_setting_and_the_setting_before_the_data(
    compiled_project: CompiledProject, tmp_path: Path, settings: str, as_of: str | None, expected: str
) -> None:
    files = {
        "invoices": "doc_id posting_date gross\nINV-1 2025-01-10 10.00",
        "payments": "payment_id posting_date amount\nPMT-1 2025-02-10 1.00",
    }
    build = small_company(compiled_project, tmp_path, files, settings, as_of)
    dates = {"2025-01-31", expected}
    rows = "\n".join(f"{date} INV-1" for date in sorted(dates))
    assert_shows(build, "marts.rpt_ar_open_items", f"as_of doc_id\n{rows}")
    build.close()


def test_the_as_of_date_is_the_last_posting_reversals_of_revaluations_excepted(
    compiled_project: CompiledProject, tmp_path: Path
) -> None:
    files = {
        "chart_of_accounts": CHART,
        "invoices": "doc_id posting_date gross\nINV-1 2025-01-10 100.00",
        "gl_journal_lines": """
        journal_id line_no posting_date account_id amount  source_type             source_doc_id
        J-1        1       2025-01-10   1100        100.00 invoice                 INV-1
        J-1        2       2025-01-10   4000       -100.00 invoice                 INV-1
        J-2        1       2025-01-31   7000          1.00 fx_revaluation          -
        J-2        2       2025-01-31   3000         -1.00 fx_revaluation          -
        J-3        1       2025-02-01   7000         -1.00 fx_revaluation_reversal -
        J-3        2       2025-02-01   3000          1.00 fx_revaluation_reversal -
        """,
    }
    build = small_company(compiled_project, tmp_path, files)
    assert_shows(build, "marts.rpt_ar_open_items", "as_of doc_id\n2025-01-31 INV-1")
    assert_shows(
        build,
        "marts.rpt_trial_balance",
        """
        as_of      account_id closing_balance
        2025-01-31 1100        100.00
        2025-01-31 3000         -1.00
        2025-01-31 4000       -100.00
        2025-01-31 7000          1.00
        """,
    )
    assert_shows(build, "marts.fct_gl_lines", "journal_id line_no\nJ-1 1\nJ-1 2\nJ-2 1\nJ-2 2\nJ-3 1\nJ-3 2")
    build.close()


def test_a_group_of_one_currency_has_no_exchange_difference_when_an_entity_joins(
    compiled_project: CompiledProject, tmp_path: Path
) -> None:
    build = small_company(
        compiled_project,
        tmp_path,
        {
            "legal_entities": "legal_entity_id functional_currency\nLE01 EUR\nLE-JOINS EUR",
            "chart_of_accounts": CHART,
            "invoices": """
            doc_id legal_entity_id posting_date gross
            INV-1  LE01            2024-12-10    30.00
            INV-2  LE01            2025-01-10     5.00
            J-1    LE-JOINS        2024-11-20   100.00
            J-2    LE-JOINS        2025-01-15    50.00
            """,
            "gl_journal_lines": """
            journal_id line_no legal_entity_id posting_date account_id amount  source_type source_doc_id
            OB         1       LE-JOINS        2024-12-31   1100        100.00 opening     -
            OB         2       LE-JOINS        2024-12-31   3000       -100.00 opening     -
            JB-1       1       LE-JOINS        2025-01-15   1100         50.00 invoice     J-2
            JB-1       2       LE-JOINS        2025-01-15   4000        -50.00 invoice     J-2
            """,
        },
        as_of="2025-01-31",
    )
    assert_shows(
        build,
        "marts.rpt_ar_rollforward",
        """
        period  legal_entity_id invoiced fx_difference closing
        2024-12 LE01            30.00    0              30.00
        2025-01 LE01             5.00    0              35.00
        2025-01 LE-JOINS        50.00    0             150.00
        """,
        "legal_entity_id <> '*'",
    )
    assert_shows(
        build,
        "marts.rpt_ar_rollforward",
        """
        period  legal_entity_id opening invoiced fx_difference closing
        2025-01 *               130.00  55.00    0             185.00
        """,
        "legal_entity_id = '*' and period = '2025-01'",
    )
    build.close()


def test_a_receipt_of_the_opening_stands_unapplied_from_the_first_report_on(
    compiled_project: CompiledProject, tmp_path: Path
) -> None:
    build = small_company(
        compiled_project,
        tmp_path,
        {
            "chart_of_accounts": CHART,
            "invoices": "doc_id posting_date gross\nINV-1 2025-01-15 50.00",
            "payments": """
            payment_id posting_date amount
            OLD        2024-11-10   90.00
            """,
            "refunds": """
            refund_id payment_id posting_date amount
            RF-1      OLD        2024-12-31   10.00
            RF-2      OLD        2025-01-20    5.00
            """,
            "applications": """
            application_id source_id doc_id posting_date amount
            APP-1          OLD       INV-1  2025-01-25   30.00
            """,
            "gl_journal_lines": """
            journal_id line_no posting_date account_id amount source_type     source_doc_id
            OB         1       2024-12-31   1010        80.00 opening         -
            OB         2       2024-12-31   2400       -80.00 opening         -
            J-1        1       2025-01-15   1100        50.00 invoice         INV-1
            J-1        2       2025-01-15   4000       -50.00 invoice         INV-1
            J-2        1       2025-01-20   2400         5.00 customer_refund RF-2
            J-2        2       2025-01-20   1010        -5.00 customer_refund RF-2
            J-3        1       2025-01-25   2400        30.00 application     APP-1
            J-3        2       2025-01-25   1100       -30.00 application     APP-1
            """,
        },
        as_of="2025-01-31",
    )
    assert_shows(
        build,
        "marts.rpt_unapplied_cash",
        """
        as_of      payment_id unapplied_amount
        2024-12-31 OLD        80.00
        2025-01-31 OLD        45.00
        """,
    )
    assert_shows(
        build,
        "marts.rpt_subledger_tie_out",
        """
        as_of      control_account subledger gl_balance difference
        2024-12-31 ar                0         0         0
        2024-12-31 unapplied        80.00     80.00      0
        2025-01-31 ar               20.00     20.00      0
        2025-01-31 unapplied        45.00     45.00      0
        """,
        "control_account in ('ar', 'unapplied')",
    )
    # It is 82 days old, longer than unapplied cash may stand.
    assert build.failing_controls().keys() == {"CA-05"}
    build.close()


def test_a_company_without_postings_builds_and_shows_nothing(
    compiled_project: CompiledProject, tmp_path: Path
) -> None:
    (tmp_path / "nothing").mkdir()
    nothing = small_company(
        compiled_project,
        tmp_path / "nothing",
        {"invoices": "doc_id posting_date gross due_date document_date"},
    )
    (tmp_path / "later").mkdir()
    later = small_company(
        compiled_project,
        tmp_path / "later",
        {"invoices": "doc_id posting_date gross\nINV-1 2025-01-15 50.00"},
        as_of="2024-06-30",
    )
    for build in (nothing, later):
        for mart in ("rpt_ar_open_items", "rpt_ar_aging", "rpt_trial_balance", "rpt_unapplied_cash"):
            assert_shows(build, f"marts.{mart}", "as_of")
        assert_shows(build, "marts.rpt_ar_rollforward", "period")
        assert build.failing_controls() == {}
    assert_shows(nothing, "marts.fct_ar_documents", "doc_id")
    assert_shows(later, "marts.fct_ar_documents", "doc_id\nINV-1")
    nothing.close()
    later.close()
