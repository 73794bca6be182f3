-- Where a posting goes by default: per entity and role the lowest account of its chart, else the
-- standard account, which is then assumed and says so.
with

    accounts as (select * from {{ ref("int_accounts") }}),

    legal_entities as (select * from {{ ref("int_legal_entities") }}),

    delivered_entities as ({{ union_kinds("legal_entities") }}),

    source_groups as (select * from {{ ref("int_source_groups") }}),

    standard_accounts as (select * from {{ ref("standard_accounts") }}),

    accounts_of_entities as (
        select delivered_entities.legal_entity_id, accounts.control_of, min(accounts.account_id) as account_id
        from accounts
        inner join source_groups on accounts.source_group = source_groups.source_group
        inner join delivered_entities on source_groups.source_system = delivered_entities.source_system
        where accounts.control_of is not null
        group by delivered_entities.legal_entity_id, accounts.control_of
    ),

    roles_assigned as (
        select
            legal_entities.legal_entity_id,
            standard_accounts.control_of,
            coalesce(accounts_of_entities.account_id, standard_accounts.account_id) as account_id,
            accounts_of_entities.account_id is null as is_assumed
        from legal_entities
        cross join standard_accounts
        left join
            accounts_of_entities
            on legal_entities.legal_entity_id = accounts_of_entities.legal_entity_id
            and standard_accounts.control_of = accounts_of_entities.control_of
        where standard_accounts.control_of is not null
    )

select *
from roles_assigned
