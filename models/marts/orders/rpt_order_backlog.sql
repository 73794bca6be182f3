with

    report_dates as (select * from {{ ref("int_report_dates") }}),

    balances as (select * from {{ ref("int_order_line_balances") }}),

    order_lines as (select * from {{ ref("int_order_lines") }}),

    orders as (select * from {{ ref("int_orders") }}),

    legal_entities as (select * from {{ ref("int_legal_entities") }}),

    rates_by_day as (select * from {{ ref("int_fx_rates_by_day") }}),

    lines_open_at_dates as (
        select
            report_dates.as_of,
            orders.legal_entity_id,
            order_lines.source_system,
            order_lines.order_key,
            order_lines.order_line_key,
            order_lines.order_id,
            order_lines.line_no,
            orders.customer_id,
            orders.customer_key,
            order_lines.product_id,
            orders.currency,
            order_lines.promised_date,
            order_lines.unit_price,
            balances.open_quantity,
            balances.open_value,
            order_lines.source_file,
            order_lines.source_line
        from balances
        inner join order_lines on balances.order_line_key = order_lines.order_line_key
        inner join orders on order_lines.order_key = orders.order_key
        inner join
            report_dates
            on orders.legal_entity_id = report_dates.legal_entity_id
            and balances.valid_from <= report_dates.as_of
            and balances.valid_before > report_dates.as_of
    ),

    backlog_valued as (
        -- in the functional currency itself no rate is needed
        select
            lines_open_at_dates.as_of,
            lines_open_at_dates.legal_entity_id,
            lines_open_at_dates.source_system,
            lines_open_at_dates.order_line_key,
            lines_open_at_dates.order_id,
            lines_open_at_dates.line_no,
            lines_open_at_dates.customer_id,
            lines_open_at_dates.customer_key,
            lines_open_at_dates.product_id,
            lines_open_at_dates.currency,
            lines_open_at_dates.promised_date,
            lines_open_at_dates.open_quantity,
            case
                when lines_open_at_dates.open_value is null
                then
                    {{
                        translate(
                            "lines_open_at_dates.open_quantity",
                            "lines_open_at_dates.unit_price * case when lines_open_at_dates.currency = legal_entities.functional_currency then 1 else rates_by_day.rate end",
                            "legal_entities.functional_minor_units",
                        )
                    }}
                else
                    {{
                        translate(
                            "lines_open_at_dates.open_value",
                            "case when lines_open_at_dates.currency = legal_entities.functional_currency then 1 else rates_by_day.rate end",
                            "legal_entities.functional_minor_units",
                        )
                    }}
            end as backlog_functional,
            lines_open_at_dates.source_file,
            lines_open_at_dates.source_line
        from lines_open_at_dates
        inner join legal_entities on lines_open_at_dates.legal_entity_id = legal_entities.legal_entity_id
        left join
            rates_by_day
            on lines_open_at_dates.currency = rates_by_day.from_currency
            and legal_entities.functional_currency = rates_by_day.to_currency
            and lines_open_at_dates.as_of = rates_by_day.rate_date
    )

select *
from backlog_valued
