-- What the ledger shows per control account at each report date, for every role that the entity's chart has
-- or its
-- lines name. Debit +, credit -.
with

    legal_entities as (select * from {{ ref("int_legal_entities") }}),

    report_dates as (select * from {{ ref("int_report_dates") }}),

    accounts as (select * from {{ ref("int_accounts") }}),

    journal_lines as (select * from {{ ref("int_journal_lines") }}),

    movements_by_date as (select * from {{ ref("int_control_account_movements") }}),

    roles_of_charts as (
        select distinct legal_entities.legal_entity_id, accounts.control_of as control_account
        from accounts
        inner join
            {{ ref("int_source_groups") }} as source_groups
            on accounts.source_group = source_groups.source_group
        inner join
            ({{ union_kinds("legal_entities") }}) as delivered_entities
            on source_groups.source_system = delivered_entities.source_system
        inner join legal_entities on delivered_entities.legal_entity_id = legal_entities.legal_entity_id
        where legal_entities.ledger <> 'derived' and accounts.control_of is not null
        union
        select distinct journal_lines.legal_entity_id, journal_lines.control_of as control_account
        from journal_lines
        where journal_lines.control_of is not null
        union
        select legal_entities.legal_entity_id, derived_roles.control_account
        from legal_entities
        cross join
            (
                select 'ar' as control_account
                union all
                select 'unapplied' as control_account
            ) as derived_roles
        where legal_entities.ledger = 'derived'
    ),

    balances_taken as (
        select
            report_dates.as_of,
            report_dates.legal_entity_id,
            roles_of_charts.control_account,
            {{ sum_money("movements_by_date.amount") }} as balance
        from report_dates
        inner join roles_of_charts on report_dates.legal_entity_id = roles_of_charts.legal_entity_id
        left join
            movements_by_date
            on report_dates.legal_entity_id = movements_by_date.legal_entity_id
            and roles_of_charts.control_account = movements_by_date.control_account
            and report_dates.as_of >= movements_by_date.posting_date
        group by report_dates.as_of, report_dates.legal_entity_id, roles_of_charts.control_account
    )

select *
from balances_taken
