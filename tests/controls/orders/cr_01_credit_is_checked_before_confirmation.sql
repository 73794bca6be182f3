{{ config(alias="cr_01", meta={"control_id": "CR-01"}) }}
-- depends_on: {{ ref("int_control_settings") }}
-- Guards against selling to those who cannot pay. Without a check, an approval by someone other than
-- who entered the order stands for it; the moment of an approval is not delivered. A check after the
-- confirmation is none. Cancelled orders risk nothing; a source that never says when credit was
-- checked is not judged.
with

    orders as (select * from {{ ref("int_orders") }}),

    exposures as (select * from {{ ref("int_credit_exposures") }}),

    order_lines as (select * from {{ ref("int_order_line_terms") }}),

    as_of as (select * from {{ ref("int_as_of") }}),

    sources_with_checks as (select distinct source_system from orders where credit_checked_at is not null),

    values_summed as (
        select
            order_key,
            sum(
                {{
                    round_money(
                        times("quantity_ordered", "unit_price_functional"), "functional_minor_units"
                    )
                }}
            ) as net_functional
        from order_lines
        group by order_key
    ),

    orders_confirmed as (
        select orders.*, as_of.as_of
        from orders
        inner join sources_with_checks on orders.source_system = sources_with_checks.source_system
        inner join as_of on coalesce(cast(orders.confirmed_at as date), orders.order_date) <= as_of.as_of
        where orders.status in ('confirmed', 'shipped', 'closed')
    ),

    causes_found as (
        select
            *,
            case
                when credit_checked_at > confirmed_at
                then 'checked after the confirmation'
                when credit_checked_at is null and credit_approved_by is null
                then 'neither checked nor approved'
                when credit_checked_at is null and credit_approved_by = created_by
                then 'approved by who entered the order'
            end as cause
        from orders_confirmed
    ),

    failing_rows as (
        select
            'CR-01' as control_id,
            causes_found.as_of,
            causes_found.legal_entity_id,
            causes_found.order_id as business_key,
            cast(values_summed.net_functional as decimal(18, 4)) as amount_at_risk,
            'checked by '
            || coalesce(cast(causes_found.confirmed_at as string), 'the confirmation') as expected,
            causes_found.cause as actual,
            cast(null as decimal(18, 4)) as difference,
            causes_found.source_system,
            causes_found.source_file,
            causes_found.source_line,
            causes_found.customer_id,
            causes_found.confirmed_at,
            causes_found.credit_checked_at,
            causes_found.created_by,
            causes_found.credit_approved_by,
            exposures.exposure,
            exposures.credit_limit,
            exposures.limit_currency
        from causes_found
        left join values_summed on causes_found.order_key = values_summed.order_key
        left join exposures on causes_found.customer_key = exposures.customer_key
        where causes_found.cause is not null
    )

select *
from failing_rows
