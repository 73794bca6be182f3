"""Ageing: the buckets' edges by both bases, items without due date, a company's own buckets, credits."""

from pathlib import Path

import pytest

from tests.harness.project import Build, CompiledProject
from tests.scenarios.company import assert_shows, small_company

# The names tell the days since the due date, and since the document date, on 30 June.
EDGES = """
doc_id  posting_date document_date due_date   gross
1-AHEAD 2025-06-30   2025-06-30    2025-07-01   1.00
0-DAYS  2025-06-30   2025-06-30    2025-06-30   2.00
1-DAY   2025-06-30   2025-06-29    2025-06-29   4.00
30-DAYS 2025-06-30   2025-05-31    2025-05-31   8.00
31-DAYS 2025-06-30   2025-05-30    2025-05-30  16.00
60-DAYS 2025-06-30   2025-05-01    2025-05-01  32.00
61-DAYS 2025-06-30   2025-04-30    2025-04-30  64.00
90-DAYS 2025-06-30   2025-04-01    2025-04-01 128.00
91-DAYS 2025-06-30   2025-03-31    2025-03-31 256.00
"""


@pytest.fixture(scope="module")
def edges(compiled_project: CompiledProject, tmp_path_factory: pytest.TempPathFactory) -> Build:
    build = small_company(compiled_project, tmp_path_factory.mktemp("edges"), {"invoices": EDGES})
    yield build
    build.close()


def test_each_edge_falls_into_one_bucket(edges: Build) -> None:
    assert_shows(
        edges,
        "marts.rpt_ar_open_items",
        """
        doc_id  days_past_due due_date_bucket age_days invoice_date_bucket
        1-AHEAD -1            current          0       0-30
        0-DAYS   0            current          0       0-30
        1-DAY    1            1-30             1       0-30
        30-DAYS 30            1-30            30       0-30
        31-DAYS 31            31-60           31       31-60
        60-DAYS 60            31-60           60       31-60
        61-DAYS 61            61-90           61       61-90
        90-DAYS 90            61-90           90       61-90
        91-DAYS 91            90+             91       90+
        """,
    )
    expected = """
    as_of      basis        bucket  amount
    2025-06-30 due_date     current   3.00
    2025-06-30 due_date     1-30     12.00
    2025-06-30 due_date     31-60    48.00
    2025-06-30 due_date     61-90   192.00
    2025-06-30 due_date     90+     256.00
    2025-06-30 invoice_date 0-30     15.00
    2025-06-30 invoice_date 31-60    48.00
    2025-06-30 invoice_date 61-90   192.00
    2025-06-30 invoice_date 90+     256.00
    """
    assert_shows(edges, "marts.rpt_ar_aging", expected, "legal_entity_id = 'LE01'")
    assert_shows(edges, "marts.rpt_ar_aging", expected, "legal_entity_id = '*'")
    assert_shows(edges, "marts.ar_aging_at(date '2025-06-30')", expected)


def test_a_day_later_the_edges_move_on(edges: Build) -> None:
    assert_shows(
        edges,
        "marts.ar_aging_at(date '2025-07-01')",
        """
        legal_entity_id basis        bucket  amount
        LE01            due_date     current   1.00
        LE01            due_date     1-30      6.00
        LE01            due_date     31-60    24.00
        LE01            due_date     61-90    96.00
        LE01            due_date     90+     384.00
        LE01            invoice_date 0-30      7.00
        LE01            invoice_date 31-60    24.00
        LE01            invoice_date 61-90    96.00
        LE01            invoice_date 90+     384.00
        """,
    )


def test_the_company_sets_its_own_buckets(compiled_project: CompiledProject, tmp_path: Path) -> None:
    build = small_company(compiled_project, tmp_path, {"invoices": EDGES}, "ageing_buckets: [15, 60]\n")
    assert_shows(
        build,
        "marts.rpt_ar_aging",
        """
        basis        bucket  amount
        due_date     current   3.00
        due_date     1-15      4.00
        due_date     16-60    56.00
        due_date     60+     448.00
        invoice_date 0-15      7.00
        invoice_date 16-60    56.00
        invoice_date 60+     448.00
        """,
        "legal_entity_id = 'LE01'",
    )
    assert build.failing_controls() == {}
    build.close()


def test_an_item_without_due_date_stands_in_a_bucket_of_its_own(
    compiled_project: CompiledProject, tmp_path: Path
) -> None:
    build = small_company(
        compiled_project,
        tmp_path,
        {
            "invoices": """
            doc_id posting_date due_date   gross
            INV-1  2025-01-10   2025-02-09 10.00
            INV-2  2025-02-20   2025-02-28 20.00
            """,
            "payments": "payment_id posting_date amount\nPMT-1 2025-02-28 10.00",
            "applications": """
            application_id source_id doc_id posting_date amount
            APP-1          PMT-1     INV-1  2025-02-28   10.00
            """,
        },
    )
    # The standard layout requires the date; a source of another kind may lack it.
    build.connection.execute("update raw.standard__invoices set due_date = null where doc_id = 'INV-1'")
    compiled_project.run_models(build.connection)
    assert_shows(
        build,
        "marts.rpt_ar_open_items",
        """
        as_of      doc_id days_past_due due_date_bucket age_days invoice_date_bucket
        2025-01-31 INV-1  -             no_due_date     21       0-30
        2025-02-28 INV-2  0             current          8       0-30
        """,
    )
    assert_shows(
        build,
        "marts.rpt_ar_aging",
        """
        as_of      bucket      amount
        2025-01-31 current      0
        2025-01-31 1-30         0
        2025-01-31 31-60        0
        2025-01-31 61-90        0
        2025-01-31 90+          0
        2025-01-31 no_due_date 10.00
        """,
        "legal_entity_id = 'LE01' and basis = 'due_date' and as_of = '2025-01-31'",
    )
    assert_shows(
        build,
        "marts.ar_aging_at(date '2025-02-28')",
        "bucket amount\ncurrent 20.00\n1-30 0\n31-60 0\n61-90 0\n90+ 0",
        "basis = 'due_date'",
    )
    assert build.failing_controls() == {}
    build.close()


def test_credits_lower_the_bucket_of_their_own_dates(
    compiled_project: CompiledProject, tmp_path: Path
) -> None:
    build = small_company(
        compiled_project,
        tmp_path,
        {
            "invoices": """
            doc_id doc_type    posting_date due_date   gross   original_doc_id
            INV-1  invoice     2025-01-10   2025-02-09  100.00 -
            CM-1   credit_memo 2025-03-20   2025-03-20  -30.00 INV-1
            CM-2   credit_memo 2025-03-21   2025-04-20  -70.00 INV-1
            """,
            "applications": """
            application_id source_type source_id doc_id posting_date amount
            APP-1          credit_memo CM-2      INV-1  2025-03-31   20.00
            """,
        },
    )
    assert_shows(
        build,
        "marts.rpt_ar_open_items",
        """
        doc_id open_amount due_date_bucket invoice_date_bucket
        INV-1   80.00      31-60           61-90
        CM-1   -30.00      1-30            0-30
        CM-2   -50.00      current         0-30
        """,
        "as_of = '2025-03-31'",
    )
    assert_shows(
        build,
        "marts.rpt_ar_aging",
        """
        basis        bucket  amount
        due_date     current -50.00
        due_date     1-30    -30.00
        due_date     31-60    80.00
        due_date     61-90     0
        due_date     90+       0
        invoice_date 0-30    -80.00
        invoice_date 31-60     0
        invoice_date 61-90    80.00
        invoice_date 90+       0
        """,
        "legal_entity_id = 'LE01' and as_of = '2025-03-31'",
    )
    # The memo counts in credited when posted; applying it moves nothing.
    assert_shows(
        build,
        "marts.rpt_ar_rollforward",
        """
        period  opening invoiced credited collected closing
        2025-01   0     100.00     0      0         100.00
        2025-02 100.00    0        0      0         100.00
        2025-03 100.00    0     -100.00   0           0
        """,
        "legal_entity_id = 'LE01'",
    )
    assert build.failing_controls() == {}
    build.close()
