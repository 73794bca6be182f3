-- From net income to operating cash flow by the indirect method, as steps: where each begins and
-- where it ends, the largest first; the last one is the whole way.
with

    cash_flow as (select * from {{ ref("rpt_cash_flow") }} where method = 'indirect'),

    steps_ordered as (
        select
            period,
            legal_entity_id,
            line,
            amount,
            false as is_total,
            row_number() over (
                partition by period, legal_entity_id order by line = 'Net income' desc, abs(amount) desc, line
            ) as step
        from cash_flow
        where section = 'operating'
    ),

    steps_run as (
        select
            *,
            sum(amount) over (
                partition by period, legal_entity_id
                order by step
                rows between unbounded preceding and current row
            ) as step_to
        from steps_ordered
    ),

    steps_unioned as (
        select
            period,
            legal_entity_id,
            step,
            line,
            amount,
            step_to - amount as step_from,
            step_to,
            line = 'Net income' as is_total
        from steps_run
        union all
        select
            period,
            legal_entity_id,
            1000 as step,
            line,
            amount,
            0 as step_from,
            amount as step_to,
            true as is_total
        from cash_flow
        where section = 'total' and line = 'operating_cash_flow'
    ),

    steps_typed as (
        select
            period,
            legal_entity_id,
            cast(step as integer) as step,
            line,
            amount,
            cast(step_from as decimal(18, 4)) as step_from,
            cast(step_to as decimal(18, 4)) as step_to,
            is_total
        from steps_unioned
    )

select *
from steps_typed
