"""What the books showed for a date, given only what had been delivered by another date."""

from pathlib import Path

import pytest

from tests.harness.project import Build, CompiledProject
from tests.scenarios.company import CUSTOMERS, LEGAL_ENTITIES, Company, assert_shows

ERP = {
    "legal_entities__2025-02-01": LEGAL_ENTITIES,
    "customers__2025-02-01": CUSTOMERS,
    # The initial load: for each of its rows the posting date is when it was known.
    "invoices__2025-02-01": """
    doc_id   posting_date gross  due_date
    PAID     2025-01-10   100.00 2025-02-09
    EDITED   2025-01-20   200.00 2025-02-19
    DELETED  2025-01-25   300.00 2025-02-24
    """,
    "payments__2025-02-01": """
    payment_id posting_date amount
    PMT-1      2025-01-30   100.00
    """,
    "applications__2025-02-01": """
    application_id source_id doc_id posting_date amount
    APP-1          PMT-1     PAID   2025-01-30   40.00
    """,
    # Delivered on 10 February: an invoice that was late, a due date that was changed.
    "invoices__2025-02-10T08:00:00Z": """
    doc_id   posting_date gross  due_date
    LATE     2025-01-31    50.00 2025-03-02
    EDITED   2025-01-20   200.00 2025-03-31
    """,
    # On 15 February: an application posted in January.
    "applications__2025-02-15": """
    application_id source_id doc_id posting_date amount
    APP-2          PMT-1     PAID   2025-01-31   60.00
    """,
    # On 20 February: a document is deleted, a write-off posted in January arrives.
    "invoices__2025-02-20": """
    doc_id   posting_date gross  due_date   is_deleted
    DELETED  2025-01-25   300.00 2025-02-24 true
    """,
    "write_offs__2025-02-20": """
    write_off_id doc_id posting_date net
    WO-1         LATE   2025-01-31   5.00
    """,
}
SHOP_ENTITY = """
legal_entity_id functional_currency
LE02            EUR
"""
SHOP = {
    "legal_entities__2025-02-01": SHOP_ENTITY,
    "customers__2025-02-01": CUSTOMERS,
    "invoices__2025-02-01": """
    doc_id    posting_date gross  due_date   legal_entity_id
    KEPT      2025-01-05    10.00 2025-02-04 LE02
    WENT-AWAY 2025-01-06    20.00 2025-02-05 LE02
    """,
    "invoices__2025-02-15": """
    doc_id    posting_date gross  due_date   legal_entity_id
    KEPT      2025-01-05    10.00 2025-02-04 LE02
    """,
    "invoices__2025-02-25": """
    doc_id    posting_date gross  due_date   legal_entity_id
    KEPT      2025-01-05    10.00 2025-02-04 LE02
    WENT-AWAY 2025-01-06    20.00 2025-02-05 LE02
    """,
}


@pytest.fixture(scope="module")
def books(compiled_project: CompiledProject, tmp_path_factory: pytest.TempPathFactory) -> Build:
    company = Company(compiled_project, tmp_path_factory.mktemp("two_clocks"))
    company.deliver(ERP)
    company.deliver(SHOP, "shop", load="full_snapshot")
    build = company.build(as_of="2025-02-28")
    yield build
    build.close()


def known(
    build: Build, known_on: str, expected: str, entity: str = "LE01", as_of: str = "2025-01-31"
) -> None:
    assert_shows(
        build,
        f"marts.ar_open_items_known(date '{as_of}', {known_on})",
        expected,
        f"legal_entity_id = '{entity}'",
    )


def test_an_initial_load_is_known_from_its_posting_dates(books: Build) -> None:
    known(
        books,
        "date '2025-01-15'",
        """
        doc_id open_amount due_date   days_past_due
        PAID   100.00      2025-02-09 -9
        """,
    )
    known(
        books,
        "date '2025-01-31'",
        """
        doc_id  open_amount due_date   days_past_due
        PAID     60.00      2025-02-09  -9
        EDITED  200.00      2025-02-19 -19
        DELETED 300.00      2025-02-24 -24
        """,
    )
    assert_shows(
        books,
        "marts.fct_ar_documents",
        """
        doc_id known_at              known_at_assumed
        PAID   "2025-01-10 00:00:00" true
        EDITED "2025-02-10 08:00:00" false
        LATE   "2025-02-10 08:00:00" false
        """,
        "legal_entity_id = 'LE01'",
    )


BEFORE_THE_SECOND_DELIVERY = """
doc_id  open_amount due_date
PAID     60.00      2025-02-09
EDITED  200.00      2025-02-19
DELETED 300.00      2025-02-24
"""
AFTER_THE_SECOND_DELIVERY = """
doc_id  open_amount due_date
PAID     60.00      2025-02-09
EDITED  200.00      2025-03-31
DELETED 300.00      2025-02-24
LATE     50.00      2025-03-02
"""


@pytest.mark.parametrize(
    ("known_on", "expected"),
    [
        ("date '2025-02-09'", BEFORE_THE_SECOND_DELIVERY),
        ("timestamp '2025-02-10 00:00:00'", BEFORE_THE_SECOND_DELIVERY),
        ("timestamp '2025-02-10 07:59:59.999'", BEFORE_THE_SECOND_DELIVERY),
        ("timestamp '2025-02-10 08:00:00'", AFTER_THE_SECOND_DELIVERY),
        ("timestamptz '2025-02-10 10:00:00+02'", AFTER_THE_SECOND_DELIVERY),
        ("date '2025-02-10'", AFTER_THE_SECOND_DELIVERY),
    ],
)
def test_a_date_means_its_end_and_a_timestamp_its_moment(books: Build, known_on: str, expected: str) -> None:
    known(books, known_on, expected)


def test_a_later_application_closes_the_document_only_once_it_is_known(books: Build) -> None:
    known(
        books,
        "date '2025-02-15'",
        """
        doc_id  open_amount due_date
        EDITED  200.00      2025-03-31
        DELETED 300.00      2025-02-24
        LATE     50.00      2025-03-02
        """,
    )


def test_a_deletion_and_a_write_off_count_from_their_delivery(books: Build) -> None:
    known(
        books,
        "date '2025-02-20'",
        """
        doc_id  open_amount due_date
        EDITED  200.00      2025-03-31
        LATE     45.00      2025-03-02
        """,
    )


def test_a_row_absent_from_a_snapshot_is_gone_from_then_until_it_comes_back(books: Build) -> None:
    both = """
    doc_id    open_amount
    KEPT      10.00
    WENT-AWAY 20.00
    """
    known(books, "date '2025-02-14'", both, "LE02")
    known(
        books,
        "date '2025-02-15'",
        """
        doc_id    open_amount
        KEPT      10.00
        """,
        "LE02",
    )
    known(books, "date '2025-02-25'", both, "LE02")


def test_with_everything_known_both_clocks_show_the_same(books: Build) -> None:
    expected = """
    doc_id    open_amount open_amount_functional due_date   due_date_bucket age_days invoice_date_bucket
    EDITED    200.00      200.00                 2025-03-31 current         39       31-60
    LATE       45.00       45.00                 2025-03-02 current         28       0-30
    KEPT       10.00       10.00                 2025-02-04 1-30            54       31-60
    WENT-AWAY  20.00       20.00                 2025-02-05 1-30            53       31-60
    """
    assert_shows(books, "marts.ar_open_items_known(date '2025-02-28', date '2025-02-28')", expected)
    assert_shows(books, "marts.ar_open_items_at(date '2025-02-28')", expected)
    assert_shows(books, "marts.rpt_ar_open_items", expected, "as_of = date '2025-02-28'")


def test_a_late_older_version_changes_nothing_and_amounts_are_those_of_their_version(
    compiled_project: CompiledProject, tmp_path: Path
) -> None:
    company = Company(compiled_project, tmp_path)
    header = "doc_id posting_date due_date currency fx_rate gross updated_at"
    company.deliver(
        {
            "legal_entities__2025-02-01": LEGAL_ENTITIES,
            "customers__2025-02-01": CUSTOMERS,
            "payment_terms__2025-02-01": "payment_terms_id net_days",
            "invoices__2025-02-05": f"""{header}
            INV-1 2025-01-10 2025-02-09 USD 0.90 100.00 2025-02-04T00:00:00Z
            """,
            "invoices__2025-02-10": f"""{header}
            INV-1 2025-01-10 2025-02-20 USD 0.80 50.00 2025-01-11T00:00:00Z
            """,
            "invoices__2025-02-15": f"""{header}
            INV-1 2025-01-10 2025-02-28 USD 0.95 70.00 2025-02-14T00:00:00Z
            """,
            # Posted to a later date since: on 31 January it was then not open.
            "invoices__2025-02-20": f"""{header}
            INV-1 2025-02-03 2025-02-28 USD 0.95 70.00 2025-02-19T00:00:00Z
            """,
            "payments__2025-02-12": """
            payment_id posting_date amount currency fx_rate
            PMT-1      2025-01-20   30.00  USD      0.9
            """,
            "applications__2025-02-12": """
            application_id source_id doc_id posting_date amount
            APP-1          PMT-1     INV-1  2025-01-20   30.00
            """,
        }
    )
    build = company.build(as_of="2025-02-28")
    columns = "doc_id open_amount open_amount_functional due_date"
    known(build, "date '2025-02-04'", columns)
    known(build, "date '2025-02-05'", f"{columns}\nINV-1 100.00 90.00 2025-02-09")
    known(build, "date '2025-02-10'", f"{columns}\nINV-1 100.00 90.00 2025-02-09")
    known(build, "date '2025-02-12'", f"{columns}\nINV-1 70.00 63.00 2025-02-09")
    known(build, "date '2025-02-15'", f"{columns}\nINV-1 40.00 38.00 2025-02-28")
    known(build, "date '2025-02-20'", f"{columns}\nINV-1 40.00 38.00 2025-02-28", as_of="2025-02-28")
    build.close()
