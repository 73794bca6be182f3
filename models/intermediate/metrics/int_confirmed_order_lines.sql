-- The lines of orders that were ever confirmed, with what is kept of them, and the price at which
-- they were confirmed: that of the newest version from before the confirmation, else of the
-- oldest that was delivered.
with

    order_lines as (select * from {{ ref("int_order_lines") }}),

    orders as (select * from {{ ref("int_orders") }}),

    products as (select * from {{ ref("int_products") }}),

    versions as (
        select *
        from {{ ref("stg_standard__order_lines_versions") }}
        where not is_deleted and not is_superseded
    ),

    lines_changed as (select distinct source_system, order_id, line_no from versions where version_age > 1),

    versions_ranked as (
        select
            versions.source_system || ':' || versions.order_id || ':' || versions.line_no as order_line_key,
            versions.unit_price,
            row_number() over (
                partition by versions.source_system, versions.order_id, versions.line_no
                order by
                    case
                        when coalesce(versions.updated_at, versions.known_at) <= orders.confirmed_at
                        then 0
                        else 1
                    end,
                    case
                        when coalesce(versions.updated_at, versions.known_at) <= orders.confirmed_at
                        then versions.version_age
                        else - versions.version_age
                    end
            ) as confirmation_rank
        from versions
        inner join
            lines_changed
            on versions.source_system = lines_changed.source_system
            and versions.order_id = lines_changed.order_id
            and versions.line_no = lines_changed.line_no
        inner join
            orders on versions.source_system = orders.source_system and versions.order_id = orders.order_id
    ),

    prices_at_confirmation as (
        select order_line_key, unit_price from versions_ranked where confirmation_rank = 1
    ),

    lines_confirmed as (
        -- a cancelled order counts where its confirmation is known
        select
            order_lines.order_line_key,
            order_lines.order_key,
            orders.legal_entity_id,
            orders.currency,
            coalesce(products.kind, 'goods') = 'goods' as is_goods,
            order_lines.quantity,
            case
                when orders.status = 'cancelled' or order_lines.quantity_cancelled > order_lines.quantity
                then cast(0 as decimal(18, 6))
                else order_lines.quantity - order_lines.quantity_cancelled
            end as quantity_kept,
            order_lines.unit_price,
            coalesce(prices_at_confirmation.unit_price, order_lines.unit_price) as unit_price_confirmed,
            coalesce(cast(orders.confirmed_at as date), orders.order_date) as confirmed_date
        from order_lines
        inner join orders on order_lines.order_key = orders.order_key
        left join products on order_lines.product_key = products.product_key
        left join prices_at_confirmation on order_lines.order_line_key = prices_at_confirmation.order_line_key
        where
            order_lines.quantity > 0
            and (
                orders.status in ('confirmed', 'shipped', 'closed')
                or (orders.status = 'cancelled' and orders.confirmed_at is not null)
            )
    ),

    values_kept as (select *, {{ times("quantity_kept", "unit_price") }} as value_kept from lines_confirmed),

    lines_measured as (
        -- what the backlog counts of a line: goods in quantities, each worth its price; services
        -- and subscriptions in values, each worth 1
        select
            *,
            case when is_goods then unit_price_confirmed else 1 end as measure_value_confirmed,
            case when is_goods then unit_price else 1 end as measure_value,
            case
                when is_goods
                then quantity
                else cast({{ times("quantity", "unit_price_confirmed") }} as decimal(18, 4))
            end as measure_ordered,
            case
                when is_goods
                then quantity_kept
                else cast({{ times("quantity_kept", "unit_price_confirmed") }} as decimal(18, 4))
            end as measure_kept_confirmed,
            case when is_goods then quantity_kept else cast(value_kept as decimal(18, 4)) end as measure_kept
        from values_kept
    )

select *
from lines_measured
