"""What must agree agrees: for every company, month and currency, by queries that know the marts alone.

Each tie is a query with the columns `place` (where it is asked), `left_side` and `right_side`. It is asked of
the golden quarter and of the demonstration company, which has two companies in two currencies, five document
currencies and two years. The ledger side is always summed from the journal lines as booked.
"""

import pytest

from tests.harness.golden import needs_golden_quarter
from tests.harness.project import Build

pytestmark = [needs_golden_quarter, pytest.mark.slow]

# Balances of an account role at a report date, debit +, as booked.
BOOKED = """
booked as (
    select dates.as_of, dates.legal_entity_id, accounts.control_of, sum(lines.amount) as balance
    from (select distinct as_of, legal_entity_id from marts.rpt_trial_balance) as dates
    inner join marts.fct_gl_lines as lines
        on dates.legal_entity_id = lines.legal_entity_id and lines.posting_date <= dates.as_of
    inner join marts.dim_account as accounts on lines.account_id = accounts.account_id
    group by all
)
"""

# The same in the currency of the lines: an exchange difference is a line of no foreign amount.
BOOKED_BY_CURRENCY = """
booked as (
    select
        dates.as_of,
        dates.legal_entity_id,
        accounts.control_of,
        lines.currency,
        sum(lines.amount_transaction) as balance
    from (select distinct as_of, legal_entity_id from marts.rpt_trial_balance) as dates
    inner join marts.fct_gl_lines as lines
        on dates.legal_entity_id = lines.legal_entity_id and lines.posting_date <= dates.as_of
    inner join marts.dim_account as accounts on lines.account_id = accounts.account_id
    group by all
)
"""


def of_role(role: str, sign: int, subledger: str, amount: str, ctes: str = BOOKED, currency: str = "") -> str:
    """A subledger's sums beside the booked balance of a role, by date and company, and currency if asked."""
    keys = f"as_of, legal_entity_id{', currency' if currency else ''}"
    return f"""
    with {ctes},
    subledger as (select {keys}, sum({amount}) as amount from {subledger} group by all),
    account as (select {keys}, balance * {sign} as balance from booked where control_of = '{role}')
    select
        ({keys}) as place,
        coalesce(subledger.amount, 0) as left_side,
        coalesce(account.balance, 0) as right_side
    from subledger full join account using ({keys})
    """


TIES = {
    "the trial balance is zero": """
    select (as_of, legal_entity_id) as place, sum(closing_balance) as left_side, 0 as right_side
    from marts.rpt_trial_balance group by all
    """,
    "every account of the trial balance rolls forward": """
    select
        (as_of, legal_entity_id, account_id) as place,
        opening_balance + debit - credit as left_side,
        closing_balance as right_side
    from marts.rpt_trial_balance
    """,
    "journals balance in every month and currency": """
    select (legal_entity_id, period, currency) as place, sum(amount_transaction) as left_side, 0 as right_side
    from marts.fct_gl_lines group by all
    """,
    "assets equal liabilities and equity": """
    select
        (as_of, legal_entity_id) as place,
        sum(case when section = 'asset' then amount else 0 end) as left_side,
        sum(case when section <> 'asset' then amount else 0 end) as right_side
    from marts.rpt_balance_sheet group by all
    """,
    "open items equal the receivables account": of_role(
        "ar", 1, "marts.rpt_ar_open_items", "open_amount_functional"
    ),
    "open items equal the receivables account in every currency": of_role(
        "ar", 1, "marts.rpt_ar_open_items", "open_amount", BOOKED_BY_CURRENCY, "currency"
    ),
    "unapplied cash equals its account": of_role(
        "unapplied", -1, "marts.rpt_unapplied_cash", "unapplied_functional"
    ),
    "unapplied cash equals its account in every currency": of_role(
        "unapplied", -1, "marts.rpt_unapplied_cash", "unapplied_amount", BOOKED_BY_CURRENCY, "currency"
    ),
    "every control account equals its subledger": """
    select
        (as_of, legal_entity_id, control_account) as place,
        subledger as left_side,
        gl_balance as right_side
    from marts.rpt_subledger_tie_out
    """,
    "the roll-forward closes at the open items": """
    with open_items as (
        select legal_entity_id, strftime(as_of, '%Y-%m') as period, sum(open_amount_functional) as amount
        from marts.rpt_ar_open_items group by all
    )
    select
        (period, legal_entity_id) as place,
        rollforward.closing as left_side,
        coalesce(open_items.amount, 0) as right_side
    from marts.rpt_ar_rollforward as rollforward
    left join open_items using (period, legal_entity_id)
    where legal_entity_id <> '*'
    """,
    "the roll-forward adds up": """
    select
        (period, legal_entity_id) as place,
        opening + invoiced + credited + collected + discounts + written_off + fx_difference as left_side,
        closing as right_side
    from marts.rpt_ar_rollforward
    """,
    "a month opens where the one before closed": """
    select
        (period, legal_entity_id) as place,
        opening as left_side,
        coalesce(lag(closing) over (partition by legal_entity_id order by period), opening) as right_side
    from marts.rpt_ar_rollforward
    """,
    "both bases of ageing sum to the open items": """
    with open_items as (
        select as_of, legal_entity_id, sum(open_amount_functional) as amount
        from marts.rpt_ar_open_items group by all
    )
    select
        (as_of, legal_entity_id, basis) as place,
        sum(ageing.amount) as left_side,
        coalesce(max(open_items.amount), 0) as right_side
    from marts.rpt_ar_aging as ageing
    left join open_items using (as_of, legal_entity_id)
    where legal_entity_id <> '*'
    group by all
    """,
    "operating cash flow is the same by both methods": """
    select
        (period, legal_entity_id) as place,
        sum(case when method = 'direct' then amount end) as left_side,
        sum(case when method = 'indirect' then amount end) as right_side
    from marts.rpt_cash_flow where section = 'total' and line = 'operating_cash_flow' group by all
    """,
    "cash flow is the change of the bank accounts": """
    with booked as (
        select lines.period, lines.legal_entity_id, sum(lines.amount) as amount
        from marts.fct_gl_lines as lines
        inner join marts.dim_account as accounts on lines.account_id = accounts.account_id
        where accounts.cash_flow_class = 'cash' and lines.source_type <> 'opening'
        group by all
    )
    select
        (period, legal_entity_id, method) as place,
        flows.amount as left_side,
        coalesce(booked.amount, 0) as right_side
    from marts.rpt_cash_flow as flows
    left join booked using (period, legal_entity_id)
    where flows.section = 'total' and flows.line = 'net_change_in_cash' and legal_entity_id <> '*'
    """,
    "the sections of the cash flow sum to its change": """
    select
        (period, legal_entity_id, method) as place,
        sum(case when section <> 'total' then amount else 0 end) as left_side,
        sum(case when section = 'total' and line = 'net_change_in_cash' then amount else 0 end) as right_side
    from marts.rpt_cash_flow where legal_entity_id <> '*' group by all
    """,
    "customer segments sum to the metric": """
    with segments as (
        select as_of, legal_entity_id, metric_id, sum(numerator) as numerator
        from marts.rpt_kpis_by_segment group by all
    )
    select
        (as_of, legal_entity_id, metric_id) as place,
        segments.numerator as left_side,
        kpis.numerator as right_side
    from marts.rpt_kpis as kpis
    inner join segments using (as_of, legal_entity_id, metric_id)
    where legal_entity_id <> '*' and metric_id in (
        'dso_month', 'best_possible_dso_month', 'average_days_delinquent_month', 'cei_month',
        'cei_month_ex_write_offs', 'dispute_rate', 'unapplied_cash'
    )
    """,
    "every cut of profitability sums to the income statement": """
    with cuts as (
        select period, legal_entity_id, dimension, statement_line as line, sum(amount) as amount
        from marts.rpt_profitability where line_type = 'line' group by all
    ),
    lines as (
        select statement.*, dimensions.dimension
        from marts.rpt_income_statement as statement
        cross join (select distinct dimension from marts.rpt_profitability) as dimensions
        where statement.line_type = 'line'
    )
    select
        (period, legal_entity_id, dimension, line) as place,
        coalesce(cuts.amount, 0) as left_side,
        coalesce(lines.amount, 0) as right_side
    from cuts full join lines using (period, legal_entity_id, dimension, line)
    """,
    "the parts of the DSO bridge sum to the change": """
    select
        (as_of, legal_entity_id) as place,
        volume + terms + lateness + mix + fx as left_side,
        dso - dso_previous as right_side
    from marts.rpt_dso_bridge
    """,
    "a DSO bridge begins where the one before ended": """
    select
        (as_of, legal_entity_id) as place,
        dso_previous as left_side,
        coalesce(lag(dso) over (partition by legal_entity_id order by as_of), dso_previous) as right_side
    from marts.rpt_dso_bridge
    """,
    "what is open of all vintages are the open items": """
    with vintages as (
        select as_of, legal_entity_id, sum(open_amount_functional) as amount
        from marts.rpt_collections_vintage group by all
    ),
    open_items as (
        select as_of, legal_entity_id, sum(open_amount_functional) as amount
        from marts.rpt_ar_open_items group by all
    )
    select
        (as_of, legal_entity_id) as place,
        coalesce(vintages.amount, 0) as left_side,
        coalesce(open_items.amount, 0) as right_side
    from vintages full join open_items using (as_of, legal_entity_id)
    """,
    "what all vintages collect in a month is what the roll-forward collects": """
    with vintages as (
        select
            strftime(as_of, '%Y-%m') as period,
            legal_entity_id,
            sum(collected + discounts + written_off + credits_applied) as amount
        from marts.rpt_collections_vintage group by all
    ),
    months as (
        select *, amount - lag(amount) over (partition by legal_entity_id order by period) as change
        from vintages
    )
    select
        (period, legal_entity_id) as place,
        months.change as left_side,
        collected + discounts + written_off + fx_difference as right_side
    from marts.rpt_ar_rollforward
    inner join months using (period, legal_entity_id)
    where months.change is not null
    """,
    "nothing is left over between order and cash": """
    select (period, legal_entity_id) as place, residual as left_side, 0 as right_side
    from marts.rpt_revenue_bridge
    """,
    "the order backlog of the bridge is that of its lines": """
    select (period, legal_entity_id) as place, closing as left_side, coalesce(amount, 0) as right_side
    from marts.rpt_order_backlog_bridge
    left join (
        select as_of, legal_entity_id, sum(backlog_functional) as amount
        from marts.rpt_order_backlog group by all
    ) as backlog using (as_of, legal_entity_id)
    """,
    "the loss allowance of the buckets is the metric": """
    with buckets as (
        select as_of, legal_entity_id, sum(required) as required
        from marts.rpt_expected_credit_loss group by all
    )
    select (as_of, legal_entity_id) as place, buckets.required as left_side, kpis.numerator as right_side
    from marts.rpt_kpis as kpis
    inner join buckets using (as_of, legal_entity_id)
    where kpis.metric_id = 'ecl_required'
    """,
    "the allowance is booked": of_role(
        "allowance",
        -1,
        "(select distinct as_of, legal_entity_id, allowance_required from marts.rpt_expected_credit_loss)",
        "allowance_required",
    ),
    "every cent is in one state": """
    select (source_system, object) as place, sum(amount) as left_side, max(control_total) as right_side
    from marts.rpt_amount_states group by all
    """,
}


@pytest.fixture(scope="module", params=["golden quarter", "demonstration company"])
def books(request: pytest.FixtureRequest) -> Build:
    build: Build = request.getfixturevalue(
        "golden_build" if request.param == "golden quarter" else "demonstration"
    )
    return build


@pytest.mark.parametrize("tie", TIES)
def test_it_ties(books: Build, tie: str) -> None:
    rows = books.rows(TIES[tie])
    assert rows, "nothing was compared"
    assert [row for row in rows if row["left_side"] is None or row["left_side"] != row["right_side"]] == []


def test_the_demonstration_company_is_asked_in_every_month_and_currency(books: Build) -> None:
    (found,) = books.rows(
        """
        select
            count(distinct legal_entity_id) as entities,
            count(distinct as_of) as dates,
            (select count(distinct currency) from marts.rpt_ar_open_items) as currencies
        from marts.rpt_trial_balance
        """
    )
    assert found in (
        {"entities": 1, "dates": 4, "currencies": 2},
        {"entities": 2, "dates": 25, "currencies": 5},
    )
