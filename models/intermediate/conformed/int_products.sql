with

    products as ({{ union_kinds("products") }}),

    products_keyed as (
        select
            source_system || ':' || product_id as product_key,
            source_system,
            product_id,
            name,
            kind,
            segment,
            unit_cost,
            cost_currency,
            revenue_account_id,
            {{ lineage() }}
        from products
    )

select *
from products_keyed
