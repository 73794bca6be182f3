-- The published forecast by line, for every entity in its own currency and for the group in the
-- reporting currency.
with

    cash_lines as (select * from {{ ref("int_forecast_cash_lines") }}),

    legal_entities as (select * from {{ ref("int_legal_entities") }}),

    currencies_named as (
        select legal_entity_id, functional_currency as currency
        from legal_entities
        union all
        select '*' as legal_entity_id, max(reporting_currency) as currency
        from legal_entities
    ),

    lines_with_currency as (
        select
            cash_lines.origin_date,
            cash_lines.week_start,
            cash_lines.horizon_week,
            cash_lines.legal_entity_id,
            currencies_named.currency,
            cash_lines.line,
            cash_lines.line_position,
            cash_lines.expected,
            cash_lines.p10,
            cash_lines.p50,
            cash_lines.p90,
            cash_lines.null_reason,
            cash_lines.model,
            cash_lines.fallback_reason,
            cash_lines.left_out,
            cash_lines.minimum_cash,
            cash_lines.facility,
            cash_lines.is_below_minimum
        from cash_lines
        inner join currencies_named on cash_lines.legal_entity_id = currencies_named.legal_entity_id
    )

select *
from lines_with_currency
