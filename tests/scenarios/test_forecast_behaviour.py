"""What the forecast learns of months, silent payers and seasons; revenue to come, derived again in Python."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from math import exp

import duckdb
import pytest

from tests.harness.project import Build, CompiledProject
from tests.harness.published import PublishedRun
from tests.scenarios.company import LEGAL_ENTITIES, Company
from tests.scenarios.forecast_company import CUSTOMERS, HABITS, noise

FIRST_DAY = date(2024, 1, 1)
AS_OF = date(2024, 12, 31)
Forecast = Callable[[dict[str, str], date], Build]


@pytest.fixture(scope="module")
def forecast(compiled_project: CompiledProject, tmp_path_factory: pytest.TempPathFactory) -> Forecast:
    """Builds the forecast of a company from its files, as of a date."""

    def build(files: dict[str, str], as_of: date) -> Build:
        company = Company(compiled_project, tmp_path_factory.mktemp("behaviour"))
        company.deliver(files)
        outcome = company.land(as_of=as_of.isoformat())
        assert outcome.refused == []
        connection = company.warehouse.connect_build()
        needed = compiled_project.needed_by("cash")
        compiled_project.run_models(connection, lambda node: node.unique_id in needed)
        return Build(company.warehouse, connection, compiled_project, outcome)

    return build


def a_year(delay_of: Callable[[str, date, int], int | None]) -> dict[str, str]:
    """Two invoices on every weekday of 2024, each paid so many days after it is due, or never."""
    invoices = ["doc_id customer_id posting_date gross due_date"]
    payments = ["payment_id customer_id posting_date amount"]
    applications = ["application_id source_id doc_id posting_date amount"]
    number = 0
    for day in (FIRST_DAY + timedelta(days) for days in range((AS_OF - FIRST_DAY).days + 1)):
        for step in (0, 2) if day.weekday() < 5 else ():
            number += 1
            customer = f"C{1 + (day.toordinal() + step) % 5}"
            due = day + timedelta(30)
            gross = f"{900 + 700 * noise(number * 3):.2f}"
            invoices.append(f"I{number} {customer} {day} {gross} {due}")
            delay = delay_of(customer, due, number)
            if delay is not None and (paid := due + timedelta(delay)) <= AS_OF:
                payments.append(f"P{number} {customer} {paid} {gross}")
                applications.append(f"A{number} P{number} I{number} {paid} {gross}")
    return {
        f"legal_entities__{FIRST_DAY}": LEGAL_ENTITIES,
        f"customers__{FIRST_DAY}": CUSTOMERS,
        f"invoices__{FIRST_DAY}": "\n".join(invoices),
        f"payments__{FIRST_DAY}": "\n".join(payments),
        f"applications__{FIRST_DAY}": "\n".join(applications),
    }


def habit(customer: str, number: int) -> int:
    """Days after the due date as the customer is used to, spread by fixed numbers."""
    usual, spread = HABITS[customer]
    return round(usual + spread * (noise(number) + noise(number * 5 + 1)))


def later_days(build: Build) -> dict[int, float]:
    """How much later than usual payers settle at the as-of date, by months before its own."""
    return {
        row["months_before"]: row["later_days"]
        for row in build.rows(
            f"""
            select months_before, later_days from intermediate.int_forecast_slow_months
            where origin_date = date '{AS_OF}'
            """
        )
    }


def test_a_month_in_which_everybody_pays_later_is_seen_while_it_lasts(forecast: Forecast) -> None:
    usual = forecast(a_year(lambda customer, _, number: habit(customer, number)), AS_OF)
    slow = forecast(
        a_year(lambda customer, due, number: habit(customer, number) + 9 * (due >= date(2024, 12, 1))), AS_OF
    )
    months = later_days(usual)
    assert sorted(months) == list(range(10))
    assert max(abs(days) for days in months.values()) < 1
    months = later_days(slow)
    assert 5 < months[0] < 13
    assert abs(months[1]) < 2
    for build, least, most in ((usual, -1.5, 1.5), (slow, 4, 13)):
        # what is due in December is expected so much later; customers' levels stay what they were
        rows = build.rows(
            f"""
            select avg(slow_month_days) as added, avg(level_days) as level
            from intermediate.int_forecast_open_items
            where origin_date = date '{AS_OF}' and due_date between date '2024-12-01' and date '{AS_OF}'
            """
        )
        assert least < rows[0]["added"] < most
    levels = [
        {
            row["payer_key"]: row["level_days"]
            for row in build.rows(
                f"""
                select payer_key, level_days from intermediate.int_forecast_usual_habits
                where origin_date = date '{AS_OF}'
                """
            )
        }
        for build in (usual, slow)
    ]
    assert levels[0].keys() == levels[1].keys()
    assert max(abs(levels[0][payer] - levels[1][payer]) for payer in levels[0]) < 2
    drivers = slow.rows(
        "select count(*) as found from marts.rpt_cash_forecast_invoices where worst_drivers like '%slow month +%'"
    )
    assert drivers[0]["found"] > 0
    usual.close()
    slow.close()


def test_an_invoice_is_paid_on_the_day_by_which_half_of_it_had_come(forecast: Forecast) -> None:
    """A rest that comes later does not make it late, and a payment that is taken back does not count."""
    files = a_year(lambda customer, _, number: habit(customer, number))
    due = date(2024, 6, 3)
    paid = {
        "SHORT": [("2024-06-03", 900), ("2024-07-15", 100)],
        "PARTS": [("2024-06-03", 400), ("2024-06-20", 600)],
        "TAKEN-BACK": [("2024-06-03", 1000), ("2024-08-01", 1000)],
    }
    for doc_id, payments in paid.items():
        files[f"invoices__{FIRST_DAY}"] += f"\n{doc_id} C1 2024-05-02 1000.00 {due}"
        for place, (day, amount) in enumerate(payments):
            key = f"{doc_id}-{place}"
            files[f"payments__{FIRST_DAY}"] += f"\nP-{key} C1 {day} {amount}.00"
            files[f"applications__{FIRST_DAY}"] += f"\nA-{key} P-{key} {doc_id} {day} {amount}.00"
    files["applications__2024-06-30"] = (
        "application_id source_id doc_id posting_date amount is_deleted\n"
        "A-TAKEN-BACK-0 P-TAKEN-BACK-0 TAKEN-BACK 2024-06-03 1000.00 true"
    )
    build = forecast(files, AS_OF)

    def known_at(origin: date) -> dict[str, date | None]:
        rows = build.rows(
            f"""
            select split_part(document_key, ':', -1) as doc_id, is_paid, seen_until
            from intermediate.int_forecast_history
            where origin_date = date '{origin}' and document_key similar to '.*(SHORT|PARTS|TAKEN-BACK)'
            """
        )
        return {row["doc_id"]: row["seen_until"] if row["is_paid"] else None for row in rows}

    assert known_at(date(2024, 6, 9)) == {"SHORT": due, "PARTS": None, "TAKEN-BACK": due}
    assert known_at(date(2024, 7, 7)) == {"SHORT": due, "PARTS": date(2024, 6, 20), "TAKEN-BACK": None}
    assert known_at(AS_OF) == {
        "SHORT": due,
        "PARTS": date(2024, 6, 20),
        "TAKEN-BACK": date(2024, 8, 1),
    }
    build.close()


def test_levels_of_payers_follow_the_variances(demonstration_run: PublishedRun) -> None:
    """Levels derived again in Python, for payers of whom mostly a few old payments are known."""
    rows = _rows(
        demonstration_run,
        """
        select payer_key, segment, weight, position, is_disputed
        from intermediate.int_forecast_usual_history
        where origin_date = (select as_of from intermediate.int_as_of) and is_paid and not is_discount_taken
        """,
    )
    effect = _dispute_effect(rows)
    payments = [
        (row["payer_key"], row["segment"], row["weight"], row["position"] - effect * row["is_disputed"])
        for row in rows
    ]
    first, _ = _levels(payments)
    weight = sum(payment[2] for payment in payments)
    spread = sum(w * abs(value - first[payer]) for payer, _, w, value in payments) / weight
    clipped = [
        (payer, segment, w, first[payer] + min(max(value - first[payer], -4 * spread), 4 * spread))
        for payer, segment, w, value in payments
    ]
    levels, pull = _levels(clipped)
    assert len(levels) > 200
    assert 1 < pull < 15, "with plain counts for weights it was at its cap of 30"
    shown = {
        row["payer_key"]: row
        for row in _rows(
            demonstration_run,
            """
            select payer_key, level_days, pull from intermediate.int_forecast_usual_habits
            where origin_date = (select as_of from intermediate.int_as_of)
            """,
        )
    }
    for payer, level in levels.items():
        assert shown[payer]["level_days"] == pytest.approx(level, abs=2e-3)
        assert shown[payer]["pull"] == pytest.approx(pull, rel=1e-3)


def _dispute_effect(rows: list[dict]) -> float:
    """How many days a dispute adds, from payers with disputed and plain payments; as if two showed none."""
    sums: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0, 0.0, 0.0])
    for row in rows:
        place = 0 if row["is_disputed"] else 2
        sums[row["payer_key"]][place] += row["weight"]
        sums[row["payer_key"]][place + 1] += row["weight"] * row["position"]
    over = under = 0.0
    for weight, total, plain_weight, plain_total in sums.values():
        if weight and plain_weight:
            harmonic = weight * plain_weight / (weight + plain_weight)
            over += harmonic * (total / weight - plain_total / plain_weight)
            under += harmonic
    return over / (under + 2)


def _levels(payments: list[tuple[str, str, float, float]]) -> tuple[dict[str, float], float]:
    """Each payer's mean drawn towards its segment's, which is drawn towards the company's; and how far."""
    by_payer: dict[tuple[str, str], list[tuple[float, float]]] = defaultdict(list)
    for payer, segment, weight, value in payments:
        by_payer[payer, segment].append((weight, value))
    company = sum(w * v for _, _, w, v in payments) / sum(w for _, _, w, _ in payments)
    segments = {
        segment: (sum(w * v for _, other, w, v in payments if other == segment) + 10 * company)
        / (sum(w for _, other, w, _ in payments if other == segment) + 10)
        for segment in {payment[1] for payment in payments}
    }
    means = {key: sum(w * v for w, v in seen) / sum(w for w, _ in seen) for key, seen in by_payer.items()}
    weights = {key: sum(w for w, _ in seen) for key, seen in by_payer.items()}
    noise_of_means = sum(sum(w * w for w, _ in seen) / weights[key] for key, seen in by_payer.items())
    within = sum(w * (v - means[key]) ** 2 for key, seen in by_payer.items() for w, v in seen)
    within /= sum(weights.values()) - noise_of_means
    between = sum(weights[key] * (means[key] - segments[key[1]]) ** 2 for key in by_payer)
    between = (between - within * noise_of_means) / sum(weights.values())
    pull = min(max(within / between, 0.3), 30.0)
    return {
        key[0]: (weights[key] * means[key] + pull * segments[key[1]]) / (weights[key] + pull)
        for key in by_payer
    }, pull


# Germany, 2024
CLOSED = {
    date(2024, month, day)
    for month, day in [(1, 1), (3, 29), (4, 1), (5, 1), (5, 9), (5, 20), (10, 3), (12, 25), (12, 26)]
}


def test_nobody_pays_on_weekends_and_public_holidays(forecast: Forecast) -> None:
    """A pay day moves to the next open day of the customer's country, a month end to the one before."""

    def delay_of(customer: str, due: date, number: int) -> int:
        days = habit(customer, number)
        if customer != "C1":
            return days
        friday = due + timedelta(days)
        friday += timedelta((4 - friday.weekday()) % 7)
        while friday.weekday() > 4 or friday in CLOSED:
            friday += timedelta(1)
        return (friday - due).days

    files = a_year(delay_of)
    countries = {"C1": "DE", "C2": "USA", "C3": "gb", "C4": "Atlantis", "C5": "-"}
    files[f"customers__{FIRST_DAY}"] = "customer_id name country\n" + "\n".join(
        f"{customer} {customer} {country}" for customer, country in countries.items()
    )
    build = forecast(files, AS_OF)

    def days(calendar: str, first: date, last: date) -> list[date]:
        rows = build.rows(
            f"""
            select calendar_date from intermediate.int_forecast_pay_days
            where pay_calendar = '{calendar}' and is_pay_day
                and calendar_date between date '{first}' and date '{last}'
            order by calendar_date
            """
        )
        return [row["calendar_date"] for row in rows]

    easter = date(2024, 3, 22), date(2024, 4, 5)
    assert days("DE friday", *easter) == [date(2024, 3, 22), date(2024, 4, 2), date(2024, 4, 5)]
    assert days("USA friday", *easter) == [date(2024, 3, 22), date(2024, 3, 29), date(2024, 4, 5)]
    assert days("GB friday", *easter) == [date(2024, 3, 22), date(2024, 4, 1), date(2024, 4, 5)]
    assert days(" friday", *easter) == [date(2024, 3, 22), date(2024, 3, 29), date(2024, 4, 5)]
    assert days("DE month_end", *easter) == [date(2024, 3, 28)]
    assert days(" month_end", *easter) == [date(2024, 3, 29)]
    new_year = date(2024, 12, 23), date(2025, 1, 3)
    assert days("DE tenth_and_twenty_fifth", *new_year) == [date(2024, 12, 27)]
    assert days("USA business_day", *new_year) == [
        date(2024, 12, day) for day in (23, 24, 26, 27, 30, 31)
    ] + [date(2025, 1, 2), date(2025, 1, 3)]
    kept_to = build.rows(
        f"""
        select distinct pay_calendar from intermediate.int_forecast_pay_runs
        where customer_key like '%:C1' and origin_date between date '2024-05-01' and date '{AS_OF}'
        """
    )
    assert [row["pay_calendar"] for row in kept_to] == ["DE friday"]
    after_easter = build.rows(
        f"""
        select due_date, position from intermediate.int_forecast_history
        where payer_key like '%:C1' and seen_until = date '2024-04-02' and is_paid
            and origin_date = date '{AS_OF}'
        """
    )
    assert after_easter
    for row in after_easter:
        # in the middle between the pay days: any day after 22 March would have led to 2 April
        middle = (
            (date(2024, 3, 22) - row["due_date"]).days + (date(2024, 4, 2) - row["due_date"]).days + 1
        ) / 2
        assert row["position"] == middle
    known = {
        row["payer_key"].split(":")[-1]
        for row in build.rows("select payer_key from intermediate.int_forecast_payer_countries")
    }
    assert known == {"C1", "C2", "C3"}
    build.close()


def test_of_a_payer_that_has_not_paid_yet_every_pay_run_of_the_company_is_expected(
    demonstration_run: PublishedRun,
) -> None:
    """Weekly shares derived again in Python from the payment curve and the customers' pay runs."""
    origin = date(2023, 9, 3)
    runs = Counter(
        {
            row["pay_run"]: row["customers"]
            for row in _rows(
                demonstration_run,
                f"""
                select pay_run, count(*) as customers from intermediate.int_forecast_pay_runs
                where origin_date = date '{origin}' and payment_days >= 3 group by pay_run
                """,
            )
        }
    )
    runs["business_day"] += 10
    assert len(runs) > 3
    curve = {
        row["step"]: row["cumulative_hazard"]
        for row in _rows(
            demonstration_run,
            f"""
            select step, cumulative_hazard from intermediate.int_forecast_usual_survival
            where origin_date = date '{origin}'
            """,
        )
    }
    last_pay_days = {
        (row["pay_calendar"], row["calendar_date"]): row["last_pay_day"]
        for row in _rows(
            demonstration_run,
            "select pay_calendar, calendar_date, last_pay_day from intermediate.int_forecast_pay_days",
        )
    }
    items = _rows(
        demonstration_run,
        f"""
        select items.*, coalesce(silent_payers.still_pays, 1) as still_pays
        from intermediate.int_forecast_open_items as items
        left join intermediate.int_forecast_silent_payers as silent_payers using (origin_date, payer_key)
        where items.origin_date = date '{origin}' and not items.is_pay_run_known and items.discount_share = 0
        """,
    )
    assert len(items) > 3
    ends = [origin] + [
        row["last_day"]
        for row in _rows(
            demonstration_run,
            f"""
            select last_day from intermediate.int_forecast_weeks
            where origin_date = date '{origin}' order by horizon_week
            """,
        )
    ]
    compared = 0
    for item in items:
        unpaid = [0.0] * len(ends)
        for run, customers in runs.items():
            hazards = []
            for end in ends:
                day = last_pay_days[f"{item['payer_country']} {run}", end]
                spreads = ((day - item["due_date"]).days + 0.5 - item["settles_after_days"]) / item[
                    "spread_days"
                ]
                tenths = Decimal(10 * spreads).quantize(Decimal("0.000001"), ROUND_HALF_UP)
                step = int(tenths.quantize(Decimal(1), ROUND_HALF_UP)) - 1
                hazards.append(curve[min(max(step, -150), 1500)])
            for place, hazard in enumerate(hazards):
                unpaid[place] += customers / runs.total() * exp(hazards[0] - hazard)
        shown = {
            row["horizon_week"]: row["model_share"]
            for row in _rows(
                demonstration_run,
                f"""
                select horizon_week, model_share from intermediate.int_forecast_open_item_weeks
                where origin_date = date '{origin}' and document_key = '{item["document_key"]}'
                """,
            )
        }
        for week in range(1, len(ends)):
            expected = (unpaid[week - 1] - unpaid[week]) * item["still_pays"]
            assert shown.get(week, 0.0) == pytest.approx(expected, abs=2e-5)
            compared += expected > 0.01
    assert compared > 10


def test_no_receipts_are_expected_on_a_public_holiday_of_the_entity(demonstration_run: PublishedRun) -> None:
    rows = _rows(
        demonstration_run,
        """
        select country, value_date, sum(expected) as expected
        from marts.rpt_cash_forecast_daily
        inner join marts.dim_legal_entity using (legal_entity_id)
        where value_date between date '2025-01-01' and date '2025-01-31'
        group by country, value_date
        """,
    )
    days: dict[str, set[date]] = defaultdict(set)
    for row in rows:
        days[row["country"]].add(row["value_date"])
    assert {"DE", "US"} <= set(days)
    for country, expected_on in days.items():
        assert date(2025, 1, 1) not in expected_on
        assert date(2025, 1, 2) in expected_on
        # Martin Luther King's day
        assert (date(2025, 1, 20) in expected_on) == (country != "US")


def test_a_payer_that_has_gone_silent_is_no_longer_counted_on(forecast: Forecast) -> None:
    stopped = date(2024, 10, 15)

    def delay(customer: str, due: date, number: int) -> int | None:
        days = habit(customer, number)
        return None if customer == "C4" and due + timedelta(days) >= stopped else days

    build = forecast(a_year(delay), AS_OF)
    chances = {
        row["customer_id"]: row["chance"]
        for row in build.rows(
            """
            select customer_id, max(probability_still_pays) as chance from marts.rpt_cash_forecast_invoices
            group by customer_id
            """
        )
    }
    assert chances.pop("C4") < Decimal("0.01")
    assert sorted(chances) == ["C1", "C2", "C3", "C5"]
    assert min(chances.values()) > Decimal("0.95")
    rows = build.rows(
        f"""
        select customer_id, sum(open_amount * coalesce(share, 0)) / sum(open_amount) as paid_share
        from intermediate.int_forecast_open_items as items
        left join (
            select origin_date, document_key, sum(model_share) as share
            from intermediate.int_forecast_open_item_weeks group by all
        ) as shares using (origin_date, document_key)
        where items.origin_date = date '{AS_OF}' group by customer_id
        """
    )
    expected = {row["customer_id"]: row["paid_share"] for row in rows}
    assert expected.pop("C4") < 0.01
    assert min(expected.values()) > 0.85
    build.close()


def _rows(run: PublishedRun, query: str) -> list[dict]:
    with duckdb.connect(run.warehouse / "published.duckdb", read_only=True) as connection:
        cursor = connection.execute(query)
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def three_years(factor: Callable[[date], float]) -> dict[str, str]:
    """An invoice on every day of three years up to October 2024; nothing is paid yet."""
    first_day = date(2021, 11, 1)
    invoices = ["doc_id posting_date gross"]
    for number in range((date(2024, 10, 31) - first_day).days + 1):
        day = first_day + timedelta(number)
        invoices.append(f"I{number} {day} {factor(day) * (1000 + 200 * noise(number)):.2f}")
    return {
        "legal_entities__2021-11-01": LEGAL_ENTITIES,
        "customers__2021-11-01": "customer_id name\nC1 First",
        "invoices__2021-11-01": "\n".join(invoices),
    }


def test_a_season_that_two_years_share_is_in_new_business_and_one_of_a_single_year_is_not(
    forecast: Forecast,
) -> None:
    as_of = date(2024, 10, 31)
    found = {}
    for name, factor in {
        "every December": lambda day: 3 if day.month == 12 else 1,
        "one December": lambda day: 3 if (day.year, day.month) == (2023, 12) else 1,
    }.items():
        build = forecast(three_years(factor), as_of)
        found[name] = {
            row["period"]: float(row["new_orders"])
            for row in build.rows("select period, new_orders from marts.rpt_revenue_forecast")
        }
        build.close()
    seasonal, single = found["every December"], found["one December"]
    # weeks are placed by their Thursday, and a usual day brings 1000
    assert 24_000 < seasonal["2024-11"] < 36_000
    assert 70_000 < seasonal["2024-12"] < 100_000
    assert 24_000 < single["2024-11"] < 45_000
    assert single["2024-12"] < 1.25 * single["2024-11"]


def test_revenue_to_come_is_scored_against_what_was_billed(demonstration_run: PublishedRun) -> None:
    """Actuals, run rate and WAPE derived again from the documents; better than the run rate."""
    billed: dict[tuple[str, date], Decimal] = defaultdict(Decimal)
    first: dict[str, date] = {}
    for row in _rows(
        demonstration_run,
        """
        select legal_entity_id, posting_date, net_functional from intermediate.int_ar_documents
        where not is_opening_item order by posting_date
        """,
    ):
        billed[row["legal_entity_id"], row["posting_date"]] += row["net_functional"]
        first.setdefault(row["legal_entity_id"], row["posting_date"])
    rows = _rows(demonstration_run, "select * from marts.rpt_revenue_forecast_backtest")

    def between(entity: str, first_day: date, last_day: date) -> Decimal:
        return sum(
            (
                billed.get((entity, first_day + timedelta(days)), Decimal(0))
                for days in range((last_day - first_day).days + 1)
            ),
            Decimal(0),
        )

    errors: dict[tuple[str, str, int], list[Decimal]] = defaultdict(lambda: [Decimal(0), Decimal(0)])
    checked = 0
    for row in rows:
        entity, origin, actual = row["legal_entity_id"], row["origin_date"], row["actual"]
        month = date.fromisoformat(row["period"] + "-01")
        month_end = (month + timedelta(31)).replace(day=1) - timedelta(1)
        last_day = min(month_end, origin + timedelta(91))
        if actual is None:
            continue
        assert actual == round(between(entity, month, last_day), 2)
        if row["model"] == "run_rate" and origin >= date(2024, 1, 1):
            # every document of the demonstration company is known on the day on which it is posted
            seen = min(91, (origin - first[entity]).days + 1)
            per_day = between(entity, origin - timedelta(90), origin) / seen
            to_come = (last_day - max(month, origin + timedelta(1))).days + 1
            so_far = between(entity, month, origin) if month <= origin else Decimal(0)
            assert abs(row["expected"] - so_far - per_day * to_come) <= Decimal("0.02")
            checked += 1
        error = errors[row["model"], entity, row["horizon_month"]]
        error[0] += abs(row["expected"] - actual)
        error[1] += actual
    assert checked > 300
    accuracy = _rows(demonstration_run, "select * from marts.rpt_revenue_forecast_accuracy")
    assert len(accuracy) == len(errors) == 16
    for row in accuracy:
        off, actual = errors[row["model"], row["legal_entity_id"], row["horizon_month"]]
        assert abs(row["wape"] - off / actual) <= Decimal("0.000001")
    off_by_model = {
        model: sum(error[0] for (name, _, months), error in errors.items() if name == model and months < 3)
        for model in ("product", "run_rate")
    }
    assert off_by_model["product"] < off_by_model["run_rate"]
