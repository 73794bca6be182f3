-- A material is goods unless its type is one of SAP's two service types.
with

    products as (select * from {{ ref("base_sap__products") }}),

    descriptions as (select * from {{ ref("base_sap__product_descriptions") }}),

    descriptions_ranked as (
        select
            source_system,
            product_id,
            description,
            row_number() over (
                partition by source_system, product_id
                order by case language when 'EN' then 0 else 1 end, language
            ) as language_rank
        from descriptions
    ),

    products_described as (
        select
            products.source_system,
            products.product_id,
            descriptions_ranked.description as name,
            case when products.product_type in ('DIEN', 'SERV') then 'service' else 'goods' end as kind,
            products.product_group as segment,
            cast(null as decimal(18, 6)) as unit_cost,
            cast(null as varchar) as cost_currency,
            cast(null as varchar) as revenue_account_id,
            products.updated_at,
            products.source_file,
            products.source_line,
            products.batch_id,
            products.extracted_at,
            products.recorded_at,
            {{ known_at() }}
        from products
        left join
            descriptions_ranked
            on products.source_system = descriptions_ranked.source_system
            and products.product_id = descriptions_ranked.product_id
            and descriptions_ranked.language_rank = 1
    )

select *
from products_described
