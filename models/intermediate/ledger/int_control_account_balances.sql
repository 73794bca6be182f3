-- What the ledger shows per control account at each report date, for every role that the entity's
-- chart has or its lines name. Debit +, credit -.
with

    legal_entities as (select * from {{ ref("int_legal_entities") }}),

    report_dates as (select * from {{ ref("int_report_dates") }}),

    ledger_accounts as (select * from {{ ref("int_ledger_accounts") }}),

    ledger_lines as (select * from {{ ref("int_ledger_lines") }}),

    movements_by_date as (select * from {{ ref("int_control_account_movements") }}),

    roles_found as (
        select distinct ledger_accounts.legal_entity_id, ledger_accounts.control_of as control_account
        from ledger_accounts
        inner join legal_entities on ledger_accounts.legal_entity_id = legal_entities.legal_entity_id
        -- of a partial ledger only the accounts that came with lines are known
        where ledger_accounts.control_of is not null and legal_entities.ledger <> 'partial'
        union
        select distinct ledger_lines.legal_entity_id, ledger_lines.control_of as control_account
        from ledger_lines
        where ledger_lines.control_of is not null
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
            roles_found.control_account,
            {{ sum_money("movements_by_date.amount") }} as balance
        from report_dates
        inner join roles_found on report_dates.legal_entity_id = roles_found.legal_entity_id
        left join
            movements_by_date
            on report_dates.legal_entity_id = movements_by_date.legal_entity_id
            and roles_found.control_account = movements_by_date.control_account
            and report_dates.as_of >= movements_by_date.posting_date
        group by report_dates.as_of, report_dates.legal_entity_id, roles_found.control_account
    )

select *
from balances_taken
