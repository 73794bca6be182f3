"""Booked, partial and derived ledgers, charts with fewer or more accounts, objects nobody delivers."""

from datetime import date
from pathlib import Path

from tests.harness.project import CompiledProject
from tests.scenarios.company import CHART, LEGAL_ENTITIES, Company, assert_shows, small_company

TIE_OUT = "(select * from marts.rpt_subledger_tie_out where control_account in ('ar', 'unapplied'))"

SALES = {
    "invoices": """
    doc_id posting_date gross  tax
    INV-1  2025-01-10   119.00 19.00
    INV-2  2025-01-15    50.00  0
    """,
    "payments": """
    payment_id posting_date amount
    PMT-1      2025-01-20   150.00
    """,
    "applications": """
    application_id source_id doc_id posting_date amount discount
    APP-1          PMT-1     INV-1  2025-01-21   119.00 2.38
    """,
}


def chart(*without: str, extra: str = "") -> str:
    """The chart less the accounts `without`, and `extra`."""
    lines = CHART.strip().splitlines()
    return "\n".join(line for line in lines if line.split()[0] not in without) + extra


def test_without_a_ledger_the_documents_make_the_balances(
    compiled_project: CompiledProject, tmp_path: Path
) -> None:
    # Applied 119.00 - 2.38 = 116.62 in cash; unapplied 150.00 - 116.62 = 33.38; open INV-2.
    build = small_company(compiled_project, tmp_path, SALES)
    assert_shows(build, "marts.dim_legal_entity", "legal_entity_id ledger\nLE01 derived")
    assert_shows(
        build,
        TIE_OUT,
        """
        as_of      control_account subledger gl_balance difference
        2025-01-21 ar              50.00     50.00      0
        2025-01-21 unapplied       33.38     33.38      0
        """,
    )
    assert_shows(
        build,
        "intermediate.int_control_applicability",
        """
        control_id is_applicable
        GL-01      false
        GL-02      false
        GL-05      false
        SL-01      false
        SL-02      false
        AG-01      false
        SL-04      true
        """,
        "control_id in ('GL-01', 'GL-02', 'GL-05', 'SL-01', 'SL-02', 'AG-01', 'SL-04')",
    )
    assert build.failing_controls() == {}
    build.close()


def test_a_partial_ledger_is_tied_where_it_is_delivered_and_needs_not_balance(
    compiled_project: CompiledProject, tmp_path: Path
) -> None:
    build = small_company(
        compiled_project,
        tmp_path,
        {
            **SALES,
            "chart_of_accounts": chart("2400"),
            "gl_journal_lines": """
            journal_id line_no posting_date account_id amount  source_type      source_doc_id
            J-1        1       2025-01-10   1100        119.00 invoice          INV-1
            J-2        1       2025-01-15   1100         50.00 invoice          INV-2
            J-3        1       2025-01-20   1100       -150.00 customer_receipt PMT-1
            J-4        1       2025-01-21   1100         -2.38 application      APP-1
            J-5        1       2025-01-21   9999          7.00 other            -
            """,
        },
        "ledger: {LE01: partial}\n",
    )
    # 119 + 50 - 150 - 2.38 = 16.62; open 50.00 less 33.38 that stands unapplied on the same account.
    assert_shows(build, "marts.dim_legal_entity", "legal_entity_id ledger\nLE01 partial")
    assert_shows(
        build,
        TIE_OUT,
        "as_of control_account subledger gl_balance difference\n2025-01-21 ar 16.62 16.62 0",
    )
    assert_shows(
        build,
        "marts.rpt_trial_balance",
        """
        as_of      account_id debit  credit closing_balance
        2025-01-21 1100       169.00 152.38 16.62
        2025-01-21 9999         7.00   0     7.00
        """,
    )
    assert build.failing_controls() == {}
    build.close()


def test_receipts_stand_on_receivables_where_the_chart_has_no_account_for_them(
    compiled_project: CompiledProject, tmp_path: Path
) -> None:
    build = small_company(
        compiled_project,
        tmp_path,
        {
            **SALES,
            "chart_of_accounts": chart("2400"),
            "gl_journal_lines": """
            journal_id line_no posting_date account_id amount  source_type      source_doc_id
            J-1        1       2025-01-10   1100        119.00 invoice          INV-1
            J-1        2       2025-01-10   4000       -100.00 invoice          INV-1
            J-1        3       2025-01-10   2200        -19.00 invoice          INV-1
            J-2        1       2025-01-15   1100         50.00 invoice          INV-2
            J-2        2       2025-01-15   4000        -50.00 invoice          INV-2
            J-3        1       2025-01-20   1010        150.00 customer_receipt PMT-1
            J-3        2       2025-01-20   1100       -150.00 customer_receipt PMT-1
            J-4        1       2025-01-21   4900          2.00 application      APP-1
            J-4        2       2025-01-21   2200          0.38 application      APP-1
            J-4        3       2025-01-21   1100         -2.38 application      APP-1
            """,
        },
    )
    assert_shows(
        build,
        TIE_OUT,
        "as_of control_account subledger gl_balance difference\n2025-01-21 ar 16.62 16.62 0",
    )
    # The report of open items itself does not change.
    assert_shows(build, "marts.rpt_ar_open_items", "doc_id open_amount\nINV-2 50.00")
    assert_shows(build, "marts.rpt_unapplied_cash", "payment_id unapplied_amount\nPMT-1 33.38")
    assert build.failing_controls() == {}
    build.close()


def test_a_tie_out_sums_all_accounts_of_a_role(compiled_project: CompiledProject, tmp_path: Path) -> None:
    build = small_company(
        compiled_project,
        tmp_path,
        {
            **SALES,
            "chart_of_accounts": chart(
                extra="\n1101 Foreign asset D Receivables operating ar"
                "\n2401 Cheques liability C Credits operating unapplied"
            ),
            "gl_journal_lines": """
            journal_id line_no posting_date account_id amount  source_type      source_doc_id
            J-1        1       2025-01-10   1100        119.00 invoice          INV-1
            J-1        2       2025-01-10   4000       -100.00 invoice          INV-1
            J-1        3       2025-01-10   2200        -19.00 invoice          INV-1
            J-2        1       2025-01-15   1101         50.00 invoice          INV-2
            J-2        2       2025-01-15   4000        -50.00 invoice          INV-2
            J-3        1       2025-01-20   1010        150.00 customer_receipt PMT-1
            J-3        2       2025-01-20   2400       -100.00 customer_receipt PMT-1
            J-3        3       2025-01-20   2401        -50.00 customer_receipt PMT-1
            J-4        1       2025-01-21   2400        116.62 application      APP-1
            J-4        2       2025-01-21   4900          2.00 application      APP-1
            J-4        3       2025-01-21   2200          0.38 application      APP-1
            J-4        4       2025-01-21   1100       -119.00 application      APP-1
            """,
        },
    )
    assert_shows(
        build,
        TIE_OUT,
        """
        as_of      control_account subledger gl_balance difference
        2025-01-21 ar              50.00     50.00      0
        2025-01-21 unapplied       33.38     33.38      0
        """,
    )
    assert build.failing_controls() == {}
    build.close()


def test_an_amount_missing_in_the_ledger_shows_in_the_tie_out(
    compiled_project: CompiledProject, tmp_path: Path
) -> None:
    build = small_company(
        compiled_project,
        tmp_path,
        {
            "invoices": SALES["invoices"],
            "chart_of_accounts": CHART,
            "gl_journal_lines": """
            journal_id line_no posting_date account_id amount  source_type      source_doc_id
            J-1        1       2025-01-10   1100        119.00 invoice          INV-1
            J-1        2       2025-01-10   4000       -119.00 invoice          INV-1
            """,
        },
    )
    assert_shows(
        build,
        TIE_OUT,
        """
        as_of      control_account subledger gl_balance difference
        2025-01-15 ar              169.00    119.00     50.00
        2025-01-15 unapplied         0         0         0
        """,
    )
    failing = build.failing_controls()
    assert set(failing) == {"AG-01", "GL-03", "GL-04", "RV-02", "SL-01", "TX-02"}
    [row] = failing["SL-01"]
    assert (row["as_of"], row["business_key"], row["difference"]) == (date(2025, 1, 15), "INV-2", 50)
    assert row["amount_at_risk"] == 50
    build.close()


def test_references_into_objects_nobody_delivers_are_not_judged(
    compiled_project: CompiledProject, tmp_path: Path
) -> None:
    build = small_company(
        compiled_project,
        tmp_path,
        {
            "invoices": """
            doc_id posting_date gross order_id shipment_id
            INV-1  2025-01-10   10.00 SO-1     SH-1
            """,
            "invoice_lines": """
            doc_id line_no order_id order_line_no product_id quantity unit_price tax_rate
            INV-1  1       SO-1     10            P-1        1        10.00      0
            """,
            "applications": """
            application_id source_id doc_id posting_date amount
            APP-1          PMT-1     INV-1  2025-01-20    4.00
            """,
            "gl_journal_lines": """
            journal_id line_no posting_date account_id amount  source_type source_doc_id
            J-1        1       2025-01-10   1100         10.00 invoice     INV-1
            J-1        2       2025-01-10   4000        -10.00 invoice     INV-1
            """,
        },
    )
    assert build.failing_control("RI-01") == []
    assert build.failing_control("GL-05") == []
    assert_shows(
        build,
        "intermediate.int_control_applicability",
        'control_id is_applicable reason\nGL-05 false "no chart of accounts is delivered"',
        "control_id = 'GL-05'",
    )
    build.close()


def test_a_ledger_that_the_company_calls_derived_is_the_documents_in_spite_of_journals(
    compiled_project: CompiledProject, tmp_path: Path
) -> None:
    build = small_company(
        compiled_project,
        tmp_path,
        {
            "chart_of_accounts": CHART,
            "invoices": """
            doc_id posting_date gross
            INV-0  2024-12-20   70.00
            INV-1  2025-01-10   10.00
            """,
            "gl_journal_lines": """
            journal_id line_no posting_date account_id amount source_type source_doc_id
            OB         1       2024-12-31   1100        65.00 opening     -
            OB         2       2024-12-31   3000       -65.00 opening     -
            """,
        },
        "ledger: {LE01: derived}\n",
        "2025-01-31",
    )
    # Nothing is an opening item: December has its sales.
    assert_shows(
        build,
        "marts.rpt_ar_rollforward",
        """
        period  opening invoiced closing
        2024-12  0      70.00    70.00
        2025-01 70.00   10.00    80.00
        """,
        "legal_entity_id = 'LE01'",
    )
    assert_shows(
        build,
        TIE_OUT,
        """
        as_of      subledger gl_balance difference
        2024-12-31 70.00     70.00      0
        2025-01-31 80.00     80.00      0
        """,
        "control_account = 'ar'",
    )
    assert build.failing_controls() == {}
    build.close()


def test_journals_are_judged_source_by_source_and_in_each_currency(
    compiled_project: CompiledProject, tmp_path: Path
) -> None:
    company = Company(compiled_project, tmp_path)
    company.deliver(
        {
            "legal_entities": LEGAL_ENTITIES,
            "gl_journal_lines": """
            journal_id line_no posting_date account_id amount source_type currency amount_transaction
            HALVES     1       2025-01-10   1010        10.00 manual      EUR       10.00
            PLAIN      1       2025-01-10   1010        10.00 manual      -         -
            PLAIN      2       2025-01-10   4000       -10.00 manual      -         -
            DOLLARS    1       2025-01-10   1010         9.00 manual      USD       10.00
            DOLLARS    2       2025-01-10   4000        -9.00 manual      USD       -9.99
            DIFFERENCE 1       2025-01-10   1010        -1.00 manual      USD        0
            DIFFERENCE 2       2025-01-10   7000         1.00 manual      USD        0
            """,
        },
        "alpha",
    )
    company.deliver(
        {
            "gl_journal_lines": """
            journal_id line_no posting_date account_id amount source_type
            HALVES     2       2025-01-10   4000       -10.00 manual
            """,
        },
        "beta",
    )
    build = company.build()
    failing = {(row["source_system"], row["business_key"]) for row in build.failing_control("GL-01")}
    build.close()
    assert failing == {("alpha", "HALVES"), ("beta", "HALVES"), ("alpha", "DOLLARS")}


def test_an_application_posted_before_its_document_counts_from_the_document_on(
    compiled_project: CompiledProject, tmp_path: Path
) -> None:
    build = small_company(
        compiled_project,
        tmp_path,
        {
            "chart_of_accounts": CHART,
            "invoices": """
            doc_id posting_date gross  document_date
            INV-1  2025-02-03   100.00 2025-01-30
            """,
            "payments": "payment_id posting_date amount\nPMT-1 2025-01-31 100.00",
            "applications": """
            application_id source_id doc_id posting_date amount
            APP-1          PMT-1     INV-1  2025-01-31   100.00
            """,
            "gl_journal_lines": """
            journal_id line_no posting_date account_id amount  source_type      source_doc_id
            J-1        1       2025-01-31   1010        100.00 customer_receipt PMT-1
            J-1        2       2025-01-31   2400       -100.00 customer_receipt PMT-1
            J-2        1       2025-01-31   2400        100.00 application      APP-1
            J-2        2       2025-01-31   1100       -100.00 application      APP-1
            J-3        1       2025-02-03   1100        100.00 invoice          INV-1
            J-3        2       2025-02-03   4000       -100.00 invoice          INV-1
            """,
        },
    )
    assert_shows(
        build,
        TIE_OUT,
        """
        as_of      control_account subledger gl_balance difference
        2025-01-31 ar                 0      -100.00    100.00
        2025-02-03 ar                 0         0       0
        2025-01-31 unapplied          0         0       0
        2025-02-03 unapplied          0         0       0
        """,
    )
    # Open items are those of posted documents; the ledger has the application already, and SL-01 names it.
    [row] = build.failing_control("SL-01")
    assert (row["as_of"], row["business_key"], row["difference"]) == (date(2025, 1, 31), "APP-1", 100)
    build.close()
