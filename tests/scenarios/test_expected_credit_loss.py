"""Expected credit loss by bucket: by hand, and where it cannot be told."""

from pathlib import Path

from tests.harness.golden import needs_golden_quarter
from tests.harness.project import Build, CompiledProject
from tests.scenarios.company import CHART, assert_shows, small_company

MART = "marts.rpt_expected_credit_loss"
MATRIX = """
bucket  loss_rate
current 0.005
1-30    0.022
31-60   0.027
61-90   0.045
90+     0.1
"""
CHART_WITH_ALLOWANCE = f"{CHART}1190 Allowance asset C Receivables operating allowance\n"


def build_of(project: CompiledProject, folder: Path, invoices: str, **files: str) -> Build:
    return small_company(
        project,
        folder,
        {"chart_of_accounts": CHART_WITH_ALLOWANCE, "invoices": invoices, **files},
        as_of="2025-03-31",
    )


@needs_golden_quarter
def test_the_allowances_of_the_golden_quarter(golden_build: Build) -> None:
    # worked_example.md: 19.04, 56.58, 154.37 and 19.01 are booked
    assert_shows(
        golden_build,
        f"(select distinct as_of, allowance_required, allowance_booked, allowance_difference from {MART})",
        """
        as_of      allowance_required allowance_booked allowance_difference
        2024-12-31  19.04  19.04 0
        2025-01-31  56.58  56.58 0
        2025-02-28 154.37 154.37 0
        2025-03-31  19.01  19.01 0
        """,
    )
    # INV-1003's rest of USD 2,000 at 0.9585, with 466.00 and 1,820.70
    assert_shows(
        golden_build,
        MART,
        """
        bucket  open_items exposure loss_rate required
        current 1          2856.00  0.003      8.57
        1-30    3          4203.70  0.016     67.26
        31-60   0             0.00  0.036      0.00
        61-90   1          1190.00  0.066     78.54
        90+     0             0.00  0.106      0.00
        """,
        "as_of = date '2025-02-28'",
    )


def test_the_buckets_sum_to_the_metric(golden_build: Build) -> None:
    assert (
        golden_build.rows(
            f"""
            with buckets as (
                select as_of, legal_entity_id, sum(required) as required from {MART} group by all
            )
            select * from buckets
            inner join marts.rpt_kpis as kpis using (as_of, legal_entity_id)
            where kpis.metric_id = 'ecl_required' and kpis.numerator is distinct from buckets.required
            """
        )
        == []
    )


def test_credits_bring_no_claim(compiled_project: CompiledProject, tmp_path: Path) -> None:
    # 1,000 current x 0.5 % less a credit memo of 2,000 past due 10 days x 2.2 %
    build = build_of(
        compiled_project,
        tmp_path,
        """
        doc_id doc_type    posting_date due_date   gross
        I-1    invoice     2025-03-10   2025-04-10  1000
        M-1    credit_memo 2025-03-10   2025-03-21 -2000
        """,
        ecl_matrix=MATRIX,
    )
    assert_shows(
        build,
        MART,
        """
        bucket        exposure required allowance_required allowance_booked
        current           1000        5 0                  0
        1-30             -2000      -44 0                  0
        31-60                0        0 0                  0
        61-90                0        0 0                  0
        90+                  0        0 0                  0
        floor_at_zero        0       39 0                  0
        """,
    )
    build.close()


def test_an_item_without_a_closing_rate_makes_its_bucket_unknown(
    compiled_project: CompiledProject, tmp_path: Path
) -> None:
    # In February USD has no rate at the month end: nothing can be required, and nothing is called for. In
    # March the charge is what is then required, 1,050 x 0.5 % + 100 x 1.10 x 10 %, less January's
    # 100 x 0.90 x 0.5 %.
    build = build_of(
        compiled_project,
        tmp_path,
        """
        doc_id posting_date due_date   currency fx_rate gross
        I-1    2025-03-10   2025-04-10 EUR      1       1000
        I-2    2025-01-10   2025-02-10 USD      0.9      100
        I-3    2025-02-10   2025-04-10 EUR      1         50
        """,
        ecl_matrix=MATRIX.replace("31-60   0.027", "31-60   0.1"),
        fx_rates="""
        from_currency rate_date  rate
        USD           2025-01-10 0.90
        USD           2025-01-31 0.90
        USD           2025-03-31 1.10
        """,
    )
    assert_shows(
        build,
        MART,
        """
        bucket  open_items items_without_rate exposure required null_reason  allowance_required
        current 1          0                  50       0.25     -            -
        1-30    1          1                  -        -        missing_rate -
        31-60   0          0                  0        0        -            -
        61-90   0          0                  0        0        -            -
        90+     0          0                  0        0        -            -
        """,
        "as_of = date '2025-02-28'",
    )
    assert_shows(
        build,
        "marts.rpt_kpis",
        "as_of numerator null_reason\n2025-01-31 0.45 -\n2025-02-28 - missing_rate\n2025-03-31 16.25 -",
        "metric_id = 'ecl_required' and legal_entity_id = 'LE01'",
    )
    assert_shows(
        build,
        "marts.fct_expected_postings",
        "posting_date account_id amount\n"
        "2025-01-31 6500 0.45\n2025-01-31 1190 -0.45\n2025-03-31 6500 15.80\n2025-03-31 1190 -15.80",
        "source_type = 'ecl'",
    )
    build.close()


def test_without_a_matrix_nothing_is_required(compiled_project: CompiledProject, tmp_path: Path) -> None:
    build = build_of(compiled_project, tmp_path, "doc_id posting_date gross\nI-1 2025-03-10 1000")
    assert_shows(
        build,
        f"(select distinct required, null_reason, allowance_required, allowance_difference from {MART})",
        "required null_reason allowance_required allowance_difference\n- no_loss_rate - -",
    )
    build.close()
