-- What of a confirmed order line is still to be delivered over time: one row from each date on
-- which it changes until the day before the next.
with

    lines_kept as (select * from {{ ref("int_confirmed_order_lines") }} where quantity_kept > 0),

    deliveries as (select * from {{ ref("int_order_line_deliveries") }}),

    changes_unioned as (
        select
            order_line_key,
            confirmed_date as change_date,
            quantity_kept as quantity_change,
            value_kept as value_change
        from lines_kept
        union all
        select
            order_line_key,
            delivery_date as change_date,
            - quantity as quantity_change,
            - recognised_value as value_change
        from deliveries
    ),

    changes_by_date as (
        select
            order_line_key,
            change_date as valid_from,
            sum(quantity_change) as quantity_change,
            sum(value_change) as value_change
        from changes_unioned
        group by order_line_key, change_date
    ),

    rests_run as (
        select
            order_line_key,
            valid_from,
            coalesce(
                lead(valid_from) over (partition by order_line_key order by valid_from), date '9999-12-31'
            ) as valid_before,
            sum(quantity_change) over (
                partition by order_line_key
                order by valid_from
                rows between unbounded preceding and current row
            ) as quantity_left,
            sum(value_change) over (
                partition by order_line_key
                order by valid_from
                rows between unbounded preceding and current row
            ) as value_left
        from changes_by_date
    ),

    rests_of_lines as (
        select
            rests_run.order_line_key,
            lines_kept.is_goods,
            rests_run.valid_from,
            rests_run.valid_before,
            case
                when lines_kept.is_goods
                then cast(rests_run.quantity_left as decimal(18, 6))
                when lines_kept.value_kept <> 0
                then
                    cast(
                        cast(lines_kept.quantity_kept as double)
                        * cast(rests_run.value_left as double)
                        / cast(lines_kept.value_kept as double) as decimal(18, 6)
                    )
            end as open_quantity,
            case
                when not lines_kept.is_goods then cast(rests_run.value_left as decimal(18, 4))
            end as open_value
        from rests_run
        inner join lines_kept on rests_run.order_line_key = lines_kept.order_line_key
    ),

    open_rests as (select * from rests_of_lines where open_quantity > 0)

select *
from open_rests
