"""The rest of the company: stock and suppliers, payroll, tax, loan, equipment, bank charges, income tax."""

from __future__ import annotations

from datetime import date

from ingest.simulate.books import BankLine, Books, Payable
from ingest.simulate.closing import period_of
from ingest.simulate.dates import (
    month_end,
    month_of,
    months_later,
    next_business_day,
    next_run,
    previous_business_day,
)
from ingest.simulate.ledger import Line
from ingest.simulate.money import converted, divided
from ingest.simulate.opening import monthly_sales
from ingest.simulate.receipts import bank_day
from ingest.simulate.settings import (
    ACCUMULATED_DEPRECIATION,
    BANK_CHARGES,
    DECIMALS,
    DEPRECIATION,
    ENTITIES,
    EQUIPMENT,
    INCOME_TAX,
    INTEREST,
    INVENTORY,
    LOAN,
    PAYABLE,
    PAYROLL,
    PREMISES,
    PRICE_FACTOR,
    SUPPLIERS,
    TAX,
    Entity,
)

INPUT_TAX = {1: 1900, 2: 0}
LOAN_MONTH = {1: (2023, 2), 2: (2023, 5)}
EQUIPMENT_MONTHS = {(2023, 6), (2024, 2), (2024, 9)}


def run_treasury(books: Books, day: int) -> None:
    """Do what a day asks for, in both entities."""
    for entity in ENTITIES:
        _pay_suppliers(books, entity, day)
        year, month = month_of(day)
        country = entity.country
        if date.fromordinal(day).weekday() == 2:
            _buy_stock(books, entity, day)
        if day == next_business_day(country, date(year, month, 2).toordinal()):
            net = monthly_sales(books, entity) * 4 // 100
            _supplier_invoice(books, entity, day, PREMISES, net, "Premises and services", "Hafen Immobilien")
        if day == next_business_day(country, date(year, month, 10).toordinal()):
            _remit_tax(books, entity, day)
            if month in (3, 6, 9, 12):
                _pay(
                    books,
                    entity,
                    day,
                    "income_tax",
                    f"TAX-{entity.legal_entity_id}-{period_of(day)}",
                    INCOME_TAX,
                    monthly_sales(books, entity) * 6 // 100,
                    "Income tax, instalment",
                    "Tax office",
                )
        if day == previous_business_day(country, date(year, month, 25).toordinal()):
            _pay_people(books, entity, day)
        if day == next_business_day(country, date(year, month, 15).toordinal()):
            _move_loan(books, entity, day, (year, month))
            if (year, month) in EQUIPMENT_MONTHS:
                _pay(
                    books,
                    entity,
                    day,
                    "investing",
                    f"CAPEX-{entity.legal_entity_id}-{period_of(day)}",
                    EQUIPMENT,
                    monthly_sales(books, entity) * 3 // 10,
                    "Equipment bought",
                    "Supplier of equipment",
                )
        if day == previous_business_day(country, month_end(year, month)):
            _pay(
                books,
                entity,
                day,
                "bank_charge",
                f"FEE-{entity.legal_entity_id}-{period_of(day)}",
                BANK_CHARGES,
                2_500 + books.random.randrange(3_000),
                "Bank charges",
                "Bank",
            )
            _pay_interest(books, entity, day)


def depreciate(books: Books, day: int) -> None:
    """Book a month of straight-line depreciation over five years."""
    for entity in ENTITIES:
        amount = divided(books.ledger.balances[entity.number, EQUIPMENT], 60)
        books.ledger.post(
            day,
            entity.number,
            "depreciation",
            f"DEP-{entity.legal_entity_id}-{period_of(day)}",
            [
                (DEPRECIATION, amount, entity.currency, amount),
                (ACCUMULATED_DEPRECIATION, -amount, entity.currency, -amount),
            ],
            description="Depreciation",
            created_by="u_gl1",
            approved_by="u_controller1",
        )


def _pay(
    books: Books,
    entity: Entity,
    day: int,
    source_type: str,
    source_doc: str,
    account: int,
    amount: int,
    description: str,
    counterparty: str,
    currency: str | None = None,
) -> None:
    """Pay an amount (negative: receive it) on the bank account of a currency, against one account."""
    currency = currency or entity.currency
    bank = entity.banks[currency]
    rate = books.rates.rate(currency, entity.currency, day)
    value = converted(amount, rate, books.divisors[currency, entity.number])
    lines: list[Line] = [(account, value, currency, amount), (bank, -value, currency, -amount)]
    books.ledger.post(
        day,
        entity.number,
        source_type,
        source_doc,
        lines,
        description=description,
        created_by="u_gl1",
        approved_by="u_controller1",
    )
    shown = bank_day(entity, day) if source_type == "supplier_payment" else day
    books.bank_lines.append(
        BankLine(
            bank,
            shown,
            -amount,
            currency,
            f"{description} {source_doc}",
            f"E2E-{source_doc}",
            counterparty,
            None,
        )
    )


def _buy_stock(books: Books, entity: Entity, day: int) -> None:
    net = books.cost_of_week[entity.number] * books.random.randint(96, 104) // 100
    books.cost_of_week[entity.number] = 0
    if net > 0:
        _supplier_invoice(
            books,
            entity,
            day,
            INVENTORY,
            net,
            "Stock bought on credit",
            SUPPLIERS[books.random.randrange(len(SUPPLIERS))],
        )


def _supplier_invoice(
    books: Books, entity: Entity, day: int, account: int, net: int, description: str, supplier: str
) -> None:
    day = next_business_day(entity.country, day)
    tax = divided(net * INPUT_TAX[entity.number], 10_000)
    home = entity.currency
    books.tax_without_document[entity.number] += tax
    payable = Payable(
        books.number("AP", entity.number), entity.number, supplier, day + 30, 0, home, net + tax
    )
    payable.planned_day = next_run(entity.country, "tuesday", payable.due_day)
    books.payables.append(payable)
    books.supplier_payments.note(payable.planned_day, payable)
    lines: list[Line] = [
        (account, net, home, net),
        (TAX, tax, home, tax),
        (PAYABLE, -net - tax, home, -net - tax),
    ]
    books.ledger.post(
        day,
        entity.number,
        "supplier_invoice",
        payable.supplier_doc_id,
        lines,
        description=description,
        created_by="u_gl1",
        approved_by="u_controller1",
    )


def _pay_suppliers(books: Books, entity: Entity, day: int) -> None:
    others = []
    for payable in books.supplier_payments.take(day):
        if payable.entity == entity.number:
            _pay(
                books,
                entity,
                day,
                "supplier_payment",
                f"PAY-{payable.supplier_doc_id}",
                PAYABLE,
                payable.amount,
                f"Supplier {payable.supplier}",
                payable.supplier,
            )
            payable.paid_on = day
        else:
            others.append(payable)
    for payable in others:
        books.supplier_payments.note(day, payable)


def _remit_tax(books: Books, entity: Entity, day: int) -> None:
    owed = -books.tax_at_month_end.get(entity.number, 0)
    if owed:
        books.tax_without_document[entity.number] += owed
        _pay(
            books,
            entity,
            day,
            "tax_payment",
            f"VAT-{entity.legal_entity_id}-{period_of(day)}",
            TAX,
            owed,
            "Tax on sales remitted",
            "Tax office",
        )


def _pay_people(books: Books, entity: Entity, day: int) -> None:
    amount = monthly_sales(books, entity) * books.random.randint(135, 145) // 1000
    _pay(
        books,
        entity,
        day,
        "payroll",
        f"PAYROLL-{entity.legal_entity_id}-{period_of(day)}",
        PAYROLL,
        amount,
        "Payroll",
        "Employees",
    )
    for currency, bank in entity.banks.items():
        if currency == entity.currency:
            continue
        balance = books.ledger.transaction_balances[entity.number, bank]
        planned = round(
            monthly_sales(books, entity) * 0.03 * 10 ** (DECIMALS[currency] - 2) * PRICE_FACTOR[currency]
        )
        amount = min(planned, balance * 6 // 10)
        if amount > 0:
            _pay(
                books,
                entity,
                day,
                "payroll",
                f"PAYROLL-{entity.legal_entity_id}-{currency}-{period_of(day)}",
                PAYROLL,
                amount,
                f"Payroll of the {currency} branch",
                "Employees",
                currency,
            )


def _move_loan(books: Books, entity: Entity, day: int, month: tuple[int, int]) -> None:
    drawn = monthly_sales(books, entity)
    start = LOAN_MONTH[entity.number]
    if month == start:
        _pay(
            books,
            entity,
            day,
            "financing",
            f"LOAN-{entity.legal_entity_id}-{period_of(day)}",
            LOAN,
            -drawn,
            "Loan drawn",
            "Bank",
        )
    elif any(month == months_later(*start, 6 + 3 * turn) for turn in range(8)):
        _pay(
            books,
            entity,
            day,
            "financing",
            f"LOAN-{entity.legal_entity_id}-{period_of(day)}",
            LOAN,
            drawn // 10,
            "Loan repaid",
            "Bank",
        )


def _pay_interest(books: Books, entity: Entity, day: int) -> None:
    amount = divided(-books.ledger.balances[entity.number, LOAN] * 5, 1200)
    if amount > 0:
        _pay(
            books,
            entity,
            day,
            "interest",
            f"INT-{entity.legal_entity_id}-{period_of(day)}",
            INTEREST,
            amount,
            "Interest on loan",
            "Bank",
        )
