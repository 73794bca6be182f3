{{ config(alias="md_02", meta={"control_id": "MD-02"}) }}
-- depends_on: {{ ref("int_control_settings") }}
-- Guards credit limits and every figure per customer: a business that is on file twice has two limits
-- and half of its debts in each place. Customers of one parent may share a tax id.
with

    customers as (select * from {{ ref("int_customers") }}),

    families as (select * from {{ ref("int_customer_families") }}),

    as_of as (select * from {{ ref("int_as_of") }}),

    tax_ids_read as (
        select
            customers.*,
            families.family_key,
            replace(replace(replace(upper(customers.tax_id), ' ', ''), '-', ''), '.', '') as plain_tax_id
        from customers
        inner join families on customers.customer_key = families.customer_key
        where customers.tax_id is not null
    ),

    tax_ids_shared as (
        select
            plain_tax_id,
            count(*) as customers,
            min(customer_key) as first_customer_key,
            max(customer_key) as last_customer_key
        from tax_ids_read
        group by plain_tax_id
        having count(distinct family_key) > 1
    ),

    failing_rows as (
        select
            'MD-02' as control_id,
            as_of.as_of,
            cast(null as string) as legal_entity_id,
            tax_ids_read.customer_id as business_key,
            cast(null as decimal(18, 4)) as amount_at_risk,
            'one customer' as expected,
            cast(tax_ids_shared.customers as string) || ' customers' as actual,
            cast(tax_ids_shared.customers - 1 as decimal(18, 4)) as difference,
            tax_ids_read.source_system,
            tax_ids_read.source_file,
            tax_ids_read.source_line,
            tax_ids_read.tax_id,
            case
                when tax_ids_read.customer_key = tax_ids_shared.first_customer_key
                then tax_ids_shared.last_customer_key
                else tax_ids_shared.first_customer_key
            end as candidate
        from tax_ids_read
        inner join tax_ids_shared on tax_ids_read.plain_tax_id = tax_ids_shared.plain_tax_id
        cross join as_of
    )

select *
from failing_rows
