-- The cash flow statement of each company by both methods, every line from its first flow on, with
-- what its lines come to.
with

    report_periods as (select * from {{ ref("int_report_periods") }}),

    statement_entities as (select * from {{ ref("int_statement_entities") }}),

    direct_lines as (select * from {{ ref("int_cash_flow_direct") }}),

    indirect_lines as (select * from {{ ref("int_cash_flow_indirect") }}),

    periods_reported as (
        select report_periods.legal_entity_id, report_periods.period
        from report_periods
        inner join statement_entities on report_periods.legal_entity_id = statement_entities.legal_entity_id
    ),

    methods_unioned as (
        select
            legal_entity_id,
            period,
            'direct' as method,
            section,
            line,
            false as is_of_group_only,
            amount,
            amount_in_group
        from direct_lines
        union all
        select
            legal_entity_id,
            period,
            'indirect' as method,
            section,
            line,
            is_of_group_only,
            amount,
            amount_in_group
        from indirect_lines
        union all
        select
            legal_entity_id,
            period,
            'indirect' as method,
            'operating' as section,
            'Net income' as line,
            false as is_of_group_only,
            0 as amount,
            0 as amount_in_group
        from periods_reported
    ),

    lines_begun as (
        select legal_entity_id, method, section, line, is_of_group_only, min(period) as first_period
        from methods_unioned
        group by legal_entity_id, method, section, line, is_of_group_only
    ),

    lines_standing as (
        select
            periods_reported.period,
            periods_reported.legal_entity_id,
            lines_begun.method,
            lines_begun.section,
            lines_begun.line,
            lines_begun.is_of_group_only,
            coalesce(sum(methods_unioned.amount), 0) as amount,
            coalesce(sum(methods_unioned.amount_in_group), 0) as amount_in_group
        from periods_reported
        inner join
            lines_begun
            on periods_reported.legal_entity_id = lines_begun.legal_entity_id
            and periods_reported.period >= lines_begun.first_period
        left join
            methods_unioned
            on periods_reported.legal_entity_id = methods_unioned.legal_entity_id
            and periods_reported.period = methods_unioned.period
            and lines_begun.method = methods_unioned.method
            and lines_begun.section = methods_unioned.section
            and lines_begun.line = methods_unioned.line
            and lines_begun.is_of_group_only = methods_unioned.is_of_group_only
        group by
            periods_reported.period,
            periods_reported.legal_entity_id,
            lines_begun.method,
            lines_begun.section,
            lines_begun.line,
            lines_begun.is_of_group_only
    ),

    totals_named as (
        select 'direct' as method, 'operating_cash_flow' as line, true as is_operating_only
        union all
        select 'direct' as method, 'net_change_in_cash' as line, false as is_operating_only
        union all
        select 'indirect' as method, 'operating_cash_flow' as line, true as is_operating_only
        union all
        select 'indirect' as method, 'net_change_in_cash' as line, false as is_operating_only
    ),

    totals_taken as (
        select
            periods_reported.period,
            periods_reported.legal_entity_id,
            totals_named.method,
            'total' as section,
            totals_named.line,
            false as is_of_group_only,
            coalesce(sum(lines_standing.amount), 0) as amount,
            coalesce(sum(lines_standing.amount_in_group), 0) as amount_in_group
        from periods_reported
        cross join totals_named
        left join
            lines_standing
            on periods_reported.legal_entity_id = lines_standing.legal_entity_id
            and periods_reported.period = lines_standing.period
            and totals_named.method = lines_standing.method
            and (lines_standing.section = 'operating' or not totals_named.is_operating_only)
        group by
            periods_reported.period, periods_reported.legal_entity_id, totals_named.method, totals_named.line
    ),

    lines_and_totals_unioned as (
        select *
        from lines_standing
        union all
        select *
        from totals_taken
    ),

    amounts_typed as (
        select
            period,
            legal_entity_id,
            method,
            section,
            line,
            is_of_group_only,
            cast(amount as decimal(18, 4)) as amount,
            cast(amount_in_group as decimal(18, 4)) as amount_in_group
        from lines_and_totals_unioned
    )

select *
from amounts_typed
