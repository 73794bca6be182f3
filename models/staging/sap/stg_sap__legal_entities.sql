-- Company codes, found on what they post and bill. Names and countries of company codes are not
-- delivered.
with

    headers as (select * from {{ ref("base_sap__bkpf") }}),

    receivable_items as (select * from {{ ref("base_sap__journal_entry_items_accounts_receivable") }}),

    billing_documents as (select * from {{ ref("base_sap__billing_document_headers") }}),

    customer_assignments as (select * from {{ ref("base_sap__customer_company_assignments") }}),

    company_codes_unioned as (
        {% for relation, currency in [
            ("headers", "functional_currency"),
            ("receivable_items", "functional_currency"),
            ("billing_documents", "cast(null as varchar)"),
            ("customer_assignments", "cast(null as varchar)"),
        ] %}
            select
                source_system,
                company_code,
                {{ currency }} as functional_currency,
                source_file,
                source_line,
                batch_id,
                extracted_at,
                recorded_at,
                is_first_delivery
            from {{ relation }}
            {% if not loop.last %}
                union all
            {% endif %}
        {% endfor %}
    ),

    first_mentions_ranked as (
        select
            *,
            row_number() over (
                partition by source_system, company_code
                order by functional_currency nulls last, extracted_at, source_file, source_line
            ) as mention_rank
        from company_codes_unioned
    ),

    company_codes_named as (
        select
            source_system,
            company_code as legal_entity_id,
            cast(null as varchar) as name,
            functional_currency,
            cast(null as varchar) as country,
            cast(null as varchar) as time_zone,
            cast(null as varchar) as parent_legal_entity_id,
            cast(null as timestamp) as updated_at,
            source_file,
            source_line,
            batch_id,
            extracted_at,
            recorded_at,
            {{ known_at() }}
        from first_mentions_ranked
        where mention_rank = 1
    )

select *
from company_codes_named
