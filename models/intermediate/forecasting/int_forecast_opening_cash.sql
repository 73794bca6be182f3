-- What each entity has in the bank at the as-of date: the last statement of each account and the
-- bank's lines since, else the book balance of the bank accounts, in functional currency at the
-- closing rate; and the least that it wants to have there. A bank account without a rate leaves no
-- balance by statements. The group's (entity '*') is that of its entities, in the reporting currency.
with

    as_of as (select * from {{ ref("int_as_of") }}),

    legal_entities as (select * from {{ ref("int_legal_entities") }}),

    bank_statements as ({{ union_kinds("bank_statements") }}),

    bank_lines as (select * from {{ ref("int_bank_statement_lines") }}),

    receipts as (select * from {{ ref("int_receipts") }}),

    journal_lines as (select * from {{ ref("int_journal_lines") }}),

    cash_limits as ({{ union_kinds("cash_limits") }}),

    rates_by_day as (select * from {{ ref("int_fx_rates_by_day") }}),

    group_rates as (select * from {{ ref("int_forecast_group_rates") }}),

    accounts_used as (
        select account_id as bank_account_id, legal_entity_id, count(*) as times_used
        from journal_lines
        where control_of = 'bank'
        group by account_id, legal_entity_id
        union all
        select bank_account_id, legal_entity_id, count(*) as times_used
        from receipts
        where bank_account_id is not null
        group by bank_account_id, legal_entity_id
    ),

    accounts_owned as (
        select
            bank_account_id,
            legal_entity_id,
            row_number() over (
                partition by bank_account_id order by sum(times_used) desc, legal_entity_id
            ) as place
        from accounts_used
        group by bank_account_id, legal_entity_id
    ),

    statements_ranked as (
        select
            bank_statements.*,
            row_number() over (
                partition by bank_statements.source_system, bank_statements.bank_account_id
                order by bank_statements.to_date desc, bank_statements.statement_id desc
            ) as place
        from bank_statements
        inner join as_of on bank_statements.to_date <= as_of.as_of
        where cast(bank_statements.known_at as date) <= as_of.as_of
    ),

    balances_taken as (
        select
            statements_ranked.source_system,
            statements_ranked.bank_account_id,
            statements_ranked.currency,
            statements_ranked.closing_balance + coalesce(
                sum(case when bank_lines.booking_date <= as_of.as_of then bank_lines.amount end), 0
            ) as balance
        from statements_ranked
        cross join as_of
        left join
            bank_lines
            on statements_ranked.source_system = bank_lines.source_system
            and statements_ranked.bank_account_id = bank_lines.bank_account_id
            and bank_lines.booking_date > statements_ranked.to_date
        where statements_ranked.place = 1
        group by
            statements_ranked.source_system,
            statements_ranked.bank_account_id,
            statements_ranked.currency,
            statements_ranked.closing_balance
    ),

    balances_translated as (
        select
            accounts_owned.legal_entity_id,
            {{
                translate(
                    "balances_taken.balance",
                    "case when balances_taken.currency = legal_entities.functional_currency"
                    ~ " then cast(1 as decimal(18, 8)) else rates_by_day.rate end",
                    "legal_entities.functional_minor_units",
                )
            }} as amount
        from balances_taken
        cross join as_of
        inner join
            accounts_owned
            on balances_taken.bank_account_id = accounts_owned.bank_account_id
            and accounts_owned.place = 1
        inner join legal_entities on accounts_owned.legal_entity_id = legal_entities.legal_entity_id
        left join
            rates_by_day
            on balances_taken.currency = rates_by_day.from_currency
            and legal_entities.functional_currency = rates_by_day.to_currency
            and as_of.as_of = rates_by_day.rate_date
    ),

    statement_cash as (
        select legal_entity_id, case when count(*) = count(amount) then sum(amount) end as amount
        from balances_translated
        group by legal_entity_id
    ),

    book_cash as (
        select journal_lines.legal_entity_id, sum(journal_lines.amount) as amount
        from journal_lines
        inner join as_of on journal_lines.posting_date <= as_of.as_of
        where journal_lines.control_of = 'bank'
        group by journal_lines.legal_entity_id
    ),

    limits_of_entities as (
        select
            cash_limits.legal_entity_id,
            max(cash_limits.minimum_cash) as minimum_cash,
            max(cash_limits.facility) as facility
        from cash_limits
        inner join
            legal_entities
            on cash_limits.legal_entity_id = legal_entities.legal_entity_id
            and cash_limits.currency = legal_entities.functional_currency
        group by cash_limits.legal_entity_id
    ),

    cash_chosen as (
        select
            legal_entities.legal_entity_id,
            cast(coalesce(statement_cash.amount, book_cash.amount) as decimal(18, 4)) as opening_cash,
            limits_of_entities.minimum_cash,
            limits_of_entities.facility
        from legal_entities
        left join statement_cash on legal_entities.legal_entity_id = statement_cash.legal_entity_id
        left join book_cash on legal_entities.legal_entity_id = book_cash.legal_entity_id
        left join limits_of_entities on legal_entities.legal_entity_id = limits_of_entities.legal_entity_id
    ),

    cash_translated as (
        select
            group_rates.is_complete,
            {%- for amount in ("opening_cash", "minimum_cash", "facility") %}
                {{
                    translate(
                        "cash_chosen." ~ amount,
                        "group_rates.group_rate",
                        "group_rates.reporting_minor_units",
                    )
                }} as {{ amount }} {{- "," if not loop.last }}
            {%- endfor %}
        from cash_chosen
        inner join group_rates on cash_chosen.legal_entity_id = group_rates.legal_entity_id
        inner join as_of on group_rates.origin_date = as_of.as_of
    ),

    cash_with_group as (
        select legal_entity_id, opening_cash, minimum_cash, facility
        from cash_chosen
        union all
        -- the group's cash is known where every entity's is; who sets no limit adds none
        select
            '*' as legal_entity_id,
            case when count(*) = count(opening_cash) then {{ sum_money("opening_cash") }} end as opening_cash,
            case
                when bool_and(is_complete) and count(minimum_cash) > 0 then {{ sum_money("minimum_cash") }}
            end as minimum_cash,
            case
                when bool_and(is_complete) and count(facility) > 0 then {{ sum_money("facility") }}
            end as facility
        from cash_translated
        having count(*) > 0
    )

select *
from cash_with_group
