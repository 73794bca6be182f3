{{ config(alias="pr_02", meta={"control_id": "PR-02"}) }}
-- depends_on: {{ ref("int_control_settings") }}
-- Guards margins against whoever enters orders. The limit is the contract's, the most generous of
-- those valid on the day of the order; a contract that states none allows what its price implies;
-- without a contract nothing is allowed. Above it another person approves; when, is not delivered.
with

    order_lines as (select * from {{ ref("int_order_line_terms") }}),

    contracts as (select * from {{ ref("int_order_line_contracts") }}),

    as_of as (select * from {{ ref("int_as_of") }}),

    discounts_allowed as (
        select
            order_lines.order_line_key,
            max(coalesce(contracts.max_discount_pct, 0)) as percent_allowed,
            min(
                case
                    when contracts.max_discount_pct is null and contracts.currency = order_lines.currency
                    then contracts.unit_price
                end
            ) as price_agreed
        from order_lines
        inner join contracts on order_lines.order_line_key = contracts.order_line_key
        where order_lines.list_price > 0
        group by order_lines.order_line_key
    ),

    discounts_granted as (
        select
            order_lines.*,
            as_of.as_of,
            coalesce(discounts_allowed.percent_allowed, 0) as percent_allowed,
            discounts_allowed.price_agreed
        from order_lines
        inner join as_of on order_lines.confirmed_date <= as_of.as_of
        left join discounts_allowed on order_lines.order_line_key = discounts_allowed.order_line_key
        where order_lines.is_confirmed and order_lines.quantity_ordered > 0 and order_lines.list_price > 0
    ),

    excesses_found as (
        select *
        from discounts_granted
        where
            {{ times("(list_price - unit_price)", "100") }} > {{ times("list_price", "percent_allowed") }}
            and coalesce(unit_price < price_agreed, true)
            and coalesce(discount_approved_by = created_by, discount_approved_by is null)
    ),

    failing_rows as (
        select
            'PR-02' as control_id,
            as_of,
            legal_entity_id,
            business_key,
            {{
                translate(
                    times("quantity_ordered", "(list_price * (1 - percent_allowed * 0.01) - unit_price)"),
                    "order_rate",
                    "functional_minor_units",
                )
            }} as amount_at_risk,
            'at most '
            || cast(cast(percent_allowed as decimal(18, 2)) as string)
            || ' % without approval' as expected,
            cast(cast(100 * (list_price - unit_price) / list_price as decimal(18, 2)) as string)
            || ' %, '
            || coalesce(
                'approved by ' || discount_approved_by || ', who entered it', 'not approved'
            ) as actual,
            cast(list_price * (1 - percent_allowed * 0.01) - unit_price as decimal(18, 6)) as difference,
            source_system,
            source_file,
            source_line,
            customer_id,
            created_by as requester,
            discount_approved_by as approver
        from excesses_found
    )

select *
from failing_rows
