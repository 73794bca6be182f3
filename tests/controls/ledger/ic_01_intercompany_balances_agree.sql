{{ config(alias="ic_01", meta={"control_id": "IC-01", "escalates": true}) }}
-- Guards consolidation: what one company of the group claims from another must be what the other
-- owes, or the elimination leaves a rest in the group's balance sheet. Balances are compared in
-- reporting currency at the closing rate; where they agree in every currency of transaction, what
-- remains is exchange and no finding. The fiscal year is the calendar year.
with

    judged_ledgers as (select * from {{ ref("int_judged_ledgers") }}),

    journal_lines as (select * from {{ ref("int_journal_lines") }}),

    accounts as (select * from {{ ref("int_statement_accounts") }}),

    report_dates as (select * from {{ ref("int_report_dates") }}),

    translation_rates as (select * from {{ ref("int_translation_rates") }}),

    partner_lines as (
        select
            journal_lines.legal_entity_id,
            journal_lines.partner_legal_entity_id,
            journal_lines.legal_entity_id < journal_lines.partner_legal_entity_id as is_first_side,
            least(journal_lines.legal_entity_id, journal_lines.partner_legal_entity_id) as first_entity_id,
            greatest(
                journal_lines.legal_entity_id, journal_lines.partner_legal_entity_id
            ) as second_entity_id,
            journal_lines.posting_date,
            coalesce(journal_lines.currency, '') as currency,
            journal_lines.amount,
            journal_lines.amount_transaction
        from journal_lines
        inner join judged_ledgers on journal_lines.legal_entity_id = judged_ledgers.legal_entity_id
        inner join
            judged_ledgers as judged_partners
            on journal_lines.partner_legal_entity_id = judged_partners.legal_entity_id
        inner join
            accounts
            on journal_lines.legal_entity_id = accounts.legal_entity_id
            and journal_lines.account_id = accounts.account_id
            and journal_lines.account_key is not distinct from accounts.account_key
        where
            accounts.account_type in ('asset', 'liability')
            and coalesce(accounts.cash_flow_class, '') <> 'cash'
            and journal_lines.legal_entity_id <> journal_lines.partner_legal_entity_id
    ),

    dates_of_pairs as (
        select pairs.first_entity_id, pairs.second_entity_id, first_dates.as_of
        from (select distinct first_entity_id, second_entity_id from partner_lines) as pairs
        inner join report_dates as first_dates on pairs.first_entity_id = first_dates.legal_entity_id
        inner join
            report_dates as second_dates
            on pairs.second_entity_id = second_dates.legal_entity_id
            and first_dates.as_of = second_dates.as_of
    ),

    balances_by_currency as (
        select
            dates_of_pairs.as_of,
            dates_of_pairs.first_entity_id,
            dates_of_pairs.second_entity_id,
            partner_lines.currency,
            sum(case when partner_lines.is_first_side then partner_lines.amount else 0 end) as first_balance,
            sum(case when partner_lines.is_first_side then 0 else partner_lines.amount end) as second_balance,
            case
                when count(*) = count(partner_lines.amount_transaction)
                then sum(partner_lines.amount_transaction)
            end as rest_in_currency
        from dates_of_pairs
        inner join
            partner_lines
            on dates_of_pairs.first_entity_id = partner_lines.first_entity_id
            and dates_of_pairs.second_entity_id = partner_lines.second_entity_id
            and dates_of_pairs.as_of >= partner_lines.posting_date
        group by
            dates_of_pairs.as_of,
            dates_of_pairs.first_entity_id,
            dates_of_pairs.second_entity_id,
            partner_lines.currency
    ),

    balances_summed as (
        select
            as_of,
            first_entity_id,
            second_entity_id,
            sum(first_balance) as first_balance,
            sum(second_balance) as second_balance,
            bool_and(coalesce(currency <> '' and rest_in_currency = 0, false)) as agrees_in_every_currency
        from balances_by_currency
        group by as_of, first_entity_id, second_entity_id
    ),

    balances_translated as (
        select
            balances_summed.*,
            {{
                translate(
                    "balances_summed.first_balance",
                    "first_rates.closing_rate",
                    "first_rates.reporting_minor_units",
                )
            }} as first_translated,
            {{
                translate(
                    "balances_summed.second_balance",
                    "second_rates.closing_rate",
                    "second_rates.reporting_minor_units",
                )
            }} as second_translated
        from balances_summed
        left join
            translation_rates as first_rates
            on balances_summed.first_entity_id = first_rates.legal_entity_id
            and balances_summed.as_of = first_rates.rate_date
        left join
            translation_rates as second_rates
            on balances_summed.second_entity_id = second_rates.legal_entity_id
            and balances_summed.as_of = second_rates.rate_date
    ),

    failing_rows as (
        select
            'IC-01' as control_id,
            as_of,
            first_entity_id as legal_entity_id,
            first_entity_id || ' / ' || second_entity_id || ' at ' || cast(as_of as string) as business_key,
            -- in reporting currency; without a rate, what the first company shows
            cast(
                coalesce(abs(first_translated + second_translated), abs(first_balance)) as decimal(18, 4)
            ) as amount_at_risk,
            cast(- second_translated as string) as expected,
            cast(first_translated as string) as actual,
            cast(first_translated + second_translated as decimal(18, 4)) as difference,
            cast(null as string) as source_system,
            cast(null as string) as source_file,
            cast(null as bigint) as source_line,
            second_entity_id as partner_legal_entity_id,
            cast(first_balance as decimal(18, 4)) as balance_in_functional_currency,
            cast(second_balance as decimal(18, 4)) as partner_balance_in_functional_currency,
            extract(month from as_of) = 12 and extract(day from as_of) = 31 as blocks
        from balances_translated
        where
            not agrees_in_every_currency
            and coalesce(abs(first_translated + second_translated) > {{ tolerance_of("IC-01") }}, true)
    )

select *
from failing_rows
