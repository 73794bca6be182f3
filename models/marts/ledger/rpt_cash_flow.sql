with

    cash_flow_lines as (select * from {{ ref("int_cash_flow_lines") }}),

    report_periods as (select * from {{ ref("int_report_periods") }}),

    translation_rates as (select * from {{ ref("int_translation_rates") }}),

    lines_translated as (
        select
            cash_flow_lines.period,
            cash_flow_lines.method,
            cash_flow_lines.section,
            cash_flow_lines.line,
            {{
                translate(
                    "cash_flow_lines.amount_in_group",
                    "translation_rates.average_rate",
                    "translation_rates.reporting_minor_units",
                )
            }} as amount
        from cash_flow_lines
        inner join
            report_periods
            on cash_flow_lines.legal_entity_id = report_periods.legal_entity_id
            and cash_flow_lines.period = report_periods.period
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
            lines_translated.method,
            lines_translated.section,
            lines_translated.line,
            {{ sum_money("lines_translated.amount") }} as amount
        from lines_translated
        inner join periods_translated on lines_translated.period = periods_translated.period
        group by
            lines_translated.period, lines_translated.method, lines_translated.section, lines_translated.line
    ),

    entities_and_group_unioned as (
        select period, legal_entity_id, method, section, line, amount
        from cash_flow_lines
        where not is_of_group_only
        union all
        select period, legal_entity_id, method, section, line, amount
        from group_summed
    )

select *
from entities_and_group_unioned
