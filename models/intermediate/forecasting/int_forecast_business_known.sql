-- Business placed in each week by the day on which it became known: orders, and invoices where a
-- company delivers no orders for them, from the week on in which its books began.
with

    order_lines as (select * from {{ ref("int_forecast_order_lines") }}),

    placed_documents as (select * from {{ ref("int_forecast_placed_documents") }}),

    first_weeks as (select distinct legal_entity_id, first_week from placed_documents),

    business_listed as (
        select
            order_lines.legal_entity_id,
            order_lines.currency,
            {{ week_start_of("order_lines.order_date") }} as business_week,
            order_lines.known_from,
            {{ exact_sum("cast(order_lines.ordered_value as double)") }} as value
        from order_lines
        inner join
            first_weeks
            on order_lines.legal_entity_id = first_weeks.legal_entity_id
            and order_lines.order_date >= first_weeks.first_week
        group by
            order_lines.legal_entity_id,
            order_lines.currency,
            {{ week_start_of("order_lines.order_date") }},
            order_lines.known_from
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
