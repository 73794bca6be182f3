with

    chart_of_accounts as ({{ union_kinds("chart_of_accounts") }}),

    source_groups as (select * from {{ ref("int_source_groups") }}),

    accounts_ranked as (
        select
            source_groups.source_group || ':' || chart_of_accounts.account_id as account_key,
            source_groups.source_group,
            chart_of_accounts.*,
            row_number() over (
                partition by source_groups.source_group, chart_of_accounts.account_id
                order by source_groups.source_rank
            ) as delivery_rank
        from chart_of_accounts
        inner join source_groups on chart_of_accounts.source_system = source_groups.source_system
    ),

    accounts_of_leading_source as (
        select
            account_key,
            source_group,
            source_system,
            account_id,
            name,
            account_type,
            normal_balance,
            statement_line,
            cash_flow_class,
            control_of,
            {{ lineage() }}
        from accounts_ranked
        where delivery_rank = 1
    )

select *
from accounts_of_leading_source
