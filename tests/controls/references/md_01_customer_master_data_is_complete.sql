{{ config(alias="md_01", meta={"control_id": "MD-01"}) }}
-- depends_on: {{ ref("int_control_settings") }}
-- Guards due dates, credit decisions and the tax treatment of sales: without terms, currency, credit
-- limit or tax id somebody guesses them. A column that the customer's source fills for nobody is not
-- judged; a company of our own group needs no credit limit. Customers do not say whether they are
-- businesses: every one in the European Union counts as one.
with

    customers as (select * from {{ ref("int_customers") }}),

    eu_member_states as (select * from {{ ref("eu_member_states") }}),

    as_of as (select * from {{ ref("int_as_of") }}),

    columns_filled as (
        select
            source_system,
            count(payment_terms_id) > 0 as has_payment_terms,
            count(currency) > 0 as has_currencies,
            count(credit_limit) > 0 as has_credit_limits,
            count(tax_id) > 0 as has_tax_ids
        from customers
        group by source_system
    ),

    fields_missing as (
        select
            customers.*,
            as_of.as_of,
            case
                when columns_filled.has_payment_terms and customers.payment_terms_id is null
                then ', payment_terms_id'
                else ''
            end || case
                when columns_filled.has_currencies and customers.currency is null then ', currency' else ''
            end
            || case
                when
                    columns_filled.has_credit_limits
                    and customers.credit_limit is null
                    and customers.intercompany_legal_entity_id is null
                then ', credit_limit'
                else ''
            end
            || case
                when
                    columns_filled.has_tax_ids
                    and customers.tax_id is null
                    and eu_member_states.country is not null
                then ', tax_id'
                else ''
            end as missing
        from customers
        inner join columns_filled on customers.source_system = columns_filled.source_system
        cross join as_of
        left join
            eu_member_states
            on customers.country = eu_member_states.country
            and as_of.as_of >= eu_member_states.member_from
            and as_of.as_of <= coalesce(eu_member_states.member_until, date '9999-12-31')
    ),

    failing_rows as (
        select
            'MD-01' as control_id,
            as_of,
            cast(null as string) as legal_entity_id,
            customer_id as business_key,
            cast(null as decimal(18, 4)) as amount_at_risk,
            'complete' as expected,
            'without ' || substring(missing, 3) as actual,
            cast(null as decimal(18, 4)) as difference,
            source_system,
            source_file,
            source_line,
            substring(missing, 3) as missing_fields
        from fields_missing
        where missing <> ''
    )

select *
from failing_rows
