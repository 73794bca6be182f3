-- Why the order backlog of a month differs from that of the month before. Everything that happens
-- in a month is valued at its closing rate, so that the exchange difference is what the opening
-- backlog gains by the change of rate. An order line goes through the same values one after the
-- other: ordered at the price confirmed, less what was cancelled, at today's price, less what
-- went out.
with

    report_periods as (select * from {{ ref("int_report_periods") }}),

    legal_entities as (select * from {{ ref("int_legal_entities") }}),

    rates_by_day as (select * from {{ ref("int_fx_rates_by_day") }}),

    order_lines as (select * from {{ ref("int_confirmed_order_lines") }}),

    balances as (select * from {{ ref("int_order_line_balances") }}),

    deliveries as (select * from {{ ref("int_backlog_deliveries") }}),

    currencies_found as (select distinct legal_entity_id, currency from order_lines),

    rates_of_periods as (
        -- in the functional currency itself no rate is needed
        select
            report_periods.legal_entity_id,
            report_periods.period,
            report_periods.first_date,
            report_periods.last_date,
            currencies_found.currency,
            legal_entities.functional_minor_units,
            case
                when currencies_found.currency = legal_entities.functional_currency
                then cast(1 as decimal(18, 8))
                else opening_rates.rate
            end as opening_rate,
            case
                when currencies_found.currency = legal_entities.functional_currency
                then cast(1 as decimal(18, 8))
                else closing_rates.rate
            end as closing_rate
        from report_periods
        inner join currencies_found on report_periods.legal_entity_id = currencies_found.legal_entity_id
        inner join legal_entities on report_periods.legal_entity_id = legal_entities.legal_entity_id
        left join
            rates_by_day as opening_rates
            on currencies_found.currency = opening_rates.from_currency
            and legal_entities.functional_currency = opening_rates.to_currency
            and opening_rates.rate_date = {{ add_days("report_periods.first_date", -1) }}
        left join
            rates_by_day as closing_rates
            on currencies_found.currency = closing_rates.from_currency
            and legal_entities.functional_currency = closing_rates.to_currency
            and report_periods.last_date = closing_rates.rate_date
    ),

    openings_valued as (
        select
            rates_of_periods.legal_entity_id,
            rates_of_periods.period,
            {{
                translate(
                    "coalesce(balances.open_value, balances.open_quantity)",
                    "order_lines.measure_value * rates_of_periods.opening_rate",
                    "rates_of_periods.functional_minor_units",
                )
            }} as opening_value,
            {{
                translate(
                    "coalesce(balances.open_value, balances.open_quantity)",
                    "order_lines.measure_value * rates_of_periods.closing_rate",
                    "rates_of_periods.functional_minor_units",
                )
            }} as value_at_closing_rate
        from balances
        inner join order_lines on balances.order_line_key = order_lines.order_line_key
        inner join
            rates_of_periods
            on order_lines.legal_entity_id = rates_of_periods.legal_entity_id
            and order_lines.currency = rates_of_periods.currency
            and balances.valid_from < rates_of_periods.first_date
            and balances.valid_before >= rates_of_periods.first_date
    ),

    lines_confirmed as (
        select
            rates_of_periods.period,
            rates_of_periods.closing_rate,
            rates_of_periods.functional_minor_units,
            order_lines.*
        from order_lines
        inner join
            rates_of_periods
            on order_lines.legal_entity_id = rates_of_periods.legal_entity_id
            and order_lines.currency = rates_of_periods.currency
            and order_lines.confirmed_date between rates_of_periods.first_date and rates_of_periods.last_date
    ),

    deliveries_valued as (
        select
            rates_of_periods.legal_entity_id,
            rates_of_periods.period,
            deliveries.is_goods,
            {{
                translate(
                    "deliveries.rest_before",
                    "deliveries.measure_value * rates_of_periods.closing_rate",
                    "rates_of_periods.functional_minor_units",
                )
            }} as value_before,
            {{
                translate(
                    "deliveries.rest_after",
                    "deliveries.measure_value * rates_of_periods.closing_rate",
                    "rates_of_periods.functional_minor_units",
                )
            }} as value_after
        from deliveries
        inner join
            rates_of_periods
            on deliveries.legal_entity_id = rates_of_periods.legal_entity_id
            and deliveries.currency = rates_of_periods.currency
            and deliveries.period = rates_of_periods.period
    ),

    changes_unioned as (
        select legal_entity_id, period, 'opening' as change_type, opening_value as amount
        from openings_valued
        union all
        select
            legal_entity_id,
            period,
            'fx_difference' as change_type,
            value_at_closing_rate - opening_value as amount
        from openings_valued
        union all
        select
            legal_entity_id,
            period,
            'confirmed' as change_type,
            {{
                translate(
                    "measure_ordered",
                    "measure_value_confirmed * closing_rate",
                    "functional_minor_units",
                )
            }} as amount
        from lines_confirmed
        union all
        select
            legal_entity_id,
            period,
            'cancelled' as change_type,
            {{
                translate(
                    "measure_kept_confirmed",
                    "measure_value_confirmed * closing_rate",
                    "functional_minor_units",
                )
            }}
            - {{
                translate(
                    "measure_ordered",
                    "measure_value_confirmed * closing_rate",
                    "functional_minor_units",
                )
            }} as amount
        from lines_confirmed
        where measure_kept_confirmed <> measure_ordered
        union all
        select
            legal_entity_id,
            period,
            'repricing' as change_type,
            {{
                translate(
                    "measure_kept",
                    "measure_value * closing_rate",
                    "functional_minor_units",
                )
            }}
            - {{
                translate(
                    "measure_kept_confirmed",
                    "measure_value_confirmed * closing_rate",
                    "functional_minor_units",
                )
            }} as amount
        from lines_confirmed
        where measure_value <> measure_value_confirmed or measure_kept <> measure_kept_confirmed
        union all
        select
            legal_entity_id,
            period,
            case when is_goods then 'shipped' else 'recognised' end as change_type,
            value_after - value_before as amount
        from deliveries_valued
    ),

    changes_summed as (
        select
            legal_entity_id,
            period,
            change_type,
            case when count(*) = count(amount) then {{ sum_money("amount") }} end as amount
        from changes_unioned
        group by legal_entity_id, period, change_type
    )

select *
from changes_summed
