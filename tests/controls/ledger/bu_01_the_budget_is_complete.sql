{{ config(alias="bu_01", meta={"control_id": "BU-01"}) }}
-- Guards the budget variance: a month without a budget is in no comparison, and a budget on a
-- line that no account maps to is compared with nothing. The fiscal year is the calendar year;
-- years before that of the as-of date are judged from the first month that is reported.
with

    budget_lines as (
        select budget_lines.*, deliveries.source_system
        from {{ ref("int_budget_lines") }} as budget_lines
        inner join
            {{ ref("stg_registry__deliveries") }} as deliveries on budget_lines.batch_id = deliveries.batch_id
    ),

    ledger_accounts as (select * from {{ ref("int_ledger_accounts") }}),

    report_periods as (select * from {{ ref("int_report_periods") }}),

    as_of as (select * from {{ ref("int_as_of") }}),

    charts_delivered as (
        select distinct legal_entity_id, statement_line from ledger_accounts where not is_assumed
    ),

    entities_with_chart as (select distinct legal_entity_id from charts_delivered),

    lines_judged as (
        select
            budget_lines.*,
            entities_with_chart.legal_entity_id is not null
            and charts_delivered.statement_line is null as is_unmapped
        from budget_lines
        left join entities_with_chart on budget_lines.legal_entity_id = entities_with_chart.legal_entity_id
        left join
            charts_delivered
            on budget_lines.legal_entity_id = charts_delivered.legal_entity_id
            and budget_lines.statement_line = charts_delivered.statement_line
    ),

    lines_unmapped as (
        select
            legal_entity_id,
            statement_line,
            min(period) as period,
            sum(abs(amount)) as amount,
            min(source_system) as source_system,
            min(source_file) as source_file,
            min(source_line) as source_line
        from lines_judged
        where is_unmapped
        group by legal_entity_id, statement_line
    ),

    days_of_fiscal_year as (
        {{
            calendar_days(
                "cast(date_trunc('year', as_of) as date)",
                "as_of",
                "as_of",
            )
        }}
    ),

    months_listed as (
        select distinct
            budget_lines.legal_entity_id, {{ period_of("days_of_fiscal_year.calendar_date") }} as period
        from budget_lines
        cross join days_of_fiscal_year
        union
        select report_periods.legal_entity_id, report_periods.period
        from report_periods
    ),

    years_budgeted as (
        select distinct legal_entity_id, statement_line, substr(period, 1, 4) as fiscal_year
        from lines_judged
        where not is_unmapped
    ),

    months_missing as (
        select years_budgeted.legal_entity_id, years_budgeted.statement_line, months_listed.period
        from years_budgeted
        inner join
            months_listed
            on years_budgeted.legal_entity_id = months_listed.legal_entity_id
            and years_budgeted.fiscal_year = substr(months_listed.period, 1, 4)
        left join
            budget_lines
            on years_budgeted.legal_entity_id = budget_lines.legal_entity_id
            and years_budgeted.statement_line = budget_lines.statement_line
            and months_listed.period = budget_lines.period
        where budget_lines.period is null
    ),

    failing_rows as (
        select
            'BU-01' as control_id,
            as_of.as_of,
            lines_unmapped.legal_entity_id,
            lines_unmapped.statement_line as business_key,
            cast(lines_unmapped.amount as decimal(18, 4)) as amount_at_risk,
            'a statement line of the chart' as expected,
            'no account maps to it' as actual,
            cast(null as decimal(18, 4)) as difference,
            lines_unmapped.source_system,
            lines_unmapped.source_file,
            lines_unmapped.source_line,
            'unmapped line' as cause,
            lines_unmapped.statement_line,
            lines_unmapped.period
        from lines_unmapped
        cross join as_of
        union all
        select
            'BU-01' as control_id,
            as_of.as_of,
            months_missing.legal_entity_id,
            months_missing.statement_line || ' ' || months_missing.period as business_key,
            cast(null as decimal(18, 4)) as amount_at_risk,
            'a budget for the month' as expected,
            'none' as actual,
            cast(null as decimal(18, 4)) as difference,
            cast(null as string) as source_system,
            cast(null as string) as source_file,
            cast(null as bigint) as source_line,
            'missing month' as cause,
            months_missing.statement_line,
            months_missing.period
        from months_missing
        cross join as_of
    )

select *
from failing_rows
