"""Where the controls on banks, receipts, duties and overrides begin to fail, and what they let pass."""

from datetime import date
from decimal import Decimal
from pathlib import Path

from tests.harness.project import Build, CompiledProject
from tests.scenarios.company import CHART, CUSTOMERS, LEGAL_ENTITIES, Company, small_company

CHART_OF_BANKS = (
    CHART
    + """
1020       "Bank USD"          asset        D              Cash              cash            bank
1030       "Cash in transit"   asset        D              Cash              cash            -
6800       "Bank charges"      expense      D              Charges           pl              bank_charges
7020       "FX on cash"        other_pl     C              "FX result"       pl              fx_cash
"""
)


def found(build: Build, control_id: str, *columns: str) -> set[tuple]:
    """The failing rows of a control as tuples."""
    return {tuple(row[column] for column in columns) for row in build.failing_control(control_id)}


def failing(build: Build, *control_ids: str) -> dict[str, int]:
    """How many rows of these controls fail, those that pass left out."""
    counts = {control_id: len(build.failing_control(control_id)) for control_id in control_ids}
    return {control_id: count for control_id, count in counts.items() if count}


def cash_book(*entries: str) -> str:
    """Journals on bank accounts: `id date account amount type document [currency amount-in-it]`."""
    lines = [
        "journal_id line_no posting_date account_id amount source_type source_doc_id currency amount_transaction"
    ]
    for entry in entries:
        journal, day, account, amount, source_type, document, *foreign = entry.split()
        currency, transaction = foreign or ("EUR", amount)
        other = {"opening": "3000", "cash_revaluation": "7020", "bank_charge": "6800"}.get(
            source_type, "2400"
        )
        for number, (name, sign) in enumerate(((account, 1), (other, -1)), start=1):
            lines.append(
                f"{journal} {number} {day} {name} {sign * Decimal(amount)} {source_type} {document}"
                f" {currency} {sign * Decimal(transaction)}"
            )
    return "\n".join(lines)


def bank_company(project: CompiledProject, folder: Path, as_of: str, **files: str) -> Build:
    """A company with bank accounts 1010 (EUR), 1020 (USD) and 1030 (in transit, without a bank)."""
    return small_company(project, folder, {"chart_of_accounts": CHART_OF_BANKS, **files}, as_of=as_of)


STATEMENT = "bank_account_id statement_id from_date to_date currency opening_balance closing_balance\n"
LINES = "bank_account_id entry_ref booking_date currency amount payment_id end_to_end_id\n"


def test_a_foreign_account_is_reconciled_in_its_own_currency(
    compiled_project: CompiledProject, tmp_path: Path
) -> None:
    files = {
        "gl_journal_lines": cash_book(
            "J-1 2025-01-01 1020 450.00 opening OPEN USD 500.00",
            "J-2 2025-01-10 1020 920.00 customer_receipt PMT-1 USD 1000.00",
            "J-3 2025-01-31 1020 -15.00 cash_revaluation CASHFX USD 0.00",
        ),
        "payments": """
            payment_id posting_date currency fx_rate amount  bank_account_id
            PMT-1      2025-01-10   USD      0.92    1000.00 1020
            """,
        "fx_rates": """
            from_currency rate_date  rate
            USD           2025-01-10 0.92
            USD           2025-01-31 0.90
            """,
        "bank_statement_lines": LINES + "1020 B-1 2025-01-11 USD 1000.00 PMT-1 -",
    }
    tied = bank_company(
        compiled_project,
        tmp_path / "tied",
        "2025-01-31",
        **files,
        bank_statements=STATEMENT + "1020 ST-1 2025-01-01 2025-01-31 USD 500.00 1500.00",
    )
    assert failing(tied, "BK-01", "BK-02", "BK-03") == {}
    tied.close()
    # ten dollars at the rate of the statement's last day are nine euro
    short = bank_company(
        compiled_project,
        tmp_path / "short",
        "2025-01-31",
        **files,
        bank_statements=STATEMENT + "1020 ST-1 2025-01-01 2025-01-31 USD 500.00 1490.00",
    )
    assert found(
        short, "BK-01", "finding", "currency", "expected", "actual", "difference", "amount_at_risk"
    ) == {
        (
            "balance",
            "USD",
            "1490.0000 and 0.0000 outstanding",
            "1500.0000",
            Decimal("10.0000"),
            Decimal("9.0000"),
        )
    }
    assert found(short, "BK-02", "finding", "difference") == {("closing balance", Decimal("-10.0000"))}
    short.close()


def test_cash_in_transit_has_no_statement_and_is_not_judged(
    compiled_project: CompiledProject, tmp_path: Path
) -> None:
    # Cards are paid on 6 January and settled less a fee on the 20th; a second settlement never arrives.
    journals = """
    journal_id line_no posting_date account_id amount  source_type      source_doc_id
    J-1        1       2025-01-06   1030        100.00 customer_receipt PMT-1
    J-1        2       2025-01-06   2400       -100.00 customer_receipt PMT-1
    J-2        1       2025-01-20   1010         97.00 bank_charge      SETTLED-1
    J-2        2       2025-01-20   6800          3.00 bank_charge      SETTLED-1
    J-2        3       2025-01-20   1030       -100.00 bank_charge      SETTLED-1
    J-3        1       2025-01-21   1010         50.00 bank_charge      SETTLED-2
    J-3        2       2025-01-21   1030        -50.00 bank_charge      SETTLED-2
    """
    build = bank_company(
        compiled_project,
        tmp_path,
        "2025-01-31",
        gl_journal_lines=journals,
        payments="""
        payment_id posting_date amount bank_account_id
        PMT-1      2025-01-06   100.00 1030
        """,
        bank_statements=STATEMENT + "1010 ST-1 2025-01-01 2025-01-31 EUR 0.00 97.00",
        bank_statement_lines=LINES + "1010 B-1 2025-01-22 EUR 97.00 - -",
    )
    assert found(build, "BK-01", "finding", "source_doc_id", "days_outstanding") == {
        ("outstanding", "SETTLED-2", 10)
    }
    assert failing(build, "BK-02", "BK-03") == {}
    build.close()


def test_an_item_may_be_outstanding_for_five_days_on_either_side(
    compiled_project: CompiledProject, tmp_path: Path
) -> None:
    build = bank_company(
        compiled_project,
        tmp_path,
        "2025-01-31",
        gl_journal_lines=cash_book(
            "J-1 2025-01-01 1010 1000.00 opening OPEN",
            "J-2 2025-01-26 1010 -26.00 supplier_payment PAY-26",
            "J-3 2025-01-25 1010 -25.00 supplier_payment PAY-25",
        ),
        bank_statements=STATEMENT + "1010 ST-1 2025-01-01 2025-01-31 EUR 1000.00 1023.00",
        bank_statement_lines=LINES
        + """
        1010 B-25 2025-01-25 EUR 11.00 - -
        1010 B-26 2025-01-26 EUR 12.00 - -
        """,
    )
    assert found(build, "BK-01", "business_key", "side", "days_outstanding", "amount_at_risk") == {
        ("1010 J-3", "book", 6, Decimal("25.0000")),
        ("1010 B-25", "bank", 6, Decimal("11.0000")),
    }
    # Three days are what BK-03 allows a bank line to wait for its booking.
    assert found(build, "BK-03", "business_key", "finding") == {
        ("1010 B-25", "bank line without cash line"),
        ("1010 B-26", "bank line without cash line"),
    }
    build.close()


def test_items_since_the_last_statement_wait_no_longer_than_others(
    compiled_project: CompiledProject, tmp_path: Path
) -> None:
    # No statement came after January, so nothing shows that the receipt of 1 February exists.
    build = bank_company(
        compiled_project,
        tmp_path,
        "2025-02-07",
        gl_journal_lines=cash_book(
            "J-1 2025-01-01 1010 1000.00 opening OPEN", "J-2 2025-02-01 1010 5.00 customer_receipt PMT-1"
        ),
        payments="payment_id posting_date amount\nPMT-1 2025-02-01 5.00",
        bank_statements=STATEMENT + "1010 ST-1 2025-01-01 2025-01-31 EUR 1000.00 1000.00",
        bank_statement_lines=LINES + "1020 B-1 2025-01-02 USD 1.00 - -",
    )
    assert found(build, "BK-01", "source_doc_id", "days_outstanding") == {("PMT-1", 6)}
    build.close()


def test_a_receipt_that_the_bank_takes_back_and_one_that_was_undone(
    compiled_project: CompiledProject, tmp_path: Path
) -> None:
    # BOUNCED came and was returned under the id of the original; MISTAKE was never at the bank.
    build = bank_company(
        compiled_project,
        tmp_path,
        "2025-01-31",
        gl_journal_lines=cash_book(
            "J-1 2025-01-06 1010 100.00 customer_receipt BOUNCED",
            "J-2 2025-01-09 1010 -100.00 customer_receipt RETURN",
            "J-3 2025-01-07 1010 70.00 customer_receipt MISTAKE",
            "J-4 2025-01-08 1010 -70.00 customer_receipt CORRECTED",
        ),
        payments="""
        payment_id posting_date amount end_to_end_id reverses_payment_id
        BOUNCED    2025-01-06   100.00 E-1           -
        RETURN     2025-01-09   100.00 E-1           BOUNCED
        MISTAKE    2025-01-07    70.00 E-2           -
        CORRECTED  2025-01-08    70.00 -             MISTAKE
        """,
        bank_statements=STATEMENT + "1010 ST-1 2025-01-01 2025-01-31 EUR 0.00 0.00",
        bank_statement_lines=LINES
        + """
        1010 B-1 2025-01-06 EUR  100.00 - E-1
        1010 B-2 2025-01-09 EUR -100.00 - E-1
        """,
    )
    assert failing(build, "BK-01", "BK-02", "BK-03", "CA-03") == {}
    build.close()


def test_the_return_of_a_receipt_that_nobody_booked_is_found(
    compiled_project: CompiledProject, tmp_path: Path
) -> None:
    build = bank_company(
        compiled_project,
        tmp_path,
        "2025-01-31",
        gl_journal_lines=cash_book("J-1 2025-01-06 1010 100.00 customer_receipt BOUNCED"),
        payments="payment_id posting_date amount\nBOUNCED 2025-01-06 100.00",
        bank_statements=STATEMENT + "1010 ST-1 2025-01-01 2025-01-31 EUR 0.00 0.00",
        bank_statement_lines=LINES
        + """
        1010 B-1 2025-01-06 EUR  100.00 BOUNCED -
        1010 B-2 2025-01-09 EUR -100.00 BOUNCED -
        """,
    )
    assert found(build, "BK-01", "business_key", "side", "difference") == {
        ("1010 B-2", "bank", Decimal("-100"))
    }
    assert found(build, "BK-03", "business_key") == {("1010 B-2",)}
    build.close()


def test_equal_amounts_are_paired_by_their_days_and_sums_of_a_day_count(
    compiled_project: CompiledProject, tmp_path: Path
) -> None:
    # Rent leaves two days after it is booked; February's never left. Two refunds of one day are one line.
    build = bank_company(
        compiled_project,
        tmp_path,
        "2025-03-31",
        gl_journal_lines=cash_book(
            "J-0 2024-12-31 1010 5000.00 opening OPEN",
            "J-1 2025-01-02 1010 -900.00 supplier_payment RENT-1",
            "J-2 2025-02-03 1010 -900.00 supplier_payment RENT-2",
            "J-3 2025-03-03 1010 -900.00 supplier_payment RENT-3",
            "J-4 2025-03-10 1010 -30.00 supplier_payment RUN-1",
            "J-5 2025-03-10 1010 -40.00 supplier_payment RUN-2",
        ),
        bank_statements=STATEMENT
        + """
        1010 ST-1 2025-01-01 2025-01-31 EUR 5000.00 4100.00
        1010 ST-2 2025-02-01 2025-02-28 EUR 4100.00 4100.00
        1010 ST-3 2025-03-01 2025-03-31 EUR 4100.00 3130.00
        """,
        bank_statement_lines=LINES
        + """
        1010 B-1 2025-01-04 EUR -900.00 - -
        1010 B-2 2025-03-05 EUR -900.00 - -
        1010 B-3 2025-03-10 EUR  -70.00 - -
        """,
    )
    assert found(build, "BK-01", "finding", "source_doc_id") == {("outstanding", "RENT-2")}
    assert failing(build, "BK-02", "BK-03") == {}
    build.close()


def test_a_statement_that_is_missing_breaks_the_chain(
    compiled_project: CompiledProject, tmp_path: Path
) -> None:
    build = bank_company(
        compiled_project,
        tmp_path,
        "2025-03-31",
        gl_journal_lines=cash_book(
            "J-1 2025-02-10 1010 80.00 customer_receipt PMT-1",
            "J-2 2025-03-10 1010 20.00 customer_receipt PMT-2",
        ),
        payments="payment_id posting_date amount\nPMT-1 2025-02-10 80.00\nPMT-2 2025-03-10 20.00",
        bank_statements=STATEMENT
        + """
        1010 ST-1 2025-01-01 2025-01-31 EUR  0.00   0.00
        1010 ST-3 2025-03-01 2025-03-31 EUR 80.00 100.00
        """,
        bank_statement_lines=LINES + "1010 B-2 2025-03-10 EUR 20.00 PMT-2 -",
    )
    assert found(build, "BK-02", "business_key", "expected", "actual", "previous_statement_id") == {
        ("1010 ST-3 opening balance", "0.0000", "80.0000", "ST-1")
    }
    assert found(build, "BK-03", "business_key") == {("PMT-1",)}
    # Where the difference arises it is listed, with the item that nobody can find on a statement.
    assert found(build, "BK-01", "finding", "as_of", "difference", "source_doc_id") == {
        ("balance", date(2025, 3, 31), Decimal("-80.0000"), None),
        ("outstanding", date(2025, 3, 31), Decimal("80.0000"), "PMT-1"),
    }
    build.close()


def test_receipts_of_one_payer_and_amount_are_doubled_up_to_one_day_apart(
    compiled_project: CompiledProject, tmp_path: Path
) -> None:
    build = bank_company(
        compiled_project,
        tmp_path,
        "2025-01-31",
        payments="""
        payment_id   posting_date customer_id amount currency fx_rate end_to_end_id reverses_payment_id
        SAME-DAY-A   2025-01-06   C1           10.00 EUR      1       NOTPROVIDED   -
        SAME-DAY-B   2025-01-06   C1           10.00 EUR      1       NOTPROVIDED   -
        NEXT-DAY-A   2025-01-06   C1           20.00 EUR      1       -             -
        NEXT-DAY-B   2025-01-07   C1           20.00 EUR      1       -             -
        TWO-DAYS-A   2025-01-06   C1           30.00 EUR      1       -             -
        TWO-DAYS-B   2025-01-08   C1           30.00 EUR      1       -             -
        OTHERS-A     2025-01-06   C1           40.00 EUR      1       -             -
        OTHERS-B     2025-01-06   C2           40.00 EUR      1       -             -
        UNKNOWN-A    2025-01-06   -            50.00 EUR      1       -             -
        UNKNOWN-B    2025-01-06   -            50.00 EUR      1       -             -
        CURRENCY-A   2025-01-06   C1           60.00 EUR      1       -             -
        CURRENCY-B   2025-01-06   C1           60.00 USD      0.9     -             -
        TRANSFER-A   2025-01-06   C1           70.00 EUR      1       E-7           -
        TRANSFER-B   2025-01-20   C2           71.00 EUR      1       E-7           -
        UNDONE       2025-01-06   C1           80.00 EUR      1       E-8           -
        UNDOING      2025-01-06   C1           80.00 EUR      1       E-8           UNDONE
        ONCE-MORE    2025-01-07   C1           80.00 EUR      1       E-8           -
        """,
        fx_rates="from_currency rate_date rate\nUSD 2025-01-06 0.9",
    )
    assert found(build, "CA-03", "business_key", "other_payment_id", "blocks", "amount_at_risk") == {
        ("SAME-DAY-B", "SAME-DAY-A", False, Decimal("10.0000")),
        ("NEXT-DAY-B", "NEXT-DAY-A", False, Decimal("20.0000")),
        ("TRANSFER-B", "TRANSFER-A", True, Decimal("71.0000")),
    }
    build.close()


def test_the_banks_value_date_counts_where_it_is_known(
    compiled_project: CompiledProject, tmp_path: Path
) -> None:
    build = bank_company(
        compiled_project,
        tmp_path,
        "2025-01-31",
        payments="""
        payment_id posting_date amount
        EARLY      2025-01-06   10.00
        LATE       2025-01-07   10.00
        """,
        bank_statement_lines="""
        bank_account_id entry_ref booking_date value_date currency amount payment_id
        1010            B-1       2025-01-06   2025-01-03 EUR      10.00  EARLY
        1010            B-2       2025-01-07   2025-01-07 EUR      10.00  LATE
        """,
    )
    assert failing(build, "CA-03", "BK-03") == {}
    build.close()


TERMS = "payment_terms_id net_days discount_rate discount_days\n2-10-30 30 0.02 10\nNET 30 - -"
CUSTOMERS_WITH_TERMS = """
customer_id name   payment_terms_id
C1          First  2-10-30
C2          Second NET
"""


def test_a_discount_may_be_taken_one_day_late_and_up_to_the_rate(
    compiled_project: CompiledProject, tmp_path: Path
) -> None:
    documents = ["IN-TIME", "GRACE", "LATE", "CENT", "ABOVE", "PARTS", "TOO-EARLY", "NO-TERMS"]
    build = bank_company(
        compiled_project,
        tmp_path,
        "2025-03-31",
        payment_terms=TERMS,
        customers=CUSTOMERS_WITH_TERMS,
        invoices="doc_id posting_date gross customer_id\n"
        + "\n".join(f"{name} 2025-01-10 100.00 {'C2' if name == 'NO-TERMS' else 'C1'}" for name in documents),
        payments="""
        payment_id posting_date amount
        DAY-10     2025-01-20   1000.00
        DAY-11     2025-01-21   1000.01
        DAY-12     2025-01-22   1000.02
        """,
        applications="""
        application_id source_id doc_id    posting_date amount discount
        APP-1          DAY-10    IN-TIME   2025-01-20   100.00 2.00
        APP-2          DAY-11    GRACE     2025-01-25   100.00 2.00
        APP-3          DAY-12    LATE      2025-01-22   100.00 2.00
        APP-4          DAY-10    CENT      2025-01-20   100.00 2.01
        APP-5          DAY-10    ABOVE     2025-01-20   100.00 2.02
        APP-6          DAY-10    PARTS     2025-01-20    60.00 -
        APP-7          DAY-10    PARTS     2025-01-21    40.00 2.00
        APP-8          DAY-10    TOO-EARLY 2025-01-20    40.00 2.00
        APP-9          DAY-10    NO-TERMS  2025-01-20   100.00 1.00
        """,
    )
    assert found(build, "CA-04", "business_key", "finding", "difference", "days_late") == {
        ("APP-3", "late", Decimal("2.0000"), 2),
        ("APP-5", "above the rate", Decimal("0.0200"), 0),
        ("APP-8", "above the rate", Decimal("1.2000"), 0),
        ("APP-9", "above the rate", Decimal("1.0000"), 10),
    }
    build.close()


def test_discounts_are_not_judged_where_no_customer_has_terms(
    compiled_project: CompiledProject, tmp_path: Path
) -> None:
    build = bank_company(
        compiled_project,
        tmp_path,
        "2025-01-31",
        payment_terms=TERMS,
        invoices="doc_id posting_date gross\nINV-1 2025-01-10 100.00",
        payments="payment_id posting_date amount\nPMT-1 2025-01-20 90.00",
        applications="""
        application_id source_id doc_id posting_date amount discount
        APP-1          PMT-1     INV-1  2025-01-20   100.00 10.00
        """,
    )
    assert failing(build, "CA-04") == {}
    build.close()


def test_a_receipt_may_stay_unapplied_for_thirty_days(
    compiled_project: CompiledProject, tmp_path: Path
) -> None:
    build = bank_company(
        compiled_project,
        tmp_path,
        "2025-01-31",
        payments="""
        payment_id  posting_date amount
        THIRTY      2025-01-01   10.00
        THIRTY-ONE  2024-12-31   20.00
        PARTLY-USED 2024-12-01   30.00
        USED        2024-12-01   40.00
        """,
        invoices="doc_id posting_date gross\nINV-1 2024-12-01 100.00",
        applications="""
        application_id source_id   doc_id posting_date amount
        APP-1          PARTLY-USED INV-1  2024-12-02   18.00
        APP-2          USED        INV-1  2024-12-02   40.00
        """,
    )
    assert found(build, "CA-05", "business_key", "age_days", "amount_at_risk") == {
        ("THIRTY-ONE", 31, Decimal("20.0000")),
        ("PARTLY-USED", 61, Decimal("12.0000")),
    }
    build.close()


def test_write_offs_and_refunds_need_another_person_who_approves(
    compiled_project: CompiledProject, tmp_path: Path
) -> None:
    company = Company(compiled_project, tmp_path)
    files = {
        "legal_entities": LEGAL_ENTITIES,
        "customers": CUSTOMERS,
        "chart_of_accounts": CHART_OF_BANKS,
        "invoices": "doc_id posting_date gross\nINV-1 2025-01-10 100.00",
        "payments": "payment_id posting_date amount\nPMT-1 2025-01-20 90.00",
    }
    company.deliver(
        files
        | {
            "write_offs": """
            write_off_id doc_id posting_date net   approved_by
            BY-OTHER     INV-1  2025-01-20   10.00 u_bob
            BY-SELF      INV-1  2025-01-20   11.00 u_ann
            BY-NOBODY    INV-1  2025-01-20   12.00 -
            TO-COME      INV-1  2025-02-20   13.00 -
            """,
            "refunds": """
            refund_id posting_date payment_id amount approved_by
            R-OTHER   2025-01-21   PMT-1      20.00  u_bob
            R-SELF    2025-01-21   PMT-1      21.00  u_ann
            """,
            "gl_journal_lines": """
            journal_id line_no posting_date account_id amount source_type     source_doc_id created_by
            J-1        1       2025-01-20   6500        10.00 write_off       BY-OTHER      u_ann
            J-1        2       2025-01-20   1100       -10.00 write_off       BY-OTHER      u_ann
            J-2        1       2025-01-20   6500        11.00 write_off       BY-SELF       u_ann
            J-2        2       2025-01-20   1100       -11.00 write_off       BY-SELF       u_ann
            J-3        1       2025-01-21   2400        21.00 customer_refund R-SELF        u_ann
            J-3        2       2025-01-21   1010       -21.00 customer_refund R-SELF        u_ann
            """,
        }
    )
    # This source names no approver of anything, so nothing can be said about its decisions.
    company.deliver(
        {
            "legal_entities": LEGAL_ENTITIES,
            "customers": CUSTOMERS,
            "invoices": "doc_id posting_date gross\nOLD-1 2025-01-10 100.00",
            "write_offs": "write_off_id doc_id posting_date net\nOLD-WO OLD-1 2025-01-20 5.00",
        },
        source="older",
    )
    build = company.build(as_of="2025-01-31")
    assert found(build, "WO-01", "business_key", "finding", "amount_at_risk") == {
        ("BY-SELF", "approved by the user who booked it", Decimal("11.0000")),
        ("BY-NOBODY", "not approved", Decimal("12.0000")),
        ("R-SELF", "approved by the user who booked it", Decimal("21.0000")),
    }
    build.close()


def test_conflicting_duties_of_active_users_are_listed_and_one_pair_blocks(
    compiled_project: CompiledProject, tmp_path: Path
) -> None:
    build = bank_company(
        compiled_project,
        tmp_path,
        "2025-01-31",
        invoices="doc_id posting_date gross\nINV-1 2025-01-10 100.00",
        users="""
        user_id role    active
        u_clean clerk   true
        u_sales seller  true
        u_desk  cashier true
        u_left  cashier false
        """,
        role_duties="""
        role    duty
        clerk   enter_order
        seller  enter_order
        seller  approve_credit
        cashier apply_cash
        cashier approve_write_off
        """,
        sod_conflicts="""
        duty_a            duty_b
        enter_order       approve_credit
        approve_credit    enter_order
        approve_write_off apply_cash
        """,
    )
    assert found(build, "SD-01", "user_id", "duty_a", "duty_b", "blocks") == {
        ("u_sales", "approve_credit", "enter_order", False),
        ("u_desk", "apply_cash", "approve_write_off", True),
    }
    build.close()


def test_who_enters_an_order_or_a_journal_does_not_approve_it(
    compiled_project: CompiledProject, tmp_path: Path
) -> None:
    build = bank_company(
        compiled_project,
        tmp_path,
        "2025-01-31",
        products="product_id name kind\nP1 Thing goods",
        orders="""
        order_id order_date created_by credit_approved_by
        SO-CLEAN 2025-01-10 u_ann      u_bob
        SO-SELF  2025-01-10 u_ann      u_ann
        SO-PRICE 2025-01-10 u_ann      -
        SO-LATER 2025-02-10 u_ann      u_ann
        """,
        order_lines="""
        order_id line_no product_id quantity unit_price discount_approved_by
        SO-CLEAN 1       P1         1        10.00      u_bob
        SO-SELF  1       P1         2        10.00      -
        SO-PRICE 1       P1         3        10.00      u_bob
        SO-PRICE 2       P1         4        10.00      u_ann
        """,
        gl_journal_lines="""
        journal_id line_no posting_date account_id amount source_type source_doc_id created_by approved_by
        J-CLEAN    1       2025-01-20   6500        10.00 manual      -             u_ann      u_bob
        J-CLEAN    2       2025-01-20   1010       -10.00 manual      -             u_ann      u_bob
        J-SELF     1       2025-01-20   6500        11.00 manual      -             u_ann      u_ann
        J-SELF     2       2025-01-20   1010       -11.00 manual      -             u_ann      u_ann
        J-NONE     1       2025-01-20   6500        12.00 manual      -             -          -
        J-NONE     2       2025-01-20   1010       -12.00 manual      -             -          -
        """,
    )
    assert found(build, "SD-02", "document_id", "approval", "user_id", "amount_at_risk") == {
        ("SO-SELF", "credit", "u_ann", Decimal("20.0000")),
        ("SO-PRICE / 2", "price", "u_ann", Decimal("70.0000")),
        ("J-SELF", "journal", "u_ann", Decimal("11.0000")),
    }
    build.close()


def test_an_override_is_found_without_second_approver_and_past_its_expiry(
    compiled_project: CompiledProject, tmp_path: Path
) -> None:
    company = Company(compiled_project, tmp_path)
    company.settings(
        """
        SL-01: {override: {reason: known, requested_by: u_ann, approver: u_bob, expires_on: 2025-04-01}}
        SL-02: {override: {reason: known, requested_by: u_ann, approver: u_bob, expires_on: 2025-03-31}}
        SL-04: {override: {reason: known, requested_by: u_ann, approver: u_ann, expires_on: 2025-12-31}}
        SQ-01: {override: {requested_by: u_ann, approver: u_bob, expires_on: 2025-12-31}}
        CM-01: {override: {reason: known, requested_by: u_ann, expires_on: 2025-12-31}}
        CA-01: {override: {reason: known, requested_by: u_ann, approver: U_Ann}}
        GL-01: {severity: warn, owner: "The controller"}
        """,
        "controls.yml",
    )
    company.deliver(
        {
            "legal_entities": LEGAL_ENTITIES,
            "customers": CUSTOMERS,
            "invoices": "doc_id posting_date gross\nINV-1 2025-01-10 100.00",
        }
    )
    build = company.build("2025-04-01T23:00:00")
    assert found(build, "OV-01", "overridden_control_id", "expected", "actual") == {
        ("SL-02", "an expiry on 2025-04-01 or later", "2025-03-31"),
        ("SL-04", "the approval of a second person", "u_ann, who asked for it"),
        ("SQ-01", "a reason", "none"),
        ("CM-01", "the approval of a second person", "nobody"),
        ("CA-01", "the approval of a second person", "U_Ann, who asked for it"),
        ("CA-01", "an expiry", "none"),
    }
    build.close()


def test_a_journal_may_be_entered_up_to_the_moment_of_closing(
    compiled_project: CompiledProject, tmp_path: Path
) -> None:
    moments = {
        "IN-TIME": ("2025-01-31", "2025-02-07T18:00:00Z"),
        "A-SECOND-LATE": ("2025-01-31", "2025-02-07T18:00:01Z"),
        "OLDER": ("2024-12-31", "2025-02-10T12:00:00Z"),
        "NEXT-PERIOD": ("2025-02-01", "2025-02-10T12:00:00Z"),
        "NO-MOMENT": ("2025-01-31", "-"),
    }
    lines = [
        "journal_id line_no posting_date entry_at account_id amount source_type source_doc_id created_by"
    ]
    for journal, (day, entered) in moments.items():
        lines += [
            f"{journal} 1 {day} {entered} 6500 5.00 manual - u_ann",
            f"{journal} 2 {day} {entered} 1010 -5.00 manual - u_ann",
        ]
    company = Company(compiled_project, tmp_path)
    company.settings("close_through: {LE01: {date: 2025-01-31, closed_at: 2025-02-07T19:00:00+01:00}}")
    company.deliver(
        {
            "legal_entities": LEGAL_ENTITIES,
            "customers": CUSTOMERS,
            "chart_of_accounts": CHART_OF_BANKS,
            "gl_journal_lines": "\n".join(lines),
        }
    )
    build = company.build()
    assert found(build, "CL-01", "business_key", "user_id", "days_late", "amount_at_risk") == {
        ("A-SECOND-LATE", "u_ann", 0, Decimal("5.0000")),
        ("OLDER", "u_ann", 3, Decimal("5.0000")),
    }
    build.close()
