-- The accounts of each entity: its delivered chart, or, where it has none, the standard accounts,
-- then assumed.
with

    accounts as (select * from {{ ref("int_accounts") }}),

    legal_entities as (select * from {{ ref("int_legal_entities") }}),

    delivered_entities as ({{ union_kinds("legal_entities") }}),

    source_groups as (select * from {{ ref("int_source_groups") }}),

    standard_accounts as (select * from {{ ref("standard_accounts") }}),

    charts_ranked as (
        select
            delivered_entities.legal_entity_id,
            accounts.*,
            row_number() over (
                partition by delivered_entities.legal_entity_id, accounts.account_id
                order by source_groups.source_rank
            ) as delivery_rank
        from accounts
        inner join source_groups on accounts.source_group = source_groups.source_group
        inner join delivered_entities on source_groups.source_system = delivered_entities.source_system
    ),

    entities_without_chart as (
        select legal_entity_id
        from legal_entities
        where
            ledger = 'derived'
            and legal_entity_id not in (select charts.legal_entity_id from charts_ranked as charts)
    ),

    charts_unioned as (
        select
            legal_entity_id,
            account_id,
            account_key,
            name,
            account_type,
            normal_balance,
            statement_line,
            cash_flow_class,
            control_of,
            false as is_assumed
        from charts_ranked
        where delivery_rank = 1
        union all
        select
            entities_without_chart.legal_entity_id,
            standard_accounts.account_id,
            cast(null as string) as account_key,
            standard_accounts.name,
            standard_accounts.account_type,
            standard_accounts.normal_balance,
            standard_accounts.statement_line,
            standard_accounts.cash_flow_class,
            standard_accounts.control_of,
            true as is_assumed
        from entities_without_chart
        cross join standard_accounts
    )

select *
from charts_unioned
