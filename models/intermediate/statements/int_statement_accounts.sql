-- Where each account that was posted to stands in the statements. One that no chart has stands in
-- no line of any of them: what is missing then shows in a balance sheet that does not balance.
with

    account_days as (select * from {{ ref("int_account_days") }}),

    accounts as (select * from {{ ref("int_accounts") }}),

    standard_accounts as (select * from {{ ref("standard_accounts") }}),

    legal_entities as (select * from {{ ref("int_legal_entities") }}),

    accounts_posted as (
        select distinct
            account_days.legal_entity_id,
            account_days.account_id,
            account_days.account_key,
            legal_entities.ledger = 'derived' and account_days.account_key is null as is_standard
        from account_days
        inner join legal_entities on account_days.legal_entity_id = legal_entities.legal_entity_id
        where legal_entities.ledger <> 'partial'
    ),

    charts_unioned as (
        select
            source_group as chart,
            false as is_standard,
            account_id,
            account_key,
            account_type,
            statement_line,
            cash_flow_class,
            control_of
        from accounts
        union all
        select
            '' as chart,
            true as is_standard,
            account_id,
            cast(null as string) as account_key,
            account_type,
            statement_line,
            cash_flow_class,
            control_of
        from standard_accounts
    ),

    lines_described as (
        -- a line that holds gains beside expenses shows what is left of both, as a gain
        select
            chart,
            statement_line,
            bool_or(coalesce(control_of = 'cogs', false)) as is_cost_of_sales,
            bool_and(account_type = 'expense') as is_expense
        from charts_unioned
        where account_type in ('revenue', 'expense', 'other_pl')
        group by chart, statement_line
    ),

    accounts_placed as (
        select
            accounts_posted.legal_entity_id,
            accounts_posted.account_id,
            accounts_posted.account_key,
            charts_unioned.account_type,
            charts_unioned.statement_line,
            charts_unioned.control_of,
            case
                when charts_unioned.account_type in ('revenue', 'expense', 'other_pl')
                then 'pl'
                when charts_unioned.cash_flow_class <> 'pl'
                then charts_unioned.cash_flow_class
            end as cash_flow_class,
            case
                when charts_unioned.account_type = 'revenue'
                then 1
                when charts_unioned.account_type = 'expense' and lines_described.is_cost_of_sales
                then 2
                when charts_unioned.account_type = 'expense'
                then 3
                when charts_unioned.account_type = 'other_pl'
                then 4
            end as result_step,
            coalesce(lines_described.is_expense, false) as is_expense_line
        from accounts_posted
        left join
            charts_unioned
            on accounts_posted.account_id = charts_unioned.account_id
            and accounts_posted.account_key is not distinct from charts_unioned.account_key
            and accounts_posted.is_standard = charts_unioned.is_standard
        left join
            lines_described
            on charts_unioned.chart = lines_described.chart
            and charts_unioned.statement_line = lines_described.statement_line
    )

select *
from accounts_placed
