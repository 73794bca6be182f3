-- What a customer owes or will owe, in the currency of its credit limit: open receivables, deliveries
-- without an invoice, and what is ordered and neither delivered nor billed. Orders count at their
-- price without tax, all at the rates of the as-of date; without a rate to the entity's currency, a
-- receivable counts at its document's rate. An order that another system names counts there.
with

    customers as (select * from {{ ref("int_customers") }}),

    source_groups as (select * from {{ ref("int_source_groups") }}),

    legal_entities as (select * from {{ ref("int_legal_entities") }}),

    documents as (select * from {{ ref("int_ar_documents") }}),

    balances as (select * from {{ ref("int_receivable_balances") }}),

    order_lines as (select * from {{ ref("int_order_line_terms") }}),

    shipments as (select * from {{ ref("int_shipments") }}),

    billed_quantities as (select * from {{ ref("int_billed_quantities") }}),

    counterparts as (select * from {{ ref("int_order_counterparts") }}),

    delivery_billings as (select * from {{ ref("int_delivery_billings") }}),

    rates_by_day as (select * from {{ ref("int_fx_rates_by_day") }}),

    currencies as (select * from {{ ref("currencies") }}),

    as_of as (select * from {{ ref("int_as_of") }}),

    group_currencies_found as (
        select
            source_groups.source_group,
            case
                when count(distinct legal_entities.functional_currency) = 1
                then min(legal_entities.functional_currency)
            end as functional_currency
        from legal_entities
        inner join source_groups on legal_entities.source_system = source_groups.source_system
        group by source_groups.source_group
    ),

    limits as (
        select
            customers.*,
            coalesce(
                customers.credit_currency, group_currencies_found.functional_currency, customers.currency
            ) as limit_currency
        from customers
        left join group_currencies_found on customers.source_group = group_currencies_found.source_group
        where customers.credit_limit is not null
    ),

    deliveries_summed as (
        select shipments.order_line_key, sum(shipments.quantity) as quantity
        from shipments
        inner join as_of on shipments.ship_date <= as_of.as_of
        where shipments.quantity > 0
        group by shipments.order_line_key
    ),

    billings_summed as (
        select order_line_key, sum(quantity) as quantity from billed_quantities group by order_line_key
    ),

    unbilled_summed as (
        select order_line_key, sum(quantity) as quantity
        from delivery_billings
        where not is_billed and not is_returned
        group by order_line_key
    ),

    lines_open as (
        select
            order_lines.*,
            coalesce(unbilled_summed.quantity, 0) as quantity_unbilled,
            case
                when order_lines.is_confirmed and order_lines.confirmed_date <= as_of.as_of
                then
                    greatest(
                        order_lines.quantity_ordered - greatest(
                            coalesce(deliveries_summed.quantity, 0), coalesce(billings_summed.quantity, 0)
                        ),
                        0
                    )
                else 0
            end as quantity_open
        from order_lines
        cross join as_of
        left join deliveries_summed on order_lines.order_line_key = deliveries_summed.order_line_key
        left join billings_summed on order_lines.order_line_key = billings_summed.order_line_key
        left join unbilled_summed on order_lines.order_line_key = unbilled_summed.order_line_key
        left join counterparts on order_lines.order_key = counterparts.counterpart_key
        where counterparts.counterpart_key is null
    ),

    parts_unioned as (
        select
            documents.customer_key,
            documents.legal_entity_id,
            documents.currency,
            'receivable' as part,
            balances.open_amount as amount,
            balances.open_amount_functional as amount_at_own_rate
        from balances
        inner join documents on balances.document_key = documents.document_key
        inner join as_of on as_of.as_of >= balances.valid_from and as_of.as_of < balances.valid_before
        union all
        select
            customer_key,
            legal_entity_id,
            currency,
            'unbilled' as part,
            {{ round_money(times("quantity_unbilled", "unit_price"), "minor_units") }} as amount,
            cast(null as decimal(18, 4)) as amount_at_own_rate
        from lines_open
        where quantity_unbilled > 0
        union all
        select
            customer_key,
            legal_entity_id,
            currency,
            'open order' as part,
            {{ round_money(times("quantity_open", "unit_price"), "minor_units") }} as amount,
            cast(null as decimal(18, 4)) as amount_at_own_rate
        from lines_open
        where quantity_open > 0
    ),

    parts_summed as (
        select
            customer_key,
            legal_entity_id,
            currency,
            part,
            {{ sum_money("amount") }} as amount,
            sum(amount_at_own_rate) as amount_at_own_rate
        from parts_unioned
        where customer_key is not null
        group by customer_key, legal_entity_id, currency, part
    ),

    parts_in_functional_currency as (
        select
            parts_summed.*,
            legal_entities.functional_currency,
            case
                when parts_summed.currency = legal_entities.functional_currency
                then parts_summed.amount
                when rates_by_day.rate is not null
                then
                    {{
                        translate(
                            "parts_summed.amount",
                            "rates_by_day.rate",
                            "legal_entities.functional_minor_units",
                        )
                    }}
                else cast(parts_summed.amount_at_own_rate as decimal(18, 4))
            end as amount_functional
        from parts_summed
        cross join as_of
        inner join legal_entities on parts_summed.legal_entity_id = legal_entities.legal_entity_id
        left join
            rates_by_day
            on parts_summed.currency = rates_by_day.from_currency
            and legal_entities.functional_currency = rates_by_day.to_currency
            and as_of.as_of = rates_by_day.rate_date
    ),

    parts_in_limit_currency as (
        select
            limits.customer_key,
            limits.limit_currency,
            parts.legal_entity_id,
            parts.part,
            parts.amount_functional,
            case
                when parts.currency = limits.limit_currency
                then parts.amount
                when parts.functional_currency = limits.limit_currency
                then parts.amount_functional
                else
                    {{
                        translate(
                            "parts.amount_functional",
                            "rates_by_day.rate",
                            "coalesce(currencies.minor_units, 2)",
                        )
                    }}
            end as amount
        from limits
        cross join as_of
        inner join parts_in_functional_currency as parts on limits.customer_key = parts.customer_key
        left join
            rates_by_day
            on parts.functional_currency = rates_by_day.from_currency
            and limits.limit_currency = rates_by_day.to_currency
            and as_of.as_of = rates_by_day.rate_date
        left join currencies on limits.limit_currency = currencies.currency
    ),

    exposures_summed as (
        select
            customer_key,
            case
                when min(legal_entity_id) = max(legal_entity_id) then min(legal_entity_id)
            end as legal_entity_id,
            {{ sum_money("case when part = 'receivable' then amount end") }} as open_receivables,
            {{ sum_money("case when part = 'unbilled' then amount end") }} as unbilled,
            {{ sum_money("case when part = 'open order' then amount end") }} as open_orders,
            {{ sum_money("amount") }} as exposure,
            {{ sum_money("amount_functional") }} as exposure_functional,
            count(*) > count(amount) as lacks_rate
        from parts_in_limit_currency
        group by customer_key
    ),

    exposures_beside_limits as (
        select
            limits.customer_key,
            limits.customer_id,
            exposures_summed.legal_entity_id,
            limits.limit_currency,
            limits.credit_limit,
            coalesce(exposures_summed.open_receivables, 0) as open_receivables,
            coalesce(exposures_summed.unbilled, 0) as unbilled,
            coalesce(exposures_summed.open_orders, 0) as open_orders,
            coalesce(exposures_summed.exposure, 0) as exposure,
            coalesce(exposures_summed.exposure_functional, 0) as exposure_functional,
            coalesce(exposures_summed.lacks_rate, false) as lacks_rate,
            limits.source_system,
            limits.source_file,
            limits.source_line
        from limits
        left join exposures_summed on limits.customer_key = exposures_summed.customer_key
    )

select *
from exposures_beside_limits
