-- The rate at which an order is valued in its entity's functional currency: of the order date, else of
-- the as-of date.
with

    orders as (select * from {{ ref("int_orders") }}),

    legal_entities as (select * from {{ ref("int_legal_entities") }}),

    rates_by_day as (select * from {{ ref("int_fx_rates_by_day") }}),

    as_of as (select * from {{ ref("int_as_of") }}),

    rates_found as (
        select
            orders.order_key,
            cast(
                case
                    when orders.currency = legal_entities.functional_currency
                    then 1
                    else coalesce(rates_by_day.rate, closing_rates.rate)
                end as decimal(18, 8)
            ) as order_rate,
            legal_entities.functional_minor_units
        from orders
        cross join as_of
        inner join legal_entities on orders.legal_entity_id = legal_entities.legal_entity_id
        left join
            rates_by_day
            on orders.currency = rates_by_day.from_currency
            and legal_entities.functional_currency = rates_by_day.to_currency
            and orders.order_date = rates_by_day.rate_date
        left join
            rates_by_day as closing_rates
            on orders.currency = closing_rates.from_currency
            and legal_entities.functional_currency = closing_rates.to_currency
            and as_of.as_of = closing_rates.rate_date
    )

select *
from rates_found
