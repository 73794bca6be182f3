-- The published forecast of receipts by customer and document currency, which scenarios move.
-- Receipts from orders not yet placed have no customer.
with

    origins as (select * from {{ ref("int_forecast_origins") }} where is_published),

    items as (select * from {{ ref("int_forecast_open_items") }}),

    item_weeks as (select * from {{ ref("int_forecast_open_item_weeks") }}),

    choices as (select * from {{ ref("int_forecast_choices") }}),

    product_lines as (select * from {{ ref("int_forecast_product_lines") }}),

    rates as (select * from {{ ref("int_forecast_origin_rates") }}),

    customers_spread as (
        select
            items.legal_entity_id,
            items.customer_id,
            items.currency,
            items.functional_currency,
            choices.horizon_week,
            {{
                round_money(
                    exact_sum(
                        "cast(items.open_amount as double) * cast(rates.origin_rate as double)"
                        ~ " * case choices.model when 'due_date' then item_weeks.due_date_share"
                        ~ " when 'customer_delay' then item_weeks.customer_delay_share"
                        ~ " else item_weeks.model_share end"
                    ),
                    "max(rates.functional_minor_units)",
                )
            }} as amount
        from items
        inner join origins on items.origin_date = origins.origin_date
        inner join
            item_weeks
            on items.origin_date = item_weeks.origin_date
            and items.document_key = item_weeks.document_key
        inner join
            choices
            on item_weeks.origin_date = choices.origin_date
            and item_weeks.horizon_week = choices.horizon_week
        inner join
            rates
            on items.origin_date = rates.origin_date
            and items.legal_entity_id = rates.legal_entity_id
            and items.currency = rates.currency
        group by
            items.legal_entity_id,
            items.customer_id,
            items.currency,
            items.functional_currency,
            choices.horizon_week
    ),

    customers_named as (select * from customers_spread where amount <> 0),

    known_customers as (
        select legal_entity_id, currency, horizon_week, sum(amount) as amount
        from customers_named
        group by legal_entity_id, currency, horizon_week
    ),

    totals as (
        select
            product_lines.origin_date,
            product_lines.legal_entity_id,
            product_lines.currency,
            product_lines.horizon_week,
            sum(product_lines.amount_functional) as amount
        from product_lines
        inner join origins on product_lines.origin_date = origins.origin_date
        where product_lines.line = 'total_receipts'
        group by
            product_lines.origin_date,
            product_lines.legal_entity_id,
            product_lines.currency,
            product_lines.horizon_week
    ),

    rows_unioned as (
        select
            legal_entity_id,
            customer_id,
            currency,
            currency <> functional_currency as is_foreign_currency,
            horizon_week,
            amount
        from customers_named
        union all
        select
            totals.legal_entity_id,
            cast(null as string) as customer_id,
            totals.currency,
            totals.currency <> rates.functional_currency as is_foreign_currency,
            totals.horizon_week,
            totals.amount - coalesce(known_customers.amount, 0) as amount
        from totals
        inner join
            rates
            on totals.origin_date = rates.origin_date
            and totals.legal_entity_id = rates.legal_entity_id
            and totals.currency = rates.currency
        left join
            known_customers
            on totals.legal_entity_id = known_customers.legal_entity_id
            and totals.currency = known_customers.currency
            and totals.horizon_week = known_customers.horizon_week
    )

select *
from rows_unioned
