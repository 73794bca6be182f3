"""A company that delivers no ledger gets its statements, KPIs and controls from its documents alone.

The golden quarter without its journals, with its chart and without one: every line is derived again from the
documents, in plain Python. The demonstration company without its journals: what documents alone decide must
equal what its simulator's own ledger has.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property
from pathlib import Path

import pytest
import yaml

from ingest.simulate import make_company
from tests.faults.delivered import Deliveries, Row, read_file, write_file
from tests.faults.selection import ship_dates
from tests.harness.deliveries import read_rows
from tests.harness.golden import copy_extracts, needs_golden_quarter
from tests.harness.project import Build, CompiledProject

CENT = Decimal("0.01")
MONTH_ENDS = [
    date(2024, 11, 30),
    date(2024, 12, 31),
    date(2025, 1, 31),
    date(2025, 2, 28),
    date(2025, 3, 31),
]
BUCKETS = [(0, "current"), (30, "1-30"), (60, "31-60"), (90, "61-90")]


def withhold(extracts: Path, *objects: str) -> None:
    """Take objects out of what is delivered, and leave it to the data whose ledger is booked."""
    deliveries = Deliveries(extracts)
    for object_name in objects:
        for file in deliveries.files(object_name):
            file.path.unlink()
    for path in extracts.glob("*/manifest.csv"):
        manifest = read_file(path.parent, path, "manifest")
        manifest.rows = [row for row in manifest.rows if row["object"] not in objects]
        write_file(manifest)
    settings = yaml.safe_load((extracts / "tieout.yml").read_text())
    settings.pop("ledger")
    (extracts / "tieout.yml").write_text(yaml.safe_dump(settings))


def total(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, Decimal(0))


def cents(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, ROUND_HALF_UP)


class Documents:
    """What the golden quarter's documents alone say, in EUR."""

    def __init__(self, extracts: Path) -> None:
        self.books = Deliveries(extracts)

    @cached_property
    def invoices(self) -> list[Row]:
        return self.books.rows("invoices")

    @cached_property
    def products(self) -> dict[str, Row]:
        return {row["product_id"]: row for row in self.books.rows("products")}

    def rate(self, currency: str, at: date) -> Decimal:
        """The latest rate to EUR of the four days up to a date."""
        if currency == "EUR":
            return Decimal(1)
        rates = {
            row["rate_date"]: Decimal(row["rate"])
            for row in self.books.rows("fx_rates")
            if row["from_currency"] == currency
        }
        return next(rates[day] for day in ((at - timedelta(n)).isoformat() for n in range(5)) if day in rates)

    def open_amount(self, document: Row, at: date) -> Decimal:
        """What a document has open at the end of a day, in its currency."""
        until = at.isoformat()
        if document["posting_date"] > until:
            return Decimal(0)
        open_amount = Decimal(document["gross"])
        for row in self.books.rows("applications", lambda row: row["posting_date"] <= until):
            if row["doc_id"] == document["doc_id"]:
                open_amount -= Decimal(row["amount"])
            if (row["source_type"], row["source_id"]) == ("credit_memo", document["doc_id"]):
                open_amount += Decimal(row["amount"])
        for row in self.books.rows("write_offs", lambda row: row["posting_date"] <= until):
            if row["doc_id"] == document["doc_id"]:
                open_amount -= Decimal(row["net"]) + Decimal(row["tax"])
        return open_amount

    def receivables(self, at: date) -> Decimal:
        return total(cents(self.open_amount(row, at) * Decimal(row["fx_rate"])) for row in self.invoices)

    def revaluation(self, at: date) -> Decimal:
        """Open foreign amounts at the closing rate less the same at the documents' rates."""
        found = Decimal(0)
        for row in self.invoices:
            if row["currency"] != "EUR" and (rest := self.open_amount(row, at)):
                found += cents(rest * self.rate(row["currency"], at)) - cents(rest * Decimal(row["fx_rate"]))
        return found

    def required_allowance(self, at: date) -> Decimal:
        rates = {row["bucket"]: Decimal(row["loss_rate"]) for row in self.books.rows("ecl_matrix")}
        exposures: dict[str, Decimal] = defaultdict(Decimal)
        for row in self.invoices:
            days = (at - date.fromisoformat(row["due_date"])).days
            bucket = next((name for greatest, name in BUCKETS if days <= greatest), "90+")
            if rest := self.open_amount(row, at):
                exposures[bucket] += cents(rest * self.rate(row["currency"], at))
        found = total(cents(amount * rates[bucket]) for bucket, amount in exposures.items())
        return max(found, Decimal(0))

    def unapplied(self, at: date) -> Decimal:
        until, found = at.isoformat(), Decimal(0)
        for receipt in self.books.rows("payments", lambda row: row["posting_date"] <= until):
            rest = Decimal(receipt["amount"])
            for row in self.books.rows("applications", lambda row: row["posting_date"] <= until):
                if row["source_id"] == receipt["payment_id"]:
                    rest -= Decimal(row["amount"]) - Decimal(row["discount"])
            for row in self.books.rows("refunds", lambda row: row["posting_date"] <= until):
                if row["payment_id"] == receipt["payment_id"]:
                    rest -= Decimal(row["amount"])
            found += cents(rest * Decimal(receipt["fx_rate"]))
        return found

    def discounts(self, at: date) -> list[tuple[str, Decimal, Decimal]]:
        """Posting date, net part and tax part of each early-payment discount up to a date."""
        found = []
        documents = {row["doc_id"]: row for row in self.invoices}
        for row in self.books.rows("applications", lambda row: row["posting_date"] <= at.isoformat()):
            document, discount = documents[row["doc_id"]], Decimal(row["discount"])
            tax = cents(discount * Decimal(document["tax"]) / Decimal(document["gross"]))
            found.append((row["posting_date"], discount - tax, tax))
        return found

    def tax(self, at: date) -> Decimal:
        until = at.isoformat()
        billed = total(
            cents(Decimal(row["tax"]) * Decimal(row["fx_rate"]))
            for row in self.invoices
            if row["posting_date"] <= until
        )
        written_off = total(
            Decimal(row["tax"]) for row in self.books.rows("write_offs") if row["posting_date"] <= until
        )
        return billed - written_off - total(tax for _, _, tax in self.discounts(at))

    def lines_with_documents(self) -> Iterable[tuple[Row, Row, Decimal]]:
        """Each document line, its document and its net in EUR."""
        documents = {row["doc_id"]: row for row in self.invoices}
        for line in self.books.rows("invoice_lines"):
            document = documents[line["doc_id"]]
            net = cents(Decimal(line["quantity"]) * Decimal(line["unit_price"]))
            yield line, document, cents(net * Decimal(document["fx_rate"]))

    def recognised(self, at: date) -> Decimal:
        """Revenue up to a date: goods as they are shipped, services by month, discounts taken off."""
        until, found, shipped = at.isoformat(), Decimal(0), ship_dates(self.books)
        for line, document, net in self.lines_with_documents():
            if line["service_start"]:
                months = [f"2025-{month:02d}" for month in range(3, 13)] + ["2026-01", "2026-02"]
                assert (line["service_start"][:7], line["service_end"][:7]) == (months[0], months[-1])
                found += total(net / 12 for month in months if month <= until[:7])
            elif shipped.get(document["shipment_id"], document["posting_date"]) <= until:
                found += net
        return found - total(net for _, net, _ in self.discounts(at))

    def invoiced(self, at: date) -> Decimal:
        return total(
            net
            for _, document, net in self.lines_with_documents()
            if document["posting_date"] <= at.isoformat()
        )

    def unbilled(self, at: date) -> Decimal:
        """Shipped, and posted later."""
        until, shipped = at.isoformat(), ship_dates(self.books)
        return total(
            net
            for _, document, net in self.lines_with_documents()
            if shipped.get(document["shipment_id"], "9999") <= until < document["posting_date"]
        )

    def cost_of_sales(self, at: date) -> Decimal:
        product_of = {
            (row["order_id"], row["line_no"]): row["product_id"] for row in self.books.rows("order_lines")
        }
        return total(
            cents(
                Decimal(row["quantity"])
                * Decimal(self.products[product_of[row["order_id"], row["order_line_no"]]]["unit_cost"])
            )
            for row in self.books.rows("shipments")
            if row["ship_date"] <= at.isoformat()
        )

    def cash_movements(self, at: date) -> list[tuple[str, Decimal, Decimal]]:
        """Currency, amount and amount in EUR at its own rate of what came in and went out up to a date."""
        until = at.isoformat()
        found = [
            (row["currency"], Decimal(row["amount"]), cents(Decimal(row["amount"]) * Decimal(row["fx_rate"])))
            for row in self.books.rows("payments")
            if row["posting_date"] <= until
        ]
        return found + [
            (
                row["currency"],
                -Decimal(row["amount"]),
                -cents(Decimal(row["amount"]) * Decimal(row["fx_rate"])),
            )
            for row in self.books.rows("refunds")
            if row["posting_date"] <= until
        ]

    def cash(self, at: date) -> Decimal:
        """Bank balances at the closing rate."""
        balances: dict[str, Decimal] = defaultdict(Decimal)
        for currency, amount, _ in self.cash_movements(at):
            balances[currency] += amount
        return total(cents(balance * self.rate(currency, at)) for currency, balance in balances.items())

    def fx_on_cash(self, at: date) -> Decimal:
        return self.cash(at) - total(value for _, _, value in self.cash_movements(at))

    def realised(self, at: date) -> Decimal:
        """What applied receipts were worth less what they relieved; none here is in parts that round."""
        documents = {row["doc_id"]: row for row in self.invoices}
        receipts = {row["payment_id"]: row for row in self.books.rows("payments")}
        found = Decimal(0)
        for row in self.books.rows("applications", lambda row: row["posting_date"] <= at.isoformat()):
            if row["source_type"] == "payment":
                paid = Decimal(row["amount"]) - Decimal(row["discount"])
                relieved = cents(paid * Decimal(documents[row["doc_id"]]["fx_rate"]))
                found += cents(paid * Decimal(receipts[row["source_id"]]["fx_rate"])) - relieved
        return found

    def written_off(self, at: date) -> Decimal:
        return total(
            Decimal(row["net"])
            for row in self.books.rows("write_offs")
            if row["posting_date"] <= at.isoformat()
        )

    def totals(self, at: date) -> dict[str, Decimal]:
        """The income statement's lines, added up since the first document."""
        return {
            "Net revenue": self.recognised(at),
            "Cost of sales": self.cost_of_sales(at),
            "Operating expenses": self.required_allowance(at) + self.written_off(at),
            "FX result": self.realised(at) + self.revaluation(at) + self.fx_on_cash(at),
        }

    def income_statement(self, position: int) -> dict[str, Decimal]:
        """The lines and subtotals of one of the months."""
        now = self.totals(MONTH_ENDS[position])
        before = self.totals(MONTH_ENDS[position - 1]) if position else dict.fromkeys(now, Decimal(0))
        lines = {line: now[line] - before[line] for line in now}
        gross_profit = lines["Net revenue"] - lines["Cost of sales"]
        operating_result = gross_profit - lines["Operating expenses"]
        return lines | {
            "net_revenue": lines["Net revenue"],
            "gross_profit": gross_profit,
            "operating_result": operating_result,
            "net_income": operating_result + lines["FX result"],
        }

    def balance_sheet(self, at: date) -> dict[str, Decimal]:
        totals = self.totals(at)
        return {
            "Cash and cash equivalents": self.cash(at),
            "Trade receivables": self.receivables(at),
            "Receivables FX revaluation": self.revaluation(at),
            "ECL allowance": -self.required_allowance(at),
            "Contract assets": self.unbilled(at),
            "Inventory": -totals["Cost of sales"],
            "Customer credits": self.unapplied(at),
            "Contract liabilities": self.invoiced(at)
            + self.unbilled(at)
            - self.recognised(at)
            - total(net for _, net, _ in self.discounts(at)),
            "VAT": self.tax(at),
            "Current year result": totals["Net revenue"]
            - totals["Cost of sales"]
            - totals["Operating expenses"]
            + totals["FX result"],
        }


def without_zeros(lines: dict[str, Decimal]) -> dict[str, Decimal]:
    """A line stands once something was posted to it, zero included; so zeros are no matter here."""
    return {line: amount for line, amount in lines.items() if amount}


@pytest.fixture(scope="module", params=[True, False], ids=["with its chart", "without a chart"])
def golden_documents(
    compiled_project: CompiledProject,
    tmp_path_factory: pytest.TempPathFactory,
    request: pytest.FixtureRequest,
) -> tuple[Build, Documents]:
    """The golden quarter without its journals, built, and the same in plain Python."""
    folder = tmp_path_factory.mktemp("no_ledger")
    extracts = copy_extracts(folder)
    withhold(extracts, "gl_journal_lines", *([] if request.param else ["chart_of_accounts"]))
    return compiled_project.build(extracts, folder), Documents(extracts)


@needs_golden_quarter
def test_the_income_statement_comes_from_documents(golden_documents: tuple[Build, Documents]) -> None:
    build, documents = golden_documents
    for position, month_end in enumerate(MONTH_ENDS):
        shown = build.rows(
            f"""
            select line, amount from marts.rpt_income_statement
            where legal_entity_id = 'LE01' and period = '{month_end:%Y-%m}'
            """
        )
        lines = {str(row["line"]): Decimal(str(row["amount"])) for row in shown}
        assert without_zeros(lines) == without_zeros(documents.income_statement(position)), month_end


@needs_golden_quarter
def test_the_balance_sheet_comes_from_documents_and_balances(
    golden_documents: tuple[Build, Documents],
) -> None:
    build, documents = golden_documents
    for month_end in MONTH_ENDS:
        shown = build.rows(
            f"""
            select section, line, amount from marts.rpt_balance_sheet
            where legal_entity_id = 'LE01' and as_of = '{month_end}'
            """
        )
        lines = {str(row["line"]): Decimal(str(row["amount"])) for row in shown}
        assert without_zeros(lines) == without_zeros(documents.balance_sheet(month_end)), month_end
        sides = {
            is_asset: sum(
                Decimal(str(row["amount"])) for row in shown if (row["section"] == "asset") is is_asset
            )
            for is_asset in (True, False)
        }
        assert sides[True] == sides[False]


@needs_golden_quarter
def test_both_cash_flows_are_what_customers_paid(golden_documents: tuple[Build, Documents]) -> None:
    build, documents = golden_documents
    for month_end, before in zip(MONTH_ENDS[1:], MONTH_ENDS, strict=False):
        shown = build.rows(
            f"""
            select method, line, amount from marts.rpt_cash_flow
            where legal_entity_id = 'LE01' and section = 'total' and period = '{month_end:%Y-%m}'
            """
        )
        change = documents.cash(month_end) - documents.cash(before)
        fx = documents.fx_on_cash(month_end) - documents.fx_on_cash(before)
        assert {(row["method"], row["line"]): row["amount"] for row in shown} == {
            (method, line): amount
            for method in ("direct", "indirect")
            for line, amount in (("operating_cash_flow", change - fx), ("net_change_in_cash", change))
        }


@needs_golden_quarter
def test_kpis_come_from_documents(golden_documents: tuple[Build, Documents]) -> None:
    build, documents = golden_documents
    march, february = MONTH_ENDS[-1], MONTH_ENDS[-2]
    sales = sum(
        cents(Decimal(row["gross"]) * Decimal(row["fx_rate"]))
        for row in documents.invoices
        if row["posting_date"][:7] == "2025-03"
    )
    receivables, income = documents.receivables(march), documents.income_statement(len(MONTH_ENDS) - 1)
    cash_flow = documents.cash(march) - documents.cash(february)
    cash_flow -= documents.fx_on_cash(march) - documents.fx_on_cash(february)
    deferred, deferred_before = (
        documents.balance_sheet(at)["Contract liabilities"] for at in (march, february)
    )
    expected = {
        "dso_month": (receivables, sales),
        "net_revenue_month": (income["net_revenue"], None),
        "operating_cash_flow_month": (cash_flow, None),
        "net_income_to_sales_month": (income["net_income"], income["net_revenue"]),
        "ecl_required": (documents.required_allowance(march), None),
        "unapplied_cash": (documents.unapplied(march), None),
        "recognised_minus_invoiced_month": (deferred_before - deferred, None),
    }
    shown = build.rows(
        f"""
        select metric_id, numerator, denominator, value from marts.rpt_kpis
        where legal_entity_id = 'LE01' and as_of = '{march}'
        """
    )
    found = {str(row["metric_id"]): row for row in shown}
    assert {
        metric: (found[metric]["numerator"], found[metric]["denominator"]) for metric in expected
    } == expected
    assert found["dso_month"]["value"] == pytest.approx(float(receivables / Decimal(sales) * 31))


@needs_golden_quarter
def test_controls_judge_documents_and_leave_the_ledger_alone(
    golden_documents: tuple[Build, Documents],
) -> None:
    build, _ = golden_documents
    applicable = {
        str(row["control_id"]): row["is_applicable"]
        for row in build.rows("select * from intermediate.int_control_applicability")
    }
    of_documents = ("LD-01", "RI-01", "IN-01", "CM-01", "CA-01", "CA-02", "SL-04", "FX-01", "TX-01", "SG-01")
    of_the_ledger = ("GL-01", "GL-02", "GL-03", "GL-04", "SL-01", "SL-02", "SL-03", "AG-01", "TX-02", "CF-01")
    assert {control_id for control_id in of_documents if not applicable[control_id]} == set()
    assert {control_id for control_id in of_the_ledger if applicable[control_id]} == set()
    # Without an opening journal INV-0900 is an invoice like any other, and a hundred numbers follow it.
    [gap] = build.failing_controls().pop("SQ-01")
    assert build.failing_controls().keys() == {"SQ-01"}
    assert gap["business_key"] == "INV-901 to INV-1000"


# What the documents decide alone: the accounts of the demonstration company that nothing else posts to.
BALANCES = {"1100", "1105", "1190", "1250", "2400", "2500"}
FLOWS = {"4000", "4010", "4020", "4900", "5000", "7000", "7010"}


def test_the_demonstration_company_needs_no_ledger(compiled_project: CompiledProject, tmp_path: Path) -> None:
    answers = make_company(tmp_path).folder
    withhold(tmp_path / "extracts", "gl_journal_lines")
    build = compiled_project.build(tmp_path / "extracts", tmp_path)
    _, rows = read_rows(answers / "rpt_trial_balance.csv")
    shown = build.rows("select * from marts.rpt_trial_balance where as_of >= '2023-01-31'")
    failing = build.failing_controls()
    build.close()

    def figures(rows: Iterable[dict], number: Callable[[object], Decimal]) -> dict[tuple[str, ...], Decimal]:
        found = {}
        for row in rows:
            key = str(row["as_of"]), str(row["legal_entity_id"]), str(row["account_id"])
            closing, opening = number(row["closing_balance"]), number(row["opening_balance"])
            if key[0] < "2023-01-31" or key[2] not in BALANCES | FLOWS:
                continue
            amount = closing if key[2] in BALANCES else closing - opening
            if amount:
                found[key] = amount
        return found

    expected = figures(rows, lambda cell: Decimal(str(cell)))
    found = figures(shown, lambda cell: Decimal(str(cell)))
    assert {
        key: (found.get(key), amount) for key, amount in expected.items() if found.get(key) != amount
    } == {}
    assert found.keys() - expected.keys() == set()
    assert failing == {}
