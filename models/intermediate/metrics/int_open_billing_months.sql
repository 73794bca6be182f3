-- What of each billing month is open at each month end, per customer segment: not past due and
-- past due, at the documents' rates and at the rates of the month before each document's.
with

    open_items as (select * from {{ ref("rpt_ar_open_items") }}),

    legal_entities as (select * from {{ ref("int_legal_entities") }}),

    customers as (select * from {{ ref("int_customers") }}),

    rates_before as (select * from {{ ref("int_mean_rates") }}),

    items_valued as (
        select
            open_items.legal_entity_id,
            open_items.as_of,
            {{ month_start("open_items.posting_date") }} as month_start_date,
            coalesce(customers.segment, 'unallocated') as segment,
            coalesce(open_items.days_past_due, 0) > 0 as is_past_due,
            open_items.open_amount_functional as amount,
            case
                when open_items.currency = legal_entities.functional_currency
                then open_items.open_amount_functional
                else
                    {{
                        translate(
                            "open_items.open_amount",
                            "coalesce(rates_before.mean_rate, open_items.fx_rate)",
                            "legal_entities.functional_minor_units",
                        )
                    }}
            end as amount_at_rates_before
        from open_items
        inner join legal_entities on open_items.legal_entity_id = legal_entities.legal_entity_id
        left join customers on open_items.customer_key = customers.customer_key
        left join
            rates_before
            on open_items.currency = rates_before.from_currency
            and legal_entities.functional_currency = rates_before.to_currency
            and {{ month_start("open_items.posting_date") }} = rates_before.next_month_start_date
        where open_items.as_of = {{ month_end("open_items.as_of") }}
    ),

    months_summed as (
        select
            legal_entity_id,
            as_of,
            month_start_date,
            segment,
            {{ sum_money("case when not is_past_due then amount end") }} as not_due,
            {{ sum_money("case when is_past_due then amount end") }} as past_due,
            {{ sum_money("case when not is_past_due then amount_at_rates_before end") }}
            as not_due_at_rates_before,
            {{ sum_money("case when is_past_due then amount_at_rates_before end") }}
            as past_due_at_rates_before
        from items_valued
        group by legal_entity_id, as_of, month_start_date, segment
    )

select *
from months_summed
