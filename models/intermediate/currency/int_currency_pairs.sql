-- The pairs of currencies that something is translated between: orders, documents, receipts and
-- refunds into the entity's functional currency, unit costs into it, the entity's figures into the
-- reporting currency and into the currencies of credit limits.
with

    legal_entities as (select * from {{ ref("int_legal_entities") }}),

    documents as (select * from {{ ref("int_ar_documents") }}),

    receipts as (select * from {{ ref("int_receipts") }}),

    refunds as (select * from {{ ref("int_refunds") }}),

    orders as (select * from {{ ref("int_orders") }}),

    products as (select * from {{ ref("int_products") }}),

    customers as (select * from {{ ref("int_customers") }}),

    pairs_unioned as (
        select currency as from_currency, functional_currency as to_currency
        from documents
        union
        select currency as from_currency, functional_currency as to_currency
        from receipts
        union
        select refunds.currency as from_currency, legal_entities.functional_currency as to_currency
        from refunds
        inner join legal_entities on refunds.legal_entity_id = legal_entities.legal_entity_id
        union
        select orders.currency as from_currency, legal_entities.functional_currency as to_currency
        from orders
        inner join legal_entities on orders.legal_entity_id = legal_entities.legal_entity_id
        union
        select products.cost_currency as from_currency, legal_entities.functional_currency as to_currency
        from products
        cross join legal_entities
        union
        select functional_currency as from_currency, reporting_currency as to_currency
        from legal_entities
        union
        select legal_entities.functional_currency as from_currency, customers.credit_currency as to_currency
        from customers
        cross join legal_entities
    ),

    pairs_needed as (
        select from_currency, to_currency
        from pairs_unioned
        where from_currency is not null and to_currency is not null
    )

select *
from pairs_needed
