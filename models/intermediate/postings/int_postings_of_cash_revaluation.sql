-- Debit or credit a bank account in foreign currency, against FX on cash, so that it stands at the
-- closing rate; not reversed. What stands before is the account as booked, this month's own
-- revaluation left out; without a booked ledger, what the last revaluation left and the receipts and
-- refunds since.
with

    journal_lines as (select * from {{ ref("int_journal_lines") }}),

    legal_entities as (select * from {{ ref("int_legal_entities") }}),

    report_dates as (select * from {{ ref("int_report_dates") }}),

    rates_by_day as (select * from {{ ref("int_fx_rates_by_day") }}),

    receipts as (select * from {{ ref("int_receipts") }}),

    refunds as (select * from {{ ref("int_refunds") }}),

    postings_of_receipts as (select * from {{ ref("int_postings_of_receipts") }} where role = 'bank'),

    postings_of_refunds as (select * from {{ ref("int_postings_of_refunds") }} where role = 'bank'),

    entities_without_ledger as (select * from legal_entities where ledger = 'derived'),

    cash_of_documents as (
        select
            receipts.legal_entity_id,
            receipts.bank_account_id as account_id,
            receipts.currency,
            receipts.posting_date,
            receipts.amount as amount_transaction,
            postings_of_receipts.amount
        from receipts
        inner join
            entities_without_ledger
            on receipts.legal_entity_id = entities_without_ledger.legal_entity_id
            and receipts.currency <> entities_without_ledger.functional_currency
        inner join
            postings_of_receipts
            on receipts.source_system = postings_of_receipts.source_system
            and receipts.payment_id = postings_of_receipts.source_doc_id
        union all
        select
            refunds.legal_entity_id,
            refunds.bank_account_id as account_id,
            refunds.currency,
            refunds.posting_date,
            - refunds.amount as amount_transaction,
            postings_of_refunds.amount
        from refunds
        inner join
            entities_without_ledger
            on refunds.legal_entity_id = entities_without_ledger.legal_entity_id
            and refunds.currency <> entities_without_ledger.functional_currency
        inner join
            postings_of_refunds
            on refunds.source_system = postings_of_refunds.source_system
            and refunds.refund_id = postings_of_refunds.source_doc_id
    ),

    foreign_bank_lines as (
        select journal_lines.*
        from journal_lines
        inner join legal_entities on journal_lines.legal_entity_id = legal_entities.legal_entity_id
        where
            journal_lines.control_of = 'bank'
            and legal_entities.ledger = 'booked'
            and journal_lines.currency <> legal_entities.functional_currency
    ),

    balances_before as (
        select
            report_dates.legal_entity_id,
            report_dates.as_of,
            foreign_bank_lines.account_id,
            foreign_bank_lines.currency,
            sum(foreign_bank_lines.amount_transaction) as balance_in_account_currency,
            sum(foreign_bank_lines.amount) as balance_booked
        from report_dates
        inner join
            foreign_bank_lines
            on report_dates.legal_entity_id = foreign_bank_lines.legal_entity_id
            and (
                foreign_bank_lines.posting_date < report_dates.as_of
                or (
                    foreign_bank_lines.posting_date = report_dates.as_of
                    and foreign_bank_lines.source_type <> 'cash_revaluation'
                )
            )
        where report_dates.is_month_end
        group by
            report_dates.legal_entity_id,
            report_dates.as_of,
            foreign_bank_lines.account_id,
            foreign_bank_lines.currency
    ),

    differences_taken as (
        select
            balances_before.legal_entity_id,
            balances_before.as_of,
            balances_before.account_id,
            {{
                translate(
                    "balances_before.balance_in_account_currency",
                    "rates_by_day.rate",
                    "legal_entities.functional_minor_units",
                )
            }} - balances_before.balance_booked as difference
        from balances_before
        inner join legal_entities on balances_before.legal_entity_id = legal_entities.legal_entity_id
        inner join
            rates_by_day
            on balances_before.currency = rates_by_day.from_currency
            and legal_entities.functional_currency = rates_by_day.to_currency
            and balances_before.as_of = rates_by_day.rate_date
        where
            balances_before.as_of > legal_entities.first_journal_date
            or not legal_entities.has_opening_journal
    ),

    cash_balances_of_documents as (
        select
            report_dates.legal_entity_id,
            report_dates.as_of,
            cash_of_documents.account_id,
            cash_of_documents.currency,
            sum(cash_of_documents.amount_transaction) as balance_in_account_currency,
            sum(cash_of_documents.amount) as balance_posted
        from report_dates
        inner join
            cash_of_documents
            on report_dates.legal_entity_id = cash_of_documents.legal_entity_id
            and report_dates.as_of >= cash_of_documents.posting_date
        where report_dates.is_month_end
        group by
            report_dates.legal_entity_id,
            report_dates.as_of,
            cash_of_documents.account_id,
            cash_of_documents.currency
    ),

    cash_of_documents_valued as (
        select
            cash_balances_of_documents.*,
            {{
                translate(
                    "cash_balances_of_documents.balance_in_account_currency",
                    "rates_by_day.rate",
                    "entities_without_ledger.functional_minor_units",
                )
            }} - cash_balances_of_documents.balance_posted as difference_so_far
        from cash_balances_of_documents
        inner join
            entities_without_ledger
            on cash_balances_of_documents.legal_entity_id = entities_without_ledger.legal_entity_id
        inner join
            rates_by_day
            on cash_balances_of_documents.currency = rates_by_day.from_currency
            and entities_without_ledger.functional_currency = rates_by_day.to_currency
            and cash_balances_of_documents.as_of = rates_by_day.rate_date
    ),

    differences_unioned as (
        select legal_entity_id, as_of, account_id, difference
        from differences_taken
        union all
        select
            legal_entity_id,
            as_of,
            account_id,
            difference_so_far - coalesce(
                lag(difference_so_far) over (
                    partition by legal_entity_id, account_id, currency order by as_of
                ),
                0
            ) as difference
        from cash_of_documents_valued
    ),

    postings_named as (
        select
            'B2-25' as rule_id,
            cast(null as string) as source_system,
            'cash_revaluation' as source_type,
            'cash_revaluation-' || {{ period_of("differences_unioned.as_of") }} as source_doc_id,
            differences_unioned.legal_entity_id,
            sides.role,
            case sides.role when 'bank' then differences_unioned.account_id end as account_id,
            cast(differences_unioned.difference * sides.side as decimal(18, 4)) as amount,
            differences_unioned.as_of as posting_date
        from differences_unioned
        cross join
            (
                select 'bank' as role, 1 as side
                union all
                select 'fx_cash' as role, -1 as side
            ) as sides
        where differences_unioned.difference <> 0
    )

select *
from postings_named
