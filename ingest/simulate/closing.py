"""Month ends: revenue release, unrealised FX and its reversal, foreign cash, expected credit losses.

Also the snapshot of what the documents say at the end of a day, from which the answers are taken.
"""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from ingest.simulate.books import Books, Snapshot
from ingest.simulate.dates import month_of
from ingest.simulate.ledger import Line
from ingest.simulate.money import converted, divided
from ingest.simulate.settings import (
    ALLOWANCE,
    CASH_FX,
    DEFERRED,
    ENTITIES,
    IMPAIRMENT,
    LOSS_RATES,
    RECEIVABLE_FX,
    UNREALISED_FX,
    Entity,
)


def period_of(day: int) -> str:
    """Return YYYY-MM of a day."""
    return date.fromordinal(day).isoformat()[:7]


def due_bucket(days_past_due: int) -> str:
    """Return the bucket by due date; due today is current."""
    for bucket, greatest in (("current", 0), ("1-30", 30), ("31-60", 60), ("61-90", 90)):
        if days_past_due <= greatest:
            return bucket
    return "90+"


def age_bucket(age: int) -> str:
    """Return the bucket by invoice date."""
    for bucket, greatest in (("0-30", 30), ("31-60", 60), ("61-90", 90)):
        if age <= greatest:
            return bucket
    return "90+"


def release_revenue(books: Books, day: int) -> None:
    """Release the month's share of billed services; the last month takes the remainder (rule 7)."""
    year, month = month_of(day)
    index = year * 12 + month
    sums: dict[tuple[int, str, int], list[int]] = {}
    remaining = []
    for deferred in books.deferred:
        if deferred.first_month <= index:
            if deferred.months_released == deferred.months - 1:
                functional = deferred.functional - deferred.released
                transaction = deferred.transaction - deferred.released_transaction
            else:
                functional = divided(deferred.functional, deferred.months)
                transaction = divided(deferred.transaction, deferred.months)
            deferred.released += functional
            deferred.released_transaction += transaction
            deferred.months_released += 1
            number = deferred.document.entity.number
            books.deferred_total[number] -= functional
            total = sums.setdefault((number, deferred.document.currency, deferred.account), [0, 0])
            total[0] += functional
            total[1] += transaction
        if deferred.months_released < deferred.months:
            remaining.append(deferred)
    books.deferred = remaining
    for entity in ENTITIES:
        lines: list[Line] = []
        for (number, currency, account), (functional, transaction) in sorted(sums.items()):
            if number == entity.number:
                lines.append((DEFERRED, functional, currency, transaction))
                lines.append((account, -functional, currency, -transaction))
        if lines:
            _close(books, day, entity, "revenue_release", "REV", lines, "Release of deferred revenue")


def _close(
    books: Books, day: int, entity: Entity, source_type: str, prefix: str, lines: list[Line], description: str
) -> None:
    books.ledger.post(
        day,
        entity.number,
        source_type,
        f"{prefix}-{entity.legal_entity_id}-{period_of(day)}",
        lines,
        description=description,
        created_by="u_gl1",
        approved_by="u_controller1",
    )


def revalue_receivables(books: Books, day: int) -> None:
    """Book open foreign amounts at the closing rate less their value at the document's rate (rule 23)."""
    sums: dict[tuple[int, str], int] = {}
    for document in books.open_documents.values():
        entity = document.entity
        if document.currency != entity.currency and document.posting_day <= day:
            closing = books.rates.rate(document.currency, entity.currency, day)
            difference = converted(document.rest, closing, document.divisor) - document.value
            key = (entity.number, document.currency)
            sums[key] = sums.get(key, 0) + difference
    for entity in ENTITIES:
        found = [
            (currency, amount)
            for (number, currency), amount in sorted(sums.items())
            if number == entity.number and amount
        ]
        books.revaluation[entity.number] = found
        if found:
            _close(
                books,
                day,
                entity,
                "fx_revaluation",
                "REVAL",
                _revaluation_lines(found, 1),
                "Unrealised FX on receivables",
            )


def _revaluation_lines(found: list[tuple[str, int]], sign: int) -> list[Line]:
    lines: list[Line] = []
    for currency, amount in found:
        lines.append((RECEIVABLE_FX, sign * amount, currency, 0))
        lines.append((UNREALISED_FX, -sign * amount, currency, 0))
    return lines


def reverse_revaluation(books: Books, day: int) -> None:
    """Mirror last month's unrealised FX on the first day of the month (rule 24)."""
    for entity in ENTITIES:
        found = books.revaluation.pop(entity.number, [])
        if found:
            _close(
                books,
                day,
                entity,
                "fx_revaluation_reversal",
                "REVAL-REV",
                _revaluation_lines(found, -1),
                "Reverse unrealised FX on receivables",
            )


def revalue_cash(books: Books, day: int) -> None:
    """Bring foreign bank balances to the closing rate (rule 25); not reversed."""
    ledger = books.ledger
    for entity in ENTITIES:
        lines: list[Line] = []
        for currency, account in entity.banks.items():
            if currency == entity.currency:
                continue
            balance = ledger.transaction_balances[entity.number, account]
            closing = books.rates.rate(currency, entity.currency, day)
            target = converted(balance, closing, books.divisors[currency, entity.number])
            difference = target - ledger.balances[entity.number, account]
            if difference:
                lines.append((account, difference, currency, 0))
                lines.append((CASH_FX, -difference, currency, 0))
        if lines:
            _close(books, day, entity, "cash_revaluation", "CASHFX", lines, "Revalue foreign bank balances")


def required_allowance(books: Books, day: int) -> dict[int, int]:
    """Return Σ over buckets of open amounts at the closing rate × loss rate, rounded per bucket."""
    exposure: dict[tuple[int, str], Fraction] = {}
    sums: dict[tuple[int, str, str], int] = {}
    for document in books.open_documents.values():
        key = (document.entity.number, document.currency, due_bucket(day - document.due_day))
        sums[key] = sums.get(key, 0) + document.rest
    for (number, currency, bucket), rest in sums.items():
        entity = ENTITIES[number - 1]
        closing = books.rates.rate(currency, entity.currency, day)
        amount = Fraction(rest * closing, books.divisors[currency, number])
        exposure[number, bucket] = exposure.get((number, bucket), Fraction(0)) + amount
    required = {entity.number: 0 for entity in ENTITIES}
    for (number, bucket), amount in exposure.items():
        loss = amount * LOSS_RATES[bucket] / 10_000
        required[number] += divided(loss.numerator, loss.denominator)
    return {number: max(0, amount) for number, amount in required.items()}


def true_up_allowance(books: Books, day: int) -> None:
    """Bring the allowance to what the ageing requires (rule 21)."""
    for number, required in required_allowance(books, day).items():
        entity = ENTITIES[number - 1]
        charge = required + books.ledger.balances[number, ALLOWANCE]
        if charge:
            _close(
                books,
                day,
                entity,
                "ecl",
                "ECL",
                [
                    (IMPAIRMENT, charge, entity.currency, charge),
                    (ALLOWANCE, -charge, entity.currency, -charge),
                ],
                "ECL allowance true-up",
            )


def take_snapshot(books: Books, day: int) -> None:
    """Keep what the documents say at the end of the day."""
    snapshot = Snapshot(day)
    keeps_items = books.size.writes_every_answer
    for document in books.open_documents.values():
        entity = document.entity
        number = entity.number
        days_past_due, age = day - document.due_day, day - document.document_day
        value = document.functional(document.rest)
        snapshot.due_buckets[number, due_bucket(days_past_due)] += value
        snapshot.age_buckets[number, age_bucket(age)] += value
        snapshot.receivables[number] += value
        if document.currency != entity.currency:
            closing = books.rates.rate(document.currency, entity.currency, day)
            snapshot.receivables_fx[number] += converted(document.rest, closing, document.divisor) - value
        if keeps_items:
            snapshot.open_items.append(
                (
                    document.doc_id,
                    number,
                    document.customer.customer_id,
                    document.document_day,
                    document.posting_day,
                    document.due_day,
                    document.currency,
                    document.rest,
                    value,
                )
            )
    for receipt in books.open_receipts.values():
        number = receipt.entity.number
        value = converted(receipt.rest, receipt.rate, receipt.divisor)
        snapshot.unapplied_total[number] += value
        if keeps_items:
            snapshot.unapplied.append(
                (
                    receipt.payment_id,
                    number,
                    receipt.customer.customer_id if receipt.customer else None,
                    receipt.day,
                    receipt.currency,
                    receipt.rest,
                    value,
                )
            )
    for entity in ENTITIES:
        snapshot.unbilled[entity.number] = books.unbilled[entity.number]
        snapshot.deferred[entity.number] = books.deferred_total[entity.number]
        snapshot.tax[entity.number] = (
            books.tax_of_documents[entity.number] - books.tax_without_document[entity.number]
        )
    books.snapshots.append(snapshot)
