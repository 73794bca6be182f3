-- Where the forecast leaves orders out, since no exchange rate values their currency; and the words
-- in which the forecast says so.
with

    order_items as (select * from {{ ref("int_forecast_order_items") }}),

    rates as (select * from {{ ref("int_forecast_origin_rates") }}),

    items_without_rate as (
        select order_items.origin_date, order_items.legal_entity_id, order_items.currency
        from order_items
        left join
            rates
            on order_items.origin_date = rates.origin_date
            and order_items.legal_entity_id = rates.legal_entity_id
            and order_items.currency = rates.currency
        where rates.currency is null and order_items.amount <> 0
    ),

    entities_and_group as (
        select origin_date, legal_entity_id, currency
        from items_without_rate
        union all
        select origin_date, '*' as legal_entity_id, currency
        from items_without_rate
    ),

    reasons_worded as (
        select
            origin_date,
            legal_entity_id,
            'without orders in '
            || coalesce(min(currency), 'a currency that is not named')
            || case when count(distinct currency) > 1 then ' and other currencies' else '' end
            || ': no exchange rate' as reason
        from entities_and_group
        group by origin_date, legal_entity_id
    )

select *
from reasons_worded
