-- The accounts that a bank reports on, and whose books they stand in: those of the entity that books
-- on the account, else of the one that receives on it.
with

    bank_statements as ({{ union_kinds("bank_statements") }}),

    bank_statement_lines as (select * from {{ ref("int_bank_statement_lines") }}),

    journal_lines as (select * from {{ ref("int_journal_lines") }}),

    receipts as (select * from {{ ref("int_receipts") }}),

    legal_entities as (select * from {{ ref("int_legal_entities") }}),

    account_references as (
        {{ resolved_references(ref("int_accounts"), "account_id", "account_key", "source_group") }}
    ),

    reports_unioned as (
        select source_system, bank_account_id, currency, from_date as first_date, 1 as statements, 0 as lines
        from bank_statements
        union all
        select
            source_system, bank_account_id, currency, booking_date as first_date, 0 as statements, 1 as lines
        from bank_statement_lines
    ),

    reports_summed as (
        select
            source_system,
            bank_account_id,
            min(currency) as currency,
            min(first_date) as first_date,
            sum(statements) as statements,
            sum(lines) as lines
        from reports_unioned
        group by source_system, bank_account_id
    ),

    accounts_reported as (
        select
            coalesce(account_references.account_key, reports_summed.bank_account_id) as bank_account_key,
            min(reports_summed.bank_account_id) as bank_account_id,
            min(reports_summed.currency) as currency,
            min(reports_summed.first_date) as reported_from,
            sum(reports_summed.statements) > 0 as has_statements,
            sum(reports_summed.lines) > 0 as has_lines
        from reports_summed
        left join
            account_references
            on reports_summed.source_system = account_references.referring_source
            and reports_summed.bank_account_id = account_references.account_id
        group by coalesce(account_references.account_key, reports_summed.bank_account_id)
    ),

    users_unioned as (
        select coalesce(account_key, account_id) as bank_account_key, legal_entity_id, 1 as use_rank
        from journal_lines
        union
        select
            coalesce(account_references.account_key, receipts.bank_account_id) as bank_account_key,
            receipts.legal_entity_id,
            2 as use_rank
        from receipts
        left join
            account_references
            on receipts.source_system = account_references.referring_source
            and receipts.bank_account_id = account_references.account_id
    ),

    users_ranked as (
        select
            bank_account_key,
            legal_entity_id,
            row_number() over (partition by bank_account_key order by use_rank, legal_entity_id) as owner_rank
        from users_unioned
    ),

    owners_found as (
        select
            accounts_reported.*,
            users_ranked.legal_entity_id,
            legal_entities.functional_currency,
            legal_entities.functional_minor_units,
            coalesce(legal_entities.ledger = 'booked', false) as is_booked,
            legal_entities.first_journal_date as ledger_begins_on
        from accounts_reported
        left join
            users_ranked
            on accounts_reported.bank_account_key = users_ranked.bank_account_key
            and users_ranked.owner_rank = 1
        left join legal_entities on users_ranked.legal_entity_id = legal_entities.legal_entity_id
    )

select *
from owners_found
