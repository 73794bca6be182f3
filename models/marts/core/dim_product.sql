with

    products as (select * from {{ ref("int_products") }}),

    columns_chosen as (
        select
            product_key,
            source_system,
            product_id,
            name,
            kind,
            segment,
            unit_cost,
            cost_currency,
            revenue_account_id
        from products
    )

select *
from columns_chosen
