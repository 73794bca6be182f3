-- Open foreign receivables at the closing rate less their booked value, per entity and report date.
with

    open_items as (select * from {{ ref("rpt_ar_open_items") }}),

    legal_entities as (select * from {{ ref("int_legal_entities") }}),

    rates_by_day as (select * from {{ ref("int_fx_rates_by_day") }}),

    revaluations_valued as (
        select
            open_items.legal_entity_id,
            open_items.as_of,
            sum(
                {{
                    translate(
                        "open_items.open_amount",
                        "rates_by_day.rate",
                        "legal_entities.functional_minor_units",
                    )
                }} - open_items.open_amount_functional
            ) as amount
        from open_items
        inner join legal_entities on open_items.legal_entity_id = legal_entities.legal_entity_id
        inner join
            rates_by_day
            on open_items.currency = rates_by_day.from_currency
            and legal_entities.functional_currency = rates_by_day.to_currency
            and open_items.as_of = rates_by_day.rate_date
        where open_items.currency <> legal_entities.functional_currency
        group by open_items.legal_entity_id, open_items.as_of
    )

select *
from revaluations_valued
