{{ config(alias="pr_01", meta={"control_id": "PR-01", "escalates": true}) }}
-- Guards what was agreed: a price above the contract is a dispute to come, one below it is revenue
-- given away. Several contracts may be valid on one day, any of them serves; a line without one is not
-- judged. An order in another currency than its contract has no agreed price. The effects of an entity
-- together stop publishing above a limit.
with

    order_lines as (select * from {{ ref("int_order_line_terms") }}),

    contracts as (select * from {{ ref("int_order_line_contracts") }}),

    as_of as (select * from {{ ref("int_as_of") }}),

    lines_beside_contracts as (
        select
            order_lines.*,
            as_of.as_of,
            contracts.contract_id,
            contracts.currency as contract_currency,
            contracts.unit_price as contract_price,
            row_number() over (
                partition by order_lines.order_line_key
                order by
                    case when contracts.currency = order_lines.currency then 0 else 1 end,
                    abs(order_lines.unit_price - contracts.unit_price),
                    contracts.contract_id
            ) as contract_rank
        from order_lines
        inner join contracts on order_lines.order_line_key = contracts.order_line_key
        inner join as_of on order_lines.order_date <= as_of.as_of
        where order_lines.is_confirmed and order_lines.quantity_ordered > 0
    ),

    deviations_found as (
        select
            *,
            case when currency = contract_currency then unit_price - contract_price end as price_difference,
            {{
                translate(
                    times(
                        "quantity_ordered",
                        "case when currency = contract_currency then abs(unit_price - contract_price) else abs(unit_price) end",
                    ),
                    "order_rate",
                    "functional_minor_units",
                )
            }}
            as value_effect
        from lines_beside_contracts
        where
            contract_rank = 1
            and (
                currency <> contract_currency
                or abs(unit_price - contract_price) > {{ tolerance_of("PR-01") }}
            )
    ),

    failing_rows as (
        select
            'PR-01' as control_id,
            as_of,
            legal_entity_id,
            business_key,
            value_effect as amount_at_risk,
            cast(contract_price as string) || ' ' || contract_currency as expected,
            cast(unit_price as string) || ' ' || currency as actual,
            cast(price_difference as decimal(18, 6)) as difference,
            source_system,
            source_file,
            source_line,
            contract_id,
            customer_id,
            product_id,
            value_effect,
            sum(coalesce(value_effect, 0)) over (partition by legal_entity_id)
            > {{ limit_of("PR-01", "blocking_value") }} as blocks
        from deviations_found
    )

select *
from failing_rows
