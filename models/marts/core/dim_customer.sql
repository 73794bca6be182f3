with

    customers as (select * from {{ ref("int_customers") }}),

    columns_chosen as (
        select
            customer_key,
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
            intercompany_legal_entity_id
        from customers
    )

select *
from columns_chosen
