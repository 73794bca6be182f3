-- From net income to the change in cash: what moved on every balance sheet account other than
-- cash, by its class. Deals without cash and the year-end close moved nothing. An account without
-- a class is in no line.
with

    movements as (select * from {{ ref("int_statement_movements") }}),

    lines_named as (
        select
            legal_entity_id,
            period,
            case
                when cash_flow_class in ('investing', 'financing')
                then cash_flow_class
                when cash_flow_class = 'equity_result'
                then 'financing'
                else 'operating'
            end as section,
            case
                when cash_flow_class = 'pl'
                then 'Net income'
                when cash_flow_class = 'noncash'
                then 'Depreciation'
                when cash_flow_class = 'operating'
                then 'Change in ' || statement_line
                else statement_line
            end as line,
            false as is_of_group_only,
            - amount as amount,
            case when is_intercompany then 0 else - amount end as amount_in_group
        from movements
        where movement_type = 'flow' and cash_flow_class <> 'cash'
    ),

    cash_differences_moved as (
        -- gains and losses on cash are no operating flow: out of net income, into a section of their own
        select
            movements.legal_entity_id,
            movements.period,
            sides.section,
            sides.line,
            false as is_of_group_only,
            sides.sign * movements.amount as amount,
            case
                when movements.is_intercompany then 0 else sides.sign * movements.amount
            end as amount_in_group
        from movements
        cross join
            (
                select 'operating' as section, 'Remove FX gain/loss on cash' as line, 1 as sign
                union all
                select 'fx' as section, 'FX effect on cash' as line, -1 as sign
            ) as sides
        where
            movements.movement_type = 'flow'
            and movements.cash_flow_class = 'pl'
            and movements.control_of = 'fx_cash'
    ),

    eliminations_moved as (
        -- what was eliminated in journals without cash and has no equal counterpart in the same books
        select
            legal_entity_id,
            period,
            'operating' as section,
            'Intercompany difference' as line,
            true as is_of_group_only,
            0 as amount,
            sum(- amount) as amount_in_group
        from movements
        where
            movement_type = 'flow'
            and is_intercompany_without_cash
            and cash_flow_class in ('operating', 'noncash', 'pl')
        group by legal_entity_id, period
        having sum(amount) <> 0
    ),

    lines_unioned as (
        select *
        from lines_named
        union all
        select *
        from cash_differences_moved
        union all
        select *
        from eliminations_moved
    ),

    lines_summed as (
        select
            legal_entity_id,
            period,
            section,
            line,
            is_of_group_only,
            sum(amount) as amount,
            sum(amount_in_group) as amount_in_group
        from lines_unioned
        group by legal_entity_id, period, section, line, is_of_group_only
    )

select *
from lines_summed
