-- The forecast of receipts of every model, by week, entity and document currency. The models
-- differ in when open invoices are paid; what is not yet billed is the same for all but the bare
-- run rate.
{%- set models = ["time_to_pay", "customer_delay", "due_date"] %}
with

    items as (select * from {{ ref("int_forecast_open_items") }}),

    item_weeks as (select * from {{ ref("int_forecast_open_item_weeks") }}),

    order_item_weeks as (select * from {{ ref("int_forecast_order_item_weeks") }}),

    new_business_weeks as (select * from {{ ref("int_forecast_new_business_weeks") }} where measure = 'cash'),

    run_rates as (select * from {{ ref("int_forecast_run_rates") }}),

    weeks as (select * from {{ ref("int_forecast_weeks") }}),

    rates as (select * from {{ ref("int_forecast_origin_rates") }}),

    open_items_spread as (
        select
            items.origin_date,
            items.legal_entity_id,
            items.currency,
            items.has_open_dispute,
            item_weeks.horizon_week,
            {%- for model in models %}
                {{
                    exact_sum(
                        "cast(items.open_amount as double) * item_weeks."
                        ~ ("model" if model == "time_to_pay" else model)
                        ~ "_share"
                    )
                }} as {{ model }} {%- if not loop.last %}, {%- endif %}
            {%- endfor %}
        from items
        inner join
            item_weeks
            on items.origin_date = item_weeks.origin_date
            and items.document_key = item_weeks.document_key
        group by
            items.origin_date,
            items.legal_entity_id,
            items.currency,
            items.has_open_dispute,
            item_weeks.horizon_week
    ),

    amounts_unioned as (
        {%- for model in models %}
            select
                origin_date,
                '{{ model }}' as model,
                legal_entity_id,
                currency,
                'receipts_open_invoices' as line,
                horizon_week,
                {{ model }} as amount
            from open_items_spread
            union all
            select
                origin_date,
                '{{ model }}' as model,
                legal_entity_id,
                currency,
                'receipts_disputed' as line,
                horizon_week,
                {{ model }} as amount
            from open_items_spread
            where has_open_dispute
            union all
            select origin_date, '{{ model }}' as model, legal_entity_id, currency, line, horizon_week, amount
            from order_item_weeks
            {%- if not loop.last %}
                union all
            {%- endif %}
        {%- endfor %}
    ),

    amounts_translated as (
        select
            amounts_unioned.origin_date,
            amounts_unioned.model,
            amounts_unioned.legal_entity_id,
            amounts_unioned.currency,
            amounts_unioned.line,
            amounts_unioned.horizon_week,
            {{
                round_money(
                    exact_sum("amounts_unioned.amount * cast(rates.origin_rate as double)"),
                    "max(rates.functional_minor_units)",
                )
            }} as amount_functional
        from amounts_unioned
        inner join
            rates
            on amounts_unioned.origin_date = rates.origin_date
            and amounts_unioned.legal_entity_id = rates.legal_entity_id
            and amounts_unioned.currency = rates.currency
        group by
            amounts_unioned.origin_date,
            amounts_unioned.model,
            amounts_unioned.legal_entity_id,
            amounts_unioned.currency,
            amounts_unioned.line,
            amounts_unioned.horizon_week
        {%- for model in models %}
            union all
            select
                new_business_weeks.origin_date,
                '{{ model }}' as model,
                new_business_weeks.legal_entity_id,
                new_business_weeks.currency,
                'receipts_new_orders' as line,
                new_business_weeks.horizon_week,
                {{ round_money("new_business_weeks.amount_functional", "rates.functional_minor_units") }}
                as amount_functional
            from new_business_weeks
            inner join
                rates
                on new_business_weeks.origin_date = rates.origin_date
                and new_business_weeks.legal_entity_id = rates.legal_entity_id
                and new_business_weeks.currency = rates.currency
        {%- endfor %}
    ),

    totals_added as (
        select *
        from amounts_translated
        union all
        select
            origin_date,
            model,
            legal_entity_id,
            currency,
            'total_receipts' as line,
            horizon_week,
            {{ sum_money("amount_functional") }} as amount_functional
        from amounts_translated
        where line <> 'receipts_disputed'
        group by origin_date, model, legal_entity_id, currency, horizon_week
        union all
        select
            run_rates.origin_date,
            'run_rate' as model,
            run_rates.legal_entity_id,
            run_rates.currency,
            'total_receipts' as line,
            weeks.horizon_week,
            {{
                round_money(
                    "run_rates.weekly_receipts * ("
                    ~ days_between("weeks.first_day", "weeks.last_day")
                    ~ " + 1) / 7.0",
                    "rates.functional_minor_units",
                )
            }} as amount_functional
        from run_rates
        inner join weeks on run_rates.origin_date = weeks.origin_date
        inner join
            rates
            on run_rates.origin_date = rates.origin_date
            and run_rates.legal_entity_id = rates.legal_entity_id
            and run_rates.currency = rates.currency
    )

select *
from totals_added
