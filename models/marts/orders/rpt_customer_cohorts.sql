-- How customers come back: those whose first order fell into the same month, followed month by
-- month. Only orders placed count; the first order is the first that was delivered.
with

    ordered_lines as (select * from {{ ref("int_ordered_lines") }}),

    as_of as (select * from {{ ref("int_as_of") }}),

    orders_summed as (
        select
            legal_entity_id,
            customer_key,
            order_key,
            {{ month_start("order_date") }} as order_month,
            bool_and(has_rate) as has_rate,
            {{ sum_money("ordered_value") }} as ordered_value
        from ordered_lines
        where order_state = 'placed' and customer_key is not null
        group by legal_entity_id, customer_key, order_key, {{ month_start("order_date") }}
    ),

    cohorts_found as (
        select legal_entity_id, customer_key, min(order_month) as cohort_month
        from orders_summed
        group by legal_entity_id, customer_key
    ),

    cohorts_counted as (
        select legal_entity_id, cohort_month, count(*) as customers_in_cohort
        from cohorts_found
        group by legal_entity_id, cohort_month
    ),

    bounds_found as (
        select min(cohorts_counted.cohort_month) as first_date, max(as_of.as_of) as last_date
        from cohorts_counted
        cross join as_of
    ),

    days_listed as ({{ calendar_days("first_date", "last_date", "bounds_found") }}),

    months_listed as (
        select distinct {{ month_start("calendar_date") }} as month_start_date from days_listed
    ),

    orders_by_month as (
        select
            cohorts_found.legal_entity_id,
            cohorts_found.cohort_month,
            orders_summed.order_month,
            count(distinct orders_summed.customer_key) as customers_active,
            count(*) as orders,
            bool_and(orders_summed.has_rate) as has_rates,
            {{ sum_money("orders_summed.ordered_value") }} as ordered_value
        from orders_summed
        inner join
            cohorts_found
            on orders_summed.legal_entity_id = cohorts_found.legal_entity_id
            and orders_summed.customer_key = cohorts_found.customer_key
        group by cohorts_found.legal_entity_id, cohorts_found.cohort_month, orders_summed.order_month
    ),

    cohorts_followed as (
        select
            cohorts_counted.legal_entity_id,
            {{ period_of("cohorts_counted.cohort_month") }} as cohort_period,
            {{ period_of("months_listed.month_start_date") }} as period,
            cast(
                {{ months_between("cohorts_counted.cohort_month", "months_listed.month_start_date") }}
                as bigint
            ) as months_since,
            cohorts_counted.customers_in_cohort,
            coalesce(orders_by_month.customers_active, 0) as customers_active,
            cast(
                cast(coalesce(orders_by_month.customers_active, 0) as double)
                / cast(cohorts_counted.customers_in_cohort as double) as decimal(18, 6)
            ) as retention_ratio,
            coalesce(orders_by_month.orders, 0) as orders,
            case
                when orders_by_month.order_month is null
                then cast(0 as decimal(18, 4))
                when orders_by_month.has_rates
                then orders_by_month.ordered_value
            end as ordered_value
        from cohorts_counted
        inner join months_listed on cohorts_counted.cohort_month <= months_listed.month_start_date
        left join
            orders_by_month
            on cohorts_counted.legal_entity_id = orders_by_month.legal_entity_id
            and cohorts_counted.cohort_month = orders_by_month.cohort_month
            and months_listed.month_start_date = orders_by_month.order_month
    )

select *
from cohorts_followed
