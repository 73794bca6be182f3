"""Income statement, balance sheet, cash flow by both methods and budget variance, from one ledger."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pytest

from tests.harness.golden import differences, expected_rows, mart_rows, needs_golden_quarter
from tests.harness.project import Build, CompiledProject
from tests.scenarios.company import CHART, assert_shows, small_company

STATEMENTS = {
    "rpt_income_statement": ["period", "legal_entity_id", "line"],
    "rpt_balance_sheet": ["as_of", "legal_entity_id", "section", "line"],
    "rpt_cash_flow": ["period", "legal_entity_id", "method", "section", "line"],
    "rpt_budget_variance": ["period", "legal_entity_id", "statement_line"],
}
CENT = Decimal("0.01")
LARGER_CHART = (
    CHART.rstrip()
    + """
1150       Intercompany        asset        D              Intercompany      operating       intercompany
1500       Machines            asset        D              Machines          investing       -
1590       Wear                asset        C              Machines          noncash         -
2000       Payables            liability    C              Payables          operating       ap
2050       "IC payables"       liability    C              "IC payables"     operating       -
2700       Loan                liability    C              Loan              financing       -
3100       Retained            equity       C              Retained          equity_result   -
5000       Cost                expense      D              "Cost of sales"   pl              cogs
6100       Wages               expense      D              Operations        pl              -
7100       Interest            other_pl     C              Interest          pl              -
"""
)


@needs_golden_quarter
@pytest.mark.parametrize("mart", STATEMENTS)
def test_a_statement_equals_the_worked_example(golden_build: Build, mart: str) -> None:
    found = differences(
        expected_rows(mart),
        mart_rows(golden_build.connection, mart),
        STATEMENTS[mart],
        additional_rows_are_errors=True,
    )
    assert found == []


# The demonstration company: every figure derived again, from the booked lines alone.


@dataclass(frozen=True)
class Line:
    """A booked line with what the chart says of its account; functional currency, debit +."""

    entity: str
    journal: str
    source_type: str
    day: date
    period: str
    account_type: str
    line: str
    flow_class: str
    role: str | None
    amount: Decimal


@dataclass(frozen=True)
class Demonstration:
    """The built demonstration company, its booked lines, and the rates of each entity into the group."""

    build: Build
    lines: list[Line]
    rates: dict[tuple[str, date], Decimal]

    def periods(self) -> list[str]:
        return sorted({line.period for line in self.lines if line.source_type != "opening"})

    def entities(self) -> list[str]:
        return sorted({line.entity for line in self.lines})

    def mean_rate(self, entity: str, period: str) -> Decimal:
        """The mean over the days of a month, half up to 8 decimals."""
        rates = [
            rate for (owner, day), rate in self.rates.items() if owner == entity and f"{day:%Y-%m}" == period
        ]
        assert len(rates) >= 28
        return (sum(rates, Decimal(0)) / len(rates)).quantize(Decimal("1e-8"), ROUND_HALF_UP)


@pytest.fixture(scope="module")
def demonstration(demonstration: Build) -> Demonstration:
    build = demonstration
    rows = build.connection.execute(
        """
        select
            lines.legal_entity_id, lines.journal_id, lines.source_type, lines.posting_date, lines.period,
            accounts.account_type, accounts.statement_line, accounts.cash_flow_class, accounts.control_of,
            lines.amount
        from marts.fct_gl_lines as lines
        join marts.dim_account as accounts using (account_id)
        where lines.posting_date <= (select as_of from intermediate.int_as_of)
        """
    ).fetchall()
    rates = {}
    for entity, currency in build.connection.execute(
        "select legal_entity_id, functional_currency from marts.dim_legal_entity"
    ).fetchall():
        for day, rate in build.connection.execute(
            """
            select rate_date, rate from intermediate.int_fx_rates_by_day
            where from_currency = ? and to_currency = 'EUR'
            """,
            [currency],
        ).fetchall():
            rates[entity, day] = rate
    return Demonstration(build, [Line(*row) for row in rows], rates)


def statement(build: Build, mart: str, *columns: str) -> dict[tuple[str, ...], Decimal]:
    """A statement's amounts by period or date, entity and the given columns; no key stands twice."""
    first = "as_of" if mart == "rpt_balance_sheet" else "period"
    names = [first, "legal_entity_id", *columns]
    rows = build.connection.execute(f"select {', '.join(names)}, amount from marts.{mart}").fetchall()
    found = {tuple(map(str, row[:-1])): row[-1] for row in rows}
    assert len(found) == len(rows)
    return found


def translated(amount: Decimal, rate: Decimal) -> Decimal:
    return (amount * rate).quantize(CENT, ROUND_HALF_UP)


def with_group(
    company: Demonstration, figures: dict[tuple[str, ...], Decimal], rate_of: str
) -> dict[tuple[str, ...], Decimal]:
    """The figures and those of the group: each translated, rounded once, summed."""
    group: dict[tuple[str, ...], Decimal] = defaultdict(Decimal)
    means = {
        (entity, period): company.mean_rate(entity, period)
        for entity in company.entities()
        for period in company.periods()
    }
    for (when, entity, *rest), amount in figures.items():
        rate = means[entity, when] if rate_of == "mean" else company.rates[entity, date.fromisoformat(when)]
        group[(when, "*", *rest)] += translated(amount, rate)
    return {**figures, **group}


def standing(flows: dict[tuple[str, ...], Decimal], moments: list[str]) -> dict[tuple[str, ...], Decimal]:
    """Flows by (period, entity, …), each also with zero in every period after its first."""
    first: dict[tuple[str, ...], str] = {}
    for when, *rest in flows:
        first[tuple(rest)] = min(when, first.get(tuple(rest), when))
    return {
        (moment, *rest): flows.get((moment, *rest), Decimal(0))
        for rest, begun in first.items()
        for moment in moments
        if moment >= begun
    }


def test_the_income_statement_is_what_was_booked(demonstration: Demonstration) -> None:
    expense_lines = {line.line for line in demonstration.lines if line.account_type == "expense"}
    cost_line = next(line.line for line in demonstration.lines if line.role == "cogs")
    flows: dict[tuple[str, ...], Decimal] = defaultdict(Decimal)
    subtotals: dict[tuple[str, ...], Decimal] = {
        (period, entity, "subtotal", name): Decimal(0)
        for period in demonstration.periods()
        for entity in demonstration.entities()
        for name in ("net_revenue", "gross_profit", "operating_result", "net_income")
    }
    for line in demonstration.lines:
        if line.source_type == "opening" or line.account_type not in ("revenue", "expense", "other_pl"):
            continue
        sign = 1 if line.line in expense_lines else -1
        flows[line.period, line.entity, "line", line.line] += sign * line.amount
        names = ["net_income"]
        if line.account_type != "other_pl":
            names.append("operating_result")
        if line.account_type == "revenue" or line.line == cost_line:
            names.append("gross_profit")
        if line.account_type == "revenue":
            names.append("net_revenue")
        for name in names:
            subtotals[line.period, line.entity, "subtotal", name] -= line.amount
    expected = with_group(demonstration, standing(flows, demonstration.periods()) | subtotals, "mean")
    assert len(expected) > 300
    assert statement(demonstration.build, "rpt_income_statement", "line_type", "line") == expected


def test_the_balance_sheet_is_what_was_booked_and_balances(demonstration: Demonstration) -> None:
    expected: dict[tuple[str, ...], Decimal] = {}
    moments = [
        as_of
        for [as_of] in demonstration.build.connection.execute(
            "select distinct as_of from marts.rpt_trial_balance"
        ).fetchall()
    ]
    for moment in moments:
        for entity in demonstration.entities():
            expected[moment.isoformat(), entity, "equity", "Current year result"] = Decimal(0)
        for line in demonstration.lines:
            if line.day > moment:
                continue
            section = line.account_type if line.account_type in ("asset", "liability") else "equity"
            is_result = line.account_type in ("revenue", "expense", "other_pl")
            key = (
                moment.isoformat(),
                line.entity,
                section,
                "Current year result" if is_result else line.line,
            )
            signed = line.amount if section == "asset" else -line.amount
            expected[key] = expected.get(key, Decimal(0)) + signed
    found = statement(demonstration.build, "rpt_balance_sheet", "section", "line")
    roundings = {key: amount for key, amount in found.items() if key[3] == "Translation difference"}
    assert {key[1] for key in roundings} == {"*"}
    assert max(map(abs, roundings.values())) < Decimal("0.20")
    others = {key: amount for key, amount in found.items() if key not in roundings}
    assert others == with_group(demonstration, expected, "closing")

    sides: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for (as_of, entity, section, _), amount in found.items():
        sides[as_of, entity] += amount if section == "asset" else -amount
    assert len(sides) == len(moments) * (len(demonstration.entities()) + 1)
    assert set(sides.values()) == {0}


def test_both_cash_flow_statements_are_what_was_booked(demonstration: Demonstration) -> None:
    categories = {
        source_type: (section, line)
        for source_type, section, line in demonstration.build.connection.execute(
            "select source_type, cash_flow_section, cash_flow_line from seeds.posting_source_types"
        ).fetchall()
    }
    journals: dict[tuple[str, str], list[Line]] = defaultdict(list)
    for line in demonstration.lines:
        if line.source_type != "opening":
            journals[line.entity, line.journal].append(line)
    flows: dict[tuple[str, ...], Decimal] = defaultdict(Decimal)
    cash: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for (entity, _), lines in journals.items():
        period = lines[0].period
        moved = sum((line.amount for line in lines if line.flow_class == "cash"), Decimal(0))
        cash[period, entity] += moved
        others = [line for line in lines if line.flow_class != "cash"]
        if len(others) < len(lines) and others:
            section, name = categories[lines[0].source_type]
            for line in [] if name else others:
                assert line.flow_class == section
                flows[period, entity, "direct", section, line.line] -= line.amount
            if name:
                flows[period, entity, "direct", section, name] += moved
        for line in others:
            operating = {
                "pl": "Net income",
                "noncash": "Depreciation",
                "operating": f"Change in {line.line}",
            }.get(line.flow_class)
            section = "operating" if operating else line.flow_class
            flows[period, entity, "indirect", section, operating or line.line] -= line.amount
            if line.role == "fx_cash":
                flows[period, entity, "indirect", "operating", "Remove FX gain/loss on cash"] += line.amount
                flows[period, entity, "indirect", "fx", "FX effect on cash"] -= line.amount
    expected = standing(flows, demonstration.periods())
    totals: dict[tuple[str, ...], Decimal] = defaultdict(Decimal)
    for (period, entity, method, section, _), amount in expected.items():
        totals[period, entity, method, "total", "net_change_in_cash"] += amount
        if section == "operating":
            totals[period, entity, method, "total", "operating_cash_flow"] += amount
    for period, entity in cash:
        both = [totals[period, entity, method, "total", "operating_cash_flow"] for method in METHODS]
        assert both[0] == both[1]
        for method in METHODS:
            assert totals[period, entity, method, "total", "net_change_in_cash"] == cash[period, entity]
    found = statement(demonstration.build, "rpt_cash_flow", "method", "section", "line")
    assert found == with_group(demonstration, expected | totals, "mean")
    for period in demonstration.periods():
        for entity in [*demonstration.entities(), "*"]:
            for total in ("operating_cash_flow", "net_change_in_cash"):
                direct, indirect = (found[period, entity, method, "total", total] for method in METHODS)
                assert direct == indirect


METHODS = ("direct", "indirect")


def test_the_result_moves_by_the_net_income(demonstration: Demonstration) -> None:
    income = statement(demonstration.build, "rpt_income_statement", "line")
    results = statement(demonstration.build, "rpt_balance_sheet", "line")
    for period in demonstration.periods():
        first = date.fromisoformat(f"{period}-01")
        before = first - timedelta(1)
        end = (first + timedelta(31)).replace(day=1) - timedelta(1)
        for entity in demonstration.entities():
            moved = (
                results[str(end), entity, "Current year result"]
                - results[str(before), entity, "Current year result"]
            )
            assert income[period, entity, "net_income"] == moved


def test_the_budget_is_compared_with_the_income_statement(demonstration: Demonstration) -> None:
    income = statement(demonstration.build, "rpt_income_statement", "line")
    rows = demonstration.build.rows("select * from marts.rpt_budget_variance")
    assert len(rows) == 24 * 3 * 3
    for row in rows:
        line = str(row["statement_line"])
        assert row["actual"] == income[str(row["period"]), str(row["legal_entity_id"]), line]
        assert row["variance"] == row["actual"] - row["budget"]  # type: ignore[operator]
        sign = 1 if line == "Net revenue" else -1
        assert row["favourable_variance"] == sign * row["variance"]  # type: ignore[operator]


# What the demonstration company does not do.


def booked(project: CompiledProject, folder: Path, journals: str, settings: str = "", **files: str) -> Build:
    """A company with the larger chart and the given journals."""
    tables = {"chart_of_accounts": LARGER_CHART, "gl_journal_lines": journals} | files
    return small_company(project, folder, tables, settings, as_of="2025-02-28")


def test_the_year_end_close_is_no_flow(compiled_project: CompiledProject, tmp_path: Path) -> None:
    build = booked(
        compiled_project,
        tmp_path,
        """
        journal_id line_no posting_date account_id amount  source_type
        J-0        1       2024-11-30   1010        500.00 opening
        J-0        2       2024-11-30   3000       -450.00 opening
        J-0        3       2024-11-30   4000        -50.00 opening
        J-1        1       2024-12-10   1100        100.00 invoice
        J-1        2       2024-12-10   4000       -100.00 invoice
        J-2        1       2024-12-31   4000        150.00 manual
        J-2        2       2024-12-31   3100       -150.00 manual
        J-3        1       2025-01-15   3100         70.00 manual
        J-3        2       2025-01-15   6100        -70.00 manual
        """,
    )
    assert_shows(
        build,
        "marts.rpt_income_statement",
        """
        period  line             line_type amount
        2024-12 Revenue          line      100
        2024-12 net_revenue      subtotal  100
        2024-12 gross_profit     subtotal  100
        2024-12 operating_result subtotal  100
        2024-12 net_income       subtotal  100
        2025-01 Revenue          line      0
        2025-01 Operations       line      -70
        2025-01 net_revenue      subtotal  0
        2025-01 gross_profit     subtotal  0
        2025-01 operating_result subtotal  70
        2025-01 net_income       subtotal  70
        """,
        "legal_entity_id = 'LE01' and period < '2025-02'",
    )
    assert_shows(
        build,
        "marts.rpt_balance_sheet",
        """
        as_of      section line                  amount
        2024-12-31 asset   Cash                  500
        2024-12-31 asset   Receivables           100
        2024-12-31 equity  Capital               450
        2024-12-31 equity  Retained              150
        2024-12-31 equity  "Current year result" 0
        """,
        "legal_entity_id = 'LE01' and as_of = '2024-12-31'",
    )
    assert_shows(
        build,
        "marts.rpt_cash_flow",
        """
        period  method   section   line                    amount
        2024-12 direct   total     operating_cash_flow     0
        2024-12 direct   total     net_change_in_cash      0
        2024-12 indirect operating "Net income"            100
        2024-12 indirect operating "Change in Receivables" -100
        2024-12 indirect total     operating_cash_flow     0
        2024-12 indirect total     net_change_in_cash      0
        """,
        "legal_entity_id = 'LE01' and period = '2024-12'",
    )
    build.close()


def test_several_other_sides_share_the_cash_and_deals_without_cash_are_left_out(
    compiled_project: CompiledProject, tmp_path: Path
) -> None:
    # J-2 pays a supplier for goods and a machine; J-3 repays a loan with interest; J-4 buys on credit, paid
    # in J-5; J-6 moves cash between accounts; J-7 pays a dividend; J-8 retires a machine.
    build = booked(
        compiled_project,
        tmp_path,
        """
        journal_id line_no posting_date account_id amount   source_type
        J-1        1       2025-01-01   1010        1000.00 financing
        J-1        2       2025-01-01   2700        -800.00 financing
        J-1        3       2025-01-01   3000        -200.00 financing
        J-2        1       2025-01-05   2000          60.00 supplier_payment
        J-2        2       2025-01-05   1500         100.00 supplier_payment
        J-2        3       2025-01-05   1010        -160.00 supplier_payment
        J-3        1       2025-01-10   2700          50.00 financing
        J-3        2       2025-01-10   7100           7.00 financing
        J-3        3       2025-01-10   1010         -57.00 financing
        J-4        1       2025-01-15   1500          40.00 supplier_invoice
        J-4        2       2025-01-15   2200           4.00 supplier_invoice
        J-4        3       2025-01-15   2000         -44.00 supplier_invoice
        J-5        1       2025-01-20   2000          44.00 supplier_payment
        J-5        2       2025-01-20   1010         -44.00 supplier_payment
        J-6        1       2025-01-21   1010          30.00 other
        J-6        2       2025-01-21   1010         -30.00 other
        J-7        1       2025-01-22   3100          20.00 financing
        J-7        2       2025-01-22   1010         -20.00 financing
        J-8        1       2025-01-23   1590           9.00 manual
        J-8        2       2025-01-23   1500          -9.00 manual
        J-9        1       2025-03-01   1010         500.00 financing
        J-9        2       2025-03-01   3000        -500.00 financing
        """,
    )
    assert_shows(
        build,
        "marts.rpt_cash_flow",
        """
        method   section   line                 amount
        direct   operating "Paid to suppliers"  -104
        direct   operating Interest             -7
        direct   investing Machines             -100
        direct   financing Loan                 750
        direct   financing Capital              200
        direct   financing Retained             -20
        direct   total     operating_cash_flow  -111
        direct   total     net_change_in_cash   719
        indirect operating "Net income"         -7
        indirect operating "Change in Payables" -104
        indirect investing Machines             -100
        indirect financing Loan                 750
        indirect financing Capital              200
        indirect financing Retained             -20
        indirect total     operating_cash_flow  -111
        indirect total     net_change_in_cash   719
        """,
        "legal_entity_id = 'LE01' and period = '2025-01'",
    )
    # What is posted after the as-of date is in no statement.
    assert_shows(
        build,
        "marts.rpt_balance_sheet",
        "line amount\nCash 719\nCapital 200",
        "legal_entity_id = 'LE01' and as_of = '2025-02-28' and line in ('Cash', 'Capital')",
    )
    assert_shows(
        build,
        "(select distinct amount from marts.rpt_cash_flow where period = '2025-02') as flows",
        "amount\n0",
    )
    build.close()


def test_what_has_no_category_is_in_no_line_and_shows(
    compiled_project: CompiledProject, tmp_path: Path
) -> None:
    # J-2 is cash of a type without a line, J-3 stands on an account that the chart does not have.
    build = booked(
        compiled_project,
        tmp_path,
        """
        journal_id line_no posting_date account_id amount  source_type
        J-1        1       2025-02-01   1010        100.00 customer_receipt
        J-1        2       2025-02-01   2400       -100.00 customer_receipt
        J-2        1       2025-02-02   1010        -10.00 other
        J-2        2       2025-02-02   6100         10.00 other
        J-3        1       2025-02-03   1010         -5.00 bank_charge
        J-3        2       2025-02-03   6899          5.00 bank_charge
        """,
    )
    assert_shows(
        build,
        "marts.rpt_cash_flow",
        """
        method   section   line                      amount
        direct   operating "Receipts from customers" 100
        direct   operating "Bank charges"            -5
        direct   total     operating_cash_flow       95
        direct   total     net_change_in_cash        95
        indirect operating "Net income"              -10
        indirect operating "Change in Credits"       100
        indirect total     operating_cash_flow       90
        indirect total     net_change_in_cash        90
        """,
        "legal_entity_id = 'LE01'",
    )
    # Assets 85; liabilities and equity 100 - 10: the 5.00 stand nowhere.
    assert_shows(
        build,
        "marts.rpt_balance_sheet",
        """
        section   line                  amount
        asset     Cash                  85
        liability Credits               100
        equity    "Current year result" -10
        """,
        "legal_entity_id = '*'",
    )
    build.close()


def test_a_journal_that_does_not_balance_still_shares_out_all_its_cash(
    compiled_project: CompiledProject, tmp_path: Path
) -> None:
    build = booked(
        compiled_project,
        tmp_path,
        """
        journal_id line_no posting_date account_id amount  source_type
        J-1        1       2025-02-01   1010        103.00 financing
        J-1        2       2025-02-01   2700        -70.00 financing
        J-1        3       2025-02-01   3000        -30.00 financing
        """,
    )
    assert_shows(
        build,
        "marts.rpt_cash_flow",
        "section line amount\nfinancing Loan 73\nfinancing Capital 30",
        "legal_entity_id = 'LE01' and method = 'direct' and section <> 'total'",
    )
    build.close()


def test_the_group_eliminates_what_names_its_partner_and_balances(
    compiled_project: CompiledProject, tmp_path: Path
) -> None:
    # LE01 bills LE02 100 EUR, half of it paid. LE02 books 110 USD at 1.10 and pays 54; the rate is 0.92.
    journals = """
    journal_id line_no legal_entity_id posting_date account_id amount  source_type partner_legal_entity_id
    J-0        1       LE01            2025-02-01   1010        300.00 opening     -
    J-0        2       LE01            2025-02-01   3000       -300.00 opening     -
    K-0        1       LE02            2025-02-01   1010        200.11 opening     -
    K-0        2       LE02            2025-02-01   3000       -100.03 opening     -
    K-0        3       LE02            2025-02-01   2700       -100.08 opening     -
    J-1        1       LE01            2025-02-10   1150        100.00 invoice     LE02
    J-1        2       LE01            2025-02-10   4000       -100.00 invoice     LE02
    K-1        1       LE02            2025-02-10   5000        110.00 supplier_invoice LE01
    K-1        2       LE02            2025-02-10   2050       -110.00 supplier_invoice LE01
    J-2        1       LE01            2025-02-20   1010         50.00 customer_receipt LE02
    J-2        2       LE01            2025-02-20   1150        -50.00 customer_receipt LE02
    K-2        1       LE02            2025-02-20   2050         54.00 supplier_payment LE01
    K-2        2       LE02            2025-02-20   1010        -54.00 supplier_payment LE01
    J-3        1       LE01            2025-02-21   1100         10.00 invoice     -
    J-3        2       LE01            2025-02-21   4000        -10.00 invoice     -
    J-4        1       LE01            2025-02-22   1150          1.00 invoice     LE99
    J-4        2       LE01            2025-02-22   4000         -1.00 invoice     LE99
    """
    build = small_company(
        compiled_project,
        tmp_path,
        {
            "legal_entities": """
            legal_entity_id functional_currency
            LE01            EUR
            LE02            USD
            """,
            "fx_rates": "\n".join(
                ["rate_date from_currency rate", *(f"2025-02-{day:02d} USD 0.92" for day in range(1, 29))]
            ),
            "chart_of_accounts": LARGER_CHART,
            "gl_journal_lines": journals,
        },
        "reporting_currency: EUR\n",
        as_of="2025-02-28",
    )
    assert_shows(
        build,
        "marts.rpt_income_statement",
        """
        line             amount
        Revenue          11
        "Cost of sales"  0
        net_revenue      11
        gross_profit     11
        operating_result 11
        net_income       11
        """,
        "legal_entity_id = '*'",
    )
    # Cash 350.00 and 146.11 USD, capital 300.00 and 100.03 USD, loan 100.08 USD. 50.00 EUR came in for the
    # 54.00 USD that went out: 50.00 - 54.00 x 0.92 = 0.32.
    assert_shows(
        build,
        "marts.rpt_balance_sheet",
        """
        section   line                      amount
        asset     Cash                      484.42
        asset     Receivables               10
        asset     Intercompany              1
        liability "IC payables"             0
        liability Loan                      92.07
        equity    Capital                   392.03
        equity    "Current year result"     11
        equity    "Intercompany difference" 0.32
        """,
        "legal_entity_id = '*'",
    )
    assert_shows(
        build,
        "marts.rpt_cash_flow",
        """
        method   section   line                      amount
        direct   operating "Receipts from customers" 0
        direct   operating "Paid to suppliers"       0
        direct   total     operating_cash_flow       0
        direct   total     net_change_in_cash        0
        indirect operating "Net income"              11
        indirect operating "Change in Receivables"   -10
        indirect operating "Change in Intercompany"  -1
        indirect operating "Change in IC payables"   0
        indirect total     operating_cash_flow       0
        indirect total     net_change_in_cash        0
        """,
        "legal_entity_id = '*'",
    )
    # The companies' own statements keep it all.
    assert_shows(
        build,
        "marts.rpt_balance_sheet",
        """
        line                  amount
        Cash                  146.11
        "IC payables"         56
        Loan                  100.08
        Capital               100.03
        "Current year result" -110
        """,
        "legal_entity_id = 'LE02'",
    )
    build.close()


def test_an_elimination_on_one_side_only_is_a_difference_of_its_own(
    compiled_project: CompiledProject, tmp_path: Path
) -> None:
    journals = """
    journal_id line_no legal_entity_id posting_date account_id amount partner_legal_entity_id source_type
    J-1        1       LE01            2025-02-10   1150        60.00 LE02                    invoice
    J-1        2       LE01            2025-02-10   4000       -60.00 -                       invoice
    K-1        1       LE02            2025-02-10   5000        60.00 -                       supplier_invoice
    K-1        2       LE02            2025-02-10   2000       -60.00 -                       supplier_invoice
    """
    build = small_company(
        compiled_project,
        tmp_path,
        {
            "legal_entities": "legal_entity_id functional_currency\nLE01 EUR\nLE02 EUR",
            "chart_of_accounts": LARGER_CHART,
            "gl_journal_lines": journals,
        },
        as_of="2025-02-28",
    )
    assert_shows(
        build,
        "marts.rpt_balance_sheet",
        """
        section   line                      amount
        asset     Intercompany              0
        liability Payables                  60
        equity    "Current year result"     0
        equity    "Intercompany difference" -60
        """,
        "legal_entity_id = '*'",
    )
    assert_shows(
        build,
        "marts.rpt_cash_flow",
        """
        line                      amount
        "Net income"              0
        "Change in Intercompany"  0
        "Change in Payables"      60
        "Intercompany difference" -60
        operating_cash_flow       0
        net_change_in_cash        0
        """,
        "legal_entity_id = '*' and method = 'indirect'",
    )
    build.close()


def test_without_a_rate_there_is_no_group_statement(
    compiled_project: CompiledProject, tmp_path: Path
) -> None:
    build = small_company(
        compiled_project,
        tmp_path,
        {
            "legal_entities": "legal_entity_id functional_currency\nLE01 EUR\nLE02 USD",
            "chart_of_accounts": LARGER_CHART,
            "gl_journal_lines": """
            journal_id line_no legal_entity_id posting_date account_id amount source_type
            J-1        1       LE01            2025-02-10   1100        60.00 invoice
            J-1        2       LE01            2025-02-10   4000       -60.00 invoice
            K-1        1       LE02            2025-02-10   1100        60.00 invoice
            K-1        2       LE02            2025-02-10   4000       -60.00 invoice
            """,
            "budgets": """
            version legal_entity_id period  statement_line amount
            1       LE01            2025-02 Revenue        50
            1       LE02            2025-02 Revenue        50
            """,
        },
        "reporting_currency: EUR\n",
        as_of="2025-02-28",
    )
    for mart in STATEMENTS:
        assert_shows(
            build,
            f"(select distinct legal_entity_id from marts.{mart}) as entities",
            "legal_entity_id\nLE01\nLE02",
        )
    build.close()


def test_a_partial_ledger_has_no_statements(compiled_project: CompiledProject, tmp_path: Path) -> None:
    build = booked(
        compiled_project,
        tmp_path,
        """
        journal_id line_no posting_date account_id amount source_type
        J-1        1       2025-02-10   1100       60.00  invoice
        """,
        "ledger: {LE01: partial}\n",
        budgets="version legal_entity_id period statement_line amount\n1 LE01 2025-02 Revenue 50",
    )
    for mart in STATEMENTS:
        assert build.rows(f"select * from marts.{mart}") == []
    build.close()


def test_a_booked_ledger_without_a_chart_has_no_statements(
    compiled_project: CompiledProject, tmp_path: Path
) -> None:
    build = small_company(
        compiled_project,
        tmp_path,
        {
            "gl_journal_lines": """
            journal_id line_no posting_date account_id amount source_type
            J-1        1       2025-02-10   1100        60.00 invoice
            J-1        2       2025-02-10   4000       -60.00 invoice
            """,
            "budgets": "version legal_entity_id period statement_line amount\n1 LE01 2025-02 Revenue 50",
        },
        as_of="2025-02-28",
    )
    for mart in STATEMENTS:
        assert build.rows(f"select * from marts.{mart}") == []
    build.close()


def test_without_a_ledger_and_a_chart_the_documents_make_the_statements(
    compiled_project: CompiledProject, tmp_path: Path
) -> None:
    build = small_company(
        compiled_project,
        tmp_path,
        {
            "invoices": """
            doc_id posting_date gross  tax
            INV-1  2025-01-10   119.00 19.00
            """,
            "payments": "payment_id posting_date amount\nPMT-1 2025-02-20 150.00",
            "applications": """
            application_id source_id doc_id posting_date amount
            APP-1          PMT-1     INV-1  2025-02-21   119.00
            """,
        },
        as_of="2025-02-28",
    )
    assert_shows(
        build,
        "marts.rpt_balance_sheet",
        """
        section   line                        amount
        asset     "Cash and cash equivalents" 150
        asset     "Trade receivables"         0
        liability "Customer credits"          31
        liability VAT                         19
        equity    "Current year result"       100
        """,
        "legal_entity_id = '*' and as_of = '2025-02-28'",
    )
    assert_shows(
        build,
        "marts.rpt_cash_flow",
        """
        method   section   line                          amount
        direct   operating "Receipts from customers"     150
        direct   total     operating_cash_flow           150
        direct   total     net_change_in_cash            150
        indirect operating "Net income"                  0
        indirect operating "Change in Trade receivables" 119
        indirect operating "Change in Customer credits"  31
        indirect operating "Change in VAT"               0
        indirect total     operating_cash_flow           150
        indirect total     net_change_in_cash            150
        """,
        "legal_entity_id = '*' and period = '2025-02'",
    )
    build.close()


def test_a_budget_meets_what_its_line_came_to(compiled_project: CompiledProject, tmp_path: Path) -> None:
    # The later version counts; wages have no postings yet; no account is on `Sales`; March is still to come.
    build = booked(
        compiled_project,
        tmp_path,
        """
        journal_id line_no posting_date account_id amount source_type
        J-1        1       2025-02-10   1100        60.00 invoice
        J-1        2       2025-02-10   4000       -60.00 invoice
        J-2        1       2025-02-10   5000        25.00 shipment
        J-2        2       2025-02-10   1500       -25.00 shipment
        """,
        budgets="""
        version legal_entity_id period  statement_line  amount
        v1      LE01            2025-02 Revenue         90
        v2      LE01            2025-02 Revenue         50
        v1      LE01            2025-02 "Cost of sales" 20
        v1      LE01            2025-02 Operations      7
        v1      LE01            2025-02 Sales           10
        v1      LE01            2025-03 Revenue         50
        """,
    )
    assert_shows(
        build,
        "marts.rpt_budget_variance",
        """
        period  legal_entity_id statement_line  budget_version actual budget variance favourable_variance
        2025-02 LE01            Revenue         v2             60     50     10       10
        2025-02 LE01            "Cost of sales" v1             25     20     5        -5
        2025-02 LE01            Operations      v1             0      7      -7       7
        2025-02 LE01            Sales           v1             -      10     -        -
        2025-02 *               Revenue         -              60     50     10       10
        2025-02 *               "Cost of sales" -              25     20     5        -5
        2025-02 *               Operations      -              0      7      -7       7
        2025-02 *               Sales           -              -      10     -        -
        """,
    )
    build.close()
