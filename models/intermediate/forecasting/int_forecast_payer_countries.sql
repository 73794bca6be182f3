-- Whose public holidays a customer keeps: those of its country, where its code is one that has some.
with

    customers as (select * from {{ ref("int_customers") }}),

    public_holidays as (select * from {{ ref("stg_registry__public_holidays") }}),

    countries_listed as (select distinct country from public_holidays),

    customers_placed as (
        select customers.customer_key as payer_key, countries_listed.country
        from customers
        inner join countries_listed on upper(customers.country) = countries_listed.country
    )

select *
from customers_placed
