-- The companies whose ledger can be judged account by account: booked in full, on accounts that a
-- delivered chart describes. A ledger derived from documents proves nothing about them.
with

    legal_entities as (select * from {{ ref("int_legal_entities") }}),

    statement_entities as (select * from {{ ref("int_statement_entities") }}),

    accounts as (select * from {{ ref("int_accounts") }}),

    ledgers_chosen as (
        select
            legal_entities.legal_entity_id,
            legal_entities.functional_currency,
            legal_entities.functional_minor_units,
            legal_entities.first_journal_date
        from legal_entities
        inner join statement_entities on legal_entities.legal_entity_id = statement_entities.legal_entity_id
        where legal_entities.ledger = 'booked' and exists (select 1 from accounts)
    )

select *
from ledgers_chosen
