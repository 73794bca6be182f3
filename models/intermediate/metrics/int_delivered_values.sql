-- What each delivery is worth at order price and the rate of its day, beside the revenue that it
-- stands for: what is accrued until the invoice, or what the invoice bills for it.
with

    fulfilments as (select * from {{ ref("int_fulfilments") }}),

    accruals as (select * from {{ ref("int_delivery_accruals") }}),

    billed_parts as (select * from {{ ref("int_billed_parts") }}),

    order_lines as (select * from {{ ref("int_order_lines") }}),

    orders as (select * from {{ ref("int_orders") }}),

    legal_entities as (select * from {{ ref("int_legal_entities") }}),

    rates_by_day as (select * from {{ ref("int_fx_rates_by_day") }}),

    mean_rates as (select * from {{ ref("int_mean_rates") }}),

    deliveries_rated as (
        -- a day without a rate takes the mean of its month
        select
            fulfilments.shipment_line_key,
            fulfilments.document_line_key,
            orders.legal_entity_id,
            fulfilments.ship_date,
            fulfilments.billing_date,
            fulfilments.quantity,
            order_lines.unit_price,
            legal_entities.functional_minor_units,
            case
                when orders.currency = legal_entities.functional_currency
                then cast(1 as decimal(18, 8))
                else coalesce(rates_by_day.rate, mean_rates.mean_rate)
            end as rate,
            {{ is_opening_item("fulfilments.ship_date") }} as is_opening_item
        from fulfilments
        inner join order_lines on fulfilments.order_line_key = order_lines.order_line_key
        inner join orders on order_lines.order_key = orders.order_key
        inner join legal_entities on orders.legal_entity_id = legal_entities.legal_entity_id
        left join
            rates_by_day
            on orders.currency = rates_by_day.from_currency
            and legal_entities.functional_currency = rates_by_day.to_currency
            and fulfilments.ship_date = rates_by_day.rate_date
        left join
            mean_rates
            on orders.currency = mean_rates.from_currency
            and legal_entities.functional_currency = mean_rates.to_currency
            and {{ month_start("fulfilments.ship_date") }} = mean_rates.month_start_date
        where fulfilments.shipment_line_key is not null
    ),

    deliveries_valued as (
        select
            deliveries_rated.legal_entity_id,
            deliveries_rated.ship_date,
            deliveries_rated.billing_date,
            deliveries_rated.is_opening_item,
            coalesce(billed_parts.is_opening_item, false) as is_billed_by_opening_item,
            coalesce(deliveries_rated.billing_date > deliveries_rated.ship_date, true) as is_accrued,
            {{
                translate(
                    "deliveries_rated.quantity",
                    "deliveries_rated.unit_price * deliveries_rated.rate",
                    "deliveries_rated.functional_minor_units",
                )
            }} as delivered_functional,
            coalesce(accruals.accrued_functional, 0) as accrued_functional,
            coalesce(billed_parts.part_functional, 0) as billed_functional
        from deliveries_rated
        left join
            accruals
            on deliveries_rated.shipment_line_key = accruals.shipment_line_key
            and deliveries_rated.document_line_key is not distinct from accruals.document_line_key
        left join
            billed_parts
            on deliveries_rated.shipment_line_key = billed_parts.shipment_line_key
            and deliveries_rated.document_line_key = billed_parts.document_line_key
    )

select *
from deliveries_valued
