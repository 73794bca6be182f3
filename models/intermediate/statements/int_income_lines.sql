-- The income statement of each company. A subtotal takes in every step up to its own: revenue,
-- cost of sales, other expenses, gains and losses outside operations.
with

    report_periods as (select * from {{ ref("int_report_periods") }}),

    statement_entities as (select * from {{ ref("int_statement_entities") }}),

    movements as (select * from {{ ref("int_statement_movements") }}),

    periods_reported as (
        select report_periods.legal_entity_id, report_periods.period
        from report_periods
        inner join statement_entities on report_periods.legal_entity_id = statement_entities.legal_entity_id
    ),

    results_moved as (
        select
            legal_entity_id,
            period,
            statement_line,
            result_step,
            is_expense_line,
            sum(- amount) as gain,
            sum(case when is_intercompany then 0 else - amount end) as gain_in_group
        from movements
        where result_step is not null and movement_type in ('flow', 'deal_without_cash')
        group by legal_entity_id, period, statement_line, result_step, is_expense_line
    ),

    lines_begun as (
        select legal_entity_id, statement_line, min(period) as first_period
        from results_moved
        group by legal_entity_id, statement_line
    ),

    lines_standing as (
        select
            periods_reported.period,
            periods_reported.legal_entity_id,
            lines_begun.statement_line as line,
            'line' as line_type,
            sum(
                case when results_moved.is_expense_line then - results_moved.gain else results_moved.gain end
            ) as amount,
            sum(
                case
                    when results_moved.is_expense_line
                    then - results_moved.gain_in_group
                    else results_moved.gain_in_group
                end
            ) as amount_in_group
        from periods_reported
        inner join
            lines_begun
            on periods_reported.legal_entity_id = lines_begun.legal_entity_id
            and periods_reported.period >= lines_begun.first_period
        left join
            results_moved
            on periods_reported.legal_entity_id = results_moved.legal_entity_id
            and periods_reported.period = results_moved.period
            and lines_begun.statement_line = results_moved.statement_line
        group by periods_reported.period, periods_reported.legal_entity_id, lines_begun.statement_line
    ),

    subtotals_named as (
        select 'net_revenue' as line, 1 as last_step
        union all
        select 'gross_profit' as line, 2 as last_step
        union all
        select 'operating_result' as line, 3 as last_step
        union all
        select 'net_income' as line, 4 as last_step
    ),

    subtotals_taken as (
        select
            periods_reported.period,
            periods_reported.legal_entity_id,
            subtotals_named.line,
            'subtotal' as line_type,
            sum(results_moved.gain) as amount,
            sum(results_moved.gain_in_group) as amount_in_group
        from periods_reported
        cross join subtotals_named
        left join
            results_moved
            on periods_reported.legal_entity_id = results_moved.legal_entity_id
            and periods_reported.period = results_moved.period
            and subtotals_named.last_step >= results_moved.result_step
        group by periods_reported.period, periods_reported.legal_entity_id, subtotals_named.line
    ),

    lines_and_subtotals_unioned as (
        select *
        from lines_standing
        union all
        select *
        from subtotals_taken
    ),

    amounts_typed as (
        select
            period,
            legal_entity_id,
            line,
            line_type,
            cast(coalesce(amount, 0) as decimal(18, 4)) as amount,
            cast(coalesce(amount_in_group, 0) as decimal(18, 4)) as amount_in_group
        from lines_and_subtotals_unioned
    )

select *
from amounts_typed
