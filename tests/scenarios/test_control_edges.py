"""What the controls on documents and cash let pass, and where they begin to fail."""

from datetime import date
from decimal import Decimal
from pathlib import Path

from tests.harness.project import Build, CompiledProject
from tests.scenarios.company import CUSTOMERS, LEGAL_ENTITIES, Company, small_company


def found(build: Build, control_id: str, *columns: str) -> set[tuple]:
    """The failing rows of a control as tuples."""
    return {tuple(row[column] for column in columns) for row in build.failing_control(control_id)}


SERIES = """
doc_id  posting_date gross legal_entity_id is_deleted
INV-1   2025-01-10   10.00 LE01            -
INV-2   2025-01-11   10.00 LE01            -
INV-4   2025-01-12   10.00 LE01            -
INV-7   2025-01-13   10.00 LE01            -
CM-1    2025-01-13   10.00 LE01            -
CM-2    2025-01-13   10.00 LE01            true
CM-3    2025-01-13   10.00 LE01            -
DM-9    2025-01-13   10.00 LE01            -
DM-09   2025-01-14   10.00 LE01            -
DM-10   2025-01-14   10.00 LE01            -
INV-3   2025-01-13   10.00 LE02            -
INV-5   2025-01-13   10.00 LE02            -
2025100 2025-01-13   10.00 LE01            -
2025102 2025-01-13   10.00 LE01            -
FINAL   2025-01-13   10.00 LE01            -
"""
TWO_ENTITIES = """
legal_entity_id functional_currency
LE01            EUR
LE02            EUR
"""


def test_a_series_is_an_entity_and_what_stands_before_the_last_digits(
    compiled_project: CompiledProject, tmp_path: Path
) -> None:
    build = small_company(compiled_project, tmp_path, {"legal_entities": TWO_ENTITIES, "invoices": SERIES})
    # INV-3 of the other entity closes no gap; CM-2 is documented; DM-9 and DM-09 are one number; bare digits
    # are no series.
    gaps = found(build, "SQ-01", "legal_entity_id", "cause", "business_key", "difference")
    build.close()
    assert {row for row in gaps if row[1] == "gap"} == {
        ("LE01", "gap", "INV-3", 1),
        ("LE01", "gap", "INV-5 to INV-6", 2),
        ("LE02", "gap", "INV-4", 1),
    }
    assert [(row[0], row[1]) for row in gaps if row[1] != "gap"] == [("LE01", "repeat")]


def test_a_company_names_its_series_bare_digits_included(
    compiled_project: CompiledProject, tmp_path: Path
) -> None:
    build = small_company(
        compiled_project,
        tmp_path,
        {"legal_entities": TWO_ENTITIES, "invoices": SERIES},
        "number_series: [CM-, '']\n",
    )
    rows = found(build, "SQ-01", "legal_entity_id", "cause", "business_key", "difference")
    build.close()
    assert rows == {("LE01", "gap", "2025101", 1)}


def test_a_number_that_two_sources_give_to_one_entity_is_a_repeat(
    compiled_project: CompiledProject, tmp_path: Path
) -> None:
    company = Company(compiled_project, tmp_path)
    for source, numbers in {"alpha": (1, 2), "beta": (2, 3)}.items():
        company.deliver(
            {
                "legal_entities": LEGAL_ENTITIES,
                "customers": CUSTOMERS,
                "invoices": "doc_id posting_date gross\n"
                + "\n".join(f"INV-{number} 2025-01-10 10.00" for number in numbers),
            },
            source,
        )
    build = company.build()
    rows = found(build, "SQ-01", "source_system", "cause", "business_key")
    build.close()
    assert rows == {("alpha", "repeat", "INV-2"), ("beta", "repeat", "INV-2")}


def test_opening_items_are_in_no_series(compiled_project: CompiledProject, tmp_path: Path) -> None:
    build = small_company(
        compiled_project,
        tmp_path,
        {
            "invoices": """
            doc_id posting_date gross
            INV-1  2024-11-10   10.00
            INV-5  2025-01-10   10.00
            INV-6  2025-01-11   10.00
            """,
            "gl_journal_lines": """
            journal_id line_no posting_date account_id amount source_type source_doc_id
            J-1        1       2025-01-10   1100        10.00 invoice     INV-5
            J-1        2       2025-01-10   4000       -10.00 invoice     INV-5
            """,
        },
    )
    # INV-5 is posted on the date of the first journal, which is no opening: it is not an opening item.
    assert build.failing_control("SQ-01") == []
    build.close()


def test_credit_memos_need_an_original_and_stay_within_it(
    compiled_project: CompiledProject, tmp_path: Path
) -> None:
    build = small_company(
        compiled_project,
        tmp_path,
        {
            "invoices": """
            doc_id   doc_type    posting_date gross   currency customer_id original_doc_id
            WHOLE    invoice     2025-01-10    100.00 EUR      C1          -
            OVER     invoice     2025-01-10    100.00 EUR      C1          -
            EURO     invoice     2025-01-10    100.00 EUR      C1          -
            OTHER    invoice     2025-01-10    100.00 EUR      C1          -
            FULL-A   credit_memo 2025-01-11    -60.00 EUR      C1          WHOLE
            FULL-B   credit_memo 2025-01-12    -40.00 EUR      C1          WHOLE
            OVER-A   credit_memo 2025-01-11    -60.00 EUR      C1          OVER
            OVER-B   credit_memo 2025-01-12    -40.01 EUR      C1          OVER
            UNNAMED  credit_memo 2025-01-12     -1.00 EUR      C1          -
            ORPHAN   credit_memo 2025-01-12     -1.00 EUR      C1          NOWHERE
            DOLLAR   credit_memo 2025-01-12     -1.00 USD      C1          EURO
            STRANGER credit_memo 2025-01-12     -1.00 EUR      C2          OTHER
            """,
        },
    )
    assert found(build, "CM-01", "business_key", "cause") == {
        ("OVER-A", "credited more than the original"),
        ("OVER-B", "credited more than the original"),
        ("UNNAMED", "names no original"),
        ("ORPHAN", "original is not delivered"),
        ("DOLLAR", "other currency than the original"),
        ("STRANGER", "other customer than the original"),
    }
    build.close()


def test_a_missing_original_of_an_opening_item_is_no_finding(
    compiled_project: CompiledProject, tmp_path: Path
) -> None:
    build = small_company(
        compiled_project,
        tmp_path,
        {
            "invoices": """
            doc_id doc_type    posting_date gross  original_doc_id
            CM-1   credit_memo 2024-12-10   -10.00 INV-LONG-AGO
            CM-2   credit_memo 2024-12-11   -10.00 -
            """,
            "gl_journal_lines": """
            journal_id line_no posting_date account_id amount source_type source_doc_id
            J-1        1       2024-12-31   1100       -20.00 opening     -
            J-1        2       2024-12-31   3000        20.00 opening     -
            """,
        },
    )
    assert (build.failing_control("CM-01"), build.failing_control("RI-01")) == ([], [])
    build.close()


def test_tax_may_differ_by_one_minor_unit_for_each_rate_and_net_by_nothing(
    compiled_project: CompiledProject, tmp_path: Path
) -> None:
    # 10.00 at 19 % is 1.90; with a second line of 10.00 at 7 % 2.60. 1000 JPY at 10 %: 100, 10 KWD: 1.
    build = small_company(
        compiled_project,
        tmp_path,
        {
            "invoices": """
            doc_id      posting_date currency fx_rate net    tax   gross
            EXACT       2025-01-10   EUR      1       10.00  1.90  11.90
            ONE-OFF     2025-01-10   EUR      1       10.00  1.91  11.91
            TWO-OFF     2025-01-10   EUR      1       10.00  1.92  11.92
            TWO-RATES   2025-01-10   EUR      1       20.00  2.58  22.58
            THREE-OFF   2025-01-10   EUR      1       20.00  2.63  22.63
            NET-OFF     2025-01-10   EUR      1       10.01  1.90  11.91
            GROSS-OFF   2025-01-10   EUR      1       10.00  1.90  11.91
            NO-LINES    2025-01-10   EUR      1       10.00  1.90  11.90
            YEN-ONE     2025-01-10   JPY      0.006   1000   101   1101
            YEN-TWO     2025-01-10   JPY      0.006   1000   102   1102
            DINAR-ONE   2025-01-10   KWD      3       10.000 1.001 11.001
            DINAR-TWO   2025-01-10   KWD      3       10.000 1.002 11.002
            """,
            "invoice_lines": """
            doc_id      line_no quantity unit_price tax_rate
            EXACT       1       3        3.333333   0.19
            ONE-OFF     1       1        10.00      0.19
            TWO-OFF     1       1        10.00      0.19
            TWO-RATES   1       1        10.00      0.19
            TWO-RATES   2       1        10.00      0.07
            THREE-OFF   1       1        10.00      0.19
            THREE-OFF   2       1        10.00      0.07
            NET-OFF     1       1        10.00      0.19
            GROSS-OFF   1       1        10.00      0.19
            YEN-ONE     1       1        1000       0.10
            YEN-TWO     1       1        1000       0.10
            DINAR-ONE   1       1        10.000     0.10
            DINAR-TWO   1       1        10.000     0.10
            """,
        },
    )
    assert found(build, "IN-01", "business_key", "part") == {
        ("TWO-OFF", "tax"),
        ("THREE-OFF", "tax"),
        ("NET-OFF", "net"),
        ("GROSS-OFF", "gross"),
        ("NO-LINES", "net"),
        ("YEN-TWO", "tax"),
        ("DINAR-TWO", "tax"),
    }
    build.close()


def test_an_open_balance_that_crosses_zero_fails_even_when_it_comes_back(
    compiled_project: CompiledProject, tmp_path: Path
) -> None:
    build = small_company(
        compiled_project,
        tmp_path,
        {
            "invoices": """
            doc_id doc_type    posting_date gross   original_doc_id
            BACK   invoice     2025-01-10    100.00 -
            EXACT  invoice     2025-01-10    100.00 -
            OPENED invoice     2025-01-10    100.00 -
            MEMO   credit_memo 2025-01-10    -30.00 EXACT
            SMALL  invoice     2025-01-10     40.00 -
            """,
            "payments": """
            payment_id posting_date amount
            PMT-1      2025-02-01   1000.00
            """,
            "applications": """
            application_id source_type source_id doc_id posting_date amount
            APP-1          payment     PMT-1     BACK   2025-02-01   100.01
            APP-2          payment     PMT-1     BACK   2025-02-10    -0.01
            APP-3          payment     PMT-1     EXACT  2025-02-01   100.00
            APP-4          payment     PMT-1     OPENED 2025-02-01   100.00
            APP-5          payment     PMT-1     OPENED 2025-02-02   -100.00
            APP-6          credit_memo MEMO      SMALL  2025-02-01    30.01
            """,
        },
        as_of="2025-02-28",
    )
    assert found(build, "CA-02", "business_key", "as_of", "amount_at_risk") == {
        ("BACK", date(2025, 2, 1), Decimal("0.01")),
        ("MEMO", date(2025, 2, 1), Decimal("0.01")),
    }
    assert build.failing_control("CA-01") == []
    build.close()


def test_a_receipt_may_be_used_up_and_no_further(compiled_project: CompiledProject, tmp_path: Path) -> None:
    build = small_company(
        compiled_project,
        tmp_path,
        {
            "invoices": "doc_id posting_date gross\nINV-1 2025-01-10 1000.00",
            "payments": """
            payment_id posting_date amount reverses_payment_id
            USED-UP    2025-02-01   100.00 -
            OVER       2025-02-01   100.00 -
            COMES-BACK 2025-02-01   100.00 -
            RETURNED   2025-02-01   100.00 -
            RETURN     2025-02-03   100.00 RETURNED
            """,
            "applications": """
            application_id source_id  doc_id posting_date amount discount
            APP-1          USED-UP    INV-1  2025-02-01    62.00 2.00
            APP-2          OVER       INV-1  2025-02-01    60.01 -
            APP-3          COMES-BACK INV-1  2025-02-01   100.01 -
            APP-4          COMES-BACK INV-1  2025-02-05    -0.01 -
            APP-5          RETURNED   INV-1  2025-02-01    10.00 -
            """,
            "refunds": """
            refund_id payment_id posting_date amount
            RF-1      USED-UP    2025-02-02   40.00
            RF-2      OVER       2025-02-02   40.00
            """,
        },
        as_of="2025-02-28",
    )
    assert {row[0] for row in found(build, "CA-01", "business_key")} >= {"OVER", "RETURNED"}
    assert "USED-UP" not in {row[0] for row in found(build, "CA-01", "business_key")}
    build.close()
