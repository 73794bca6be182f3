-- Business placed in each week by the day on which it became known: orders, and invoices where a
-- company delivers no orders for them.
with

    order_lines as (select * from {{ ref("int_forecast_order_lines") }}),

    placed_documents as (select * from {{ ref("int_forecast_placed_documents") }}),

    business_listed as (
        select
            legal_entity_id,
            currency,
            {{ week_start_of("order_date") }} as business_week,
            known_from,
            {{ exact_sum("cast(ordered_value as double)") }} as value
        from order_lines
        group by legal_entity_id, currency, {{ week_start_of("order_date") }}, known_from
        union all
        select
            legal_entity_id,
            currency,
            business_week,
            known_from,
            {{ exact_sum("cast(gross as double)") }} as value
        from placed_documents
        where not has_order and not is_credit_memo
        group by legal_entity_id, currency, business_week, known_from
    )

select *
from business_listed
