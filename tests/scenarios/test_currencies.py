"""Documents at their own rate: remainders, realised differences, 0 and 3 decimals, group rows.

The figures in the comments are worked out by hand: rest x rate, rounded once to the functional currency's
minor units, half away from zero; a part is worth the value before less the value after.
"""

from decimal import Decimal
from pathlib import Path

import pytest

from tests.harness.project import Build, CompiledProject
from tests.scenarios.company import assert_shows, small_company

ENTITIES = """
legal_entity_id functional_currency
LE01            EUR
LE-YEN          JPY
LE-DINAR        KWD
"""


@pytest.fixture(scope="module")
def books(compiled_project: CompiledProject, tmp_path_factory: pytest.TempPathFactory) -> Build:
    """Foreign documents of an entity in EUR, and one document each in entities of JPY and KWD."""
    build = small_company(
        compiled_project,
        tmp_path_factory.mktemp("currencies"),
        {
            "legal_entities": ENTITIES,
            "invoices": """
            doc_id     doc_type    legal_entity_id posting_date currency fx_rate gross   tax   original_doc_id
            PARTS      invoice     LE01            2025-01-10   USD      0.9155  100.00  0     -
            DISCOUNTED invoice     LE01            2025-01-10   USD      0.9155  119.00  19.00 -
            CREDITED   invoice     LE01            2025-01-10   USD      0.90    100.00  0     -
            MEMO       credit_memo LE01            2025-02-03   USD      0.95    -50.00  0     CREDITED
            BOUNCED    invoice     LE01            2025-01-10   USD      0.90    100.00  0     -
            YEN        invoice     LE01            2025-01-10   JPY      0.00615 100001  0     -
            DINAR      invoice     LE01            2025-01-10   KWD      2.98    100.125 0     -
            EUR-IN-YEN invoice     LE-YEN          2025-01-10   EUR      162.5   100.01  0     -
            YEN-MEMO   credit_memo LE-YEN          2025-01-10   EUR      162.5   -1.00   0     EUR-IN-YEN
            EUR-IN-KWD invoice     LE-DINAR        2025-01-10   EUR      0.32105 100.10  0     -
            """,
            "payments": """
            payment_id posting_date currency fx_rate amount reverses_payment_id
            THIRDS     2025-02-03   USD      0.93    100.00 -
            LESS       2025-01-15   USD      0.95    115.43 -
            RETURNED   2025-02-05   USD      0.92    100.00 -
            RETURN     2025-02-10   USD      0.92    100.00 RETURNED
            TOO-MUCH   2025-02-05   USD      0.915    50.01 -
            """,
            "applications": """
            application_id source_type source_id doc_id     posting_date amount  discount
            APP-1          payment     THIRDS    PARTS      2025-02-03    33.33  -
            APP-2          payment     THIRDS    PARTS      2025-02-07    33.33  -
            APP-3          payment     THIRDS    PARTS      2025-02-14    33.34  -
            APP-4          payment     LESS      DISCOUNTED 2025-01-15   119.00  3.57
            APP-5          credit_memo MEMO      CREDITED   2025-02-04    50.00  -
            APP-6          payment     RETURNED  BOUNCED    2025-02-05   100.00  -
            APP-7          payment     RETURNED  BOUNCED    2025-02-10  -100.00  -
            """,
            "refunds": """
            refund_id payment_id posting_date currency fx_rate amount
            RF-1      TOO-MUCH   2025-02-12   USD      0.915   20.00
            """,
        },
        as_of="2025-02-28",
    )
    yield build
    build.close()


def test_amounts_are_rounded_half_away_from_zero_to_the_functional_minor_units(books: Build) -> None:
    # 100 x 0.9155; 119 x 0.9155 = 108.9445; 100001 x 0.00615 = 615.00615; 100.125 x 2.98 = 298.3725;
    # 100.01 x 162.5 = 16251.625 -> 16252 JPY; -1 x 162.5 -> -163 JPY; 100.10 x 0.32105 = 32.137105
    assert_shows(
        books,
        "marts.fct_ar_documents",
        """
        doc_id     gross   gross_functional net_functional tax_functional
        PARTS      100.00  91.55            91.55          0
        DISCOUNTED 119.00  108.94           91.55          17.39
        CREDITED   100.00  90.00            90.00          0
        MEMO       -50.00  -47.50           -47.50         0
        BOUNCED    100.00  90.00            90.00          0
        YEN        100001  615.01           615.01         0
        DINAR      100.125 298.37           298.37         0
        EUR-IN-YEN 100.01  16252            16252          0
        YEN-MEMO   -1.00   -163             -163           0
        EUR-IN-KWD 100.10  32.137           32.137         0
        """,
    )


def test_the_last_part_takes_the_remainder(books: Build) -> None:
    # document: 91.55, rests 66.67 -> 61.04 (61.036385), 33.34 -> 30.52 (30.52277), 0
    #   relieved 30.51, 30.52, 30.52; each part x rate alone would be 30.51, 30.51, 30.52
    # receipt: 93.00, rests 66.67 -> 62.00 (62.0031), 33.34 -> 31.01 (31.0062), 0: used 31.00, 30.99, 31.01
    # realised: 0.49, 0.47, 0.49 = 93.00 - 91.55 = 1.45
    assert_shows(
        books,
        "marts.fct_cash_applications",
        """
        application_id amount amount_functional_relieved fx_difference method
        APP-1          33.33  30.51                      0.49          given
        APP-2          33.33  30.52                      0.47          given
        APP-3          33.34  30.52                      0.49          given
        """,
        "doc_id = 'PARTS'",
    )
    for as_of, rest in {
        "2025-02-02": "PARTS 100.00 91.55",
        "2025-02-03": "PARTS 66.67 61.04",
        "2025-02-07": "PARTS 33.34 30.52",
        "2025-02-14": "",
    }.items():
        assert_shows(
            books,
            f"marts.ar_open_items_at(date '{as_of}')",
            f"doc_id open_amount open_amount_functional\n{rest}",
            "doc_id = 'PARTS'",
        )
    assert_shows(
        books,
        "marts.rpt_unapplied_cash",
        """
        as_of      payment_id unapplied_amount unapplied_functional
        2025-02-28 TOO-MUCH   30.01            27.46
        """,
        "legal_entity_id = 'LE01'",
    )


def test_a_discounted_application_posts_its_remainder_to_realised_exchange(books: Build) -> None:
    # relieved 108.94 = 119 x 0.9155 (108.9445). Cash 115.43 x 0.95 = 109.66 (109.6585).
    # Discount 3.57: tax 3.57 x 19 / 119 = 0.57 -> 0.52 (0.521835); net 3.00 -> 2.75 (2.7465).
    # 109.66 + 2.75 + 0.52 - 108.94 = 3.99; cash part x the difference of the rates alone would be 3.98.
    assert_shows(
        books,
        "marts.fct_cash_applications",
        """
        application_id amount discount amount_functional_relieved fx_difference
        APP-4          119.00 3.57     108.94                     3.99
        """,
        "doc_id = 'DISCOUNTED'",
    )
    assert_shows(
        books,
        "marts.fct_receipts",
        """
        payment_id amount amount_functional applied_amount refunded_amount unapplied_amount
        LESS       115.43 109.66            115.43         0               0
        """,
        "payment_id = 'LESS'",
    )


def test_a_credit_memo_of_another_rate_realises_the_difference(books: Build) -> None:
    # the memo gives 47.50 (50 x 0.95), the invoice goes down by 45.00 (50 x 0.90)
    assert_shows(
        books,
        "marts.fct_cash_applications",
        """
        application_id source_type source_id amount amount_functional_relieved fx_difference
        APP-5          credit_memo MEMO      50.00  45.00                      2.50
        """,
        "doc_id = 'CREDITED'",
    )
    assert_shows(
        books,
        "marts.rpt_ar_open_items",
        """
        as_of      doc_id   open_amount open_amount_functional
        2025-01-31 CREDITED 100.00      90.00
        2025-02-28 CREDITED  50.00      45.00
        """,
        "doc_id in ('CREDITED', 'MEMO')",
    )


def test_a_reversed_payment_opens_the_document_again(books: Build) -> None:
    # 100 x 0.92 = 92.00 against 90.00, and the same back
    assert_shows(
        books,
        "marts.fct_cash_applications",
        """
        application_id amount  amount_functional_relieved fx_difference
        APP-6           100.00  90.00                      2.00
        APP-7          -100.00 -90.00                     -2.00
        """,
        "doc_id = 'BOUNCED'",
    )
    assert_shows(
        books,
        "marts.fct_receipts",
        """
        payment_id amount  amount_functional applied_amount refunded_amount unapplied_amount
        RETURNED    100.00  92.00            0              0               0
        RETURN     -100.00 -92.00            0              0               0
        TOO-MUCH     50.01  45.76            0              20.00           30.01
        """,
        "payment_id in ('RETURNED', 'RETURN', 'TOO-MUCH')",
    )
    assert_shows(
        books,
        "marts.ar_open_items_at(date '2025-02-10')",
        """
        doc_id  open_amount open_amount_functional due_date
        BOUNCED 100.00      90.00                  2025-02-09
        """,
        "doc_id = 'BOUNCED'",
    )


def test_the_roll_forward_holds_each_component_at_the_document_rate(books: Build) -> None:
    # invoiced: 91.55 + 108.94 + 90 + 90 + 615.01 + 298.37 = 1293.87. January: APP-4 relieves 108.94, of it
    # discount 3.27 (2.75 + 0.52). February: APP-1 to 3 -91.55, APP-6 and APP-7 cancel out, the memo -47.50
    # when posted and 2.50 of difference when applied. Closing 1184.93 - 91.55 - 47.50 + 2.50 = 1048.38
    # = 45.00 + 90.00 + 615.01 + 298.37.
    assert_shows(
        books,
        "marts.rpt_ar_rollforward",
        """
        period  opening invoiced credited collected discounts written_off fx_difference closing
        2025-01 0       1293.87  0        -105.67   -3.27     0           0             1184.93
        2025-02 1184.93 0        -47.50   -91.55    0         0           2.50          1048.38
        """,
        "legal_entity_id = 'LE01'",
    )
    assert_shows(
        books,
        "marts.rpt_subledger_tie_out",
        """
        as_of      legal_entity_id control_account subledger gl_balance difference
        2025-02-28 LE01            ar              1048.38   1048.38    0
        2025-02-28 LE01            unapplied         27.46     27.46    0
        2025-02-28 LE-YEN          ar              16089     16089      0
        2025-02-28 LE-YEN          unapplied           0         0      0
        2025-02-28 LE-DINAR        ar                 32.137    32.137  0
        2025-02-28 LE-DINAR        unapplied           0         0      0
        """,
        "as_of = date '2025-02-28' and control_account in ('ar', 'unapplied')",
    )
    # No source delivers rates, each document carries its own: nothing to judge but whether currencies exist.
    assert books.failing_controls() == {}


# 0.90 is valid on 1 to 10 January, 0.96 on 11 to 31: the mean is (10 x 0.90 + 21 x 0.96) / 31 = 0.94064516.
# February: 27 days at 0.95, one at 0.97: 26.62 / 28 = 0.95071429.
RATES = """
from_currency rate_date  rate
USD           2025-01-01 0.90
USD           2025-01-06 0.90
USD           2025-01-11 0.96
USD           2025-01-16 0.96
USD           2025-01-21 0.96
USD           2025-01-26 0.96
USD           2025-01-31 0.96
USD           2025-02-01 0.95
USD           2025-02-06 0.95
USD           2025-02-11 0.95
USD           2025-02-16 0.95
USD           2025-02-21 0.95
USD           2025-02-26 0.95
USD           2025-02-28 0.97
"""
GROUP = {
    "legal_entities": """
    legal_entity_id functional_currency
    LE01            EUR
    LE02            USD
    """,
    "fx_rates": RATES,
    "invoices": """
    doc_id legal_entity_id currency posting_date gross
    INV-E1 LE01            EUR      2025-01-20    500.00
    INV-U1 LE02            USD      2025-01-10   1000.00
    """,
    "payments": """
    payment_id legal_entity_id currency posting_date amount
    PMT-U1     LE02            USD      2025-02-05   400.00
    """,
    "applications": """
    application_id source_id doc_id posting_date amount
    APP-U1         PMT-U1    INV-U1 2025-02-05   400.00
    """,
}


def test_group_rows_translate_balances_at_closing_and_flows_at_the_mean_of_the_days(
    compiled_project: CompiledProject, tmp_path: Path
) -> None:
    build = small_company(compiled_project, tmp_path, GROUP, "reporting_currency: EUR\n", "2025-02-28")
    # invoiced 500 + 1000 x 0.94064516 = 1440.65; closing 500 + 1000 x 0.96 = 1460; the rest 19.35.
    # collected 400 x 0.95071429 = 380.29; closing 500 + 600 x 0.97 = 1082; 1082 - 1460 + 380.29 = 2.29.
    assert_shows(
        build,
        "marts.rpt_ar_rollforward",
        """
        period  legal_entity_id opening invoiced credited collected discounts fx_difference closing
        2025-01 LE01               0     500.00  0           0      0          0             500.00
        2025-01 LE02               0    1000.00  0           0      0          0            1000.00
        2025-01 *                  0    1440.65  0           0      0         19.35         1460.00
        2025-02 LE01             500.00    0     0           0      0          0             500.00
        2025-02 LE02            1000.00    0     0        -400.00   0          0             600.00
        2025-02 *               1460.00    0     0        -380.29   0          2.29         1082.00
        """,
    )
    assert_shows(
        build,
        "marts.rpt_ar_aging",
        """
        as_of      basis        bucket  amount
        2025-01-31 due_date     current 1460.00
        2025-01-31 due_date     1-30    0
        2025-01-31 due_date     31-60   0
        2025-01-31 due_date     61-90   0
        2025-01-31 due_date     90+     0
        2025-01-31 invoice_date 0-30    1460.00
        2025-01-31 invoice_date 31-60   0
        2025-01-31 invoice_date 61-90   0
        2025-01-31 invoice_date 90+     0
        2025-02-28 due_date     current 0
        2025-02-28 due_date     1-30    1082.00
        2025-02-28 due_date     31-60   0
        2025-02-28 due_date     61-90   0
        2025-02-28 due_date     90+     0
        2025-02-28 invoice_date 0-30    0
        2025-02-28 invoice_date 31-60   1082.00
        2025-02-28 invoice_date 61-90   0
        2025-02-28 invoice_date 90+     0
        """,
        "legal_entity_id = '*'",
    )
    # Days sales outstanding of the group: 1460 / 1440.65 x 31 in January; in February nothing was sold:
    # 28 days and 1082 / 1440.65 of 31.
    for as_of, expected in {
        "2025-01-31": """
        metric_id     value     numerator denominator null_reason
        dso_month     31.416375 1460.00   1440.65     -
        dso_countback -         -         -           insufficient_history
        """,
        "2025-02-28": """
        metric_id     value     numerator denominator null_reason
        dso_month     -         1082.00   0           non_positive_denominator
        dso_countback 51.282546 1082.00   -           -
        """,
    }.items():
        assert_shows(
            build,
            f"marts.dso_at(date '{as_of}')",
            expected,
            "legal_entity_id = '*' and metric_id in ('dso_month', 'dso_countback')",
        )
    assert build.failing_controls() == {}
    build.close()


def test_a_discount_is_parted_in_the_minor_units_of_its_currency(
    compiled_project: CompiledProject, tmp_path: Path
) -> None:
    # YEN: tax part 100 x 1900 / 11900 = 16, net 84. Relieved 11900 x 0.00615 = 73.19; cash 11800 x 0.0062 =
    # 73.16; 84 -> 0.52, 16 -> 0.10; 73.16 + 0.52 + 0.10 - 73.19 = 0.59.
    # DINAR: tax part 1.234 x 19 / 119 = 0.197, net 1.037. Relieved 119 x 2.98 = 354.62; cash 117.766 x 3.05 =
    # 359.19; 3.09 and 0.59; 359.19 + 3.09 + 0.59 - 354.62 = 8.25.
    build = small_company(
        compiled_project,
        tmp_path,
        {
            "invoices": """
            doc_id posting_date currency fx_rate gross   tax
            YEN    2025-01-10   JPY      0.00615 11900   1900
            DINAR  2025-01-10   KWD      2.98    119.000 19.000
            """,
            "payments": """
            payment_id posting_date currency fx_rate amount
            PMT-Y      2025-01-20   JPY      0.0062  11800
            PMT-K      2025-01-20   KWD      3.05    117.766
            """,
            "applications": """
            application_id source_id doc_id posting_date amount  discount
            APP-Y          PMT-Y     YEN    2025-01-20   11900   100
            APP-K          PMT-K     DINAR  2025-01-20   119.000 1.234
            """,
        },
    )
    assert_shows(
        build,
        "marts.fct_cash_applications",
        """
        application_id amount_functional_relieved fx_difference
        APP-Y           73.19                     0.59
        APP-K          354.62                     8.25
        """,
    )
    # The discounts at the documents' rates: 0.62 and 3.68.
    assert_shows(
        build,
        "marts.rpt_ar_rollforward",
        "period invoiced collected discounts closing\n2025-01 427.81 -423.51 -4.30 0",
        "legal_entity_id = 'LE01'",
    )
    build.close()


def test_the_mean_rate_is_rounded_once_and_exactly(compiled_project: CompiledProject, tmp_path: Path) -> None:
    # (0.95000011 + 0.95000012) / 2 = 0.950000115 -> 0.95000012; a thousand million at it.
    build = small_company(
        compiled_project,
        tmp_path,
        {
            "legal_entities": "legal_entity_id functional_currency\nLE02 USD",
            "fx_rates": """
            from_currency rate_date  rate
            USD           2025-02-01 0.95000011
            USD           2025-02-02 0.95000012
            """,
            "invoices": """
            doc_id legal_entity_id currency posting_date gross
            INV-1  LE02            USD      2025-02-02   1000000000.00
            """,
        },
        "reporting_currency: EUR\n",
    )
    assert_shows(
        build,
        "marts.rpt_ar_rollforward",
        "period invoiced closing\n2025-02 950000120.00 950000120.00",
        "legal_entity_id = '*'",
    )
    build.close()


def test_without_reporting_currency_group_rows_need_one_common_currency(
    compiled_project: CompiledProject, tmp_path: Path
) -> None:
    (tmp_path / "two").mkdir()
    two = small_company(compiled_project, tmp_path / "two", GROUP, as_of="2025-02-28")
    assert_shows(two, "marts.rpt_ar_aging", "legal_entity_id amount", "legal_entity_id = '*'")
    assert_shows(two, "marts.rpt_ar_rollforward", "period closing", "legal_entity_id = '*'")
    assert two.failing_controls() == {}
    two.close()
    (tmp_path / "one").mkdir()
    common = {
        "legal_entities": "legal_entity_id functional_currency\nLE01 USD\nLE02 USD",
        "invoices": """
        doc_id legal_entity_id currency posting_date gross
        INV-1  LE01            USD      2025-01-20    500.00
        INV-2  LE02            USD      2025-01-10   1000.00
        """,
    }
    one = small_company(compiled_project, tmp_path / "one", common, as_of="2025-01-31")
    assert_shows(
        one,
        "marts.rpt_ar_rollforward",
        "period opening invoiced fx_difference closing\n2025-01 0 1500.00 0 1500.00",
        "legal_entity_id = '*'",
    )
    assert one.failing_controls() == {}
    one.close()


def test_rates_are_taken_as_delivered_then_inverse_then_through_the_reporting_currency(
    compiled_project: CompiledProject, tmp_path: Path
) -> None:
    # 10 January: GBP to EUR is 1 / 0.83 = 1.20481928; GBP to JPY goes through EUR and is rounded once:
    # 160.37 / 0.83 = 193.21686747 (of rounded legs it would be 193.21686793).
    # 11 January: both ways are delivered, and the delivered one counts.
    # 14 January is the fourth day after the last EUR to JPY rate, 15 January the fifth: no leg, no rate.
    build = small_company(
        compiled_project,
        tmp_path,
        {
            "legal_entities": "legal_entity_id functional_currency\nLE01 EUR\nLE-YEN JPY",
            "fx_rates": """
            from_currency to_currency rate_date  rate
            EUR           GBP         2025-01-10 0.83
            EUR           JPY         2025-01-10 160.37
            EUR           GBP         2025-01-11 0.84
            GBP           EUR         2025-01-11 1.2
            EUR           GBP         2025-01-15 0.85
            """,
            "invoices": """
            doc_id legal_entity_id currency posting_date gross fx_rate due_date
            INV-1  LE-YEN          GBP      2025-01-10   10.00 193.2   2025-02-09
            INV-2  LE01            GBP      2025-01-14   10.00 1.2     2025-02-09
            INV-3  LE-YEN          GBP      2025-01-15   10.00 193.2   2025-02-09
            """,
        },
        "reporting_currency: EUR\n",
        "2025-01-15",
    )
    assert_shows(
        build,
        "intermediate.int_fx_rates_by_day",
        """
        from_currency to_currency rate_date  rate
        GBP           EUR         2025-01-10 1.20481928
        GBP           JPY         2025-01-10 193.21686747
        GBP           EUR         2025-01-14 1.2
        GBP           JPY         2025-01-14 192.444
        GBP           EUR         2025-01-15 1.2
        """,
        "from_currency = 'GBP' and rate_date in ('2025-01-10', '2025-01-14', '2025-01-15')",
    )
    rows = build.failing_control("FX-01")
    build.close()
    texts = [str(row) for row in rows]
    assert {row["legal_entity_id"] for row in rows} <= {"LE-YEN", "*", None}, texts
    assert any("GBP" in text and "JPY" in text and "2025, 1, 15" in text for text in texts), texts


@pytest.mark.parametrize(("posted", "fails"), [("2025-01-05", False), ("2025-01-06", True)])
def test_a_rate_is_valid_for_four_days(
    compiled_project: CompiledProject, tmp_path: Path, posted: str, fails: bool
) -> None:
    build = small_company(
        compiled_project,
        tmp_path,
        {
            "fx_rates": """
            from_currency rate_date  rate
            USD           2025-01-01 0.90
            USD           2025-01-07 0.90
            """,
            "invoices": f"""
            doc_id posting_date currency fx_rate gross
            INV-1  {posted}     USD      0.90    10.00
            """,
        },
        as_of="2025-01-07",
    )
    rows = build.failing_control("FX-01")
    build.close()
    assert bool(rows) is fails, rows
    if fails:
        [row] = rows
        assert (row["source_file"], row["source_line"], row["offending_value"]) == ("invoices.csv", 2, "USD")
        assert row["amount_at_risk"] == Decimal("9.00")


def test_a_currency_that_does_not_exist_fails_where_no_rates_are_delivered(
    compiled_project: CompiledProject, tmp_path: Path
) -> None:
    build = small_company(
        compiled_project,
        tmp_path,
        {
            "invoices": """
            doc_id posting_date currency fx_rate gross
            INV-1  2025-01-10   USD      0.90    10.00
            INV-2  2025-01-10   ZZZ      0.50    10.00
            """,
        },
    )
    [row] = build.failing_control("FX-01")
    build.close()
    assert (row["source_file"], row["source_line"], row["offending_value"]) == ("invoices.csv", 3, "ZZZ")


def test_movements_of_one_date_go_applications_write_offs_and_refunds_last(
    compiled_project: CompiledProject, tmp_path: Path
) -> None:
    # Document 91.55: application 33.33 leaves 61.04 (30.51), write-off 33.33 leaves 30.52 (30.52).
    # Receipt 91.55: application 33.33 leaves 61.04 (30.51 used, nothing realised), refund 33.33 leaves 30.52.
    build = small_company(
        compiled_project,
        tmp_path,
        {
            "invoices": """
            doc_id posting_date currency fx_rate gross
            INV-1  2025-01-10   USD      0.9155  100.00
            """,
            "payments": """
            payment_id posting_date currency fx_rate amount
            PMT-1      2025-01-10   USD      0.9155  100.00
            """,
            "write_offs": """
            write_off_id doc_id posting_date currency net
            A-WRITE-OFF  INV-1  2025-01-20   USD      33.33
            """,
            "refunds": """
            refund_id payment_id posting_date currency fx_rate amount
            A-REFUND  PMT-1      2025-01-20   USD      0.9155  33.33
            """,
            "applications": """
            application_id source_id doc_id posting_date amount
            Z-APPLICATION  PMT-1     INV-1  2025-01-20   33.33
            """,
        },
    )
    assert_shows(
        build,
        "marts.fct_cash_applications",
        "application_id amount_functional_relieved fx_difference\nZ-APPLICATION 30.51 0",
    )
    assert_shows(
        build,
        "marts.rpt_ar_rollforward",
        "period invoiced collected written_off closing\n2025-01 91.55 -30.51 -30.52 30.52",
        "legal_entity_id = 'LE01'",
    )
    assert_shows(build, "marts.rpt_unapplied_cash", "unapplied_amount unapplied_functional\n33.34 30.52")
    build.close()
