with

    income_lines as (select * from {{ ref("int_income_lines") }}),

    report_periods as (select * from {{ ref("int_report_periods") }}),

    translation_rates as (select * from {{ ref("int_translation_rates") }}),

    lines_translated as (
        select
            income_lines.period,
            income_lines.line,
            income_lines.line_type,
            {{
                translate(
                    "income_lines.amount_in_group",
                    "translation_rates.average_rate",
                    "translation_rates.reporting_minor_units",
                )
            }} as amount
        from income_lines
        inner join
            report_periods
            on income_lines.legal_entity_id = report_periods.legal_entity_id
            and income_lines.period = report_periods.period
        left join
            translation_rates
            on report_periods.legal_entity_id = translation_rates.legal_entity_id
            and report_periods.last_date = translation_rates.rate_date
    ),

    periods_translated as (
        select period from lines_translated group by period having count(*) = count(amount)
    ),

    group_summed as (
        select
            lines_translated.period,
            '*' as legal_entity_id,
            lines_translated.line,
            lines_translated.line_type,
            {{ sum_money("lines_translated.amount") }} as amount
        from lines_translated
        inner join periods_translated on lines_translated.period = periods_translated.period
        group by lines_translated.period, lines_translated.line, lines_translated.line_type
    ),

    entities_and_group_unioned as (
        select period, legal_entity_id, line, line_type, amount
        from income_lines
        union all
        select period, legal_entity_id, line, line_type, amount
        from group_summed
    )

select *
from entities_and_group_unioned
