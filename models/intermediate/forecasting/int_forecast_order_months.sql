-- Net revenue that orders will bring by month, as each origin expects it: confirmed ones in the
-- month in which they are likely to be billed, and those not yet placed. Computed in this run, or
-- kept from earlier ones.
with

    origins as (select * from {{ ref("int_forecast_origins") }}),

    kept as (select * from {{ ref("stg_registry__scored_order_months") }}),

    order_items as (select * from {{ ref("int_forecast_order_items") }}),

    new_business_weeks as (
        select * from {{ ref("int_forecast_new_business_weeks") }} where measure = 'billed'
    ),

    weeks as (select * from {{ ref("int_forecast_weeks") }}),

    rates as (select * from {{ ref("int_forecast_origin_rates") }}),

    legal_entities as (select * from {{ ref("int_legal_entities") }}),

    days_of_week as ({{ number_range(0, 6, "days") }}),

    amounts_unioned as (
        select
            order_items.origin_date,
            order_items.legal_entity_id,
            {{ month_start("order_items.posting_date") }} as month_start_date,
            order_items.net * cast(rates.origin_rate as double) as backlog,
            0 as new_orders
        from order_items
        inner join
            rates
            on order_items.origin_date = rates.origin_date
            and order_items.legal_entity_id = rates.legal_entity_id
            and order_items.currency = rates.currency
        union all
        -- each day of a week takes an equal part
        select
            new_business_weeks.origin_date,
            new_business_weeks.legal_entity_id,
            {{ month_start(add_days("weeks.first_day", "days_of_week.days")) }} as month_start_date,
            0 as backlog,
            new_business_weeks.amount_functional
            / ({{ days_between("weeks.first_day", "weeks.last_day") }} + 1) as new_orders
        from new_business_weeks
        inner join
            weeks
            on new_business_weeks.origin_date = weeks.origin_date
            and new_business_weeks.horizon_week = weeks.horizon_week
        inner join days_of_week on {{ add_days("weeks.first_day", "days_of_week.days") }} <= weeks.last_day
    ),

    computed as (
        select
            amounts_unioned.origin_date,
            amounts_unioned.legal_entity_id,
            amounts_unioned.month_start_date,
            {%- for amount in ("backlog", "new_orders") %}
                {{
                    round_money(
                        exact_sum("amounts_unioned." ~ amount),
                        "max(coalesce(legal_entities.functional_minor_units, 2))",
                    )
                }} as {{ amount }} {%- if not loop.last %}, {%- endif %}
            {%- endfor %}
        from amounts_unioned
        left join legal_entities on amounts_unioned.legal_entity_id = legal_entities.legal_entity_id
        group by
            amounts_unioned.origin_date, amounts_unioned.legal_entity_id, amounts_unioned.month_start_date
    ),

    unioned as (
        select *
        from computed
        union all
        select kept.origin_date, kept.legal_entity_id, kept.month_start_date, kept.backlog, kept.new_orders
        from kept
        inner join origins on kept.origin_date = origins.origin_date and origins.is_kept
    )

select *
from unioned
