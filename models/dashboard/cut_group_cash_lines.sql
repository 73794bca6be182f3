-- What the group expects to receive and to pay, by line and week, in the reporting currency at the rate
-- of the origin's day. Receipts and their intervals are the group's own; payments are translated.
with

    forecast as (select * from {{ ref("rpt_cash_forecast") }}),

    receipts as (select * from {{ ref("int_forecast_receipts") }} where legal_entity_id = '*'),

    rates as (
        select distinct
            origin_rates.origin_date,
            origin_rates.legal_entity_id,
            origin_rates.group_rate,
            legal_entities.reporting_currency,
            legal_entities.reporting_minor_units
        from {{ ref("int_forecast_origin_rates") }} as origin_rates
        inner join
            {{ ref("int_legal_entities") }} as legal_entities
            on origin_rates.legal_entity_id = legal_entities.legal_entity_id
        where legal_entities.reporting_currency is not null
    ),

    lines_named as (
        select distinct origin_date, week_start, horizon_week, line, line_position
        from forecast
        where line in (select distinct published.line from receipts as published)
    ),

    group_receipt_lines as (
        select
            lines_named.origin_date,
            lines_named.week_start,
            lines_named.horizon_week,
            lines_named.line,
            lines_named.line_position,
            receipts.expected,
            receipts.p10,
            receipts.p50,
            receipts.p90,
            case
                when receipts.p10 is null then 'fewer than 8 complete origins to measure by'
            end as null_reason,
            receipts.model,
            receipts.fallback_reason
        from lines_named
        inner join
            receipts
            on lines_named.origin_date = receipts.origin_date
            and lines_named.horizon_week = receipts.horizon_week
            and lines_named.line = receipts.line
            and receipts.span = 'week'
    ),

    group_payment_lines as (
        select
            forecast.origin_date,
            forecast.week_start,
            forecast.horizon_week,
            forecast.line,
            forecast.line_position,
            {{ sum_money(translate("forecast.expected", "rates.group_rate", "rates.reporting_minor_units")) }}
            as expected
        from forecast
        inner join
            rates
            on forecast.origin_date = rates.origin_date
            and forecast.legal_entity_id = rates.legal_entity_id
        where
            forecast.line in (
                'refunds',
                'suppliers',
                'payroll',
                'taxes',
                'capex',
                'debt_service',
                'other_inflows',
                'other_outflows'
            )
        group by
            forecast.origin_date,
            forecast.week_start,
            forecast.horizon_week,
            forecast.line,
            forecast.line_position
    ),

    lines_unioned as (
        select *
        from group_receipt_lines
        union all by name
        select *, 'planned or recurring: no interval is measured' as null_reason
        from group_payment_lines
    ),

    lines_typed as (
        select
            origin_date,
            week_start,
            cast(horizon_week as integer) as horizon_week,
            '*' as legal_entity_id,
            line,
            cast(line_position as integer) as line_position,
            {%- for amount in ("expected", "p10", "p50", "p90") %}
                cast({{ amount }} as decimal(18, 4)) as {{ amount }},
            {%- endfor %}
            null_reason,
            model,
            fallback_reason
        from lines_unioned
    )

select *
from lines_typed
