"""The cuts of the dashboard say what the marts say, and add up where figures add up."""

from collections.abc import Iterator

import duckdb
import pytest

from tests.harness.golden import needs_golden_quarter
from tests.harness.published import PublishedRun

pytestmark = [needs_golden_quarter, pytest.mark.slow]


@pytest.fixture(scope="module", params=["golden_run", "demonstration_run"])
def published(request: pytest.FixtureRequest) -> Iterator[duckdb.DuckDBPyConnection]:
    """What each of the two companies published."""
    run: PublishedRun = request.getfixturevalue(request.param)
    connection = duckdb.connect(run.warehouse / "published.duckdb", read_only=True)
    yield connection
    connection.close()


def test_ageing_of_all_segments_is_that_of_the_mart(published: duckdb.DuckDBPyConnection) -> None:
    differing, compared = published.execute(
        """
        select count(*) filter (cut.amount is distinct from mart.amount), count(*)
        from (
            select * from dashboard.cut_ageing
            where
                segment = 'all'
                and currency_view = case legal_entity_id when '*' then 'reporting' else 'functional' end
        ) as cut
        full join marts.rpt_ar_aging as mart using (as_of, legal_entity_id, basis, bucket)
        """
    ).fetchone()
    assert (differing, compared > 0) == (0, True)


def test_segments_of_ageing_sum_to_all_of_them(published: duckdb.DuckDBPyConnection) -> None:
    rows = published.execute(
        """
        select as_of, legal_entity_id, basis, bucket
        from dashboard.cut_ageing
        where currency_view = 'functional'
        group by all
        having sum(case segment when 'all' then - amount else amount end) <> 0
        """
    ).fetchall()
    assert rows == []


def test_an_account_ends_at_open_items_less_cash_not_applied(published: duckdb.DuckDBPyConnection) -> None:
    rows = published.execute(
        """
        with dates as (select max(as_of) as as_of from marts.rpt_kpis),
        balances as (
            select legal_entity_id, customer_key, max_by(balance, position_in_account) as balance
            from dashboard.cut_customer_statement, dates
            where posting_date <= as_of
            group by all
        ),
        owed as (
            select legal_entity_id, customer_key, sum(amount) as amount
            from (
                select legal_entity_id, customer_key, open_amount_functional as amount
                from marts.rpt_ar_open_items where as_of = (select as_of from dates)
                union all
                select legal_entity_id, customer_key, - unapplied_functional
                from marts.rpt_unapplied_cash where as_of = (select as_of from dates)
            )
            where customer_key is not null
            group by all
        )
        select balances.*, owed.amount
        from balances full join owed using (legal_entity_id, customer_key)
        where coalesce(balances.balance, 0) <> coalesce(owed.amount, 0)
        """
    ).fetchall()
    assert rows == []


def test_shares_of_customers_end_at_the_whole(published: duckdb.DuckDBPyConnection) -> None:
    rows = published.execute(
        """
        select as_of, legal_entity_id, segment, currency_view, max_by(share_so_far, place) as whole
        from dashboard.cut_customers
        where share is not null
        group by all
        having abs(whole - 1) > 1e-9
        """
    ).fetchall()
    assert rows == []


def test_an_entity_in_its_own_currency_has_the_same_figures_in_both_views(
    published: duckdb.DuckDBPyConnection,
) -> None:
    compared, differing = published.execute(
        """
        select count(*), count(*) filter (
            mart.value is distinct from cut.value or mart.numerator is distinct from cut.numerator
            or mart.denominator is distinct from cut.denominator
            or mart.null_reason is distinct from cut.null_reason
        )
        from marts.rpt_kpis as mart
        inner join marts.dim_legal_entity as entities
            on mart.legal_entity_id = entities.legal_entity_id and functional_currency = reporting_currency
        full join (
            select cuts.* from dashboard.cut_reporting_kpis as cuts
            inner join marts.dim_legal_entity using (legal_entity_id)
            where functional_currency = reporting_currency
        ) as cut
            on mart.legal_entity_id = cut.legal_entity_id
            and mart.as_of = cut.as_of and mart.metric_id = cut.metric_id
        """
    ).fetchone()
    assert (compared > 0, differing) == (True, 0)


def test_terms_of_the_entities_in_reporting_currency_sum_to_those_of_the_group(
    published: duckdb.DuckDBPyConnection,
) -> None:
    rows = published.execute(
        """
        select as_of, metric_id, sum(cut.numerator) as numerator, max(mart.numerator)
        from dashboard.cut_reporting_kpis as cut
        inner join marts.rpt_kpis as mart using (as_of, metric_id)
        where mart.legal_entity_id = '*' and mart.numerator is not null
        group by all
        having sum(cut.numerator) <> max(mart.numerator) or sum(cut.denominator) <> max(mart.denominator)
        """
    ).fetchall()
    assert rows == []


def test_the_group_forecast_begins_with_the_cash_of_its_entities(
    published: duckdb.DuckDBPyConnection,
) -> None:
    rows = published.execute(
        """
        with entity_cash as (
            select outlook.legal_entity_id, outlook.opening_cash::double * rates.group_rate as cash
            from dashboard.cut_cash_outlook as outlook
            inner join (
                select distinct origin_date, legal_entity_id, group_rate
                from intermediate.int_forecast_origin_rates
            ) as rates using (origin_date, legal_entity_id)
        )
        select opening_cash, (select sum(cash) from entity_cash)
        from dashboard.cut_cash_outlook
        where legal_entity_id = '*' and abs(opening_cash - (select sum(cash) from entity_cash)) > 0.01
        """
    ).fetchall()
    assert rows == []


def test_the_forecast_of_entities_is_that_of_the_mart(published: duckdb.DuckDBPyConnection) -> None:
    differing, compared = published.execute(
        """
        select count(*) filter (
            cut.expected is distinct from mart.expected or cut.p10 is distinct from mart.p10
            or cut.p90 is distinct from mart.p90
        ), count(*)
        from (select * from dashboard.cut_cash_forecast where legal_entity_id <> '*') as cut
        full join marts.rpt_cash_forecast as mart using (origin_date, week_start, legal_entity_id, line)
        """
    ).fetchone()
    assert (differing, compared > 0) == (0, True)


def test_the_interval_of_the_group_is_its_own_and_narrower_than_those_of_its_entities_together(
    published: duckdb.DuckDBPyConnection,
) -> None:
    entities = published.execute("select count(*) from marts.dim_legal_entity").fetchone()[0]
    if entities < 2:
        pytest.skip("one entity is the group")
    group, together = published.execute(
        """
        select
            (select receipts_p90 - receipts_p10 from dashboard.cut_cash_outlook where legal_entity_id = '*'),
            (
                select sum((receipts_p90 - receipts_p10) * group_rate)
                from dashboard.cut_cash_outlook
                inner join (
                    select distinct origin_date, legal_entity_id, group_rate
                    from intermediate.int_forecast_origin_rates
                ) as rates using (origin_date, legal_entity_id)
            )
        """
    ).fetchone()
    assert 0 < group < together


def test_the_steps_of_the_cash_flow_lead_to_operating_cash_flow(published: duckdb.DuckDBPyConnection) -> None:
    rows = published.execute(
        """
        select period, legal_entity_id
        from dashboard.cut_cash_flow_steps
        where legal_entity_id <> '*'
        group by all
        having max_by(step_to, step) filter (step < 1000) <> max_by(step_to, step)
        """
    ).fetchall()
    assert rows == []
