"""Extracts of master data and plans: entities, chart, customers, products, people, prices, budgets."""

from __future__ import annotations

import random
from datetime import date
from decimal import Decimal

import polars as pl

from ingest.simulate.books import Books
from ingest.simulate.dates import month_end, months_later, next_business_day
from ingest.simulate.frames import amounts, dates, fraction_text
from ingest.simulate.opening import monthly_sales
from ingest.simulate.orders import contract_price, contract_products
from ingest.simulate.settings import (
    CHART,
    DECIMALS,
    ENTITIES,
    LOSS_RATES,
    PRODUCTS,
    ROLE_DUTIES,
    SOD_CONFLICTS,
    TERMS,
    USERS,
)


def _frame(columns: list[str], rows: list[tuple[object, ...]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=columns, orient="row", infer_schema_length=None)


def legal_entities() -> pl.DataFrame:
    """Both entities, the second a subsidiary of the first."""
    return _frame(
        ["legal_entity_id", "name", "functional_currency", "country", "time_zone", "parent_legal_entity_id"],
        [
            (
                entity.legal_entity_id,
                entity.name,
                entity.currency,
                entity.country,
                entity.time_zone,
                None if entity.number == 1 else "LE01",
            )
            for entity in ENTITIES
        ],
    )


def chart_of_accounts() -> pl.DataFrame:
    """The chart that both entities use."""
    return _frame(
        [
            "account_id",
            "name",
            "account_type",
            "normal_balance",
            "statement_line",
            "cash_flow_class",
            "control_of",
        ],
        [(str(row[0]), *row[1:]) for row in CHART],
    )


def payment_terms() -> pl.DataFrame:
    """Terms, with and without early-payment discount."""
    return _frame(
        ["payment_terms_id", "net_days", "discount_rate", "discount_days"],
        [
            (terms, net, fraction_text(rate) if rate else None, days or None)
            for terms, (net, rate, days) in TERMS.items()
        ],
    )


def customers(books: Books) -> pl.DataFrame:
    """All customers with their credit limits in the entity's currency."""
    found = books.customers
    return pl.DataFrame(
        {
            "customer_id": [customer.customer_id for customer in found],
            "name": [customer.name for customer in found],
            "country": [customer.country for customer in found],
            "currency": [customer.currency for customer in found],
            "payment_terms_id": [customer.terms_id for customer in found],
            "credit_limit": amounts([customer.credit_limit * 100 for customer in found]),
            "credit_currency": [customer.entity.currency for customer in found],
            "segment": [customer.segment for customer in found],
            "parent_customer_id": pl.Series([customer.parent for customer in found], dtype=pl.String),
            "tax_id": [customer.tax_id for customer in found],
            "intercompany_legal_entity_id": pl.Series([None] * len(found), dtype=pl.String),
        }
    )


def products() -> pl.DataFrame:
    """Goods with unit cost, services and subscriptions without."""
    return pl.DataFrame(
        {
            "product_id": [product.product_id for product in PRODUCTS],
            "name": [product.name for product in PRODUCTS],
            "kind": [product.kind for product in PRODUCTS],
            "segment": [product.segment for product in PRODUCTS],
            "unit_cost": amounts([product.unit_cost or None for product in PRODUCTS]),
            "cost_currency": [product.cost_currency if product.unit_cost else None for product in PRODUCTS],
            "revenue_account_id": [str(product.account) for product in PRODUCTS],
        }
    )


def users() -> pl.DataFrame:
    """People; one who left is inactive."""
    return _frame(
        ["user_id", "role", "active"],
        [(user, role, "true" if active else "false") for user, role, active in USERS],
    )


def role_duties() -> pl.DataFrame:
    """What each role may do."""
    return _frame(["role", "duty"], list(ROLE_DUTIES))


def sod_conflicts() -> pl.DataFrame:
    """Duties that one person must not hold together."""
    return _frame(["duty_a", "duty_b"], list(SOD_CONFLICTS))


def ecl_matrix() -> pl.DataFrame:
    """Loss rates by days past due."""
    return _frame(
        ["bucket", "loss_rate"], [(bucket, fraction_text(rate)) for bucket, rate in LOSS_RATES.items()]
    )


def budgets(books: Books) -> pl.DataFrame:
    """Three budgeted lines per entity, every month of both years."""
    generator = random.Random(f"{books.seed}/budgets")
    rows: list[tuple[object, ...]] = []
    for year in (2023, 2024):
        for entity in ENTITIES:
            sales = monthly_sales(books, entity)
            for month in range(1, 13):
                for line, share in (("Net revenue", 100), ("Cost of sales", 48), ("Operating expenses", 36)):
                    amount = sales * share * generator.randint(94, 106) // 1_000_000 // 100 * 100
                    rows.append(
                        (str(year), entity.legal_entity_id, f"{year}-{month:02d}", line, Decimal(amount))
                    )
    return _frame(["version", "legal_entity_id", "period", "statement_line", "amount"], rows)


def sales_history(books: Books) -> pl.DataFrame:
    """Gross credit sales of the year before the ledger begins."""
    generator = random.Random(f"{books.seed}/history")
    rows = [
        (
            entity.legal_entity_id,
            f"2022-{month:02d}",
            monthly_sales(books, entity) * generator.randint(98, 118) // 100,
        )
        for entity in ENTITIES
        for month in range(1, 13)
    ]
    return pl.DataFrame(
        {
            "legal_entity_id": [row[0] for row in rows],
            "period": [row[1] for row in rows],
            "gross_credit_sales": amounts([row[2] for row in rows]),
        }
    )


def cash_plan(books: Books) -> pl.DataFrame:
    """What is committed or planned for the quarter after the as-of date, outflows negative."""
    rows: list[tuple[str, str, str, int, str, str, int, str, str]] = []
    for entity in ENTITIES:
        sales = monthly_sales(books, entity)
        bank = str(entity.banks[entity.currency])
        for step in range(4):
            year, month = months_later(2025, 1, step)

            def planned(
                day: int,
                line: str,
                amount: int,
                certainty: str,
                note: str,
                year: int = year,
                month: int = month,
                entity_id: str = entity.legal_entity_id,
                bank: str = bank,
                country: str = entity.country,
                currency: str = entity.currency,
            ) -> None:
                plan_day = next_business_day(country, date(year, month, day).toordinal())
                rows.append(
                    (
                        f"CP{len(rows) + 1:04d}",
                        entity_id,
                        bank,
                        plan_day,
                        currency,
                        line,
                        amount,
                        certainty,
                        note,
                    )
                )

            planned(24, "payroll", -sales * 14 // 100, "committed", "Payroll")
            planned(10, "taxes", -sales // 12, "planned", "Tax on sales")
            if month == 3:
                planned(10, "taxes", -sales * 6 // 100, "committed", "Income tax, instalment")
                planned(14, "capex", -sales * 2 // 10, "planned", "Equipment")
            if month == 2:
                planned(17, "debt_service", -sales // 10, "committed", "Loan repaid")
    return pl.DataFrame(
        {
            "plan_id": [row[0] for row in rows],
            "legal_entity_id": [row[1] for row in rows],
            "bank_account_id": [row[2] for row in rows],
            "plan_date": dates([row[3] for row in rows]),
            "currency": [row[4] for row in rows],
            "line": [row[5] for row in rows],
            "amount": amounts([row[6] for row in rows]),
            "certainty": [row[7] for row in rows],
            "note": [row[8] for row in rows],
        }
    )


def cash_limits(books: Books) -> pl.DataFrame:
    """The least cash each entity wants to hold, and its facility."""
    return pl.DataFrame(
        {
            "legal_entity_id": [entity.legal_entity_id for entity in ENTITIES],
            "currency": [entity.currency for entity in ENTITIES],
            "minimum_cash": amounts([monthly_sales(books, entity) // 2 for entity in ENTITIES]),
            "facility": amounts([monthly_sales(books, entity) for entity in ENTITIES]),
        }
    )


def contract_prices(books: Books) -> pl.DataFrame:
    """One contract a year for each customer with agreed prices."""
    rows: list[tuple[str, str, str, int, int, int, str, int]] = []
    for customer in books.customers:
        for product in contract_products(customer):
            for year in (2022, 2023, 2024):
                rows.append(
                    (
                        f"K-{customer.customer_id}-{year}",
                        customer.customer_id,
                        PRODUCTS[product].product_id,
                        date(year, 1, 1).toordinal(),
                        month_end(year, 12),
                        contract_price(customer, product, year),
                        customer.currency,
                        customer.contract_discount + 1,
                    )
                )
    return pl.DataFrame(
        {
            "contract_id": [row[0] for row in rows],
            "customer_id": [row[1] for row in rows],
            "product_id": [row[2] for row in rows],
            "valid_from": dates([row[3] for row in rows]),
            "valid_to": dates([row[4] for row in rows]),
            "unit_price": amounts([row[5] for row in rows], [DECIMALS[row[6]] for row in rows]),
            "currency": [row[6] for row in rows],
            "max_discount_pct": [row[7] for row in rows],
        }
    )
