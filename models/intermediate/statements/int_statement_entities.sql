-- The companies that have statements: not those with a partial ledger, and not those that post to
-- accounts none of which a chart describes, where every line would be a zero that nobody booked.
with

    legal_entities as (select * from {{ ref("int_legal_entities") }}),

    accounts as (select * from {{ ref("int_statement_accounts") }}),

    accounts_counted as (
        select legal_entity_id, count(account_type) as described_accounts
        from accounts
        group by legal_entity_id
    ),

    entities_chosen as (
        select legal_entities.legal_entity_id
        from legal_entities
        left join accounts_counted on legal_entities.legal_entity_id = accounts_counted.legal_entity_id
        where legal_entities.ledger <> 'partial' and coalesce(accounts_counted.described_accounts, 1) > 0
    )

select *
from entities_chosen
