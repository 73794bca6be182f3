-- Orders of which something had been shipped and not billed at an origin: computed in this run,
-- or kept from earlier ones.
with

    origins as (select * from {{ ref("int_forecast_origins") }}),

    kept as (select * from {{ ref("stg_registry__scored_orders") }}),

    order_items as (select * from {{ ref("int_forecast_order_items") }}),

    computed as (
        select distinct origin_date, order_key from order_items where line = 'receipts_shipped_not_billed'
    ),

    unioned as (
        select *
        from computed
        union all
        select kept.origin_date, kept.order_key
        from kept
        inner join origins on kept.origin_date = origins.origin_date and origins.is_kept
    )

select *
from unioned
