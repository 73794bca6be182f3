-- What is left of an order line before and after the deliveries of a month. More than was kept of
-- it cannot go out; a line of negative value runs down towards zero as well.
with

    order_lines as (select * from {{ ref("int_confirmed_order_lines") }} where quantity_kept > 0),

    deliveries as (select * from {{ ref("int_order_line_deliveries") }}),

    as_of as (select * from {{ ref("int_as_of") }}),

    deliveries_by_month as (
        select
            deliveries.order_line_key,
            {{ period_of("deliveries.delivery_date") }} as period,
            sum(deliveries.quantity) as quantity,
            sum(deliveries.recognised_value) as recognised_value
        from deliveries
        inner join as_of on deliveries.delivery_date <= as_of.as_of
        group by deliveries.order_line_key, {{ period_of("deliveries.delivery_date") }}
    ),

    deliveries_run as (
        select
            order_lines.order_line_key,
            order_lines.legal_entity_id,
            order_lines.currency,
            order_lines.is_goods,
            order_lines.measure_value,
            order_lines.measure_kept,
            deliveries_by_month.period,
            case
                when order_lines.is_goods
                then deliveries_by_month.quantity
                else deliveries_by_month.recognised_value
            end as measure,
            sum(
                case
                    when order_lines.is_goods
                    then deliveries_by_month.quantity
                    else deliveries_by_month.recognised_value
                end
            ) over (
                partition by order_lines.order_line_key
                order by deliveries_by_month.period
                rows between unbounded preceding and current row
            ) as measure_until
        from deliveries_by_month
        inner join order_lines on deliveries_by_month.order_line_key = order_lines.order_line_key
    ),

    rests_taken as (
        select
            *,
            case
                when measure_kept >= 0
                then measure_kept - least(measure_until - measure, measure_kept)
                else measure_kept - greatest(measure_until - measure, measure_kept)
            end as rest_before,
            case
                when measure_kept >= 0
                then measure_kept - least(measure_until, measure_kept)
                else measure_kept - greatest(measure_until, measure_kept)
            end as rest_after
        from deliveries_run
    )

select *
from rests_taken
