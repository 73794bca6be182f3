with

    customers as ({{ union_kinds("customers") }}),

    source_groups as (select * from {{ ref("int_source_groups") }}),

    customers_ranked as (
        select
            source_groups.source_group || ':' || customers.customer_id as customer_key,
            source_groups.source_group,
            customers.*,
            row_number() over (
                partition by source_groups.source_group, customers.customer_id
                order by source_groups.source_rank
            ) as delivery_rank
        from customers
        inner join source_groups on customers.source_system = source_groups.source_system
    ),

    customers_of_leading_source as (
        select
            customer_key,
            source_group,
            source_system,
            customer_id,
            name,
            country,
            currency,
            payment_terms_id,
            credit_limit,
            credit_currency,
            segment,
            parent_customer_id,
            tax_id,
            intercompany_legal_entity_id,
            {{ lineage() }}
        from customers_ranked
        where delivery_rank = 1
    )

select *
from customers_of_leading_source
