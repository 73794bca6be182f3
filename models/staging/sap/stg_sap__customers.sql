-- Blocked customers and those marked for deletion stay: they still owe what they owe. Currency and
-- terms are the customer's only where all its assignments agree.
with

    business_partners as (select * from {{ ref("base_sap__business_partners") }}),

    addresses as (select * from {{ ref("base_sap__business_partner_addresses") }}),

    company_assignments as (select * from {{ ref("base_sap__customer_company_assignments") }}),

    sales_area_assignments as (select * from {{ ref("base_sap__customer_sales_area_assignments") }}),

    countries_agreed as (
        select
            source_system,
            business_partner_id,
            case when count(distinct country) = 1 then min(country) end as country
        from addresses
        group by source_system, business_partner_id
    ),

    company_terms_agreed as (
        select
            source_system,
            customer_id,
            case when count(distinct payment_terms_id) = 1 then min(payment_terms_id) end as payment_terms_id
        from company_assignments
        group by source_system, customer_id
    ),

    sales_terms_agreed as (
        select
            source_system,
            customer_id,
            case when count(distinct currency) = 1 then min(currency) end as currency,
            case when count(distinct payment_terms_id) = 1 then min(payment_terms_id) end as payment_terms_id
        from sales_area_assignments
        group by source_system, customer_id
    ),

    partners_described as (
        select
            business_partners.source_system,
            business_partners.customer_id,
            coalesce(business_partners.full_name, business_partners.name) as name,
            countries_agreed.country,
            sales_terms_agreed.currency,
            coalesce(
                company_terms_agreed.payment_terms_id, sales_terms_agreed.payment_terms_id
            ) as payment_terms_id,
            cast(null as decimal(18, 4)) as credit_limit,
            cast(null as varchar) as credit_currency,
            business_partners.partner_group as segment,
            cast(null as varchar) as parent_customer_id,
            cast(null as varchar) as tax_id,
            cast(null as varchar) as intercompany_legal_entity_id,
            business_partners.updated_at,
            business_partners.source_file,
            business_partners.source_line,
            business_partners.batch_id,
            business_partners.extracted_at,
            business_partners.recorded_at,
            {{ known_at() }}
        from business_partners
        left join
            countries_agreed
            on business_partners.source_system = countries_agreed.source_system
            and business_partners.business_partner_id = countries_agreed.business_partner_id
        left join
            company_terms_agreed
            on business_partners.source_system = company_terms_agreed.source_system
            and business_partners.customer_id = company_terms_agreed.customer_id
        left join
            sales_terms_agreed
            on business_partners.source_system = sales_terms_agreed.source_system
            and business_partners.customer_id = sales_terms_agreed.customer_id
        where business_partners.customer_id is not null
    )

select *
from partners_described
