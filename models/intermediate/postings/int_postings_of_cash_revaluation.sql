-- Debit or credit a bank account in foreign currency, against FX on cash, so that it stands at the
-- closing rate; not reversed. What stands before is the account as booked, this month's own
-- revaluation left out.
with

    journal_lines as (select * from {{ ref("int_journal_lines") }}),

    legal_entities as (select * from {{ ref("int_legal_entities") }}),

    report_dates as (select * from {{ ref("int_report_dates") }}),

    rates_by_day as (select * from {{ ref("int_fx_rates_by_day") }}),

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

    postings_named as (
        select
            'B2-25' as rule_id,
            cast(null as string) as source_system,
            'cash_revaluation' as source_type,
            'cash_revaluation-' || {{ period_of("differences_taken.as_of") }} as source_doc_id,
            differences_taken.legal_entity_id,
            sides.role,
            case sides.role when 'bank' then differences_taken.account_id end as account_id,
            cast(differences_taken.difference * sides.side as decimal(18, 4)) as amount,
            differences_taken.as_of as posting_date
        from differences_taken
        cross join
            (
                select 'bank' as role, 1 as side
                union all
                select 'fx_cash' as role, -1 as side
            ) as sides
        where differences_taken.difference <> 0
    )

select *
from postings_named
