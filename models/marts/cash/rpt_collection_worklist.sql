with

    items as (select * from {{ ref("rpt_cash_forecast_invoices") }}),

    open_items as (select * from {{ ref("int_forecast_open_items") }}),

    delays_taken as (
        select
            items.*,
            open_items.payer_key,
            open_items.level_days,
            open_items.company_days,
            open_items.dispute_days,
            open_items.is_promise_broken,
            -- the days of delay still to come: from the due date, or from the origin if that has
            -- passed
            greatest(
                {{ days_between("greatest(items.due_date, items.origin_date)", "items.expected_date") }}, 0
            ) as days_still_late,
            {{ days_between("items.due_date", "items.origin_date") }} as days_past_due,
            sum(items.expected_amount) over (
                partition by items.legal_entity_id, open_items.payer_key
            ) as customer_amount,
            sum(items.expected_amount) over (partition by items.legal_entity_id) as entity_amount
        from items
        inner join
            open_items
            on items.origin_date = open_items.origin_date
            and items.document_key = open_items.document_key
        where items.expected_amount > 0
    ),

    reasons_named as (
        select
            *,
            concat_ws(
                ', ',
                case when dispute_days > 0 and has_open_dispute then 'dispute' end,
                case when is_promise_broken then 'broken promise' end,
                case when level_days is not null and days_past_due > level_days + 14 then 'broken habit' end,
                case when level_days > 5 then 'habit' end,
                case when customer_amount > 0.1 * entity_amount then 'concentration' end
            ) as reasons,
            cast(round(cast(expected_amount as double) * days_still_late, 2) as decimal(18, 4)) as amount_days
        from delays_taken
    ),

    customers_summed as (
        select *, sum(amount_days) over (partition by legal_entity_id, payer_key) as customer_amount_days
        from reasons_named
    ),

    items_ranked as (
        select
            customers_summed.origin_date,
            customers_summed.legal_entity_id,
            cast(
                dense_rank() over (
                    partition by customers_summed.legal_entity_id
                    order by customers_summed.customer_amount_days desc, customers_summed.payer_key
                ) as bigint
            ) as customer_rank,
            cast(
                row_number() over (
                    partition by customers_summed.legal_entity_id
                    order by customers_summed.amount_days desc, customers_summed.document_key
                ) as bigint
            ) as invoice_rank,
            customers_summed.source_system,
            customers_summed.customer_id,
            customers_summed.doc_id,
            customers_summed.currency,
            customers_summed.due_date,
            customers_summed.expected_date,
            customers_summed.promised_date,
            customers_summed.expected_amount,
            cast(customers_summed.days_still_late as bigint) as days_still_late,
            customers_summed.amount_days,
            cast(customers_summed.customer_amount_days as decimal(18, 4)) as customer_amount_days,
            nullif(customers_summed.reasons, '') as reasons,
            customers_summed.worst_drivers
        from customers_summed
        where customers_summed.amount_days > 0
    )

select *
from items_ranked
