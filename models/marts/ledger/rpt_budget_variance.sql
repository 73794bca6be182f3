with

    budget_lines as (select * from {{ ref("int_budget_lines") }}),

    income_lines as (select * from {{ ref("int_income_lines") }}),

    statement_entities as (select * from {{ ref("int_statement_entities") }}),

    report_periods as (select * from {{ ref("int_report_periods") }}),

    translation_rates as (select * from {{ ref("int_translation_rates") }}),

    statement_lines as (select * from {{ ref("int_result_lines") }}),

    actuals_matched as (
        -- a line of the chart without postings has come to nothing, one that no chart has is unknown
        select
            budget_lines.period,
            budget_lines.legal_entity_id,
            budget_lines.statement_line,
            budget_lines.version,
            statement_lines.is_expense,
            report_periods.last_date,
            case
                when statement_lines.statement_line is not null then coalesce(income_lines.amount, 0)
            end as actual,
            case
                when statement_lines.statement_line is not null then coalesce(income_lines.amount_in_group, 0)
            end as actual_in_group,
            budget_lines.amount as budget
        from budget_lines
        inner join statement_entities on budget_lines.legal_entity_id = statement_entities.legal_entity_id
        inner join
            report_periods
            on budget_lines.legal_entity_id = report_periods.legal_entity_id
            and budget_lines.period = report_periods.period
        left join
            statement_lines
            on budget_lines.legal_entity_id = statement_lines.legal_entity_id
            and budget_lines.statement_line = statement_lines.statement_line
        left join
            income_lines
            on budget_lines.legal_entity_id = income_lines.legal_entity_id
            and budget_lines.period = income_lines.period
            and budget_lines.statement_line = income_lines.line
            and income_lines.line_type = 'line'
    ),

    lines_translated as (
        select
            actuals_matched.period,
            actuals_matched.statement_line,
            actuals_matched.is_expense,
            translation_rates.average_rate,
            {{
                translate(
                    "actuals_matched.actual_in_group",
                    "translation_rates.average_rate",
                    "translation_rates.reporting_minor_units",
                )
            }} as actual,
            {{
                translate(
                    "actuals_matched.budget",
                    "translation_rates.average_rate",
                    "translation_rates.reporting_minor_units",
                )
            }} as budget
        from actuals_matched
        left join
            translation_rates
            on actuals_matched.legal_entity_id = translation_rates.legal_entity_id
            and actuals_matched.last_date = translation_rates.rate_date
    ),

    periods_translated as (
        select period from lines_translated group by period having count(*) = count(average_rate)
    ),

    group_summed as (
        select
            lines_translated.period,
            '*' as legal_entity_id,
            lines_translated.statement_line,
            cast(null as string) as version,
            bool_and(lines_translated.is_expense) as is_expense,
            case
                when count(*) = count(lines_translated.actual) then sum(lines_translated.actual)
            end as actual,
            sum(lines_translated.budget) as budget
        from lines_translated
        inner join periods_translated on lines_translated.period = periods_translated.period
        group by lines_translated.period, lines_translated.statement_line
    ),

    entities_and_group_unioned as (
        select period, legal_entity_id, statement_line, version, is_expense, actual, budget
        from actuals_matched
        union all
        select period, legal_entity_id, statement_line, version, is_expense, actual, budget
        from group_summed
    ),

    variances_taken as (
        select
            period,
            legal_entity_id,
            statement_line,
            version as budget_version,
            cast(actual as decimal(18, 4)) as actual,
            cast(budget as decimal(18, 4)) as budget,
            cast(actual - budget as decimal(18, 4)) as variance,
            cast(
                case when is_expense then budget - actual else actual - budget end as decimal(18, 4)
            ) as favourable_variance
        from entities_and_group_unioned
    )

select *
from variances_taken
