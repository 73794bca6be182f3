-- How many of a company's customers keep to each pay run, by those of whom several pay days are
-- known: what to take of a customer that has not paid yet. As if ten more were known to pay on any
-- open day.
{%- set well_known = 3 %}
with

    pay_runs as (select * from {{ ref("int_forecast_pay_runs") }}),

    customers_listed as (
        select origin_date, pay_run, 1 as customers
        from pay_runs
        where payment_days >= {{ well_known }}
        union all
        select distinct origin_date, usual_pay_run as pay_run, 10 as customers
        from pay_runs
    ),

    customers_counted as (
        select origin_date, pay_run, sum(customers) as customers
        from customers_listed
        group by origin_date, pay_run
    ),

    shares_taken as (
        select
            origin_date,
            pay_run,
            round(
                cast(customers as double) / sum(cast(customers as double)) over (partition by origin_date), 6
            ) as share
        from customers_counted
    )

select *
from shares_taken
